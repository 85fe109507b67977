//! What a role may change, by every root field of a mutation and every way to write within one, held against a naive
//! reading of what the modules grant. All is only tried (`@dryRun`), so that the world stays as it is.

use super::rights_world::{Row, World, demo};
use crate::support::{App, Asking, Who, backends};
use kontor_metadata::{
    model::{Access, Action, FieldType, Level, Module, Trait},
    naming,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The types of inputs, by name, as introspection tells them.
struct Inputs(BTreeMap<String, Value>);

impl Inputs {
    async fn read(app: &App) -> Self {
        let query = "{ __schema { types { name kind enumValues { name } inputFields { name defaultValue
            type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";
        let answer: Value = serde_json::from_str(&app.bytes(None, query, json!({})).await).unwrap();
        let types = answer["data"]["__schema"]["types"].as_array().unwrap();
        Self(types.iter().map(|ty| (ty["name"].as_str().unwrap().to_owned(), ty.clone())).collect())
    }

    /// A value that GraphQL takes for a type, whatever the rules say of it.
    fn value(&self, ty: &Value) -> Value {
        match ty["kind"].as_str().unwrap() {
            "NON_NULL" => self.value(&ty["ofType"]),
            "LIST" => json!([]),
            "INPUT_OBJECT" => self.object(ty["name"].as_str().unwrap()),
            "ENUM" => self.0[ty["name"].as_str().unwrap()]["enumValues"][0]["name"].clone(),
            _ => match ty["name"].as_str().unwrap() {
                "Int" => json!(1),
                "Float" => json!(1.0),
                "Boolean" => json!(true),
                "Decimal" => json!("1"),
                "Date" => json!("2026-01-01"),
                "Time" => json!("12:00:00"),
                "DateTime" => json!("2026-01-01T00:00:00Z"),
                "ID" => json!(Uuid::now_v7()),
                "EmailAddress" => json!("a@example.com"),
                "URL" => json!("https://example.com"),
                _ => json!("x"),
            },
        }
    }

    /// An input with all that GraphQL requires.
    fn object(&self, name: &str) -> Value {
        let fields = self.0[name]["inputFields"].as_array().unwrap().iter();
        let required = fields.filter(|f| f["type"]["kind"] == "NON_NULL" && f["defaultValue"].is_null());
        required.map(|f| (f["name"].as_str().unwrap().to_owned(), self.value(&f["type"]))).collect()
    }

    fn has(&self, name: &str, field: &str) -> bool {
        self.0.get(name).is_some_and(|ty| ty["inputFields"].as_array().unwrap().iter().any(|f| f["name"] == field))
    }
}

/// What is refused for want of rights; other refusals say nothing of them.
async fn refused(asking: &Asking<'_>, query: &str, variables: Value) -> Option<String> {
    let code = asking.code(query, variables).await;
    code.filter(|code| code == "NOT_FOUND" || code == "FORBIDDEN")
}

/// Some records of each kind: that an action reaches, that are only seen, that are not; alive or deleted. And of others.
fn sample(world: &World, who: &Who, module: &Module, action: Action, deleted: bool) -> Vec<Uuid> {
    let mut kinds: BTreeMap<(bool, bool), Vec<Uuid>> = BTreeMap::new();
    for (id, _) in world.rows[&module.id].iter().filter(|(_, row)| row.deleted == deleted) {
        let readable = world.reaches(who, module, *id, Action::Read);
        kinds.entry((readable, world.reaches(who, module, *id, action))).or_default().push(*id);
    }
    let own = kinds.into_values().flat_map(|ids| ids.into_iter().take(2));
    own.chain(world.strangers(module).into_iter().take(1)).collect()
}

fn expected(world: &World, who: &Who, module: &Module, action: Action, id: Uuid) -> Option<&'static str> {
    match (world.reaches(who, module, id, Action::Read), world.reaches(who, module, id, action)) {
        (false, _) => Some("NOT_FOUND"),
        (true, false) => Some("FORBIDDEN"),
        (true, true) => None,
    }
}

fn none(world: &World, who: &Who, module: &Module, action: Action) -> bool {
    world.level(who, module, action) == Level::None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_to_write_is_refused_that_the_role_may_not_go() {
    for backend in backends() {
        let (app, org, world, people) = demo(backend).await;
        let inputs = Inputs::read(&app).await;
        let mut refusals = 0;
        for who in &people {
            let asking = Asking::new(&app, org, who);
            for module in &world.catalog.modules {
                refusals += by_id(&world, &asking, module).await;
                by_filter(&world, &asking, module).await;
                creating(&world, &asking, module, &inputs).await;
                linking(&world, &asking, module, &inputs).await;
                own_affairs(&world, &asking, module).await;
            }
        }
        assert!(refusals > 200, "{refusals}");
    }
}

/// Updates, conversions, deletions, restorations and purges of one record.
async fn by_id(world: &World, asking: &Asking<'_>, module: &Module) -> usize {
    let (who, mut refusals) = (asking.who, 0);
    let soft = module.has(Trait::SoftDelete);
    // What it becomes takes rights of its own.
    let targets = module.conversion.iter().flat_map(|conversion| &conversion.targets);
    let skipped: Vec<String> = targets.map(|target| format!("{}: {{skip: true}}", target.gql)).collect();
    let alone = format!(", input: {{{}}}) {{ __typename }}", skipped.join(", "));
    let ways = [
        (module.operations.update, Action::Update, "update", ", input: {}) { id }", false),
        (module.conversion.is_some(), Action::Update, "convert", &*alone, false),
        (module.operations.delete, Action::Delete, "delete", ") { id }", false),
        (module.operations.delete && soft, Action::Delete, "purge", ")", false),
        (module.operations.delete && soft, Action::Delete, "purge", ")", true),
        (module.operations.delete && soft, Action::Delete, "restore", ") { id }", true),
    ];
    for (_, action, verb, rest, deleted) in ways.into_iter().filter(|way| way.0) {
        for id in sample(world, who, module, action, deleted) {
            let query = format!("mutation($id: ID!) @dryRun {{ {verb}{}(id: $id{rest} }}", module.name);
            let expected = expected(world, who, module, action, id);
            let told = refused(asking, &query, json!({"id": id})).await;
            assert_eq!(told.as_deref(), expected, "{who:?} {query} {id}");
            refusals += usize::from(expected.is_some());
        }
    }
    refusals
}

/// Changes of all that a filter finds.
async fn by_filter(world: &World, asking: &Asking<'_>, module: &Module) {
    let who = asking.who;
    let soft = module.has(Trait::SoftDelete);
    let ways = [
        (module.operations.update, Action::Update, "update", ", input: {}", false),
        (module.operations.delete, Action::Delete, "delete", "", false),
        (module.operations.delete && soft, Action::Delete, "restore", "", true),
    ];
    for (_, action, verb, input, deleted) in ways.into_iter().filter(|way| way.0) {
        let ids = sample(world, who, module, action, deleted);
        let query = format!(
            "mutation($ids: [ID!]) @dryRun {{ changed: {verb}{}(filter: {{id: {{in: $ids}}}}{input}) {{ ids }} }}",
            module.plural
        );
        let answer = asking.ask(&query, json!({"ids": ids})).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        if none(world, who, module, action) || none(world, who, module, Action::Read) {
            assert_eq!(code, "FORBIDDEN", "{who:?} {query}: {answer}");
        } else if code.is_null() {
            let mut permitted: Vec<_> =
                ids.into_iter().filter(|id| expected(world, who, module, action, *id).is_none()).collect();
            permitted.sort_unstable();
            assert_eq!(answer["data"]["changed"]["ids"], json!(permitted), "{who:?} {query}");
        } else {
            // Other records may be in the way of a deletion.
            assert!(*code != "FORBIDDEN" && *code != "NOT_FOUND", "{who:?} {query}: {answer}");
        }
    }
}

/// New records, one and many, by themselves and where there may be one already.
async fn creating(world: &World, asking: &Asking<'_>, module: &Module, inputs: &Inputs) {
    if !module.operations.create {
        return;
    }
    let ty = naming::create_input_type(&module.name);
    let input = inputs.object(&ty);
    for (verb, name, many) in [
        ("create", &module.name, false),
        ("create", &module.plural, true),
        ("upsert", &module.name, false),
        ("upsert", &module.plural, true),
    ] {
        let (argument, ty) = if many { ("inputs", format!("[{ty}!]!")) } else { ("input", format!("{ty}!")) };
        let query = format!("mutation($i: {ty}) @dryRun {{ {verb}{name}({argument}: $i) {{ id }} }}");
        let value = if many { json!([input]) } else { input.clone() };
        let answer = asking.ask(&query, json!({"i": value})).await;
        if answer["errors"][0]["message"].as_str().is_some_and(|message| message.contains("Unknown field \"upsert")) {
            continue;
        }
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        assert_ne!(code, Some("BAD_USER_INPUT"), "{query} {input}: {answer}");
        if none(world, asking.who, module, Action::Create) {
            assert_eq!(code, Some("FORBIDDEN"), "{:?} {query}", asking.who);
        } else {
            assert_ne!(code, Some("FORBIDDEN"), "{:?} {query}: {answer}", asking.who);
        }
    }
}

/// Links to records that are not there for who links, and new records along with others.
async fn linking(world: &World, asking: &Asking<'_>, module: &Module, inputs: &Inputs) {
    let who = asking.who;
    let own = |(id, row): &(&Uuid, &Row)| !row.deleted && expected(world, who, module, Action::Update, **id).is_none();
    let Some((own, _)) = world.rows.get(&module.id).and_then(|rows| rows.iter().find(own)) else { return };
    let ty = naming::update_input_type(&module.name);
    let query =
        format!("mutation($id: ID!, $i: {ty}!) @dryRun {{ update{}(id: $id, input: $i) {{ id }} }}", module.name);
    for field in &module.fields {
        let FieldType::Relation { to, .. } = field.ty else { continue };
        let target = world.catalog.module(to);
        let by_id = format!("{}Id", field.gql);
        if !target.operations.read || !inputs.has(&ty, &by_id) {
            continue;
        }
        // What is linked already stays linked.
        let linked = world.rows[&module.id][own].links.get(&field.name);
        let is_hidden = |id: &&Uuid| **id != who.id && Some(*id) != linked && !world.is_visible(who, target, **id);
        let strangers = world.strangers(target);
        // Rights on the field come before what it is to hold.
        let is_kept =
            !field.access.is_empty() && Access::level(&field.access, &who.role, Action::Update) == Level::None;
        let refused = if is_kept { "FORBIDDEN" } else { "VALIDATION_FAILED" };
        for hidden in world.rows[&to].keys().filter(is_hidden).take(1).chain(strangers.iter().take(1)) {
            let links = [json!({&*by_id: hidden}), json!({&*field.gql: {"link": hidden}})];
            for input in links.into_iter().take(if inputs.has(&ty, &field.gql) { 2 } else { 1 }) {
                let code = asking.code(&query, json!({"id": own, "i": input})).await;
                assert_eq!(code.as_deref(), Some(refused), "{who:?} {query} {input}");
            }
        }
        if target.operations.create && none(world, who, target, Action::Create) && inputs.has(&ty, &field.gql) {
            let new = inputs.object(&naming::create_input_type(&target.name));
            let input = json!({&*field.gql: {"create": new}});
            let code = asking.code(&query, json!({"id": own, "i": input})).await;
            assert_eq!(code.as_deref(), Some("FORBIDDEN"), "{who:?} {query} {input}");
        }
    }
    for connection in module.connections.iter().filter(|c| c.targets.len() == 1 && inputs.has(&ty, &c.gql)) {
        let target = world.catalog.module(connection.targets[0]);
        if target.operations.create && none(world, who, target, Action::Create) {
            // What the connection itself fills is left out of these inputs: another type.
            let input = json!({&*connection.gql: {"create": [{}]}});
            let answer = asking.ask(&query, json!({"id": own, "i": input})).await;
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            assert!(matches!(code, Some("FORBIDDEN" | "BAD_USER_INPUT")), "{who:?} {query} {input}: {answer}");
        }
        let of_target = world.rows.get(&target.id).into_iter().flat_map(|rows| rows.keys().copied());
        let hidden = of_target.filter(|id| *id != who.id && !world.is_visible(who, target, *id)).take(1);
        for hidden in hidden.chain(world.strangers(target).into_iter().take(1)) {
            let input = json!({&*connection.gql: {"link": [hidden]}});
            let code = asking.code(&query, json!({"id": own, "i": input})).await;
            // Some connections take no links at all.
            let codes = ["NOT_FOUND", "VALIDATION_FAILED", "FORBIDDEN", "BAD_USER_INPUT"];
            assert!(code.as_deref().is_some_and(|code| codes.contains(&code)), "{who:?} {query} {input}: {code:?}");
        }
    }
}

/// What goes by reading or changing a record, though it writes another: following and sharing it.
async fn own_affairs(world: &World, asking: &Asking<'_>, module: &Module) {
    let who = asking.who;
    let closed = |name: &str| who.modules.as_ref().is_some_and(|modules| !modules.contains(&name));
    if !module.operations.read {
        return;
    }
    for id in sample(world, who, module, Action::Update, false) {
        let visible = world.is_visible(who, module, id);
        if module.has(Trait::Audited) {
            let query = "mutation($id: ID!) @dryRun { follow(record: $id) { id } }";
            let expected = if closed("Follow") { Some("FORBIDDEN") } else { (!visible).then_some("NOT_FOUND") };
            assert_eq!(refused(asking, query, json!({"id": id})).await.as_deref(), expected, "{who:?} {query} {id}");
        }
        let may = world.reaches(who, module, id, Action::Update);
        let expected = match (closed("Share"), module.has(Trait::Owned) && visible, may) {
            (true, ..) => Some("FORBIDDEN"),
            (_, false, _) => Some("NOT_FOUND"),
            (_, true, false) => Some("FORBIDDEN"),
            (_, true, true) => None,
        };
        for query in [
            "mutation($id: ID!, $w: ID!) @dryRun { share(record: $id, with: $w, level: WRITE) { id } }",
            "mutation($id: ID!, $w: ID!) @dryRun { unshare(record: $id, with: $w) }",
        ] {
            let told = refused(asking, query, json!({"id": id, "w": who.id})).await;
            assert_eq!(told.as_deref(), expected, "{who:?} {query} {id}");
        }
    }
}
