//! Every path of two steps from a record, every filter, group and order over a link, and every feed, held against the naive
//! reading: the whole answer, not only that nothing is in it that should not be.

use super::rights_world::{World, demo, id};
use crate::support::{Asking, Who, backends, told};
use kontor_gateway::engine::Told;
use kontor_metadata::{
    model::{Action, Connection, Field, FieldType, Level, Module},
    naming,
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, time::Duration};
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_path_of_two_steps_leads_to_what_the_role_may_read() {
    for backend in backends() {
        let (app, org, world, people) = demo(backend).await;
        let mut paths = 0;
        for who in &people {
            let asking = Asking::new(&app, org, who);
            for module in world.catalog.modules.iter().filter(|module| module.operations.read) {
                if world.level(who, module, Action::Read) == Level::None {
                    continue;
                }
                let visible = world.visible(who, module);
                // From both ends, which are of different times.
                let some: Vec<Uuid> =
                    visible.iter().take(SAMPLE / 2).chain(visible.iter().rev().take(SAMPLE / 2)).copied().collect();
                for step in steps(&world, module) {
                    let (many, selection) = (&module.gql_many, step.selection(&world, false));
                    let query = format!(
                        "query($ids: [ID!]) {{ {many}(first: {SAMPLE}, filter: {{id: {{in: $ids}}}}) {{ nodes {{ id {selection} }} }} }}"
                    );
                    let mut answer = asking.data(&query, json!({"ids": some})).await[many].clone();
                    sort(&mut answer);
                    for node in answer["nodes"].as_array().unwrap() {
                        let mut expected = Map::from_iter([("id".to_owned(), node["id"].clone())]);
                        step.expected(&world, who, module, id(&node["id"]), false, &mut expected);
                        assert_eq!(*node, Value::Object(expected), "{backend:?} {who:?} {query}");
                        paths += 1;
                    }
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

/// A text that may be anything.
fn text(module: &Module) -> Option<&Field> {
    module.fields.iter().find(|field| {
        let plain = matches!(&field.ty, FieldType::Text { pattern: None, .. } | FieldType::LongText { .. });
        let free = field.logic.compute.is_none() && field.logic.depends_on.is_none();
        let unique = module.indexes.iter().any(|index| index.unique && index.fields.contains(&field.id));
        plain && free && !unique && !field.secret && !field.generated && !field.immutable && field.access.is_empty()
    })
}

/// Each feed of a module tells of the changes of records that its subscriber may read, and of no others; what counts them
/// counts those.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_feed_tells_of_what_the_role_may_read() {
    for backend in backends() {
        let (app, org, world, people) = demo(backend).await;
        let admin = Who { id: people[0].id, role: "admin".to_owned(), modules: None };
        let all = Asking::new(&app, org, &admin);
        let (mut told_of, mut kept_back) = (0, 0);
        for module in world.catalog.modules.iter().filter(|module| module.operations.read) {
            for who in people.iter().filter(|who| world.level(who, module, Action::Read) > Level::None) {
                let field = naming::aggregate_subscription_field(&module.name);
                let begun =
                    Asking::new(&app, org, who).follow(&format!("subscription {{ {field} {{ count }} }}")).await;
                let Ok(mut counted) = begun else { continue };
                let state = tokio::time::timeout(Duration::from_secs(60), counted.next()).await.unwrap();
                let Told::State(state) = state else { panic!("{state:?}") };
                let state: Value = serde_json::from_slice(&state).unwrap();
                assert_eq!(
                    state["data"][&field][0]["count"],
                    world.visible(who, module).len(),
                    "{backend:?} {who:?} {field}"
                );
            }
            let Some(field) = text(module).filter(|_| module.operations.update) else { continue };
            let start = all.data("{ eventCursor }", json!({})).await["eventCursor"].clone();
            let update = format!(
                "mutation($id: ID!) {{ update{}(id: $id, input: {{{}: \"seen\"}}) {{ id }} }}",
                module.name, field.gql
            );
            let mut changed = Vec::new();
            for who in &people {
                let (seen, hidden): (Vec<Uuid>, Vec<Uuid>) = world.rows[&module.id]
                    .iter()
                    .filter(|(_, row)| !row.deleted)
                    .map(|(id, _)| *id)
                    .partition(|id| world.is_visible(who, module, *id));
                changed.extend(hidden.into_iter().take(2).chain(seen.into_iter().take(2)));
            }
            changed.dedup();
            let mut done = Vec::new();
            for record in changed {
                if all.code(&update, json!({"id": record})).await.is_none() {
                    done.push(record);
                }
            }
            // Behind all others everybody is told of a change that it sees, so that nobody stops listening before.
            let mut last = None;
            for (n, who) in people.iter().enumerate() {
                let Some(record) = done.iter().rfind(|id| world.is_visible(who, module, **id)) else { continue };
                let text = format!("last {n}");
                let update = update.replace("seen", &text);
                if all.code(&update, json!({"id": record})).await.is_none() {
                    last = Some(text);
                }
            }
            let Some(last) = last else { continue };
            let feed = naming::subscription_field(&module.name);
            let feed = |told: &str| format!("subscription {{ {feed}(kinds: [UPDATED], after: {start}) {{ {told} }} }}");
            let mut everything = all.follow(&feed("recordId after")).await.unwrap();
            let mut events = Vec::new();
            loop {
                let event = told(&mut everything).await;
                events.push(id(&event["recordId"]));
                if event["after"][&field.gql] == json!(last) {
                    break;
                }
            }
            let feed = feed("recordId record { id }");
            for who in people.iter().filter(|who| world.level(who, module, Action::Read) > Level::None) {
                let expected: Vec<Uuid> =
                    events.iter().copied().filter(|id| world.is_visible(who, module, *id)).collect();
                kept_back += events.len() - expected.len();
                let mut feed = Asking::new(&app, org, who).follow(&feed).await.unwrap();
                for record in expected {
                    let event = told(&mut feed).await;
                    assert_eq!(
                        event,
                        json!({"recordId": record, "record": {"id": record}}),
                        "{backend:?} {who:?} {}",
                        module.name
                    );
                    told_of += 1;
                }
            }
        }
        assert!(told_of > 100 && kept_back > 10, "{told_of} {kept_back}");
    }
}
