//! The root field that makes other records of one, with its input and its answer.

use super::{
    LANGUAGE, input, links,
    mutations::{Fields, id, version},
    output,
};
use crate::schema::model::{Bind, InputField, ObjectType, OutputField, Ref, TypeTable, WriteBind};
use indexmap::IndexMap;
use kontor_metadata::{
    model::{Catalog, Conversion, Module},
    naming,
};

/// The keys of what is said of one record that another becomes.
pub(crate) const KEYS: [&str; 3] = ["create", "link", "skip"];

pub(super) fn converting(table: &mut TypeTable, fields: &mut Fields, catalog: &Catalog, module: &Module) {
    let Some(conversion) = module.conversion.as_ref().filter(|_| module.operations.update) else { return };
    let label = module.label.get(LANGUAGE);
    let said = said(table, catalog, module, conversion);
    let description = format!("What a {label} becomes; what is left out is made as far as the {label} has the values.");
    let name = naming::convert_input_type(&module.name);
    links::values(table, name.clone(), description, module, said);
    answer(table, catalog, module, conversion);
    let names: Vec<&str> =
        conversion.targets.iter().map(|target| catalog.module(target.module).label.get(LANGUAGE)).collect();
    let description = format!(
        "Makes {} of one {label}, once. What is linked to it is linked to them too; its notes and attachments move to the last of them.",
        names.join(", ")
    );
    let ty = Ref::required(naming::conversion_type(&module.name));
    let mut arguments = vec![id(), ("input".to_owned(), input(Ref::new(name), "What it becomes."))];
    arguments.extend(version(module));
    let field = OutputField { arguments, ..output(ty, Bind::Write(module.id, WriteBind::Convert), description) };
    fields.insert(naming::convert_field(&module.name), field);
}

/// What may be said of each record that comes of one.
fn said(
    table: &mut TypeTable,
    catalog: &Catalog,
    module: &Module,
    conversion: &Conversion,
) -> IndexMap<String, InputField> {
    let mut said = IndexMap::new();
    for target in &conversion.targets {
        let other = catalog.module(target.module);
        let label = other.label.get(LANGUAGE);
        let values = naming::convert_create_input_type(&module.name, &other.name);
        let mut fields = table.inputs[&naming::create_input_type(&other.name)].fields.clone();
        // What is required may come from the record that is converted.
        fields.values_mut().for_each(|field| field.ty.required = false);
        let description = format!("Values of a new {label}, in place of those that come from the record.");
        links::values(table, values.clone(), description, other, fields);
        let [create, link, skip] = KEYS;
        let fields = IndexMap::from([
            (create.to_owned(), input(Ref::new(values), "A new record.")),
            (link.to_owned(), input(Ref::new("ID"), "The record with this id.")),
            (skip.to_owned(), input(Ref::new("Boolean"), "`true`: none.")),
        ]);
        let name = naming::convert_target_input_type(&module.name, &other.name);
        let description = format!("The {label} that a record becomes, by one of these keys.");
        links::values(table, name.clone(), description, other, fields);
        said.insert(target.gql.clone(), input(Ref::new(name), label));
    }
    said
}

fn answer(table: &mut TypeTable, catalog: &Catalog, module: &Module, conversion: &Conversion) {
    let label = module.label.get(LANGUAGE);
    let own = output(Ref::required(&module.name), Bind::Converted(module.id, None), "What was converted.");
    let mut fields = IndexMap::from([(module.gql_one.clone(), own)]);
    for (n, target) in conversion.targets.iter().enumerate() {
        let other = catalog.module(target.module);
        let bind = Bind::Converted(other.id, Some(n));
        fields.insert(target.gql.clone(), output(Ref::new(&other.name), bind, other.label.get(LANGUAGE)));
    }
    let description = format!("What a {label} has become.");
    let name = naming::conversion_type(&module.name);
    table.objects.insert(name, ObjectType { description, implements: Vec::new(), fields });
}
