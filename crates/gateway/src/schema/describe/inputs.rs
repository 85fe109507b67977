//! Inputs of modules.

use super::{LANGUAGE, input, text};
use crate::schema::{
    model::{InputBind, InputField, InputObjectType, Ref, TypeTable},
    scalars,
};
use indexmap::IndexMap;
use kontor_metadata::{
    model::{Catalog, FieldType, Module, Trait},
    naming,
};

pub(super) fn inputs(table: &mut TypeTable, catalog: &Catalog, module: &Module, creating: bool) {
    let mut fields = IndexMap::new();
    for field in module.fields.iter().filter(|f| !f.secret && !f.generated && f.is_stored()) {
        if !creating && field.immutable {
            continue;
        }
        // What is required at creation has a default or is asked for; an update may leave everything out.
        let required = creating && field.required && field.default.is_none();
        let description = text(&field.label, &field.help);
        let mut add =
            |name: String, ty: Ref, bind| fields.insert(name, InputField { bind, ..input(ty, description.clone()) });
        match &field.ty {
            FieldType::Relation { to, .. } => {
                let description = format!("{} (id of {})", field.label.get(LANGUAGE), catalog.module(*to).name);
                let ty = Ref::maybe("ID", required);
                let field_input = InputField { bind: InputBind::Field(field.id), ..input(ty, description) };
                fields.insert(format!("{}Id", field.gql), field_input);
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
    let (name, what) = if creating {
        (naming::create_input_type(&module.name), "Values of a new")
    } else {
        (naming::update_input_type(&module.name), "New values of a")
    };
    let description = format!("{what} {}.", module.label.get(LANGUAGE));
    table
        .inputs
        .insert(name, InputObjectType { description, one_of: false, module: Some(module.id), values: true, fields });
}
