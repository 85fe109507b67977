//! The texts of notifications, in English and German.

use super::news::Reason;

/// Most fields that a message names.
const MOST_FIELDS: usize = 10;

/// What a message is made of.
#[derive(Debug)]
pub(super) struct Told<'t> {
    /// Why the user is told.
    pub(super) reason: Reason,
    /// What happened, as in the log: `CREATED`, ….
    pub(super) kind: &'t str,
    /// Who did it; none for the program itself, or a user who is gone.
    pub(super) actor: Option<&'t str>,
    /// Label and title of the record that changed.
    pub(super) changed: Named<'t>,
    /// Those of the record that it is a part of, where the user follows that.
    pub(super) whole: Option<Named<'t>>,
    /// Labels of the changed fields.
    pub(super) fields: Vec<&'t str>,
}

/// A record by its label and title.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'t> {
    pub(super) label: &'t str,
    pub(super) title: Option<&'t str>,
}

impl Named<'_> {
    /// Account “Acme”
    fn quoted(self, german: bool) -> String {
        let (label, (open, close)) = (self.label, if german { ("„", "“") } else { ("“", "”") });
        self.title.map_or_else(|| label.to_owned(), |title| format!("{label} {open}{title}{close}"))
    }
}

/// What a user is told. The German sentences get by without the gender of what is told of, which nobody knows.
pub(super) fn text(told: &Told<'_>, language: &str) -> String {
    let german = language == "de";
    let what = told.changed.quoted(german);
    let whole = told.whole.map(|whole| whole.quoted(german));
    let fields = match told.fields.as_slice() {
        [] => String::new(),
        fields if fields.len() > MOST_FIELDS => format!(" ({}, …)", fields[..MOST_FIELDS].join(", ")),
        fields => format!(" ({})", fields.join(", ")),
    };
    let actor = told.actor.unwrap_or("Kontor");
    if german {
        let zu = |join: &str| whole.map_or_else(String::new, |whole| format!(" {join} {whole}"));
        return match (told.reason, told.kind) {
            (Reason::Mention, _) => format!("{actor} hat Sie erwähnt: {what}"),
            (Reason::Assignment, _) => format!("{actor} hat Ihnen zugewiesen: {what}"),
            (Reason::Reminder, _) => format!("Erinnerung: {what}"),
            (_, "CREATED") => format!("{actor} hat hinzugefügt: {what}{}", zu("zu")),
            (_, "DELETED" | "PURGED") => format!("{actor} hat gelöscht: {what}{}", zu("von")),
            (_, "RESTORED") => format!("{actor} hat wiederhergestellt: {what}{}", zu("von")),
            _ => format!("{actor} hat geändert: {what}{fields}{}", zu("von")),
        };
    }
    let of = |join: &str| whole.map_or_else(String::new, |whole| format!(" {join} {whole}"));
    match (told.reason, told.kind) {
        (Reason::Mention, _) => format!("{actor} mentioned you: {what}"),
        (Reason::Assignment, _) => format!("{actor} assigned to you: {what}"),
        (Reason::Reminder, _) => format!("Reminder: {what}"),
        (_, "CREATED") => format!("{actor} added {what}{}", of("to")),
        (_, "DELETED" | "PURGED") => format!("{actor} deleted {what}{}", of("of")),
        (_, "RESTORED") => format!("{actor} restored {what}{}", of("of")),
        _ => format!("{actor} changed {what}{fields}{}", of("of")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_sentences_in_both_languages() {
        let deal = Named { label: "Opportunity", title: Some("Big") };
        let told = |reason, kind, fields| Told {
            reason,
            kind,
            actor: Some("Ada Lovelace"),
            changed: deal,
            whole: None,
            fields,
        };
        let changed = told(Reason::Followed, "UPDATED", vec!["Stage", "Amount"]);
        assert_eq!(text(&changed, "en"), "Ada Lovelace changed Opportunity “Big” (Stage, Amount)");
        assert_eq!(text(&changed, "de"), "Ada Lovelace hat geändert: Opportunity „Big“ (Stage, Amount)");
        let part = Told {
            actor: None,
            changed: Named { label: "Note", title: None },
            whole: Some(deal),
            ..told(Reason::Part, "CREATED", vec![])
        };
        assert_eq!(text(&part, "en"), "Kontor added Note to Opportunity “Big”");
        assert_eq!(text(&part, "de"), "Kontor hat hinzugefügt: Note zu Opportunity „Big“");
        assert_eq!(text(&told(Reason::Reminder, "", vec![]), "de"), "Erinnerung: Opportunity „Big“");
        let many = told(Reason::Followed, "UPDATED", vec!["A"; 12]);
        assert!(text(&many, "en").ends_with("(A, A, A, A, A, A, A, A, A, A, …)"));
    }
}
