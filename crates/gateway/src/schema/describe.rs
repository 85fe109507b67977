//! From the catalog to the GraphQL schema: one description that everything else follows.

use super::{
    model::{
        Bind, EnumType, EnumValue, InputBind, InputField, InputObjectType, ObjectType, OutputField, PagePart, Ref,
        SessionPart, TypeTable,
    },
    scalars,
};
use crate::lower::RANGES;
use indexmap::IndexMap;
use kontor_metadata::{
    model::{Catalog, Connection, Field, FieldType, Module, Via},
    naming,
};

/// Language of descriptions in the SDL.
const LANGUAGE: &str = "en";

/// The schema of a catalog.
pub fn describe(catalog: &Catalog) -> TypeTable {
    let mut table = TypeTable::default();
    platform(&mut table, catalog);
    for module in &catalog.modules {
        enums(&mut table, module);
        object(&mut table, catalog, module);
        connection_types(&mut table, &module.name, Ref::required(&module.name), module.plural_label.get(LANGUAGE));
        filter(&mut table, catalog, module);
        order(&mut table, catalog, module);
        if module.operations.create {
            inputs(&mut table, catalog, module, true);
        }
        if module.operations.update {
            inputs(&mut table, catalog, module, false);
        }
    }
    query(&mut table, catalog);
    mutation(&mut table, catalog);
    table
}

fn text(label: &kontor_metadata::model::Text, help: &kontor_metadata::model::Text) -> String {
    let (label, help) = (label.get(LANGUAGE), help.get(LANGUAGE));
    if help.is_empty() { label.to_owned() } else { format!("{label}. {help}") }
}

fn output(ty: Ref, bind: Bind, description: impl Into<String>) -> OutputField {
    OutputField { ty, arguments: Vec::new(), description: description.into(), deprecated: None, bind }
}

fn input(ty: Ref, description: impl Into<String>) -> InputField {
    InputField { ty, description: description.into(), default: None, bind: InputBind::Name }
}

/// Types that do not depend on modules.
fn platform(table: &mut TypeTable, catalog: &Catalog) {
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
    table.objects.insert(
        "Session".to_owned(),
        ObjectType {
            description: "A successful sign-in.".to_owned(),
            implements: Vec::new(),
            fields: IndexMap::from([
                (
                    "accessToken".to_owned(),
                    output(
                        Ref::required("String"),
                        Bind::Session(SessionPart::AccessToken),
                        "Send it as `Authorization: Bearer …`.",
                    ),
                ),
                (
                    "expiresAt".to_owned(),
                    output(
                        Ref::required("DateTime"),
                        Bind::Session(SessionPart::ExpiresAt),
                        "When the token stops working.",
                    ),
                ),
                (
                    "user".to_owned(),
                    output(Ref::required("User"), Bind::Session(SessionPart::User), "Who is signed in."),
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

fn enumeration(table: &mut TypeTable, name: &str, description: &str, values: &[(&str, &str)]) {
    let values = values.iter().map(|(name, description)| EnumValue {
        name: (*name).to_owned(),
        stored: (*name).to_owned(),
        description: (*description).to_owned(),
        deprecated: false,
    });
    table.enums.insert(name.to_owned(), EnumType { description: description.to_owned(), values: values.collect() });
}

/// Filters by scalar: which operators each has.
fn operators(table: &mut TypeTable) {
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
            let description = "In a range of days that moves with time; days are those of UTC, weeks begin on Monday.";
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

fn equality(scalar: &str) -> IndexMap<String, InputField> {
    IndexMap::from([
        ("eq".to_owned(), input(Ref::new(scalar), "Equal; `null` finds records without a value.")),
        ("ne".to_owned(), input(Ref::new(scalar), "Not equal; `null` finds records with a value.")),
        ("in".to_owned(), input(Ref::list(scalar), "One of these.")),
        ("notIn".to_owned(), input(Ref::list(scalar), "None of these.")),
        ("isNull".to_owned(), input(Ref::new("Boolean"), "Whether there is no value.")),
    ])
}

fn input_object(table: &mut TypeTable, name: &str, description: String, fields: IndexMap<String, InputField>) {
    table.inputs.insert(name.to_owned(), InputObjectType { description, one_of: false, module: None, fields });
}

fn enums(table: &mut TypeTable, module: &Module) {
    for field in module.fields.iter().filter(|f| !f.secret) {
        let Some(choices) = field.choices() else { continue };
        let name = naming::enum_type(&module.name, &field.name);
        let values = choices.iter().map(|choice| EnumValue {
            name: choice.gql.clone(),
            stored: choice.name.clone(),
            description: choice.label.get(LANGUAGE).to_owned(),
            deprecated: choice.deprecated,
        });
        let description = format!("{}: {}.", module.label.get(LANGUAGE), field.label.get(LANGUAGE));
        table.enums.insert(name.clone(), EnumType { description, values: values.collect() });
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

fn object(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    let mut fields = IndexMap::new();
    for field in module.fields.iter().filter(|f| !f.secret) {
        let mut description = text(&field.label, &field.help);
        if field.logic.compute.is_some() || field.logic.rollup.is_some() {
            description.push_str(" (computed; writes do not keep it up to date yet)");
        }
        let mut add = |name: String, ty: Ref, bind: Bind| {
            let mut field_type = output(ty, bind, description.clone());
            field_type.deprecated.clone_from(&field.deprecated);
            fields.insert(name, field_type);
        };
        match &field.ty {
            FieldType::Many { .. } => {}
            FieldType::Relation { to, .. } => {
                add(field.gql.clone(), Ref::new(&catalog.module(*to).name), Bind::Related(field.id));
                add(format!("{}Id", field.gql), Ref::maybe("ID", field.required), Bind::Column(field.id));
            }
            FieldType::Polymorphic { .. } => {
                let union = union_of(table, catalog, module, field);
                add(field.gql.clone(), Ref::new(union), Bind::RelatedAny(field.id));
                add(format!("{}Id", field.gql), Ref::maybe("ID", field.required), Bind::Column(field.id));
                add(format!("{}Type", field.gql), Ref::maybe("ModuleName", field.required), Bind::TypeOf(field.id));
            }
            FieldType::MultiSelect { .. } => {
                let ty = Ref { required: field.required, ..Ref::list(scalars::name(module, field)) };
                add(field.gql.clone(), ty, Bind::Column(field.id));
            }
            _ => {
                add(field.gql.clone(), Ref::maybe(scalars::name(module, field), field.required), Bind::Column(field.id))
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
    }
    let description = text(&module.label, &module.help);
    table.objects.insert(module.name.clone(), ObjectType { description, implements: vec!["Node".to_owned()], fields });
}

/// Whether the nodes of a connection may be of several modules.
pub fn is_anything(connection: &Connection) -> bool {
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

fn connection_types(table: &mut TypeTable, node: &str, node_ref: Ref, what: &str) {
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
fn list_arguments(module: Option<&Module>) -> Vec<(String, InputField)> {
    let mut arguments = Vec::with_capacity(8);
    let mut add = |name: &str, field: InputField| arguments.push((name.to_owned(), field));
    if let Some(module) = module {
        add("filter", input(Ref::new(naming::filter_type(&module.name)), "Only records that meet these conditions."));
        add("orderBy", input(Ref::list(naming::order_type(&module.name)), "Order; `id` is always the last key."));
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

fn filter(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    let own = naming::filter_type(&module.name);
    let mut fields = IndexMap::from([
        ("and".to_owned(), input(Ref::list(&own), "All of these hold.")),
        ("or".to_owned(), input(Ref::list(&own), "At least one of these holds.")),
        ("not".to_owned(), input(Ref::new(&own), "This does not hold.")),
    ]);
    for field in module.fields.iter().filter(|f| !f.secret && f.is_stored()) {
        let description = field.label.get(LANGUAGE).to_owned();
        let bound = |ty: Ref, bind| InputField { bind, ..input(ty, description.clone()) };
        match &field.ty {
            FieldType::Relation { to, .. } => {
                let target = naming::filter_type(&catalog.module(*to).name);
                fields.insert(field.gql.clone(), bound(Ref::new(target), InputBind::Related(field.id)));
                fields.insert(format!("{}Id", field.gql), bound(Ref::new("IDFilter"), InputBind::Field(field.id)));
            }
            FieldType::Polymorphic { .. } => {
                fields.insert(format!("{}Id", field.gql), bound(Ref::new("IDFilter"), InputBind::Field(field.id)));
                fields.insert(
                    format!("{}Type", field.gql),
                    bound(Ref::new("ModuleNameFilter"), InputBind::TypeOf(field.id)),
                );
                if !table.inputs.contains_key("ModuleNameFilter") {
                    input_object(
                        table,
                        "ModuleNameFilter",
                        "Conditions on a module name.".to_owned(),
                        equality("ModuleName"),
                    );
                }
            }
            _ => {
                fields.insert(
                    field.gql.clone(),
                    bound(Ref::new(scalars::filter(module, field)), InputBind::Field(field.id)),
                );
            }
        }
    }
    for connection in module.connections.iter().filter(|c| !is_anything(c)) {
        let target = catalog.module(connection.targets[0]);
        let ty = naming::list_filter_type(&target.name);
        let field = InputField {
            bind: InputBind::Connection(connection.id),
            ..input(Ref::new(ty), connection.label.get(LANGUAGE))
        };
        fields.insert(connection.gql.clone(), field);
    }
    let description = format!("Conditions on {}; all that are given must hold.", module.plural_label.get(LANGUAGE));
    table.inputs.insert(own.clone(), InputObjectType { description, one_of: false, module: Some(module.id), fields });
    let quantified = IndexMap::from([
        ("some".to_owned(), input(Ref::new(&own), "At least one of the records meets this.")),
        ("every".to_owned(), input(Ref::new(&own), "All of the records meet this.")),
        ("none".to_owned(), input(Ref::new(&own), "None of the records meets this.")),
    ]);
    let description = format!("Conditions on a connection to {}.", module.plural_label.get(LANGUAGE));
    let ty = InputObjectType { description, one_of: false, module: Some(module.id), fields: quantified };
    table.inputs.insert(naming::list_filter_type(&module.name), ty);
}

fn order(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    let mut fields = IndexMap::new();
    for field in module.fields.iter().filter(|f| !f.secret && f.is_stored()) {
        let description = field.label.get(LANGUAGE);
        let (name, ty, bind) = match &field.ty {
            FieldType::Json | FieldType::MultiSelect { .. } | FieldType::Polymorphic { .. } => continue,
            FieldType::Relation { to, .. } => {
                let ty = naming::order_type(&catalog.module(*to).name);
                (field.gql.clone(), Ref::new(ty), InputBind::Related(field.id))
            }
            _ => (field.gql.clone(), Ref::new("OrderDirection"), InputBind::Field(field.id)),
        };
        fields.insert(name, InputField { bind, ..input(ty, description) });
    }
    let description = format!("One key of an order of {}.", module.plural_label.get(LANGUAGE));
    let ty = InputObjectType { description, one_of: true, module: Some(module.id), fields };
    table.inputs.insert(naming::order_type(&module.name), ty);
}

fn inputs(table: &mut TypeTable, catalog: &Catalog, module: &Module, creating: bool) {
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
    let (name, what) = if creating {
        (naming::create_input_type(&module.name), "Values of a new")
    } else {
        (naming::update_input_type(&module.name), "New values of a")
    };
    let description = format!("{what} {}.", module.label.get(LANGUAGE));
    table.inputs.insert(name, InputObjectType { description, one_of: false, module: Some(module.id), fields });
}

fn query(table: &mut TypeTable, catalog: &Catalog) {
    let mut fields = IndexMap::new();
    fields.insert("me".to_owned(), output(Ref::required("User"), Bind::Me, "The signed-in user."));
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
    }
    let description = "Reading.".to_owned();
    table.objects.insert("Query".to_owned(), ObjectType { description, implements: Vec::new(), fields });
}

fn mutation(table: &mut TypeTable, catalog: &Catalog) {
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
            let mut field = output(result(), Bind::Create(module.id), format!("Creates a {label}."));
            field.arguments = vec![record(naming::create_input_type(&module.name))];
            fields.insert(naming::create_field(&module.name), field);
        }
        if module.operations.update {
            let mut field = output(
                result(),
                Bind::Update(module.id),
                format!("Changes a {label}; what is left out stays, null clears."),
            );
            field.arguments = vec![id(), record(naming::update_input_type(&module.name))];
            field.arguments.extend(versioned.then(version));
            fields.insert(naming::update_field(&module.name), field);
        }
        if module.operations.delete {
            let mut field = output(result(), Bind::Delete(module.id), format!("Deletes a {label}."));
            field.arguments = vec![id()];
            field.arguments.extend(versioned.then(version));
            fields.insert(naming::delete_field(&module.name), field);
        }
    }
    let description = "Writing. All fields of one operation succeed, or none does.".to_owned();
    table.objects.insert("Mutation".to_owned(), ObjectType { description, implements: Vec::new(), fields });
}
