//! What stands between the texts of the metadata.

/// Titles and heads of tables.
pub(super) struct Words {
    pub(super) modules: &'static str,
    pub(super) module: &'static str,
    pub(super) purpose: &'static str,
    pub(super) field: &'static str,
    pub(super) label: &'static str,
    pub(super) holds: &'static str,
    pub(super) meaning: &'static str,
    pub(super) options: &'static str,
    pub(super) connections: &'static str,
    pub(super) rules: &'static str,
    pub(super) condition: &'static str,
    pub(super) message: &'static str,
    pub(super) rights: &'static str,
    pub(super) role: &'static str,
    pub(super) may: &'static str,
    pub(super) limited: &'static str,
    pub(super) views: &'static str,
    pub(super) list: &'static str,
    pub(super) board: &'static str,
    pub(super) events: &'static str,
    pub(super) platform: &'static str,
    pub(super) added_by: &'static str,
}

const ENGLISH: Words = Words {
    modules: "Modules",
    module: "Module",
    purpose: "What it is for",
    field: "Field",
    label: "Label",
    holds: "Holds",
    meaning: "Meaning",
    options: "Options",
    connections: "Connections",
    rules: "Rules",
    condition: "Holds for every record",
    message: "What the writer is told",
    rights: "Rights",
    role: "Role",
    may: "May",
    limited: "Limited to",
    views: "Views",
    list: "List",
    board: "Board by",
    events: "Events",
    platform: "Fields that every record has",
    added_by: "added by",
};

const GERMAN: Words = Words {
    modules: "Module",
    module: "Modul",
    purpose: "Wozu",
    field: "Feld",
    label: "Bezeichnung",
    holds: "Inhalt",
    meaning: "Bedeutung",
    options: "Optionen",
    connections: "Verbindungen",
    rules: "Regeln",
    condition: "Gilt für jeden Datensatz",
    message: "Was dem Schreibenden gesagt wird",
    rights: "Rechte",
    role: "Rolle",
    may: "Darf",
    limited: "Nur für",
    views: "Ansichten",
    list: "Liste",
    board: "Tafel nach",
    events: "Ereignisse",
    platform: "Felder, die jeder Datensatz hat",
    added_by: "ergänzt von",
};

/// German for German, English for everybody else.
pub(super) fn of(language: &str) -> &'static Words {
    if language == "de" || language.starts_with("de-") { &GERMAN } else { &ENGLISH }
}
