//! What a role may see and do, on every path, held against a naive reading of what the modules grant.

use super::rights_world::{Row, World, demo, id};
use crate::support::{App, Asking, Who, backends, told};
use kontor_metadata::model::{Action, FieldType, Level, Module, Via};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_path_of_a_query_shows_what_the_role_may_read_and_nothing_else() {
    for backend in backends() {
        let (app, org, world, people) = demo(backend).await;
        let mut hidden = 0;
        for who in &people {
            let asking = Asking::new(&app, org, who);
            for module in world.catalog.modules.iter().filter(|module| module.operations.read) {
                let visible = world.visible(who, module);
                hidden += world.rows[&module.id].len() - visible.len();
                roots(&world, &asking, module, &visible).await;
                if world.level(who, module, Action::Read) > Level::None {
                    nested(&world, &asking, module, &visible).await;
                }
            }
            let found = asking.data("{ search(query: \"a\", first: 200) { module id } }", json!({})).await;
            for hit in found["search"].as_array().unwrap() {
                let module = world.module(hit["module"].as_str().unwrap());
                assert!(world.is_visible(who, module, id(&hit["id"])), "{who:?} {hit}");
            }
        }
        assert!(hidden > 1_000, "{hidden}");
    }
}

/// Lists, counts, aggregates, records by id.
async fn roots(world: &World, asking: &Asking<'_>, module: &Module, visible: &BTreeSet<Uuid>) {
    let who = asking.who;
    let (one, many) = (&module.gql_one, &module.gql_many);
    let list = format!("{{ {many}(first: 500) {{ totalCount nodes {{ id }} }} }}");
    let groups = format!("{{ {many}Aggregate {{ count }} }}");
    if world.level(who, module, Action::Read) == Level::None {
        for query in [&list, &groups] {
            assert_eq!(asking.code(query, json!({})).await.as_deref(), Some("FORBIDDEN"), "{who:?} {query}");
        }
    } else {
        let listed = asking.data(&list, json!({})).await[many].clone();
        assert_eq!(listed["totalCount"], visible.len(), "{who:?} {many}");
        for node in listed["nodes"].as_array().unwrap() {
            assert!(visible.contains(&id(&node["id"])), "{who:?} {many} {node}");
        }
        let counted = asking.data(&groups, json!({})).await;
        assert_eq!(counted[format!("{many}Aggregate")][0]["count"], visible.len(), "{who:?} {many}");
    }
    let ids: Vec<Uuid> = world.rows[&module.id].keys().copied().collect();
    let hidden = ids.iter().filter(|id| !visible.contains(id)).take(3);
    let strangers = world.strangers(module);
    for record in visible.iter().take(3).chain(hidden).chain(&strangers) {
        let query = format!("query($id: ID!) {{ {one}(id: $id) {{ id }} }}");
        let shown = asking.ask(&query, json!({"id": record})).await["data"][one]["id"] == json!(record);
        // The root field of the audit log is a list.
        assert_eq!(shown, visible.contains(record) && module.name != "AuditLog", "{who:?} {one} {record}");
        let node = asking.ask("query($id: ID!) { node(id: $id) { id } }", json!({"id": record})).await;
        assert_eq!(node["data"]["node"]["id"] == json!(record), visible.contains(record), "{who:?} {one} {record}");
    }
}

/// Relations and connections, in what is selected and in filters.
async fn nested(world: &World, asking: &Asking<'_>, module: &Module, visible: &BTreeSet<Uuid>) {
    let (who, many) = (asking.who, &module.gql_many);
    for field in &module.fields {
        let FieldType::Relation { to, .. } = field.ty else { continue };
        let target = world.catalog.module(to);
        if !target.operations.read || field.secret {
            continue;
        }
        let linked = |record: &Uuid| world.rows[&module.id][record].links.get(&field.name).copied();
        let shown = |record: &Uuid| linked(record).filter(|id| world.is_visible(who, target, *id));
        let query = format!("{{ {many}(first: 100) {{ nodes {{ id {} {{ id }} }} }} }}", field.gql);
        for node in asking.data(&query, json!({})).await[many]["nodes"].as_array().unwrap() {
            let expected = shown(&id(&node["id"]));
            assert_eq!(node[&field.gql]["id"], json!(expected), "{who:?} {}.{}", module.name, field.name);
        }
        let query =
            format!("{{ {many}(filter: {{ {}: {{ id: {{ isNull: false }} }} }}) {{ totalCount }} }}", field.gql);
        if world.level(who, target, Action::Read) == Level::None {
            assert_eq!(asking.code(&query, json!({})).await.as_deref(), Some("FORBIDDEN"), "{who:?} {query}");
        } else {
            let count = visible.iter().filter(|record| shown(record).is_some()).count();
            assert_eq!(asking.data(&query, json!({})).await[many]["totalCount"], count, "{who:?} {query}");
        }
    }
    anything(world, asking, module).await;
    for connection in &module.connections {
        let target = world.catalog.module(connection.targets[0]);
        if connection.targets.len() > 1 || !target.operations.read {
            continue;
        }
        let gql = &connection.gql;
        let query =
            format!("{{ {many}(first: 40) {{ nodes {{ id {gql}(first: 20) {{ totalCount nodes {{ id }} }} }} }} }}");
        let seen = world.visible(who, target);
        for node in asking.data(&query, json!({})).await[many]["nodes"].as_array().unwrap() {
            for other in node[gql]["nodes"].as_array().unwrap() {
                assert!(seen.contains(&id(&other["id"])), "{who:?} {}.{gql}", module.name);
            }
            if let Via::ForeignKey { field } = &connection.via {
                let (name, own) = (&target.field(*field).name, id(&node["id"]));
                let count = seen.iter().filter(|id| world.rows[&target.id][id].links.get(name) == Some(&own)).count();
                assert_eq!(node[gql]["totalCount"], count, "{who:?} {}.{gql} of {own}", module.name);
            }
        }
    }
}

/// Connections to records of any module: those that are not seen are not counted either.
async fn anything(world: &World, asking: &Asking<'_>, module: &Module) {
    let (who, many) = (asking.who, &module.gql_many);
    for connection in module.connections.iter().filter(|connection| connection.targets.len() > 1) {
        let gql = &connection.gql;
        let query = format!(
            "{{ {many}(first: 100) {{ nodes {{ id {gql}(first: 500) {{ totalCount nodes {{ ... on Node {{ id __typename }} }} }} }} }} }}"
        );
        let program = Who { role: "admin".to_owned(), modules: None, ..who.clone() };
        let all = Asking::new(asking.app, asking.org, &program).data(&query, json!({})).await[many]["nodes"].clone();
        let seen = asking.data(&query, json!({})).await[many]["nodes"].clone();
        for (all, seen) in all.as_array().unwrap().iter().zip(seen.as_array().unwrap()) {
            let there = |list: &Value| -> Vec<Value> {
                list[gql]["nodes"].as_array().unwrap().iter().filter(|node| !node.is_null()).cloned().collect()
            };
            let is_seen = |node: &Value| {
                world.is_visible(who, world.module(node["__typename"].as_str().unwrap()), id(&node["id"]))
            };
            let expected: Vec<Value> = there(all).into_iter().filter(is_seen).collect();
            assert_eq!(there(seen), expected, "{who:?} {}.{gql}", module.name);
            assert_eq!(seen[gql]["totalCount"], expected.len(), "{who:?} {}.{gql} {seen}", module.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_is_refused_that_the_role_may_not_make() {
    for backend in backends() {
        let (app, org, world, people) = demo(backend).await;
        let mut refused = 0;
        for who in &people {
            let asking = Asking::new(&app, org, who);
            for module in world.catalog.modules.iter().filter(|m| m.operations.read && m.operations.update) {
                let rows = &world.rows[&module.id];
                let sample = |wanted: bool| {
                    let like =
                        |id: Uuid, row: &Row| !row.deleted && world.reaches(who, module, id, Action::Update) == wanted;
                    rows.iter().filter(|(id, row)| like(**id, row)).map(|(id, _)| *id).take(3).collect::<Vec<_>>()
                };
                let ids: Vec<Uuid> = sample(true).into_iter().chain(sample(false)).collect();
                for record in &ids {
                    for action in [Action::Update, Action::Delete] {
                        if action == Action::Delete && !module.operations.delete {
                            continue;
                        }
                        let input = if action == Action::Update { ", input: {}" } else { "" };
                        let query = format!(
                            "mutation($id: ID!) @dryRun {{ {}{}(id: $id{input}) {{ id }} }}",
                            action.name(),
                            module.name
                        );
                        let code = asking.code(&query, json!({"id": record})).await;
                        let expected = match world.is_visible(who, module, *record) {
                            false => Some("NOT_FOUND"),
                            true if !world.reaches(who, module, *record, action) => Some("FORBIDDEN"),
                            true => None,
                        };
                        refused += usize::from(expected.is_some());
                        // What may be done may still fail for other reasons.
                        let code = code.filter(|code| code == "NOT_FOUND" || code == "FORBIDDEN");
                        assert_eq!(code.as_deref(), expected, "{who:?} {query} {record}");
                    }
                }
                let query = format!(
                    "mutation($ids: [ID!]) @dryRun {{ changed: update{}(filter: {{id: {{in: $ids}}}}, input: {{}}) {{ affected }} }}",
                    module.plural
                );
                let permitted = |id: &&Uuid| {
                    world.is_visible(who, module, **id) && world.reaches(who, module, **id, Action::Update)
                };
                let count = ids.iter().filter(permitted).count();
                let answer = asking.ask(&query, json!({"ids": ids})).await;
                if [Action::Read, Action::Update].map(|action| world.level(who, module, action)).contains(&Level::None)
                {
                    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{who:?} {query}: {answer}");
                } else {
                    assert_eq!(answer["data"]["changed"]["affected"], count, "{who:?} {query}: {answer}");
                }
            }
            for (module, input) in [
                ("Account", json!({"name": "A"})),
                ("Tag", json!({"name": "Unheard of"})),
                ("Product", json!({"name": "P"})),
                ("Quote", json!({"subject": "Q"})),
                ("Campaign", json!({"name": "C"})),
            ] {
                let query =
                    format!("mutation($i: {module}CreateInput!) @dryRun {{ create{module}(input: $i) {{ id }} }}");
                let may = world.level(who, world.module(module), Action::Create) > Level::None;
                let code = asking.code(&query, json!({"i": input})).await;
                assert_eq!(code.as_deref(), (!may).then_some("FORBIDDEN"), "{who:?} {module}");
            }
        }
        assert!(refused > 50, "{refused}");
    }
}

/// What is kept from a role is kept on every path: selected, filtered, ordered, summed up, written, and in feeds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_a_role_may_not_read_is_shown_nowhere() {
    for backend in backends() {
        let app = App::with_packages(backend, &["config/packages", "tests/packages"]).await;
        let user = app.user("acme").await;
        let who = Who::of(&user, "super_admin");
        let asking = Asking::new(&app, user.org, &who);
        let feed = asking.follow("subscription { loanEvents { after record { deposit } } }").await;
        let mut feed = feed.expect("a role that reads loans follows them");
        let create = "mutation { createLoan(input: {name: \"Drill\", fee: \"1.00\", deposit: \"9.00\"}) { deposit } }";
        assert_eq!(app.data(&user, create, json!({})).await["createLoan"]["deposit"], "9.00", "{backend:?}");
        assert_eq!(asking.code(create, json!({})).await.as_deref(), Some("FORBIDDEN"));
        let loans = asking.data("{ loans { nodes { name fee deposit } } }", json!({})).await;
        assert_eq!(loans["loans"]["nodes"], json!([{"name": "Drill", "fee": "1.00", "deposit": null}]));
        for refused in [
            "{ loans(filter: {deposit: {gt: \"1\"}}) { totalCount } }",
            "{ loans(orderBy: [{deposit: ASC}]) { totalCount } }",
            "{ loansAggregate { sum { deposit } } }",
            "{ loansAggregate(groupBy: [{deposit: true}]) { count } }",
        ] {
            assert_eq!(asking.code(refused, json!({})).await.as_deref(), Some("FORBIDDEN"), "{refused}");
        }
        let event = told(&mut feed).await;
        assert_eq!((&event["after"]["fee"], &event["record"]["deposit"]), (&json!("1.00"), &json!(null)), "{event}");
        assert_eq!(event["after"].get("deposit"), None, "{event}");
    }
}
