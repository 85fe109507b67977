//! Object types of modules, their enums, unions and connections.

use super::{
    LANGUAGE, aggregates, former, input, output,
    platform::{equality, input_object},
    search, text,
};
use crate::schema::{
    model::{Bind, EnumType, EnumValue, InputField, ObjectType, PagePart, Ref, TypeTable},
    scalars,
};
use indexmap::IndexMap;
use kontor_metadata::{
    model::{Catalog, Connection, Field, FieldType, Module, Trait, Via},
    naming,
};

pub(super) fn enums(table: &mut TypeTable, module: &Module) {
    for field in module.fields.iter().filter(|f| !f.secret) {
        let Some(choices) = field.choices() else { continue };
        let name = naming::enum_type(&module.name, &field.name);
        let values = choices.iter().map(|choice| EnumValue {
            name: choice.gql.clone(),
            stored: choice.name.clone(),
            description: choice.label.get(LANGUAGE).to_owned(),
            deprecated: choice.deprecated,
        });
        // Former names are still understood; answers have the new ones.
        let former = choices.iter().flat_map(|choice| choice.former.iter().map(move |name| (choice, name)));
        let known = |name: &str| choices.iter().any(|choice| choice.gql == name);
        let former = former.filter(|(_, name)| !known(&naming::enum_value(name))).map(|(choice, name)| EnumValue {
            name: naming::enum_value(name),
            stored: choice.name.clone(),
            description: format!("It is called `{}` now.", choice.gql),
            deprecated: true,
        });
        let description = format!("{}: {}.", module.label.get(LANGUAGE), field.label.get(LANGUAGE));
        table.enums.insert(name.clone(), EnumType { description, values: values.chain(former).collect() });
        let filter = scalars::filter(module, field);
        if matches!(field.ty, FieldType::MultiSelect { .. }) {
            let fields = IndexMap::from([
                ("has".to_owned(), input(Ref::new(&name), "Contains the option.")),
                ("hasAny".to_owned(), input(Ref::list(&name), "Contains any of the options.")),
                ("hasAll".to_owned(), input(Ref::list(&name), "Contains all of the options.")),
                ("isEmpty".to_owned(), input(Ref::new("Boolean"), "Whether there is no option.")),
            ]);
            input_object(table, &filter, format!("Conditions on a set of {name}."), fields);
        } else {
            input_object(table, &filter, format!("Conditions on {name}."), equality(&name));
        }
    }
}

/// Name of the union of a polymorphic relation.
fn union_of(table: &mut TypeTable, catalog: &Catalog, module: &Module, field: &Field) -> String {
    let FieldType::Polymorphic { to } = &field.ty else { unreachable!("asked of polymorphic relations only") };
    let name = naming::union_type(&module.name, &field.name);
    let members = to.iter().map(|id| catalog.module(*id).name.clone()).collect();
    if table.abstracts.insert(name.clone(), members).is_none() {
        table.unions.push((name.clone(), text(&field.label, &field.help)));
    }
    name
}

pub(super) fn object(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    let mut fields = IndexMap::new();
    for field in former::named(module).filter(|f| !f.secret) {
        let field = &*field;
        let description = text(&field.label, &field.help);
        let mut add = |name: String, ty: Ref, bind: Bind| {
            let mut field_type = output(ty, bind, description.clone());
            field_type.deprecated.clone_from(&field.deprecated);
            fields.insert(name, field_type);
        };
        match &field.ty {
            FieldType::Many { .. } => {}
            FieldType::Relation { to, .. } => {
                add(field.gql.clone(), Ref::new(&catalog.module(*to).name), Bind::Related(field.id));
                add(format!("{}Id", field.gql), Ref::maybe("ID", always(field)), Bind::Column(field.id));
            }
            FieldType::Polymorphic { .. } => {
                let union = union_of(table, catalog, module, field);
                add(field.gql.clone(), Ref::new(union), Bind::RelatedAny(field.id));
                add(format!("{}Id", field.gql), Ref::maybe("ID", always(field)), Bind::Column(field.id));
                add(format!("{}Type", field.gql), Ref::maybe("ModuleName", always(field)), Bind::TypeOf(field.id));
            }
            FieldType::Url if field.name == "url" && module.has(Trait::File) => {
                add(field.gql.clone(), Ref::new(scalars::name(module, field)), Bind::FileAddress);
            }
            FieldType::MultiSelect { .. } => {
                let ty = Ref { required: always(field), ..Ref::list(scalars::name(module, field)) };
                add(field.gql.clone(), ty, Bind::Column(field.id));
            }
            _ => {
                add(field.gql.clone(), Ref::maybe(scalars::name(module, field), always(field)), Bind::Column(field.id))
            }
        }
    }
    for connection in &module.connections {
        let mut field = output(
            Ref::required(connection_type(table, catalog, module, connection)),
            Bind::Connection(connection.id),
            text(&connection.label, &connection.help),
        );
        let target = (connection.targets.len() == 1).then(|| catalog.module(connection.targets[0]));
        field.arguments = list_arguments(target.filter(|_| !is_anything(connection)));
        fields.insert(connection.gql.clone(), field);
        if let Some(target) = target.filter(|_| !is_anything(connection)) {
            let description =
                format!("The same in groups, and what is computed of each: {}.", connection.label.get(LANGUAGE));
            let ty = Ref::required_list(naming::aggregate_type(&target.name));
            let mut aggregate = output(ty, Bind::ConnectionAggregate(connection.id), description);
            aggregate.arguments = aggregates::arguments(target);
            fields.insert(naming::aggregate_field(&connection.gql), aggregate);
        }
    }
    let description = text(&module.label, &module.help);
    table.objects.insert(module.name.clone(), ObjectType { description, implements: vec!["Node".to_owned()], fields });
}

/// Whether the nodes of a connection may be of several modules.
pub(crate) fn is_anything(connection: &Connection) -> bool {
    matches!(&connection.via, Via::Junction { other_type: Some(_), .. })
}

fn connection_type(table: &mut TypeTable, catalog: &Catalog, module: &Module, connection: &Connection) -> String {
    if !is_anything(connection) {
        return naming::connection_type(&catalog.module(connection.targets[0]).name);
    }
    let union = naming::union_type(&module.name, &connection.name);
    let members = connection.targets.iter().map(|id| catalog.module(*id).name.clone()).collect();
    if table.abstracts.insert(union.clone(), members).is_none() {
        table.unions.push((union.clone(), text(&connection.label, &connection.help)));
        connection_types(table, &union, Ref::new(&union), connection.label.get(LANGUAGE));
    }
    naming::connection_type(&union)
}

pub(super) fn connection_types(table: &mut TypeTable, node: &str, node_ref: Ref, what: &str) {
    let edge = naming::edge_type(node);
    let nodes = Ref { name: node.to_owned(), list: Some(node_ref.required), required: true };
    let page = |ty, part, description: &str| output(ty, Bind::Page(part), description);
    table.objects.insert(
        naming::connection_type(node),
        ObjectType {
            description: format!("A page of {what}."),
            implements: Vec::new(),
            fields: IndexMap::from([
                (
                    "edges".to_owned(),
                    page(Ref::required_list(&edge), PagePart::Edges, "The records with their cursors."),
                ),
                ("nodes".to_owned(), page(nodes, PagePart::Nodes, "The records.")),
                ("pageInfo".to_owned(), page(Ref::required("PageInfo"), PagePart::PageInfo, "Where this page stands.")),
                (
                    "totalCount".to_owned(),
                    page(
                        Ref::required("Int"),
                        PagePart::TotalCount,
                        "Number of records on all pages; counted only when it is selected.",
                    ),
                ),
            ]),
        },
    );
    table.objects.insert(
        edge,
        ObjectType {
            description: "A record and its position in the list.".to_owned(),
            implements: Vec::new(),
            fields: IndexMap::from([
                (
                    "cursor".to_owned(),
                    page(Ref::required("String"), PagePart::Cursor, "Position, for `after` and `before`."),
                ),
                ("node".to_owned(), page(node_ref, PagePart::Node, "The record.")),
            ]),
        },
    );
}

/// Arguments of lists and connections.
pub(super) fn list_arguments(module: Option<&Module>) -> Vec<(String, InputField)> {
    let mut arguments = Vec::with_capacity(8);
    let mut add = |name: &str, field: InputField| arguments.push((name.to_owned(), field));
    if let Some(module) = module {
        add("filter", input(Ref::new(naming::filter_type(&module.name)), "Only records that meet these conditions."));
        add("orderBy", input(Ref::list(naming::order_type(&module.name)), "Order; `id` is always the last key."));
        if module.is_searched() {
            add("search", search::argument());
        }
    }
    add(
        "first",
        input(Ref::new("Int"), "At most so many records from the start, 0 to 1,000; 50 unless said otherwise."),
    );
    add("after", input(Ref::new("String"), "Only records behind this cursor."));
    add("last", input(Ref::new("Int"), "At most so many records from the end, 0 to 1,000."));
    add("before", input(Ref::new("String"), "Only records before this cursor."));
    add("offset", input(Ref::new("Int"), "So many records are skipped; cursors are faster and do not slip."));
    if module.is_some() {
        let deleted = InputField {
            default: Some("EXCLUDE"),
            ..input(Ref::new("DeletedFilter"), "Whether deleted records count.")
        };
        add("deleted", deleted);
    }
    arguments
}

/// Whether every caller is told a value: it is required, and nobody is kept from it.
fn always(field: &Field) -> bool {
    field.required && field.access.is_empty()
}
