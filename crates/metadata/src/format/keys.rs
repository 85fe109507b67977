//! Every key.

use super::{
    Key,
    Takes::{self, *},
    Thing,
};

const fn key(name: &'static str, takes: Takes, help: &'static str, example: &'static str) -> Key {
    Key { name, takes, required: false, help, example }
}

const fn needed(name: &'static str, takes: Takes, help: &'static str, example: &'static str) -> Key {
    Key { name, takes, required: true, help, example }
}

const LABEL: Key = key(
    "label",
    Label,
    "What people call it: a text, or one per language (BCP 47). Made from the name where it is missing.",
    "{en: Opportunity, de: Verkaufschance}",
);
const HELP: Key = key("help", Label, "What it is for, in a sentence.", "{en: A sale that may come about}");
const FORMAT: Key = needed("format", Format, "The version of this format: 1.", "1");

pub(super) const PACKAGE: &[Key] = &[
    FORMAT,
    key("package", Name, "Its name; that of its folder where it is missing.", "shipments"),
    LABEL,
    HELP,
    key("version", Text, "Its version (semver.org).", "1.2.0"),
    key("requires", Names, "Packages that it builds on, and that have to be there.", "[core]"),
    key(
        "removed",
        FieldOrFields,
        "Modules that are not there any more; their tables stay hidden until `kontor apply --prune`.",
        "[Delivery]",
    ),
    key(
        "prefix",
        Name,
        "What every name begins with that it adds to a module of another package; its own name where it is missing.",
        "ship",
    ),
    key("languages", Names, "Languages that labels have to be given in; a missing one is a warning.", "[en, de]"),
    key("author", Text, "Who has written it.", ""),
    key("license", Text, "Its licence (an SPDX identifier).", "Apache-2.0"),
    key("homepage", Text, "Where more is said about it.", ""),
];

pub(super) const NAMED: &[Key] =
    &[FORMAT, needed("module", Name, "The name of the module, in PascalCase: the type in GraphQL.", "Shipment")];

pub(super) const BODY: &[Key] = &[
    needed("plural", Name, "Its name for many, in PascalCase; the table is named by it in snake_case.", "Shipments"),
    LABEL,
    key("plural_label", Label, "What people call many of them.", "{en: Shipments, de: Sendungen}"),
    HELP,
    key(
        "title",
        Field,
        "The field that stands for a record in pickers, feeds and search; `name` or `subject` where there is one.",
        "number",
    ),
    key("traits", Traits, "What its records can do besides.", "[owned, soft_delete, audited, notes]"),
    key(
        "blocks",
        Map(Thing::Block),
        "Groups of fields, as a form shows them.",
        "{deal: {fields: {name: {type: text}}}}",
    ),
    key(
        "children",
        Map(Thing::Child),
        "Modules whose records belong to one of this module, such as the lines of a quote. They have its rights, and are deleted with it.",
        "",
    ),
    key(
        "rules",
        Map(Thing::Rule),
        "Conditions that every record has to meet.",
        "{won_has_amount: {check: \"status != 'won' || amount > 0\", at: amount}}",
    ),
    key(
        "access",
        Access,
        "Who may do what: roles, actions (`read`, `create`, `update`, `delete`, or `all`; and by their own names `export` and `erase`) and how far they reach (`own`, `team`, `all`, `true` for all, `false`). Whoever is not named may do nothing.",
        "{sales_rep: {read: team, create: true, update: own}}",
    ),
    key("views", One(Thing::Views), "How lists and boards show it.", "{list: [name, account, amount]}"),
    key("indexes", FieldLists, "Further indexes; relations and unique keys have one anyway.", "[[pipeline, stage]]"),
    key(
        "unique",
        FieldLists,
        "Combinations of values that no two records of an organization share; deleted records do not count.",
        "[[account, number]]",
    ),
    key(
        "events",
        Conditions,
        "Names for changes, kept with them in the log: feeds can be of them.",
        "{won: \"changed(stage) && stage.is_won\"}",
    ),
    key(
        "consents",
        Map(Thing::Consent),
        "Fields that together are a consent of the person: its time is set, and a source demanded.",
        "{newsletter: {given: agrees, at: agreed_at, source: agreed_by}}",
    ),
    key(
        "retention",
        Map(Thing::Retention),
        "For how long records are kept, and what becomes of them then.",
        "{forgotten: {after: P2Y, of: last_activity_at, do: erase}}",
    ),
    key(
        "convert",
        Conversion,
        "What a record becomes: modules, and for each the fields that come from fields of the record. See [Conversions](modules.md#conversions).",
        "{Account: {name: company, phone: phone}}",
    ),
    key("renamed_from", FieldOrFields, "Former names.", "Delivery"),
    key(
        "removed",
        FieldOrFields,
        "Fields that are not there any more; their columns stay hidden until `kontor apply --prune`.",
        "[fax]",
    ),
    key(
        "operations",
        Words(&["read", "create", "update", "delete"]),
        "Which root fields there are; all where it is missing.",
        "[read]",
    ),
    key("system", Boolean, "The table is made by a migration. Only for the package `core`.", "true"),
    key("table", Name, "The table of a system module.", "users"),
    key("tenant", Name, "The column of a system module that holds the organization.", "org"),
];

pub(super) const CHILD: &[Key] = &[
    key(
        "inverse",
        Name,
        "The connection of the parent that leads to them; the plural where it is missing.",
        "line_items",
    ),
    key("inverse_label", Label, "What people call that connection.", "{en: Lines, de: Positionen}"),
    key("ordered", Boolean, "Whether they have a position among each other.", "true"),
    key(
        "history",
        One(Thing::History),
        "They keep what a field of the parent has been: one is added whenever it changes.",
        "{of: stage, before: from_stage, after: to_stage, at: changed_at}",
    ),
    key("fields", Map(Thing::Field), "Its fields, where they need no blocks.", "{quantity: {type: decimal}}"),
];

pub(super) const BLOCK: &[Key] = &[
    LABEL,
    needed(
        "fields",
        Map(Thing::Field),
        "Its fields; their order is that of the form.",
        "{name: {type: text, required: true}}",
    ),
];

pub(super) const FIELD: &[Key] = &[
    needed("type", Type, "What it holds.", "text"),
    LABEL,
    HELP,
    key("required", Condition, "It has to have a value: always, or while a condition holds.", "\"status == 'lost'\""),
    key("default", Value, "The value of a new record where none is given.", "EUR"),
    key(
        "unique",
        Boolean,
        "No two records of an organization have the same value; deleted records do not count.",
        "true",
    ),
    key("indexed", Boolean, "Lists are often filtered or ordered by it: it gets an index.", "true"),
    key(
        "search",
        Word(&["A", "B", "C", "D"]),
        "Full-text search looks at it; the letter says how much a word in it counts.",
        "A",
    ),
    key("min", Limit, "The smallest value; of a relation to many, the fewest links.", "0"),
    key(
        "max",
        Limit,
        "The largest value; of a text, the most characters; of a relation to many, the most links.",
        "100",
    ),
    key(
        "pattern",
        Text,
        "A regular expression that the whole text has to match; of an autonumber, how numbers look: `{YYYY}`, `{YY}`, `{MM}` and zeros in braces for the digits.",
        "\"Q-{YYYY}-{0000}\"",
    ),
    key("scale", Integer, "Digits behind the point, 0 to 9; 2 where it is missing.", "3"),
    key(
        "options",
        Options,
        "The options of a picklist: a list of names, or a map with a label and a colour for each.",
        "{open: {label: {en: Open}, color: \"#00aa55\"}, closed: }",
    ),
    key(
        "flow",
        OptionMap,
        "What an option may become; one that is not named may become any.",
        "{new: [open], open: [closed], closed: []}",
    ),
    key(
        "depends_on",
        Dependence,
        "Options that another picklist leaves; one that is not named leaves all.",
        "{country: {DE: [by, bw], AT: [w]}}",
    ),
    key("to", Target, "Where a relation leads: a module, several, or all with a trait.", "Account"),
    key("inverse", Name, "The connection of the other module that leads back.", "opportunities"),
    key("inverse_label", Label, "What people call that connection.", "{en: Opportunities}"),
    key("many", Boolean, "The relation leads to many records.", "true"),
    key(
        "on_delete",
        Word(&["restrict", "set_null", "cascade"]),
        "What happens to this record when the one it leads to is deleted.",
        "cascade",
    ),
    key(
        "where",
        Expression,
        "What a record has to be like to be linked to; `record.` stands in front of the fields of this one.",
        "\"pipeline == record.pipeline\"",
    ),
    key(
        "compute",
        Expression,
        "It is always the value of this expression.",
        "\"round(amount * probability / 100, 2)\"",
    ),
    key("copy_from", Text, "Copied from where a relation leads when that changes, then editable.", "stage.probability"),
    key("rollup", One(Thing::Rollup), "It sums up the records of a connection.", "{sum: line_items.total}"),
    key("touch", FieldOrFields, "Set to now when one of these fields changes.", "stage"),
    key(
        "remind",
        Condition,
        "Whoever the record is assigned to is reminded of it at this moment, while the condition holds.",
        "\"status != 'done'\"",
    ),
    key("mentions", Boolean, "Users whose names stand in the text behind `@` are told.", "true"),
    key(
        "visible",
        Expression,
        "Forms show it while this holds, and it is required at those times only; it hides nothing.",
        "\"status == 'lost'\"",
    ),
    key("immutable", Boolean, "It keeps the value that it is created with.", "true"),
    key(
        "personal",
        Personal,
        "It tells something about a person: the audit trail does not keep its values. `content`: it is free text that may, and is erased with the person.",
        "true",
    ),
    key(
        "on_erase",
        Word(&["keep", "anonymize", "delete", "same_person"]),
        "What happens to this record when the person that the relation leads to is erased.",
        "anonymize",
    ),
    key("secret", Boolean, "It is stored, and never told.", "true"),
    key(
        "access",
        Access,
        "Which roles may read and change it, of those that may read and change the record.",
        "{sales_rep: {read: true}}",
    ),
    key("deprecated", Text, "It is on its way out, and why.", "Use `domain`."),
    key("renamed_from", FieldOrFields, "Former names.", "value"),
    key(
        "backfill",
        Expression,
        "The value of a new field in records that are there already; a text needs quotes inside: `\"'none'\"`.",
        "\"round(amount * 1.19, 2)\"",
    ),
    key(
        "replace",
        Anything,
        "What options become that are not there any more; `null` clears the value.",
        "{fax: phone}",
    ),
    key(
        "schema",
        Anything,
        "The JSON Schema (draft 2020-12) that its values have to meet; `$ref` leads to its own `$defs` only.",
        "{type: object, properties: {fit: {type: integer, minimum: 0}}}",
    ),
    key("column", Name, "The column of a system module.", "owner_id"),
];

pub(super) const CHOICE: &[Key] = &[
    LABEL,
    key("color", Text, "`#rrggbb`.", "\"#00aa55\""),
    key("deprecated", Boolean, "It is not offered any more; records may still have it.", "true"),
    key("renamed_from", FieldOrFields, "Former names.", "done"),
];

pub(super) const RULE: &[Key] = &[
    needed(
        "check",
        Expression,
        "Holds for every record that is written.",
        "\"ends_at == null || ends_at > starts_at\"",
    ),
    key("at", Field, "The field that the message belongs to.", "ends_at"),
    key("message", Label, "What the writer is told.", "{en: The end lies before the beginning.}"),
];

pub(super) const CONSENT: &[Key] = &[
    needed("given", Field, "A boolean: whether it is given.", "agrees"),
    needed("at", Field, "A datetime: since when.", "agreed_at"),
    needed("source", Field, "A text: how it was given.", "agreed_by"),
];

pub(super) const RETENTION: &[Key] = &[
    needed("after", Text, "How long after the moment (an ISO 8601 duration).", "P10Y"),
    needed("of", Field, "The field with the moment: a date or datetime.", "last_activity_at"),
    needed("do", Word(&["erase", "delete", "purge"]), "What becomes of the record.", "erase"),
    key("where", Expression, "Only of records for which this holds.", "\"status == 'closed'\""),
];

pub(super) const ROLLUP: &[Key] = &[
    key("count", Text, "The number of records of a connection.", "tickets"),
    key("sum", Text, "The sum of a field of them: `connection.field`.", "line_items.total"),
    key("min", Text, "The smallest value.", "tasks.due_date"),
    key("max", Text, "The largest value.", "activities.starts_at"),
    key("avg", Text, "The average.", "ratings.stars"),
    key("where", Expression, "Only records for which this holds.", "\"status == 'accepted'\""),
];

pub(super) const HISTORY: &[Key] = &[
    needed("of", Text, "The field of the parent.", "stage"),
    key("before", Field, "Gets the value before; nothing for a new record.", "from_stage"),
    key("after", Field, "Gets the value after.", "to_stage"),
    key("at", Field, "Gets the moment of the change.", "changed_at"),
    key("by", Field, "Gets the user who has made it.", "changed_by"),
    key("seconds", Field, "Gets the seconds for which the value before was held.", "seconds_in_stage"),
];

pub(super) const VIEWS: &[Key] = &[
    key("list", Fields, "The columns of a list.", "[name, account, amount]"),
    key("board", One(Thing::Board), "How a board shows it.", "{by: stage, sum: amount}"),
];

pub(super) const BOARD: &[Key] = &[
    needed("by", Field, "The columns of the board: a picklist or a relation.", "stage"),
    key("sum", Field, "What is summed up in the head of each column.", "amount"),
];

pub(super) const EXTENSION: &[Key] = &[
    FORMAT,
    needed("extend", Text, "The module that it adds to, with its package.", "core/Opportunity"),
    key(
        "fields",
        Map(Thing::Field),
        "Fields, in a block of their own that is named by the prefix of the package.",
        "{ship_weight: {type: decimal}}",
    ),
    key(
        "blocks",
        Map(Thing::Block),
        "Further blocks; one that is there already gets the fields, too.",
        "{ship_delivery: {fields: {ship_weight: {type: decimal}}}}",
    ),
    key("options", Additions, "Further options of its picklists.", "{source: [ship_trade_fair]}"),
    key(
        "adjust",
        Map(Thing::Adjustment),
        "Changes of what is there: labels, defaults, visibility; `required` can be tightened.",
        "{name: {label: {en: Title}}}",
    ),
    key("rules", Map(Thing::Rule), "Further rules.", "{ship_weighed: {check: \"ship_weight > 0\"}}"),
    key(
        "access",
        Access,
        "Rights of roles that the module does not name, or narrower ones of those that it does.",
        "{courier: {read: all}}",
    ),
    key("events", Conditions, "Further events.", "{ship_sent: \"changed(ship_sent_at)\"}"),
    key("convert", Conversion, "Further fields of what a record becomes.", "{Account: {ship_code: ship_code}}"),
    key("indexes", FieldLists, "Further indexes.", "[[ship_weight, account]]"),
    key("unique", FieldLists, "Further unique keys.", "[[ship_code]]"),
    key("traits", Traits, "Further traits.", "[tags]"),
    key(
        "removed",
        FieldOrFields,
        "Fields of an extension that are not there any more; their columns stay hidden until `kontor apply --prune`.",
        "[ship_height]",
    ),
];

pub(super) const ADJUSTMENT: &[Key] = &[
    key("label", Label, "What people call it; languages that are not given stay.", "{de: Auftrag}"),
    key("help", Label, "What it is for; languages that are not given stay.", "{en: Without tax}"),
    key("default", Value, "Another default.", "USD"),
    key("required", Condition, "Required from now on: always, or while a condition holds.", "true"),
    key(
        "visible",
        Expression,
        "Forms show it while this holds, and it is required at those times only; it hides nothing.",
        "\"status == 'lost'\"",
    ),
    key("deprecated", Text, "It is on its way out, and why.", "Use `ship_weight`."),
    key("access", Access, "Narrower rights.", "{manager: {all: true}}"),
    key("search", Word(&["A", "B", "C", "D"]), "Full-text search looks at it.", "B"),
    key("indexed", Boolean, "It gets an index.", "true"),
];
