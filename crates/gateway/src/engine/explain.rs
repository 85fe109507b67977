//! Why somebody may do something with a record: rights as plans apply them, told rule by rule.

use super::{ADMINISTRATORS, Run, identity::Arguments, process::Answered};
use crate::{
    auth::{Caller, Refusal},
    error::is_german,
    lower::Call,
};
use kontor_domain::{
    context::Asked,
    explain::{self, Met, Standing},
    mutation::WriteError,
    processes,
    rights::{Ground, Rights},
};
use kontor_metadata::model::{Access, Action, Field, FieldType, Level, Module};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Whose rights are told.
struct Subject {
    user: Uuid,
    role: String,
    rights: Arc<Rights>,
}

impl Run<'_> {
    /// `explainAccess`
    pub(super) async fn explain(&self, call: &Call) -> Result<Answered, Refusal> {
        let given = Arguments(self, call);
        given.check()?;
        let caller = self.from.caller.as_ref().ok_or(Refusal::NobodySignedIn)?;
        let store = &*self.engine.store;
        let catalog = &self.snapshot.catalog;
        let named = given.text("action");
        let action = Action::ALL.into_iter().find(|action| action.name().to_uppercase() == named);
        let action = action.unwrap_or(Action::Read);
        let id = |name: &str| given.maybe_text(name).map(|text| Uuid::try_parse(&text).unwrap_or_default());
        let record = id("id").unwrap_or_default();
        let subject = self.subject(caller, id("user")).await?;
        let asked = |user| Asked { org: caller.org, user: Some(user), moment: self.circumstances.moment };
        let Some(module) = explain::locate(store, catalog, caller.org, record).await? else { return Err(missing()) };
        let found = (module, record);
        if !administers(caller) {
            let rights = self.snapshot.rights(Some(caller));
            let own = explain::standing(store, catalog, &rights, &asked(caller.user), found, action, None).await?;
            if !own.readable {
                return Err(missing());
            }
        }
        let module = catalog.module(module);
        let field = match given.maybe_text("field") {
            Some(name) => Some(field(module, &name)?),
            None => None,
        };
        let (asked, of_field) = (asked(subject.user), field.map(|field| field.id));
        let standing = explain::standing(store, catalog, &subject.rights, &asked, found, action, of_field).await?;
        let value = Told { module, action, subject: &subject, german: is_german(&self.from.language) };
        Ok(Answered { value: value.answer(&standing, field), org: caller.org, user: Some(caller.user) })
    }

    /// Whose rights are asked about: the caller's, unless an administrator names another.
    async fn subject(&self, caller: &Caller, user: Option<Uuid>) -> Result<Subject, Refusal> {
        let Some(user) = user.filter(|user| *user != caller.user) else {
            let rights = self.snapshot.rights(Some(caller));
            return Ok(Subject { user: caller.user, role: caller.role.clone(), rights });
        };
        if !administers(caller) {
            return Err(Refusal::Forbidden);
        }
        let account = processes::account(&self.engine.store, user).await?;
        let account = account.filter(|account| account.org == caller.org);
        let account =
            account.ok_or_else(|| Refusal::Write(Box::new(WriteError::NotFound { module: "User".to_owned() })))?;
        let as_signed_in = Caller::signed_in(user, caller.org, &*account.role, Uuid::nil());
        Ok(Subject { user, rights: self.snapshot.rights(Some(&as_signed_in)), role: account.role })
    }
}

/// Whether somebody may look at the rights of others, and at those on records that it does not see; an API key that may not use all of its role is not.
fn administers(caller: &Caller) -> bool {
    ADMINISTRATORS.contains(&caller.role.as_str()) && caller.scope().is_none()
}

fn missing() -> Refusal {
    Refusal::Write(Box::new(WriteError::NotFound { module: "record".to_owned() }))
}

fn field<'m>(module: &'m Module, name: &str) -> Result<&'m Field, Refusal> {
    // A relation also has its id, and a polymorphic one its type.
    let is = |field: &&Field| {
        let linked = matches!(field.ty, FieldType::Relation { .. } | FieldType::Polymorphic { .. });
        field.gql == name || (linked && (name == format!("{}Id", field.gql) || name == format!("{}Type", field.gql)))
    };
    let found = module.fields.iter().filter(|field| !field.secret).find(is);
    found.ok_or_else(|| Refusal::Input(format!("{} has no field \"{name}\".", module.name)))
}

/// What is told, in whose words.
struct Told<'a> {
    module: &'a Module,
    action: Action,
    subject: &'a Subject,
    german: bool,
}

impl Told<'_> {
    fn answer(&self, standing: &Standing, field: Option<&Field>) -> Value {
        let open = standing.field.map(|(_, open)| open);
        let within = standing.reached;
        let allowed = within && standing.readable && open != Some(false);
        let reasons: Vec<_> = standing.grounds.iter().map(|met| self.reason(met)).collect();
        json!({
            "allowed": allowed,
            "message": self.message(standing, field.filter(|_| open == Some(false))),
            "action": self.action.name().to_uppercase(),
            "role": self.subject.role,
            "module": self.module.name,
            "level": level(standing.level),
            "within": within,
            "readable": standing.readable,
            "reasons": reasons,
            "rule": self.rule(&self.module.access, None),
            "field": field.map(|field| json!({
                "name": field.gql,
                "allowed": open,
                "level": standing.field.map(|(of_field, _)| level(of_field)),
                "rule": self.rule(&field.access, Some(field)),
            })),
        })
    }

    /// What the metadata say of the role.
    fn rule(&self, access: &[Access], field: Option<&Field>) -> Option<Value> {
        let said = Access::of(access, &self.subject.role)?;
        let field = field.map(|field| format!(".{}", field.name)).unwrap_or_default();
        let written = Some(&said.origin).filter(|origin| !origin.file.as_os_str().is_empty());
        Some(json!({
            "file": written.map(|origin| origin.file.display().to_string()),
            "line": written.map(|origin| origin.line),
            "key": format!("{}{field}.access.{}", self.module.name, said.role),
        }))
    }

    fn say(&self, english: String, deutsch: String) -> String {
        if self.german { deutsch } else { english }
    }

    fn reason(&self, met: &Met) -> Value {
        let (ground, field) = match met.ground {
            Ground::Person(field) if met.is_caller => ("PERSON", Some(field)),
            Ground::Person(field) => ("COLLEAGUE", Some(field)),
            Ground::Team(field) => ("TEAM", Some(field)),
            Ground::Parent(field) => ("PARENT", Some(field)),
            Ground::Shared => ("SHARED", None),
        };
        let field = field.map(|field| &self.module.field(field).gql);
        let name = field.map_or("", String::as_str);
        let message = match ground {
            "PERSON" => self.say(format!("`{name}` is the user."), format!("`{name}` ist der Benutzer.")),
            "COLLEAGUE" => self.say(
                format!("`{name}` is in a team of the user, or reports to the user."),
                format!("`{name}` gehört zu einem Team des Benutzers oder ist ihm unterstellt."),
            ),
            "TEAM" => {
                self.say(format!("`{name}` is a team of the user."), format!("`{name}` ist ein Team des Benutzers."))
            }
            "SHARED" => self.say(
                "It is shared with the user, or with a team of the user.".to_owned(),
                "Er ist für den Benutzer oder ein Team des Benutzers freigegeben.".to_owned(),
            ),
            _ => self.say(
                format!("The record of `{name}`, which it belongs to, is within the level."),
                format!("Der Datensatz in `{name}`, zu dem er gehört, liegt darin."),
            ),
        };
        json!({"ground": ground, "field": field, "message": message})
    }

    /// The first thing that stands in the way, or what allows it.
    fn message(&self, standing: &Standing, hidden: Option<&Field>) -> String {
        let (role, action) = (&self.subject.role, self.action.name());
        let level = level(standing.level).to_lowercase();
        let module = &self.module.name;
        if self.subject.rights.leaves_out(self.module.id, self.action) {
            return self.say(
                format!("The scope of the API key leaves out: {action} {module}."),
                format!("Der Umfang des API-Schlüssels enthält nicht: {action} {module}."),
            );
        }
        if standing.level == Level::None {
            return self.say(
                format!("The role {role} may {action} no record of {module}."),
                format!("Die Rolle {role} hat an {module} kein Recht: {action}."),
            );
        }
        if !standing.readable {
            return self.say(
                format!("The role {role} may not read this record of {module}, and so it is not there."),
                format!("Die Rolle {role} darf diesen Datensatz ({module}) nicht lesen; also gibt es ihn nicht."),
            );
        }
        if !standing.reached {
            return self.say(
                format!("The role {role} may {action} records of {module} at the level {level}; this one is not within it."),
                format!("Die Rolle {role} hat an {module} das Recht {action} auf der Stufe {level}; dieser Datensatz liegt nicht darin."),
            );
        }
        if let Some(field) = hidden {
            let name = &field.gql;
            if let Some((partly @ (Level::Own | Level::Team), _)) = standing.field {
                let level = self::level(partly).to_lowercase();
                return self.say(
                    format!("The role {role} may {action} the record, but its field `{name}` at the level {level} only; this record is not within it."),
                    format!("Die Rolle {role} hat am Datensatz das Recht {action}, an seinem Feld `{name}` aber nur auf der Stufe {level}; dieser Datensatz liegt nicht darin."),
                );
            }
            return self.say(
                format!("The role {role} may {action} the record, but not its field `{name}`."),
                format!("Die Rolle {role} hat am Datensatz das Recht {action}, aber nicht an seinem Feld `{name}`."),
            );
        }
        self.say(
            format!("The role {role} may {action} records of {module} at the level {level}, and this one is within it."),
            format!("Die Rolle {role} hat an {module} das Recht {action} auf der Stufe {level}; dieser Datensatz liegt darin."),
        )
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::None => "NONE",
        Level::Own => "OWN",
        Level::Team => "TEAM",
        Level::All => "ALL",
    }
}
