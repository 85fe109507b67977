//! The root fields of mutations.

use super::{LANGUAGE, access, conversions, identity, input, metadata, notifications, output, privacy};
use crate::schema::model::{
    Bind, BulkPart, EnumType, EnumValue, InputField, ObjectType, OutputField, Ref, TypeTable, WriteBind,
};
use indexmap::IndexMap;
use kontor_metadata::{
    model::{Catalog, Index, Module, Trait},
    naming,
};

pub(super) fn mutation(table: &mut TypeTable, catalog: &Catalog) {
    let mut fields = IndexMap::new();
    identity::mutations(table, &mut fields);
    bulk_result(table);
    for module in &catalog.modules {
        unique_keys(table, module);
        creating(&mut fields, module);
        updating(&mut fields, module);
        conversions::converting(table, &mut fields, catalog, module);
        deleting(&mut fields, module);
    }
    notifications::mutations(&mut fields, catalog);
    access::mutations(&mut fields, catalog);
    privacy::mutations(table, &mut fields, catalog);
    metadata::mutations(table, &mut fields);
    let description = "Writing. All fields of one operation succeed, or none does.".to_owned();
    table.objects.insert("Mutation".to_owned(), ObjectType { description, implements: Vec::new(), fields });
}

/// The unique keys of a module whose values inputs give, as indexes into its indexes: those by which an upsert finds records.
pub(crate) fn keys(module: &Module) -> impl Iterator<Item = (usize, &Index)> {
    let is_input = |index: &&Index| index.fields.iter().map(|f| module.field(*f)).all(|f| !f.generated && !f.secret);
    module.indexes.iter().enumerate().filter(move |(_, index)| index.unique && is_input(index))
}

/// `PLATFORM_EXTERNAL_ID`
pub(crate) fn key_name(module: &Module, index: &Index) -> String {
    let fields: Vec<_> = index.fields.iter().map(|f| module.field(*f).name.as_str()).collect();
    naming::unique_key(&fields)
}

fn unique_keys(table: &mut TypeTable, module: &Module) {
    let values: Vec<_> = keys(module)
        .map(|(_, index)| {
            let labels: Vec<_> = index.fields.iter().map(|f| module.field(*f).label.get(LANGUAGE)).collect();
            let name = key_name(module, index);
            let description = format!("{}.", labels.join(", "));
            EnumValue { stored: name.clone(), name, description, deprecated: false }
        })
        .collect();
    if !values.is_empty() {
        let description = format!("Unique keys of {}.", module.plural_label.get(LANGUAGE));
        table.enums.insert(naming::unique_key_type(&module.name), EnumType { description, values });
    }
}

fn bulk_result(table: &mut TypeTable) {
    let part = |ty, part, description: &str| output(ty, Bind::Bulk(part), description);
    let fields = IndexMap::from([
        (
            "affected".to_owned(),
            part(Ref::required("Int"), BulkPart::Affected, "How many records were found and changed."),
        ),
        ("ids".to_owned(), part(Ref::required_list("ID"), BulkPart::Ids, "Their ids.")),
    ]);
    let description = "What a change of all records that a filter finds has done.".to_owned();
    table.objects.insert("BulkResult".to_owned(), ObjectType { description, implements: Vec::new(), fields });
}

pub(super) type Fields = IndexMap<String, OutputField>;

fn creating(fields: &mut Fields, module: &Module) {
    if !module.operations.create {
        return;
    }
    let (label, many) = (module.label.get(LANGUAGE), module.plural_label.get(LANGUAGE));
    let ty = naming::create_input_type(&module.name);
    let one = || ("input".to_owned(), input(Ref::required(&ty), "The values."));
    let several =
        || ("inputs".to_owned(), input(Ref::required_list(&ty), "The values of each, at most 10,000 records."));
    let records = || Ref::required_list(&module.name);
    let mut add = |name: String, ty, write, arguments, description: String| {
        fields.insert(name, OutputField { arguments, ..output(ty, Bind::Write(module.id, write), description) });
    };
    let description = format!("Creates one {label}.");
    add(naming::create_field(&module.name), Ref::required(&module.name), WriteBind::Create, vec![one()], description);
    let description = format!("Creates {many}; the answer has their order.");
    add(naming::create_field(&module.plural), records(), WriteBind::CreateMany, vec![several()], description);
    if !module.operations.update || keys(module).next().is_none() {
        return;
    }
    let match_on = || {
        let description = "Unique keys by which records are found; every key that the values are complete for, unless said otherwise.";
        ("matchOn".to_owned(), input(Ref::list(naming::unique_key_type(&module.name)), description))
    };
    let description =
        format!("Changes the {label} that has a unique key of the values, or creates one where there is none.");
    let arguments = vec![one(), match_on()];
    add(naming::upsert_field(&module.name), Ref::required(&module.name), WriteBind::Upsert, arguments, description);
    let description = format!("The same for several {many}; the answer has their order.");
    let arguments = vec![several(), match_on()];
    add(naming::upsert_field(&module.plural), records(), WriteBind::UpsertMany, arguments, description);
}

fn updating(fields: &mut Fields, module: &Module) {
    if !module.operations.update {
        return;
    }
    let (label, many) = (module.label.get(LANGUAGE), module.plural_label.get(LANGUAGE));
    let record = || ("input".to_owned(), input(Ref::required(naming::update_input_type(&module.name)), "The values."));
    let description = format!("Changes one {label}; what is left out stays, null clears.");
    let mut field = output(Ref::required(&module.name), Bind::Write(module.id, WriteBind::Update), description);
    field.arguments = vec![id(), record()];
    field.arguments.extend(version(module));
    fields.insert(naming::update_field(&module.name), field);
    let description = format!("Changes all {many} that a filter finds; what is left out stays, null clears.");
    let mut field = output(Ref::required("BulkResult"), Bind::Write(module.id, WriteBind::UpdateMany), description);
    field.arguments = vec![filter(module), record()];
    fields.insert(naming::update_field(&module.plural), field);
}

fn deleting(fields: &mut Fields, module: &Module) {
    if !module.operations.delete {
        return;
    }
    let (label, many) = (module.label.get(LANGUAGE), module.plural_label.get(LANGUAGE));
    let mut add = |name: String, ty, write, arguments, description: String| {
        fields.insert(name, OutputField { arguments, ..output(ty, Bind::Write(module.id, write), description) });
    };
    let record = || Ref::required(&module.name);
    let bulk = || Ref::required("BulkResult");
    let arguments = [id()].into_iter().chain(version(module)).collect();
    add(naming::delete_field(&module.name), record(), WriteBind::Delete, arguments, format!("Deletes one {label}."));
    let description = format!("Deletes all {many} that a filter finds.");
    add(naming::delete_field(&module.plural), bulk(), WriteBind::DeleteMany, vec![filter(module)], description);
    if !module.has(Trait::SoftDelete) {
        return;
    }
    let description = format!("Brings one deleted {label} back, with all that was deleted with it.");
    add(naming::restore_field(&module.name), record(), WriteBind::Restore, vec![id()], description);
    let description = format!("Brings all deleted {many} back that a filter finds.");
    add(naming::restore_field(&module.plural), bulk(), WriteBind::RestoreMany, vec![filter(module)], description);
    let description = format!("Removes one {label} for good, whether it is deleted or not; answers its id.");
    add(naming::purge_field(&module.name), Ref::required("ID"), WriteBind::Purge, vec![id()], description);
}

pub(super) fn id() -> (String, InputField) {
    ("id".to_owned(), input(Ref::required("ID"), "Its id."))
}

fn filter(module: &Module) -> (String, InputField) {
    let description = "Only records that meet these conditions; `{}` is all of them. At most 1,000,000.";
    ("filter".to_owned(), input(Ref::required(naming::filter_type(&module.name)), description))
}

pub(super) fn version(module: &Module) -> Option<(String, InputField)> {
    module.find("version")?;
    let description = "Refused with CONFLICT if the record has another version.";
    Some(("expectedVersion".to_owned(), input(Ref::new("Int"), description)))
}
