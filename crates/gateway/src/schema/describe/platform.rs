//! Types that do not depend on modules: pages, filters by scalar.

use super::{LANGUAGE, input, output};
use crate::lower::RANGES;
use crate::schema::model::{
    Bind, EnumType, EnumValue, InputField, InputObjectType, ObjectType, PagePart, Ref, TypeTable,
};
use indexmap::IndexMap;
use kontor_metadata::model::Catalog;

/// Types that do not depend on modules.
pub(super) fn platform(table: &mut TypeTable, catalog: &Catalog) {
    table.objects.insert(
        "PageInfo".to_owned(),
        ObjectType {
            description: "Where a page stands in its list (Relay Cursor Connections).".to_owned(),
            implements: Vec::new(),
            fields: IndexMap::from([
                (
                    "hasNextPage".to_owned(),
                    output(
                        Ref::required("Boolean"),
                        Bind::Page(PagePart::HasNextPage),
                        "Whether records follow the last one of this page.",
                    ),
                ),
                (
                    "hasPreviousPage".to_owned(),
                    output(
                        Ref::required("Boolean"),
                        Bind::Page(PagePart::HasPreviousPage),
                        "Whether records precede the first one of this page.",
                    ),
                ),
                (
                    "startCursor".to_owned(),
                    output(Ref::new("String"), Bind::Page(PagePart::StartCursor), "Cursor of the first record."),
                ),
                (
                    "endCursor".to_owned(),
                    output(Ref::new("String"), Bind::Page(PagePart::EndCursor), "Cursor of the last record."),
                ),
            ]),
        },
    );
    enumeration(
        table,
        "OrderDirection",
        "Direction of an order, and the place of nulls in it.",
        &[
            ("ASC", "Smallest first, nulls last."),
            ("DESC", "Largest first, nulls first."),
            ("ASC_NULLS_FIRST", "Smallest first, nulls before them."),
            ("ASC_NULLS_LAST", "Smallest first, nulls after them."),
            ("DESC_NULLS_FIRST", "Largest first, nulls before them."),
            ("DESC_NULLS_LAST", "Largest first, nulls after them."),
        ],
    );
    enumeration(
        table,
        "DeletedFilter",
        "Whether deleted records count.",
        &[
            ("EXCLUDE", "Only records that are not deleted."),
            ("INCLUDE", "All records."),
            ("ONLY", "Only deleted records."),
        ],
    );
    enumeration(table, "RelativeDate", "A range of days that moves with time.", &RANGES);
    let names = catalog.modules.iter().map(|m| EnumValue {
        name: m.name.clone(),
        stored: m.name.clone(),
        description: m.label.get(LANGUAGE).to_owned(),
        deprecated: false,
    });
    let description = "The modules; the same names as `__typename`.".to_owned();
    table.enums.insert("ModuleName".to_owned(), EnumType { description, values: names.collect() });
    table.abstracts.insert("Node".to_owned(), catalog.modules.iter().map(|m| m.name.clone()).collect());
    operators(table);
}

pub(super) fn enumeration(table: &mut TypeTable, name: &str, description: &str, values: &[(&str, &str)]) {
    let values = values.iter().map(|(name, description)| EnumValue {
        name: (*name).to_owned(),
        stored: (*name).to_owned(),
        description: (*description).to_owned(),
        deprecated: false,
    });
    table.enums.insert(name.to_owned(), EnumType { description: description.to_owned(), values: values.collect() });
}

/// Filters by scalar: which operators each has.
pub(super) fn operators(table: &mut TypeTable) {
    let ordered = ["Int", "Float", "Decimal", "Date", "Time", "DateTime"];
    for scalar in ["ID", "String", "Int", "Float", "Decimal", "Boolean", "Date", "Time", "DateTime"] {
        let mut fields = equality(scalar);
        if ordered.contains(&scalar) || scalar == "String" {
            for (name, description) in
                [("lt", "Less than."), ("lte", "At most."), ("gt", "Greater than."), ("gte", "At least.")]
            {
                fields.insert(name.to_owned(), input(Ref::new(scalar), description));
            }
            fields.insert(
                "between".to_owned(),
                input(Ref::list(scalar), "From the first to the second of two values, both included."),
            );
        }
        if matches!(scalar, "Date" | "DateTime") {
            let description = "In a range of days that moves with time; days are those of the organization's time zone, weeks begin on Monday.";
            fields.insert("within".to_owned(), input(Ref::new("RelativeDate"), description));
        }
        if scalar == "String" {
            for (name, description) in [
                ("contains", "Contains the text."),
                ("icontains", "Contains the text, whatever the letter case."),
                ("startsWith", "Begins with the text."),
                ("istartsWith", "Begins with the text, whatever the letter case."),
                ("endsWith", "Ends with the text."),
                ("iendsWith", "Ends with the text, whatever the letter case."),
                ("like", "Matches the pattern: `%` any text, `_` any character, `\\` escapes."),
                ("ilike", "Matches the pattern, whatever the letter case."),
            ] {
                fields.insert(name.to_owned(), input(Ref::new("String"), description));
            }
        }
        input_object(
            table,
            &format!("{scalar}Filter"),
            format!("Conditions on a {scalar}; all that are given must hold."),
            fields,
        );
    }
    let fields = IndexMap::from([
        ("isNull".to_owned(), input(Ref::new("Boolean"), "Whether there is no value.")),
        (
            "path".to_owned(),
            input(Ref::new("String"), "Where in the value: keys and indexes with points between, `address.lines.0`."),
        ),
        ("eq".to_owned(), input(Ref::new("JSON"), "Equal, at the path or as a whole.")),
        ("exists".to_owned(), input(Ref::new("Boolean"), "Whether there is something at the path.")),
    ]);
    input_object(table, "JSONFilter", "Conditions on a JSON value.".to_owned(), fields);
}

pub(super) fn equality(scalar: &str) -> IndexMap<String, InputField> {
    IndexMap::from([
        ("eq".to_owned(), input(Ref::new(scalar), "Equal; `null` finds records without a value.")),
        ("ne".to_owned(), input(Ref::new(scalar), "Not equal; `null` finds records with a value.")),
        ("in".to_owned(), input(Ref::list(scalar), "One of these.")),
        ("notIn".to_owned(), input(Ref::list(scalar), "None of these.")),
        ("isNull".to_owned(), input(Ref::new("Boolean"), "Whether there is no value.")),
    ])
}

pub(super) fn input_object(
    table: &mut TypeTable,
    name: &str,
    description: String,
    fields: IndexMap<String, InputField>,
) {
    table
        .inputs
        .insert(name.to_owned(), InputObjectType { description, one_of: false, module: None, values: false, fields });
}
