//! The root fields of queries.

use super::{LANGUAGE, access, aggregates, feeds, identity, input, output, records::list_arguments, search};
use crate::schema::model::{Bind, ObjectType, OutputField, Ref, TypeTable};
use indexmap::IndexMap;
use kontor_metadata::{model::Catalog, naming};

pub(super) fn query(table: &mut TypeTable, catalog: &Catalog) {
    let mut fields = IndexMap::new();
    fields.insert("me".to_owned(), output(Ref::required("User"), Bind::Me, "The signed-in user."));
    identity::queries(table, &mut fields);
    if feeds::has_any(catalog) {
        let description = "Where feeds begin now. Whoever reads it together with records, or before them, and then follows `after` it, misses nothing that happens to them.";
        let cursor = output(Ref::required("EventCursor"), Bind::EventCursor, description);
        fields.insert("eventCursor".to_owned(), cursor);
    }
    access::queries(table, &mut fields);
    fields.insert(
        "modules".to_owned(),
        output(Ref::required_list("Module"), Bind::Modules, "The metadata of every module."),
    );
    let mut module = output(Ref::required("Module"), Bind::Module, "The metadata of one module.");
    module.arguments = vec![("name".to_owned(), input(Ref::required("ModuleName"), "Its name."))];
    fields.insert("module".to_owned(), module);
    let mut node = output(Ref::new("Node"), Bind::Node, "The record with this id, whatever its module.");
    node.arguments = vec![("id".to_owned(), input(Ref::required("ID"), "Its id."))];
    fields.insert("node".to_owned(), node);
    let nodes = Ref { name: "Node".to_owned(), list: Some(false), required: true };
    let mut nodes = output(nodes, Bind::Nodes, "The records with these ids in their order, null where there is none.");
    nodes.arguments = vec![("ids".to_owned(), input(Ref::required_list("ID"), "Their ids, at most 1,000."))];
    fields.insert("nodes".to_owned(), nodes);
    fields.extend(search::root(table, catalog).map(|field| ("search".to_owned(), field)));
    for module in catalog.modules.iter().filter(|m| m.operations.read) {
        let id = input(Ref::required("ID"), "Its id.");
        let mut one =
            output(Ref::new(&module.name), Bind::One(module.id), format!("One {} by id.", module.label.get(LANGUAGE)));
        one.arguments = vec![("id".to_owned(), id)];
        fields.insert(module.gql_one.clone(), one);
        let ty = Ref::required(naming::connection_type(&module.name));
        let mut many =
            output(ty, Bind::Many(module.id), format!("{}, page by page.", module.plural_label.get(LANGUAGE)));
        many.arguments = list_arguments(Some(module));
        fields.insert(module.gql_many.clone(), many);
        let ty = Ref::required_list(naming::aggregate_type(&module.name));
        let description = format!("{} in groups, and what is computed of each.", module.plural_label.get(LANGUAGE));
        let mut aggregate = output(ty, Bind::Aggregate(module.id), description);
        aggregate.arguments = aggregates::arguments(module);
        fields.insert(naming::aggregate_field(&module.gql_many), aggregate);
    }
    fields.extend(audit_log(catalog));
    let description = "Reading.".to_owned();
    table.objects.insert("Query".to_owned(), ObjectType { description, implements: Vec::new(), fields });
}

/// The connection of entries of the audit log; one of them is a `node`.
fn audit_log(catalog: &Catalog) -> Option<(String, OutputField)> {
    let module = catalog.find("AuditLog").filter(|m| m.operations.read)?;
    module.find("record").and(module.find("created_at"))?;
    let record = input(Ref::new("ID"), "Only what was done to the record with this id.");
    let mut arguments = vec![("record".to_owned(), record)];
    arguments.extend(list_arguments(Some(module)));
    let ty = Ref::required(naming::connection_type(&module.name));
    let description = "What was done to records, newest first unless said otherwise.";
    let field = OutputField { arguments, ..output(ty, Bind::AuditLog(module.id), description) };
    Some((module.gql_one.clone(), field))
}
