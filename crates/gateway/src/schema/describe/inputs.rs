//! Inputs of modules: values of records, and of those that are written with them.

use super::{LANGUAGE, former, input, links, text};
use crate::schema::{
    model::{InputBind, InputField, Ref, TypeTable},
    scalars,
};
use indexmap::IndexMap;
use kontor_metadata::{
    model::{Catalog, Field, FieldType, Module, Trait},
    naming,
};

pub(super) fn inputs(table: &mut TypeTable, catalog: &Catalog, module: &Module, creating: bool) {
    let mut fields = IndexMap::new();
    for field in former::named(module).filter(|f| !f.secret && !f.generated && f.is_stored()) {
        let field = &*field;
        if !creating && field.immutable {
            continue;
        }
        // What is required at creation has a default or is asked for; an update may leave everything out.
        // Of several names one is given, so that none is required by its type.
        let required = creating && field.required && field.default.is_none() && field.past.names.is_empty();
        let description = described(module, field);
        let mut add =
            |name: String, ty: Ref, bind| fields.insert(name, InputField { bind, ..input(ty, description.clone()) });
        match &field.ty {
            FieldType::Relation { to, .. } => {
                let (label, target) = (field.label.get(LANGUAGE), catalog.module(*to));
                let to = &target.name;
                // One of two keys gives it, so that neither is required by its type.
                let must = if required { "; required" } else { "" };
                let description = format!("{label} (id of {to}{must})");
                let by_id = InputField { bind: InputBind::Field(field.id), ..input(Ref::new("ID"), description) };
                fields.insert(format!("{}Id", field.gql), by_id);
                let ty = Ref::new(naming::link_input_type(to, field.required));
                let what = if target.operations.create { "a new record, or one that is there" } else { "a record" };
                let description = format!("{label}: {what}; in place of `{}Id`.", field.gql);
                fields.insert(
                    field.gql.clone(),
                    InputField { bind: InputBind::Link(field.id), ..input(ty, description) },
                );
            }
            FieldType::Polymorphic { .. } => {
                add(format!("{}Id", field.gql), Ref::maybe("ID", required), InputBind::Field(field.id));
                add(format!("{}Type", field.gql), Ref::maybe("ModuleName", required), InputBind::TypeOf(field.id));
            }
            FieldType::MultiSelect { .. } => {
                let ty = Ref { required, ..Ref::list(scalars::name(module, field)) };
                add(field.gql.clone(), ty, InputBind::Field(field.id));
            }
            _ => {
                add(field.gql.clone(), Ref::maybe(scalars::name(module, field), required), InputBind::Field(field.id));
            }
        }
    }
    if let Some(key) = module.find("storage_key").filter(|_| creating && module.has(Trait::File)) {
        let file = input(Ref::new("Upload"), "The file; or else `url` says where it is.");
        fields.insert("file".to_owned(), InputField { bind: InputBind::Upload(key.id), ..file });
        // An upload has a name of its own.
        fields.entry("fileName".to_owned()).and_modify(|name| name.ty.required = false);
    }
    fields.extend(links::keys(catalog, module));
    let (name, what) = if creating {
        (naming::create_input_type(&module.name), "Values of a new")
    } else {
        (naming::update_input_type(&module.name), "New values of a")
    };
    let description = format!("{what} {}.", module.label.get(LANGUAGE));
    if creating {
        under_others(table, module, &description, &fields);
    }
    links::values(table, name, description, module, fields);
}

/// What a field is, or what it is called now.
fn described(module: &Module, field: &Field) -> String {
    match &field.deprecated {
        Some(reason) if module.field(field.id).gql != field.gql => format!("Deprecated: {reason}"),
        _ => text(&field.label, &field.help),
    }
}

/// Inputs of new records whose required relation to anything is known from where they stand.
fn under_others(table: &mut TypeTable, module: &Module, description: &str, fields: &IndexMap<String, InputField>) {
    for field in module.fields.iter().filter(|f| f.required && matches!(f.ty, FieldType::Polymorphic { .. })) {
        let mut fields = fields.clone();
        fields.retain(|_, f| f.bind != InputBind::Field(field.id) && f.bind != InputBind::TypeOf(field.id));
        let name = naming::create_of_input_type(&module.name, &field.name);
        links::values(table, name, description.to_owned(), module, fields);
    }
}
