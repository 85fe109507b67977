//! Types of the metadata themselves: what a client needs to know to draw lists and forms for modules it has never seen.

use super::{
    identity::{Fields, add, object},
    output,
};
use crate::schema::model::{Bind, ObjectType, Process, Ref, TypeTable};

/// Type, description, and its fields: name, type, whether it is a list, whether it may be null, description.
type Description = (&'static str, &'static str, &'static [(&'static str, &'static str, bool, bool, &'static str)]);

const TYPES: [Description; 6] = [
    (
        "Module",
        "A module as the metadata describe it; texts are in the language of `Accept-Language`.",
        &[
            ("name", "ModuleName", false, false, "Name, which is also the GraphQL type."),
            ("plural", "String", false, false, "Name of many."),
            ("one", "String", false, false, "Root field of one record."),
            ("many", "String", false, false, "Root field of many records."),
            ("label", "String", false, false, "What people call one."),
            ("pluralLabel", "String", false, false, "What people call many."),
            ("help", "String", false, true, "What it is for."),
            ("package", "String", false, false, "The package that it is described in."),
            ("title", "String", false, false, "The field that stands for a record."),
            ("traits", "String", true, false, "What it can do."),
            (
                "operations",
                "String",
                true,
                false,
                "Which of read, create, update and delete there are, and convert where others are made of a record.",
            ),
            ("blocks", "ModuleBlock", true, false, "How fields are grouped on a form."),
            ("fields", "ModuleField", true, false, "Every field that may be read."),
            ("connections", "ModuleRelatedList", true, false, "Every to-many side."),
            ("listView", "String", true, false, "Columns of a list."),
            ("boardBy", "String", false, true, "The field whose values are the columns of a board."),
            ("boardSum", "String", false, true, "The field that is summed per column of a board."),
        ],
    ),
    (
        "ModuleBlock",
        "A titled group of fields.",
        &[
            ("name", "String", false, false, "Its name."),
            ("label", "String", false, false, "Its title."),
            ("fields", "String", true, false, "Names of its fields, in order."),
        ],
    ),
    (
        "ModuleField",
        "A field of a module.",
        &[
            ("name", "String", false, false, "Name in GraphQL; a relation also has its id, `accountId`."),
            ("label", "String", false, false, "What people call it."),
            ("help", "String", false, true, "What it is for."),
            ("type", "String", false, false, "Type in the metadata: `money`, `select`, `relation`, …."),
            ("required", "Boolean", false, false, "Never null."),
            ("requiredWhen", "ModuleCondition", false, true, "While this holds, and it is visible, it needs a value."),
            ("visible", "ModuleCondition", false, true, "Forms show it while this holds; always where it is missing."),
            ("unique", "Boolean", false, false, "Unique in the organization."),
            ("generated", "Boolean", false, false, "Set by the program, not an input."),
            ("immutable", "Boolean", false, false, "Given at creation, never changed."),
            ("personal", "Boolean", false, false, "Personal data in the sense of the GDPR."),
            ("mentions", "Boolean", false, false, "Users whose names stand in it behind `@` are told."),
            ("deprecated", "String", false, true, "Why it should not be used any more."),
            (
                "min",
                "String",
                false,
                true,
                "The least value of a number, date or time, as answers write it; of a relation to many the fewest links.",
            ),
            ("max", "String", false, true, "The greatest value; of texts the most characters."),
            ("pattern", "String", false, true, "The regular expression that a whole text has to match."),
            ("schema", "JSON", false, true, "The JSON Schema (draft 2020-12) that a JSON value has to meet."),
            ("options", "ModuleOption", true, false, "Options of a picklist, in order."),
            ("targets", "ModuleName", true, false, "Modules that a relation may point to."),
        ],
    ),
    (
        "ModuleCondition",
        "A condition on the values of a record, which a form follows as they are typed.",
        &[
            ("expression", "String", false, false, "As in the metadata; names are those of the metadata there."),
            ("fields", "String", true, false, "What it depends on, named as in GraphQL: `status`, `stage.isWon`."),
        ],
    ),
    (
        "ModuleOption",
        "An option of a picklist.",
        &[
            ("value", "String", false, false, "Its GraphQL value."),
            ("label", "String", false, false, "What people call it."),
            ("color", "HexColorCode", false, true, "Its colour."),
            ("deprecated", "Boolean", false, false, "No longer offered."),
        ],
    ),
    (
        "ModuleRelatedList",
        "The to-many side of a relation.",
        &[
            ("name", "String", false, false, "Name in GraphQL."),
            ("label", "String", false, false, "What people call it."),
            ("help", "String", false, true, "What it is for."),
            ("targets", "ModuleName", true, false, "Modules of its records."),
        ],
    ),
];

/// Adds the types.
pub(super) fn metadata(table: &mut TypeTable) {
    for (name, description, fields) in TYPES {
        let fields = fields.iter().map(|(field, ty, list, nullable, description)| {
            let ty = if *list { Ref::required_list(*ty) } else { Ref::maybe(*ty, !nullable) };
            ((*field).to_owned(), output(ty, Bind::Described, *description))
        });
        let ty = ObjectType { description: description.to_owned(), implements: Vec::new(), fields: fields.collect() };
        table.objects.insert(name.to_owned(), ty);
    }
}

/// What loads them anew.
pub(super) fn mutations(table: &mut TypeTable, fields: &mut Fields) {
    let parts = [
        ("version", Ref::required("Int"), "Number of the version of the tables, which counts in the database."),
        ("hash", Ref::required("String"), "SHA-256 of the files, the same on every server that has the same."),
        ("changes", Ref::required_list("String"), "What was changed in the database, one line each."),
    ];
    object(table, "MetadataReload", "The metadata that are served from now on.", &parts);
    let description = "Loads the packages anew from their files, brings the database up to them and serves them; if they cannot be used, what was served before is served still. For administrators; where there are several organizations, for SUPER_ADMIN.";
    add(fields, "reloadMetadata", Ref::required("MetadataReload"), Process::ReloadMetadata, Vec::new(), description);
}
