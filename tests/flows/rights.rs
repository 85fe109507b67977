//! What a role may see and do, on every path, held against a naive reading of what the modules grant.

use crate::support::{App, Asking, Backend, Who, backends, told};
use kontor_domain::{column::ColumnType, context::Whose, store::Args, value::Value as Stored};
use kontor_metadata::model::{Access, Action, Catalog, FieldType, Level, Module, ModuleId, Trait, Via};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use uuid::Uuid;

/// Roles of the demo that may not do everything.
const ROLES: [&str; 4] = ["manager", "sales_rep", "marketing", "readonly"];

/// A record as it is stored: whom and what it is linked to, by field.
pub(super) struct Row {
    pub(super) links: BTreeMap<String, Uuid>,
    pub(super) deleted: bool,
}

/// That a record is shared with a user or a team.
struct Shared {
    record: Uuid,
    with: Uuid,
    write: bool,
}

/// All records of an organisation, and who asks.
pub(super) struct World {
    pub(super) catalog: Arc<Catalog>,
    pub(super) rows: BTreeMap<ModuleId, BTreeMap<Uuid, Row>>,
    shares: Vec<Shared>,
    /// Users and teams that they are in, besides their own.
    members: BTreeSet<(Uuid, Uuid)>,
}

impl World {
    async fn read(app: &App, org: Uuid) -> Self {
        let mut rows = BTreeMap::new();
        let mut members = BTreeSet::new();
        let dialect = app.engine.store().dialect();
        for module in app.catalog.modules.iter().filter(|module| module.operations.read) {
            let links = module.fields.iter().filter(|field| {
                field.is_stored() && matches!(field.ty, FieldType::Relation { .. } | FieldType::Polymorphic { .. })
            });
            let links: Vec<_> = links.map(|field| (field.name.clone(), field.column.clone())).collect();
            let mut names = vec!["\"id\"".to_owned()];
            names.extend(links.iter().map(|(_, column)| format!("\"{column}\"")));
            let mut types = vec![ColumnType::Uuid; names.len()];
            if module.has(Trait::SoftDelete) {
                names.push("\"deleted_at\"".to_owned());
                types.push(ColumnType::Timestamp);
            }
            let stored = Stored::Uuid(org);
            let mut args = Args::new(dialect);
            let org = args.add(ColumnType::Uuid, &stored);
            let sql =
                format!("SELECT {} FROM \"{}\" WHERE \"{}\" = {org}", names.join(", "), module.table, module.tenant);
            let found = app.engine.store().query(Whose::Platform, &sql, &args, &types).await.unwrap();
            let row = |values: Vec<Stored>| {
                let id = |value: &Stored| if let Stored::Uuid(id) = value { Some(*id) } else { None };
                let linked = links.iter().zip(&values[1..]);
                let links = linked.filter_map(|((name, _), value)| Some((name.clone(), id(value)?))).collect();
                let deleted = values.get(links_end(&names)).is_some_and(|at| matches!(at, Stored::Timestamp(_)));
                (id(&values[0]).unwrap(), Row { links, deleted })
            };
            rows.insert(module.id, found.into_iter().map(row).collect());
        }
        let users = app.catalog.find("User").unwrap();
        let teams = users.connections.iter().find(|connection| connection.name == "teams").unwrap();
        if let Via::Junction { table, own, other, .. } = &teams.via {
            let sql = format!("SELECT \"{own}\", \"{other}\" FROM \"{table}\"");
            let types = [ColumnType::Uuid; 2];
            for pair in app.engine.store().query(Whose::Platform, &sql, &Args::new(dialect), &types).await.unwrap() {
                let [Stored::Uuid(user), Stored::Uuid(team)] = pair[..] else { panic!("{pair:?}") };
                members.insert((user, team));
            }
        }
        let sql = "SELECT record_id, coalesce(user_id, team_id), level FROM shares";
        let types = [ColumnType::Uuid, ColumnType::Uuid, ColumnType::Text];
        let shares = app.engine.store().query(Whose::Platform, sql, &Args::new(dialect), &types).await.unwrap();
        let share = |share: Vec<Stored>| match &share[..] {
            [Stored::Uuid(record), Stored::Uuid(with), Stored::Text(level)] => {
                Shared { record: *record, with: *with, write: level == "write" }
            }
            other => panic!("{other:?}"),
        };
        Self { catalog: app.catalog.clone(), rows, shares: shares.into_iter().map(share).collect(), members }
    }

    pub(super) fn module(&self, name: &str) -> &Module {
        self.catalog.find(name).unwrap()
    }

    fn users(&self) -> &BTreeMap<Uuid, Row> {
        &self.rows[&self.module("User").id]
    }

    fn teams(&self, who: Uuid) -> BTreeSet<Uuid> {
        let own = self.users().get(&who).and_then(|user| user.links.get("team")).copied();
        let led = self.rows[&self.module("Team").id].iter().filter(|(_, team)| team.links.get("lead") == Some(&who));
        let joined = self.members.iter().filter(|(user, _)| *user == who).map(|(_, team)| *team);
        own.into_iter().chain(led.map(|(id, _)| *id)).chain(joined).collect()
    }

    fn colleagues(&self, who: Uuid) -> BTreeSet<Uuid> {
        let teams = self.teams(who);
        let is_in = |user: &Uuid, row: &Row| {
            row.links.get("team").is_some_and(|team| teams.contains(team))
                || self.members.iter().any(|(member, team)| member == user && teams.contains(team))
        };
        let mut all: BTreeSet<Uuid> =
            self.users().iter().filter(|(id, row)| is_in(id, row)).map(|(id, _)| *id).collect();
        let mut reports = BTreeSet::from([who]);
        loop {
            let more =
                self.users().iter().filter(|(_, row)| row.links.get("manager").is_some_and(|m| reports.contains(m)));
            let more: Vec<Uuid> = more.map(|(id, _)| *id).filter(|id| !reports.contains(id)).collect();
            if more.is_empty() {
                break;
            }
            reports.extend(more);
        }
        all.extend(reports);
        all
    }

    pub(super) fn level(&self, who: &Who, module: &Module, action: Action) -> Level {
        if who.modules.as_ref().is_some_and(|modules| !modules.contains(&module.name.as_str())) {
            return Level::None;
        }
        Access::level(&module.access, &who.role, action)
    }

    pub(super) fn reaches(&self, who: &Who, module: &Module, id: Uuid, action: Action) -> bool {
        // A share lets others read, or read and change; lines of a quote go with it in all respects.
        let share = match action {
            Action::Read => Some(false),
            Action::Update => Some(true),
            _ => None,
        };
        self.is_within(who, module, id, (action, share), self.level(who, module, action))
    }

    fn is_shared(&self, who: &Who, id: Uuid, to_write: bool) -> bool {
        let teams = self.teams(who.id);
        let is = |share: &Shared| share.with == who.id || teams.contains(&share.with);
        self.shares.iter().any(|share| share.record == id && (share.write || !to_write) && is(share))
    }

    fn is_within(
        &self,
        who: &Who,
        module: &Module,
        id: Uuid,
        (action, share): (Action, Option<bool>),
        level: Level,
    ) -> bool {
        let Some(row) = self.rows[&module.id].get(&id) else { return false };
        let link = |name: &str| row.links.get(name).copied();
        match level {
            Level::None => return false,
            Level::All => return true,
            Level::Own | Level::Team => {}
        }
        let people: Vec<Uuid> = if module.name == "User" {
            vec![id]
        } else if module.has(Trait::Owned) {
            link("owner").into_iter().chain(link("assigned_to")).collect()
        } else if let Some(parent) = module.parent {
            let FieldType::Relation { to, .. } = module.field(parent).ty else { panic!("a parent is a relation") };
            let (above, name) = (self.catalog.module(to), &module.field(parent).name);
            let level = level.min(self.level(who, above, action));
            let Some(parent) = link(name) else { return false };
            // Lines are seen with what they belong to.
            let share = Some(action != Action::Read);
            return self.is_visible(who, above, parent) && self.is_within(who, above, parent, (action, share), level);
        } else if module.find("user").is_some() {
            link("user").into_iter().collect()
        } else {
            link("created_by").into_iter().collect()
        };
        if module.has(Trait::Owned) && share.is_some_and(|to_write| self.is_shared(who, id, to_write)) {
            return true;
        }
        if level == Level::Own {
            return people.contains(&who.id);
        }
        let colleagues = self.colleagues(who.id);
        let team = link("team").filter(|_| module.has(Trait::Owned));
        people.iter().any(|id| colleagues.contains(id)) || team.is_some_and(|team| self.teams(who.id).contains(&team))
    }

    /// Whether a record is there for somebody.
    pub(super) fn is_visible(&self, who: &Who, module: &Module, id: Uuid) -> bool {
        let alive = self.rows[&module.id].get(&id).is_some_and(|row| !row.deleted);
        alive && self.reaches(who, module, id, Action::Read)
    }

    fn visible(&self, who: &Who, module: &Module) -> BTreeSet<Uuid> {
        self.rows[&module.id].keys().copied().filter(|id| self.is_visible(who, module, *id)).collect()
    }

    /// One or two users of each role, and API keys that are limited to some modules.
    fn people(&self, roles: &BTreeMap<Uuid, String>) -> Vec<Who> {
        let of = |role: &&str| {
            let users: Vec<_> = roles.iter().filter(|(_, of)| of == role).map(|(id, _)| *id).collect();
            let some = if *role == "sales_rep" { vec![users[0], *users.last().unwrap()] } else { vec![users[0]] };
            some.into_iter().map(|id| Who { id, role: (*role).to_owned(), modules: None }).collect::<Vec<_>>()
        };
        let mut people: Vec<Who> =
            ROLES.iter().filter(|role| roles.values().any(|of| of == *role)).flat_map(of).collect();
        let rep = people.iter().find(|who| who.role == "sales_rep").cloned().unwrap();
        people.push(Who { modules: Some(vec!["Lead", "Contact", "QuoteLineItem", "Note", "Tag"]), ..rep.clone() });
        people.push(Who { role: "admin".to_owned(), modules: Some(vec!["Lead", "Account", "AuditLog"]), ..rep });
        people
    }
}

/// Behind the id and the links.
fn links_end(names: &[String]) -> usize {
    names.iter().position(|name| name == "\"deleted_at\"").unwrap_or(names.len())
}

pub(super) fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

/// The demo, in which some records are shared with people and teams that would not see or change them.
pub(super) async fn demo(backend: Backend) -> (App, Uuid, World, Vec<Who>) {
    let app = App::new(backend).await;
    let admin = app.demo().await;
    let users = app.data(&admin, "{ users(first: 500) { nodes { id role } } }", json!({})).await;
    let role = |user: &Value| (id(&user["id"]), user["role"].as_str().unwrap().to_lowercase());
    let roles = users["users"]["nodes"].as_array().unwrap().iter().map(role).collect();
    let world = World::read(&app, admin.org).await;
    let people = world.people(&roles);
    let teams: Vec<Uuid> = world.rows[&world.module("Team").id].keys().copied().collect();
    let share = "mutation($r: ID!, $w: ID!, $l: ShareLevel!) { share(record: $r, with: $w, level: $l) { id } }";
    for module in ["Lead", "Account", "Quote", "Opportunity"].map(|name| world.module(name)) {
        let alive = world.rows[&module.id].iter().filter(|(_, row)| !row.deleted).map(|(id, _)| *id);
        let receivers = people.iter().map(|who| who.id).chain(teams.iter().copied());
        for (n, (record, with)) in alive.step_by(3).zip(receivers).enumerate() {
            let level = if n % 2 == 0 { "WRITE" } else { "READ" };
            app.data(&admin, share, json!({"r": record, "w": with, "l": level})).await;
        }
    }
    let world = World::read(&app, admin.org).await;
    assert!(world.shares.len() > 10, "{}", world.shares.len());
    assert!(people.len() > 4, "{people:?}");
    (app, admin.org, world, people)
}

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
    for record in visible.iter().take(3).chain(hidden) {
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
            // Of deleted records the link is there still.
            let deleted = all[gql]["totalCount"].as_u64().unwrap() - there(all).len() as u64;
            let counted = seen[gql]["totalCount"].as_u64().unwrap() - expected.len() as u64;
            assert!(counted <= deleted, "{who:?} {}.{gql} {seen}", module.name);
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
