//! Inputs of modules, and the root fields of queries and mutations.

use super::{LANGUAGE, aggregates, input, output, records::list_arguments, search, text};
use crate::schema::{
    model::{Bind, InputBind, InputField, InputObjectType, ObjectType, Ref, TypeTable, WriteBind},
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

pub(super) fn query(table: &mut TypeTable, catalog: &Catalog) {
    let mut fields = IndexMap::new();
    fields.insert("me".to_owned(), output(Ref::required("User"), Bind::Me, "The signed-in user."));
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
    let description = "Reading.".to_owned();
    table.objects.insert("Query".to_owned(), ObjectType { description, implements: Vec::new(), fields });
}

pub(super) fn mutation(table: &mut TypeTable, catalog: &Catalog) {
    let mut fields = IndexMap::new();
    let mut login = output(Ref::required("Session"), Bind::Login, "Signs in with e-mail address and password.");
    login.arguments = vec![
        ("email".to_owned(), input(Ref::required("String"), "E-mail address.")),
        ("password".to_owned(), input(Ref::required("String"), "Password.")),
    ];
    fields.insert("login".to_owned(), login);
    for module in &catalog.modules {
        let label = module.label.get(LANGUAGE);
        let id = || ("id".to_owned(), input(Ref::required("ID"), "Its id."));
        let version = || {
            (
                "expectedVersion".to_owned(),
                input(Ref::new("Int"), "Refused with CONFLICT if the record has another version."),
            )
        };
        let record = |name: String| ("input".to_owned(), input(Ref::required(name), "The values."));
        let result = || Ref::required(&module.name);
        let versioned = module.find("version").is_some();
        if module.operations.create {
            let mut field =
                output(result(), Bind::Write(module.id, WriteBind::Create), format!("Creates one {label}."));
            field.arguments = vec![record(naming::create_input_type(&module.name))];
            fields.insert(naming::create_field(&module.name), field);
        }
        if module.operations.update {
            let mut field = output(
                result(),
                Bind::Write(module.id, WriteBind::Update),
                format!("Changes one {label}; what is left out stays, null clears."),
            );
            field.arguments = vec![id(), record(naming::update_input_type(&module.name))];
            field.arguments.extend(versioned.then(version));
            fields.insert(naming::update_field(&module.name), field);
        }
        if module.operations.delete {
            let mut field =
                output(result(), Bind::Write(module.id, WriteBind::Delete), format!("Deletes one {label}."));
            field.arguments = vec![id()];
            field.arguments.extend(versioned.then(version));
            fields.insert(naming::delete_field(&module.name), field);
        }
    }
    let description = "Writing. All fields of one operation succeed, or none does.".to_owned();
    table.objects.insert("Mutation".to_owned(), ObjectType { description, implements: Vec::new(), fields });
}
