//! Every path of two steps from a record, and every filter, group and order over a link, held against the naive reading: the
//! whole answer, not only that nothing is in it that should not be.

use super::rights_world::{World, demo, id};
use crate::support::{App, Asking, Who, backends};
use kontor_metadata::{
    model::{Action, Connection, Field, FieldType, Level, Module},
    naming,
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Records that paths begin at.
const SAMPLE: usize = 4;
/// Records that the first step of a path leads to at most.
const PAGE: usize = 50;

/// Relations to one module that are read, with the module.
fn relations<'w>(world: &'w World, module: &'w Module) -> impl Iterator<Item = (&'w Field, &'w Module)> {
    module.fields.iter().filter(|field| !field.secret).filter_map(|field| match field.ty {
        FieldType::Relation { to, .. } => Some((field, world.catalog.module(to))).filter(|(_, to)| to.operations.read),
        _ => None,
    })
}

/// Connections to records of one module.
fn connections<'w>(world: &'w World, module: &'w Module) -> impl Iterator<Item = (&'w Connection, &'w Module)> {
    let one = module.connections.iter().filter(|connection| connection.targets.len() == 1);
    one.map(|connection| (connection, world.catalog.module(connection.targets[0]))).filter(|(_, to)| to.operations.read)
}

/// Relations to any of several modules.
fn to_any(module: &Module) -> impl Iterator<Item = &Field> {
    module.fields.iter().filter(|field| matches!(field.ty, FieldType::Polymorphic { .. }) && !field.secret)
}

/// One step from a record.
enum Step<'w> {
    One(&'w Field, &'w Module),
    Any(&'w Field),
    Many(&'w Connection, &'w Module),
}

fn steps<'w>(world: &'w World, module: &'w Module) -> impl Iterator<Item = Step<'w>> {
    relations(world, module)
        .map(|(field, to)| Step::One(field, to))
        .chain(to_any(module).map(Step::Any))
        .chain(connections(world, module).map(|(connection, to)| Step::Many(connection, to)))
}

impl Step<'_> {
    /// What is asked for: ids, and by the last step of connections their counts alone.
    fn selection(&self, world: &World, last: bool) -> String {
        let further = |to: &Module| match last {
            true => String::new(),
            false => steps(world, to).map(|step| step.selection(world, true)).collect::<Vec<_>>().join(" "),
        };
        match self {
            Self::One(field, to) => format!("{0}Id {0} {{ id {1} }}", field.gql, further(to)),
            Self::Any(field) => format!("{0}Id {0} {{ ... on Node {{ id }} }}", field.gql),
            Self::Many(connection, _) if last => {
                let gql = &connection.gql;
                let aggregate = naming::aggregate_field(gql);
                format!("{gql}(first: 0) {{ totalCount }} {aggregate}(first: 1) {{ count }}")
            }
            Self::Many(connection, to) => {
                format!("{}(first: {PAGE}) {{ totalCount nodes {{ id {} }} }}", connection.gql, further(to))
            }
        }
    }

    /// What is to be answered to that.
    fn expected(&self, world: &World, who: &Who, module: &Module, id: Uuid, last: bool, out: &mut Map<String, Value>) {
        let link = |field: &Field| world.rows[&module.id][&id].links.get(&field.name).copied();
        let object = |to: &Module, id: Uuid| {
            let mut object = Map::from_iter([("id".to_owned(), json!(id))]);
            if !last {
                steps(world, to).for_each(|step| step.expected(world, who, to, id, true, &mut object));
            }
            Value::Object(object)
        };
        match self {
            Self::One(field, to) => {
                let seen = link(field).filter(|other| world.is_visible(who, to, *other));
                out.insert(format!("{}Id", field.gql), json!(link(field)));
                out.insert(field.gql.clone(), seen.map_or(Value::Null, |other| object(to, other)));
            }
            Self::Any(field) => {
                let FieldType::Polymorphic { to } = &field.ty else { panic!("{}", field.name) };
                let is_of = |other: Uuid| world.module_of(other).is_some_and(|module| to.contains(&module.id));
                let seen = link(field).filter(|other| is_of(*other) && world.sees(who, *other));
                out.insert(format!("{}Id", field.gql), json!(link(field)));
                out.insert(field.gql.clone(), seen.map_or(Value::Null, |other| json!({"id": other})));
            }
            Self::Many(connection, to) => {
                let seen = world.connected(module, id, connection);
                let seen: Vec<Uuid> = seen.into_iter().filter(|other| world.is_visible(who, to, *other)).collect();
                let mut list = json!({"totalCount": seen.len()});
                if last {
                    out.insert(naming::aggregate_field(&connection.gql), json!([{"count": seen.len()}]));
                } else {
                    list["nodes"] = seen.iter().take(PAGE).map(|other| object(to, *other)).collect();
                }
                out.insert(connection.gql.clone(), list);
            }
        }
    }
}

/// Puts nodes in the order of their ids, in which they are expected.
fn sort(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                sort(value);
                if let (true, Value::Array(nodes)) = (key == "nodes", &mut *value) {
                    nodes.sort_by_key(|node| node["id"].to_string());
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(sort),
        _ => {}
    }
}

/// Whatever the schema shows of a record besides its own values is a step; links to anything are walked in `rights`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_link_of_the_schema_is_a_step() {
    let app = App::with_packages(backends()[0], &["config/packages", "tests/packages"]).await;
    let query =
        "{ __schema { types { name fields { name type { kind ofType { kind ofType { kind ofType { kind } } } } } } } }";
    let answer: Value = serde_json::from_str(&app.bytes(None, query, json!({})).await).unwrap();
    let types = answer["data"]["__schema"]["types"].as_array().unwrap();
    let is_linked = |field: &&Value| {
        let text = field["type"].to_string();
        ["OBJECT", "UNION", "INTERFACE"].iter().any(|kind| text.contains(kind))
    };
    for module in app.catalog.modules.iter().filter(|module| module.operations.read) {
        let ty = types.iter().find(|ty| ty["name"] == module.name).unwrap();
        let linked = ty["fields"].as_array().unwrap().iter().filter(is_linked);
        let mut open: BTreeSet<&str> = linked.map(|field| field["name"].as_str().unwrap()).collect();
        let known = |field: &&Field| matches!(field.ty, FieldType::Relation { .. } | FieldType::Polymorphic { .. });
        for field in module.fields.iter().filter(known) {
            open.remove(&*field.gql);
        }
        for connection in &module.connections {
            open.remove(&*connection.gql);
            open.remove(&*naming::aggregate_field(&connection.gql));
        }
        assert_eq!(open, BTreeSet::new(), "{}: a new link is a step of the walk", module.name);
    }
}

/// Goes some steps from some records, and one or all steps behind each; gives the number of paths.
async fn walk(
    asking: &Asking<'_>,
    world: &World,
    module: &Module,
    from: &[Uuid],
    steps: &[Step<'_>],
    last: bool,
) -> usize {
    let (who, many) = (asking.who, &module.gql_many);
    let selection: Vec<_> = steps.iter().map(|step| step.selection(world, last)).collect();
    let query = format!(
        "query($ids: [ID!]) {{ {many}(first: {SAMPLE}, filter: {{id: {{in: $ids}}}}) {{ nodes {{ id {} }} }} }}",
        selection.join(" ")
    );
    let mut answer = asking.data(&query, json!({"ids": from})).await[many].clone();
    sort(&mut answer);
    let nodes = answer["nodes"].as_array().unwrap();
    for node in nodes {
        let mut expected = Map::from_iter([("id".to_owned(), node["id"].clone())]);
        steps.iter().for_each(|step| step.expected(world, who, module, id(&node["id"]), last, &mut expected));
        assert_eq!(*node, Value::Object(expected), "{who:?} {query}");
    }
    nodes.len() * steps.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_path_leads_to_what_the_role_may_read() {
    for backend in backends() {
        let (app, org, world, people) = demo(backend).await;
        let (mut paths, mut walkers) = (0, BTreeSet::new());
        for who in &people {
            let asking = Asking::new(&app, org, who);
            // To plan paths takes its time: two steps go one whose rights are narrow, and its key; one step goes everybody.
            let far = who.role == "sales_rep" && walkers.insert(who.modules.clone());
            for module in world.catalog.modules.iter().filter(|module| module.operations.read) {
                if world.level(who, module, Action::Read) == Level::None {
                    continue;
                }
                let visible = world.visible(who, module);
                // From both ends, which are of different times.
                let some: Vec<Uuid> =
                    visible.iter().take(SAMPLE / 2).chain(visible.iter().rev().take(SAMPLE / 2)).copied().collect();
                let all: Vec<Step<'_>> = steps(&world, module).collect();
                paths += walk(&asking, &world, module, &some, &all, true).await;
                for step in all.iter().filter(|_| far) {
                    paths += walk(&asking, &world, module, &some, std::slice::from_ref(step), false).await;
                }
            }
        }
        assert!(paths > 1_000, "{paths}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_groups_and_orders_over_links_tell_of_what_the_role_may_read() {
    for backend in backends() {
        let (app, org, world, people) = demo(backend).await;
        for who in &people {
            let asking = Asking::new(&app, org, who);
            for module in world.catalog.modules.iter().filter(|module| module.operations.read) {
                if world.level(who, module, Action::Read) == Level::None {
                    continue;
                }
                let visible = world.visible(who, module);
                let many = &module.gql_many;
                for (field, to) in relations(&world, module) {
                    let gql = &field.gql;
                    let shown = |record: &Uuid| {
                        let linked = world.rows[&module.id][record].links.get(&field.name).copied();
                        linked.filter(|other| world.is_visible(who, to, *other))
                    };
                    let groups = format!(
                        "{{ {many}Aggregate(groupBy: [{{{gql}: {{id: true}}}}]) {{ count group {{ {gql} {{ id }} }} }} }}"
                    );
                    let order = format!(
                        "{{ {many}(first: 1000, orderBy: [{{{gql}: {{id: ASC_NULLS_FIRST}}}}, {{id: ASC}}]) {{ nodes {{ id }} }} }}"
                    );
                    if world.level(who, to, Action::Read) == Level::None {
                        for query in [groups, order] {
                            assert_eq!(
                                asking.code(&query, json!({})).await.as_deref(),
                                Some("FORBIDDEN"),
                                "{who:?} {query}"
                            );
                        }
                        continue;
                    }
                    let mut counts: BTreeMap<Option<Uuid>, u64> = BTreeMap::new();
                    visible.iter().for_each(|record| *counts.entry(shown(record)).or_default() += 1);
                    let told = asking.data(&groups, json!({})).await[format!("{many}Aggregate")].clone();
                    let told: BTreeMap<Option<Uuid>, u64> = told
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|group| {
                            let of = &group["group"][gql]["id"];
                            ((!of.is_null()).then(|| id(of)), group["count"].as_u64().unwrap())
                        })
                        .collect();
                    assert_eq!(told, counts, "{backend:?} {who:?} {groups}");
                    let mut sorted: Vec<_> = visible.iter().map(|record| (shown(record), *record)).collect();
                    sorted.sort_unstable();
                    let ordered: Vec<_> =
                        sorted.into_iter().map(|(_, record)| json!({"id": record})).take(1_000).collect();
                    assert_eq!(
                        asking.data(&order, json!({})).await[many]["nodes"],
                        json!(ordered),
                        "{backend:?} {who:?} {order}"
                    );
                }
                for (connection, to) in connections(&world, module) {
                    let count = async |condition: &str| {
                        let query =
                            format!("{{ {many}(filter: {{{}: {condition}}}) {{ totalCount }} }}", connection.gql);
                        asking.ask(&query, json!({})).await
                    };
                    if world.level(who, to, Action::Read) == Level::None {
                        let refused = count("{some: {}}").await;
                        assert_eq!(
                            refused["errors"][0]["extensions"]["code"], "FORBIDDEN",
                            "{who:?} {}",
                            connection.gql
                        );
                        continue;
                    }
                    let has = |record: &&Uuid| {
                        world
                            .connected(module, **record, connection)
                            .iter()
                            .any(|other| world.is_visible(who, to, *other))
                    };
                    let with = visible.iter().filter(has).count();
                    let without = visible.len() - with;
                    let nothing = "{id: {isNull: true}}";
                    for (condition, expected) in [
                        ("{some: {}}".to_owned(), with),
                        ("{none: {}}".to_owned(), without),
                        (format!("{{every: {nothing}}}"), without),
                    ] {
                        let answer = count(&condition).await;
                        assert_eq!(
                            answer["data"][many]["totalCount"], expected,
                            "{backend:?} {who:?} {}.{} {condition}",
                            module.name, connection.gql
                        );
                    }
                }
            }
        }
    }
}
