//! A naive reading of what the modules grant: all records of an organisation as they are stored, and for somebody with a
//! role which of them it may see and change. It shares nothing with the program's own evaluation but the metadata.

use crate::support::{App, Backend, Who};
use kontor_domain::{column::ColumnType, context::Whose, store::Args, value::Value as Stored};
use kontor_metadata::model::{Access, Action, Catalog, Connection, FieldType, Level, Module, ModuleId, Trait, Via};
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
    /// Rows of tables that link many to many, each column by its name.
    junctions: BTreeMap<String, Vec<BTreeMap<String, Uuid>>>,
    /// Some records of another organisation.
    strangers: BTreeMap<ModuleId, Vec<Uuid>>,
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
        let mut junctions = BTreeMap::new();
        for connection in app.catalog.modules.iter().flat_map(|module| &module.connections) {
            let Via::Junction { table, own, other, .. } = &connection.via else { continue };
            let sql = format!("SELECT \"{own}\", \"{other}\" FROM \"{table}\"");
            let types = [ColumnType::Uuid; 2];
            let pairs = app.engine.store().query(Whose::Platform, &sql, &Args::new(dialect), &types).await.unwrap();
            let pair = |pair: Vec<Stored>| match pair[..] {
                [Stored::Uuid(one), Stored::Uuid(two)] => BTreeMap::from([(own.clone(), one), (other.clone(), two)]),
                _ => panic!("{pair:?}"),
            };
            junctions.insert(table.clone(), pairs.into_iter().map(pair).collect::<Vec<_>>());
        }
        let teams = app.catalog.find("User").unwrap().connections.iter().find(|connection| connection.name == "teams");
        if let Via::Junction { table, own, other, .. } = &teams.unwrap().via {
            members.extend(junctions[table].iter().map(|pair| (pair[own], pair[other])));
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
        let (catalog, shares) = (app.catalog.clone(), shares.into_iter().map(share).collect());
        Self { catalog, rows, shares, members, junctions, strangers: BTreeMap::new() }
    }

    /// Some records of another organisation.
    pub(super) fn strangers(&self, module: &Module) -> Vec<Uuid> {
        self.strangers.get(&module.id).cloned().unwrap_or_default()
    }

    /// The records that a connection of a record leads to, whoever sees them.
    pub(super) fn connected(&self, module: &Module, id: Uuid, connection: &Connection) -> BTreeSet<Uuid> {
        let target = self.module(&self.catalog.module(connection.targets[0]).name);
        match &connection.via {
            Via::ForeignKey { field } | Via::Polymorphic { field } => {
                let name = &target.field(*field).name;
                let rows = self.rows.get(&target.id).into_iter().flatten();
                rows.filter(|(_, row)| row.links.get(name) == Some(&id)).map(|(other, _)| *other).collect()
            }
            Via::Junction { table, own, other, .. } => {
                let pairs = self.junctions[table].iter().filter(|pair| pair[own] == id);
                assert!(self.rows[&module.id].contains_key(&id), "ids are of one module only");
                pairs.map(|pair| pair[other]).collect()
            }
        }
    }

    /// Whether a record of any module is there for somebody.
    pub(super) fn sees(&self, who: &Who, id: Uuid) -> bool {
        self.module_of(id).is_some_and(|module| self.is_visible(who, module, id))
    }

    /// The module of a record.
    pub(super) fn module_of(&self, id: Uuid) -> Option<&Module> {
        let module = self.rows.iter().find(|(_, rows)| rows.contains_key(&id))?.0;
        Some(self.catalog.module(*module))
    }

    pub(super) fn module(&self, name: &str) -> &Module {
        self.catalog.find(name).unwrap()
    }

    fn users(&self) -> &BTreeMap<Uuid, Row> {
        &self.rows[&self.module("User").id]
    }

    fn teams(&self, who: Uuid) -> BTreeSet<Uuid> {
        let teams = &self.rows[&self.module("Team").id];
        let own = self.users().get(&who).and_then(|user| user.links.get("team")).copied();
        let led = teams.iter().filter(|(_, team)| team.links.get("lead") == Some(&who));
        let joined = self.members.iter().filter(|(user, _)| *user == who).map(|(_, team)| *team);
        let all = own.into_iter().chain(led.map(|(id, _)| *id)).chain(joined);
        all.filter(|team| teams.get(team).is_some_and(|team| !team.deleted)).collect()
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
        // Whoever sees a record sees who follows it, and with whom it is shared; and what is shared with its own team.
        if matches!(module.name.as_str(), "Follow" | "Share") && action == Action::Read {
            let of = link("record").and_then(|record| Some((record, self.module_of(record)?)));
            let is_seen = of.is_some_and(|(record, of)| self.reaches(who, of, record, Action::Read));
            if is_seen || link("team").is_some_and(|team| self.teams(who.id).contains(&team)) {
                return true;
            }
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

    pub(super) fn visible(&self, who: &Who, module: &Module) -> BTreeSet<Uuid> {
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
    let mut world = World::read(&app, admin.org).await;
    let other = World::read(&app, app.demo_of_others().await.org).await;
    let few = |(module, rows): (ModuleId, BTreeMap<Uuid, Row>)| (module, rows.into_keys().take(2).collect());
    world.strangers = other.rows.into_iter().map(few).collect();
    assert!(world.shares.len() > 10, "{}", world.shares.len());
    assert!(people.len() > 4, "{people:?}");
    (app, admin.org, world, people)
}
