//! Types of aggregates: groups of the records of a module, and what is computed of each.

use super::{LANGUAGE, input, output, search};
use crate::schema::{
    model::{Bind, Calculation, GroupBind, InputBind, InputField, InputObjectType, ObjectType, Ref, TypeTable},
    scalars,
};
use indexmap::IndexMap;
use kontor_domain::query::aggregate::Bucket;
use kontor_metadata::{
    model::{Catalog, Field, FieldType, Module},
    naming,
};

/// What is computed of which fields.
struct Offer {
    key: &'static str,
    calculation: Calculation,
    /// What the names of its types end in; both calculations of a kind have the same types.
    kind: &'static str,
    applies: fn(&Field) -> bool,
    description: &'static str,
}

const OFFERS: [Offer; 6] = [
    Offer {
        key: "countValues",
        calculation: Calculation::CountValues,
        kind: "Counts",
        applies: is_countable,
        description: "Number of records with a value.",
    },
    Offer {
        key: "countDistinct",
        calculation: Calculation::CountDistinct,
        kind: "Counts",
        applies: is_countable,
        description: "Number of different values.",
    },
    Offer {
        key: "sum",
        calculation: Calculation::Sum,
        kind: "Totals",
        applies: is_number,
        description: "Sum of the values; null without values.",
    },
    Offer {
        key: "avg",
        calculation: Calculation::Avg,
        kind: "Totals",
        applies: is_number,
        description: "Arithmetic mean of the values, rounded to four digits more than the field has; null without values.",
    },
    Offer {
        key: "min",
        calculation: Calculation::Min,
        kind: "Extremes",
        applies: is_ordered,
        description: "Smallest value.",
    },
    Offer {
        key: "max",
        calculation: Calculation::Max,
        kind: "Extremes",
        applies: is_ordered,
        description: "Largest value.",
    },
];

fn is_countable(field: &Field) -> bool {
    !matches!(field.ty, FieldType::Json { .. })
}

fn is_number(field: &Field) -> bool {
    matches!(field.ty, FieldType::Integer { .. } | FieldType::Decimal { .. } | FieldType::Float { .. })
}

fn is_ordered(field: &Field) -> bool {
    is_number(field)
        || matches!(
            field.ty,
            FieldType::Date { .. } | FieldType::Time { .. } | FieldType::DateTime { .. } | FieldType::Text { .. }
        )
}

/// A stored value by its name in records: relations are there by their ids.
struct Value<'m> {
    name: String,
    field: &'m Field,
    /// The module name of a polymorphic relation rather than its id.
    is_type: bool,
}

fn values(module: &Module) -> Vec<Value<'_>> {
    let mut values = Vec::with_capacity(module.fields.len());
    for field in module.fields.iter().filter(|f| !f.secret && f.has_value()) {
        let mut add = |name: String, is_type| values.push(Value { name, field, is_type });
        match &field.ty {
            FieldType::Relation { .. } => add(format!("{}Id", field.gql), false),
            FieldType::Polymorphic { .. } => {
                add(format!("{}Id", field.gql), false);
                add(format!("{}Type", field.gql), true);
            }
            _ => add(field.gql.clone(), false),
        }
    }
    values
}

/// All types of the aggregates of a module.
pub(super) fn aggregates(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    group_by(table, catalog, module);
    group(table, catalog, module);
    for kind in OFFERS.chunk_by(|a, b| a.kind == b.kind) {
        calculated(table, module, kind[0].kind, kind[0].applies);
    }
    let own = naming::aggregate_type(&module.name);
    let plural = module.plural_label.get(LANGUAGE);
    let offers: Vec<_> =
        OFFERS.iter().filter(|o| values(module).iter().any(|v| !v.is_type && (o.applies)(v.field))).collect();
    let part = |ty, part, description: &str| output(ty, Bind::Group(part), description);
    let mut fields = IndexMap::from([
        (
            "keys".to_owned(),
            part(
                Ref { name: "JSON".to_owned(), list: Some(false), required: true },
                GroupBind::Keys,
                "The values that the records of this group have in common, in the order of `groupBy`.",
            ),
        ),
        (
            "group".to_owned(),
            part(
                Ref::required(naming::group_type(&module.name)),
                GroupBind::Key,
                "The same by name; only what `groupBy` has can be selected.",
            ),
        ),
        ("count".to_owned(), part(Ref::required("Int"), GroupBind::Count, "Number of records.")),
    ]);
    for offer in &offers {
        let ty = Ref::required(format!("{}{}", module.name, offer.kind));
        fields.insert(offer.key.to_owned(), part(ty, GroupBind::Each(offer.calculation), offer.description));
    }
    let description = format!("A group of {plural}, and what is computed of it.");
    table.objects.insert(own.clone(), ObjectType { description, implements: Vec::new(), fields });

    let having = naming::having_type(&module.name);
    let mut conditions = IndexMap::from([
        ("and".to_owned(), input(Ref::list(&having), "All of these hold.")),
        ("or".to_owned(), input(Ref::list(&having), "At least one of these holds.")),
        ("not".to_owned(), input(Ref::new(&having), "This does not hold.")),
        ("count".to_owned(), input(Ref::new("IntFilter"), "Number of records.")),
    ]);
    let mut orders = IndexMap::from([
        ("group".to_owned(), input(Ref::new(naming::order_type(&module.name)), "By what `groupBy` has.")),
        ("count".to_owned(), input(Ref::new("OrderDirection"), "By the number of records.")),
    ]);
    for offer in &offers {
        let bound = |suffix: &str| InputField {
            bind: InputBind::Each(offer.calculation),
            ..input(Ref::new(format!("{}{}{suffix}", module.name, offer.kind)), offer.description)
        };
        conditions.insert(offer.key.to_owned(), bound("Having"));
        orders.insert(offer.key.to_owned(), bound("Order"));
    }
    let description = format!("Conditions on groups of {plural}; all that are given must hold.");
    input_object(table, module, having, description, false, conditions);
    let description = format!("One key of an order of groups of {plural}.");
    input_object(table, module, naming::aggregate_order_type(&module.name), description, true, orders);
}

/// Arguments of aggregates.
pub(super) fn arguments(module: &Module) -> Vec<(String, InputField)> {
    let zone = "Time zone whose days the periods of moments are (IANA name such as \"Europe/Berlin\"); that of the \
                organization unless said otherwise.";
    let deleted =
        InputField { default: Some("EXCLUDE"), ..input(Ref::new("DeletedFilter"), "Whether deleted records count.") };
    [
        ("filter", input(Ref::new(naming::filter_type(&module.name)), "Only records that meet these conditions.")),
        (
            "groupBy",
            input(Ref::list(naming::group_by_type(&module.name)), "What the records of a group have in common."),
        ),
        ("having", input(Ref::new(naming::having_type(&module.name)), "Only groups that meet these conditions.")),
        (
            "orderBy",
            input(
                Ref::list(naming::aggregate_order_type(&module.name)),
                "Order of the groups; their keys are always the last ones.",
            ),
        ),
        ("first", input(Ref::new("Int"), "At most so many groups, 0 to 1,000; 1,000 unless said otherwise.")),
        ("offset", input(Ref::new("Int"), "So many groups are skipped.")),
        ("timeZone", input(Ref::new("String"), zone)),
        ("deleted", deleted),
    ]
    .map(|(name, field)| (name.to_owned(), field))
    .into_iter()
    .chain(module.is_searched().then(|| ("search".to_owned(), search::argument())))
    .collect()
}

fn group_by(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    let mut fields = IndexMap::new();
    for value in values(module) {
        let bind = if value.is_type { InputBind::TypeOf(value.field.id) } else { InputBind::Field(value.field.id) };
        let ty = match value.field.ty {
            FieldType::Json { .. } => continue,
            FieldType::Date { .. } => "DateBucket",
            FieldType::DateTime { .. } => "DateTimeBucket",
            _ => "Boolean",
        };
        fields.insert(value.name, InputField { bind, ..input(Ref::new(ty), "") });
        if let FieldType::Relation { to, .. } = value.field.ty {
            let ty = naming::group_by_type(&catalog.module(to).name);
            let bind = InputBind::Related(value.field.id);
            fields.insert(value.field.gql.clone(), InputField { bind, ..input(Ref::new(ty), "") });
        }
    }
    let description = format!(
        "What groups of {} have in common: `true` for a value, a period for a day or moment.",
        module.plural_label.get(LANGUAGE)
    );
    input_object(table, module, naming::group_by_type(&module.name), description, true, fields);
}

fn group(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    let mut fields = IndexMap::new();
    for value in values(module) {
        let (ty, bind) = match (&value.field.ty, value.is_type) {
            (FieldType::Json { .. }, _) => continue,
            (_, true) => (Ref::new("ModuleName"), Bind::TypeOf(value.field.id)),
            (FieldType::MultiSelect { .. }, _) => {
                (Ref::list(scalars::name(module, value.field)), Bind::Column(value.field.id))
            }
            _ => (Ref::new(scalars::name(module, value.field)), Bind::Column(value.field.id)),
        };
        fields.insert(value.name, output(ty, bind, ""));
        if let FieldType::Relation { to, .. } = value.field.ty {
            let ty = Ref::required(naming::group_type(&catalog.module(to).name));
            fields.insert(value.field.gql.clone(), output(ty, Bind::Related(value.field.id), ""));
        }
    }
    let description = format!(
        "What the {} of a group have in common; a period by where it begins.",
        module.plural_label.get(LANGUAGE)
    );
    let ty = ObjectType { description, implements: Vec::new(), fields };
    table.objects.insert(naming::group_type(&module.name), ty);
}

/// The output type of one kind of calculation, the conditions on it and the orders by it. Their fields are called as in
/// the records, where they are described.
fn calculated(table: &mut TypeTable, module: &Module, kind: &str, applies: fn(&Field) -> bool) {
    let (mut fields, mut conditions, mut orders) = (IndexMap::new(), IndexMap::new(), IndexMap::new());
    for value in values(module).into_iter().filter(|v| !v.is_type && applies(v.field)) {
        let (ty, filter) = match (kind, &value.field.ty) {
            ("Counts", _) => (Ref::required("Int"), "IntFilter".to_owned()),
            ("Totals", FieldType::Float { .. }) => (Ref::new("Float"), "FloatFilter".to_owned()),
            ("Totals", _) => (Ref::new("Decimal"), "DecimalFilter".to_owned()),
            _ => (Ref::new(scalars::name(module, value.field)), scalars::filter(module, value.field)),
        };
        let bound = |ty: &str| InputField { bind: InputBind::Field(value.field.id), ..input(Ref::new(ty), "") };
        conditions.insert(value.name.clone(), bound(&filter));
        orders.insert(value.name.clone(), bound("OrderDirection"));
        fields.insert(value.name, output(ty, Bind::Column(value.field.id), ""));
    }
    if fields.is_empty() {
        return;
    }
    let (name, plural) = (format!("{}{kind}", module.name), module.plural_label.get(LANGUAGE));
    let description = format!("What is computed of each field of a group of {plural}.");
    table.objects.insert(name.clone(), ObjectType { description, implements: Vec::new(), fields });
    let description = format!("Conditions on what is computed of a group of {plural}.");
    input_object(table, module, format!("{name}Having"), description, false, conditions);
    let description = format!("An order by what is computed of a group of {plural}.");
    input_object(table, module, format!("{name}Order"), description, true, orders);
}

fn input_object(
    table: &mut TypeTable,
    module: &Module,
    name: String,
    description: String,
    one_of: bool,
    fields: IndexMap<String, InputField>,
) {
    table.inputs.insert(name, InputObjectType { description, one_of, module: Some(module.id), values: false, fields });
}

/// Enums of periods.
pub(super) fn buckets(table: &mut TypeTable) {
    let all = Bucket::ALL.map(|(bucket, name, description)| (bucket, (name, description)));
    let moments: Vec<_> = all.iter().map(|(_, value)| *value).collect();
    let days: Vec<_> = all.iter().filter(|(bucket, _)| !bucket.is_of_moments()).map(|(_, value)| *value).collect();
    super::platform::enumeration(table, "DateTimeBucket", "A period that a moment is in.", &moments);
    super::platform::enumeration(table, "DateBucket", "A period that a day is in.", &days);
}
