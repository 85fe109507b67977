//! Why records were not written, for the client: a message in its language, and what a program needs to go on.

use super::{Code, Error, is_german, not_found, of_store};
use kontor_domain::{
    calendar,
    mutation::{ChangedSince, InTheWay, Step, Violation, WriteError},
    quota::{Counted, QuotaExceeded},
};
use kontor_metadata::model::{Action, Catalog, ModuleId};
use serde_json::{Value, json};

/// The error of a write, for the client.
pub fn of_write(catalog: &Catalog, error: &WriteError, language: &str, request_id: &str) -> Error {
    let german = is_german(language);
    let say = |english: String, deutsch: String| if german { deutsch } else { english };
    let label = |name: &str| {
        let label = catalog.find(name).map(|module| module.label.get(if german { "de" } else { "en" }));
        label.unwrap_or(name).to_owned()
    };
    match error {
        WriteError::Invalid(violations) => {
            let message = violations.iter().map(|v| v.message.as_str()).collect::<Vec<_>>().join(" ");
            let list = violations.iter().map(violation).collect();
            Error::new(Code::ValidationFailed, message).with("violations", list)
        }
        WriteError::NotFound { module } => not_found(module, language),
        WriteError::Forbidden { module, action, field } => {
            let field = field.as_ref().map(|field| format!(" ({field})")).unwrap_or_default();
            let message = say(
                format!("You may not {} this {}{field}.", action.name(), label(module)),
                format!("{}: Dazu haben Sie kein Recht: {}{field}.", label(module), deed(*action)),
            );
            Error::new(Code::Forbidden, message)
        }
        WriteError::Conflict { module, current, changes } => {
            let fields = changes.iter().map(|change| change.field.as_str()).collect::<Vec<_>>().join(", ");
            let module = label(module);
            let (changed, geaendert) = match fields.as_str() {
                "" => (String::new(), String::new()),
                fields => (format!(", changed in {fields}"), format!(", geändert in {fields}")),
            };
            let message = say(
                format!(
                    "The {module} was changed in the meantime: it has version {current} now{changed}. Read it again and repeat the change."
                ),
                format!(
                    "{module}: Der Datensatz wurde inzwischen geändert und hat jetzt die Version {current}{geaendert}. Bitte neu lesen und die Änderung wiederholen."
                ),
            );
            let changes = changes.iter().map(change).collect();
            Error::new(Code::Conflict, message).with("currentVersion", json!(current)).with("changes", changes)
        }
        WriteError::NotUnique { module, fields } => {
            let message = say(
                format!("Another {} has the same {}.", label(module), fields.join(" and ")),
                format!("{}: Ein anderer Datensatz hat den gleichen Wert in {}.", label(module), fields.join(" und ")),
            );
            Error::new(Code::UniqueViolation, message).with("fields", json!(fields))
        }
        WriteError::LinkGone { module } => {
            let message = say(
                format!("A record that the {} links to was removed in the meantime: choose another.", label(module)),
                format!(
                    "{}: Ein verknüpfter Datensatz wurde inzwischen entfernt; bitte einen anderen wählen.",
                    label(module)
                ),
            );
            Error::new(Code::Conflict, message)
        }
        WriteError::Ambiguous { module, ids } => {
            let message = say(
                format!("The unique keys of the input are those of different records of {}.", label(module)),
                format!("{}: Die eindeutigen Werte gehören zu verschiedenen Datensätzen.", label(module)),
            );
            Error::new(Code::Conflict, message).with("records", json!(ids))
        }
        WriteError::InUse { module, by } => {
            let sentences: Vec<_> = by.iter().map(|by| refers(catalog, by, &label(module), german)).collect();
            let message = match sentences.as_slice() {
                [] => say(
                    format!("Other records still refer to the {}.", label(module)),
                    format!("{}: Andere Datensätze verweisen noch darauf.", label(module)),
                ),
                some => some.join(" "),
            };
            Error::new(Code::Conflict, message).with("inTheWay", by.iter().map(in_the_way).collect())
        }
        WriteError::QuotaExceeded(exceeded) => beyond(exceeded, german),
        WriteError::Store(error) => of_store(error, request_id),
    }
}

/// The organization would have more than its plan allows.
fn beyond(QuotaExceeded { counted, plan, most, found }: &QuotaExceeded, german: bool) -> Error {
    let plan = plan.as_ref().map(|plan| format!(" `{plan}`")).unwrap_or_default();
    let (name, things, dinge, make_room, platz) = match counted {
        Counted::Users => ("maxUsers", "users", "Benutzer", "", ""),
        Counted::Records => ("maxRecords", "records", "Datensätze", "delete some, or ", "löschen Sie welche, oder "),
    };
    let message = match german {
        false => format!(
            "The plan{plan} of your organization allows {most} {things}, and it would have {found}: {make_room}ask for a \
             larger plan."
        ),
        true => format!(
            "Der Tarif{plan} Ihrer Organisation erlaubt {most} {dinge}, und es wären {found}: {platz}fragen Sie nach \
             einem größeren Tarif."
        ),
    };
    Error::new(Code::LimitExceeded, message).with("limit", json!({"name": name, "most": most, "found": found}))
}

fn violation(violation: &Violation) -> Value {
    let path: Vec<_> = violation.path.iter().map(step).collect();
    json!({"path": path, "rule": violation.rule, "message": violation.message})
}

fn step(step: &Step) -> Value {
    match step {
        Step::Key(key) => json!(key),
        Step::Index(index) => json!(index),
    }
}

fn change(change: &ChangedSince) -> Value {
    let at = change.at.map(|at| {
        let (mut stored, mut text) = (Vec::new(), Vec::new());
        calendar::write_timestamp(&mut stored, at);
        calendar::write_trimmed(&mut text, &stored);
        String::from_utf8_lossy(&text).into_owned()
    });
    json!({"field": change.field, "value": change.value, "changedBy": change.by, "changedAt": at})
}

fn in_the_way(by: &InTheWay) -> Value {
    let records: Vec<_> = by.first.iter().map(|(id, title)| json!({"id": id, "title": title})).collect();
    json!({"module": by.module, "relation": by.relation, "count": by.count, "records": records})
}

/// `12 Contacts refer to the Account by account: Ada Lovelace, Grace Hopper, ….`
fn refers(catalog: &Catalog, by: &InTheWay, module: &str, german: bool) -> String {
    let language = if german { "de" } else { "en" };
    let others = catalog.find(&by.module).map_or(by.module.as_str(), |other| {
        if by.count == 1 { other.label.get(language) } else { other.plural_label.get(language) }
    });
    let mut titles: Vec<_> = by.first.iter().filter_map(|(_, title)| title.as_deref()).collect();
    if (titles.len() as u64) < by.count {
        titles.push("…");
    }
    let titles = titles.join(", ");
    let (count, relation) = (by.count, &by.relation);
    match (german, count) {
        (false, 1) => format!("{count} {others} refers to the {module} by {relation}: {titles}."),
        (false, _) => format!("{count} {others} refer to the {module} by {relation}: {titles}."),
        (true, 1) => format!("{count} {others} verweist mit {relation} auf {module}: {titles}."),
        (true, _) => format!("{count} {others} verweisen mit {relation} auf {module}: {titles}."),
    }
}

/// The caller may do something with no record of a module at all.
pub fn unchangeable(catalog: &Catalog, module: ModuleId, action: Action, language: &str) -> Error {
    let module = catalog.module(module);
    let message = if is_german(language) {
        format!(
            "{}: Dazu hat Ihre Rolle oder Ihr API-Schlüssel kein Recht: {}.",
            module.plural_label.get("de"),
            deed(action)
        )
    } else {
        format!("Your role or API key may not {} {}.", action.name(), module.plural_label.get("en"))
    };
    Error::new(Code::Forbidden, message)
}

fn deed(action: Action) -> &'static str {
    match action {
        Action::Read => "lesen",
        Action::Create => "anlegen",
        Action::Update => "ändern",
        Action::Delete => "löschen",
        Action::Export => "exportieren",
        Action::Erase => "anonymisieren",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn shipped() -> Catalog {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/packages");
        match kontor_metadata::load_dirs(&[folder]) {
            Ok(loaded) => loaded.catalog,
            Err(report) => panic!("{}", report.render_text(false)),
        }
    }

    #[test]
    fn what_is_in_the_way_is_named() {
        let catalog = shipped();
        let by = InTheWay {
            module: "Contact".to_owned(),
            relation: "account".to_owned(),
            count: 12,
            first: vec![(Uuid::nil(), Some("Ada Lovelace".to_owned())), (Uuid::nil(), None)],
        };
        let error = WriteError::InUse { module: "Account".to_owned(), by: vec![by] };
        let told = of_write(&catalog, &error, "en", "");
        assert_eq!(told.message, "12 Contacts refer to the Account by account: Ada Lovelace, ….");
        assert_eq!(told.extensions["code"], "CONFLICT");
        assert_eq!(told.extensions["inTheWay"][0]["count"], 12);
        assert_eq!(told.extensions["inTheWay"][0]["records"][0]["title"], "Ada Lovelace");
        let told = of_write(&catalog, &error, "de", "").message;
        assert!(told.starts_with("12 Kontakte verweisen mit account auf "), "{told}");
    }

    #[test]
    fn a_conflict_tells_what_has_changed() {
        let name =
            ChangedSince { field: "name".to_owned(), value: json!("Umbrella"), by: Some(Uuid::nil()), at: Some(0) };
        let error = WriteError::Conflict { module: "Account".to_owned(), current: 3, changes: vec![name] };
        let told = of_write(&shipped(), &error, "en", "");
        assert!(told.message.contains("version 3 now, changed in name."), "{}", told.message);
        assert_eq!(told.extensions["currentVersion"], 3);
        let expected = json!([{"field": "name", "value": "Umbrella", "changedBy": Uuid::nil(), "changedAt": "1970-01-01T00:00:00Z"}]);
        assert_eq!(told.extensions["changes"], expected);
    }
}
