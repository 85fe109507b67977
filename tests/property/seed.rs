//! Made-up rows for every table, written by plain SQL: few distinct values, so that equal keys are common; nulls; deleted
//! records; links to deleted records and to those of another organisation; every kind of record behind links to anything.

use super::oracle::{Cell, Kind};
use crate::support::{App, Random, User};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use kontor_domain::{column::Dialect, context::Whose, store::Args};
use kontor_metadata::model::{Catalog, Field, FieldType, Index, Module, ModuleId, Via};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Rows of a module in the organisation that asks, and in the other one.
const ROWS: [usize; 2] = [24, 6];

const TEXTS: [&str; 26] = [
    "Acme",
    "acme",
    "ACME GmbH",
    "Ärger",
    "ärger",
    "straße",
    "STRASSE",
    "100%",
    "1000",
    "50_50",
    "a\\b",
    "",
    " ",
    "日本",
    "🙂 smile",
    "Ω",
    "O'Hara",
    "say \"hi\"",
    "line\nbreak\ttab",
    "\u{1}",
    "null",
    "ΣΊΣΥΦΟΣ",
    "zz",
    "Zoë",
    "zoe\u{308}",
    "Москва",
];

/// Fills all tables; the user who asks. The statements run on the store's connection, whose functions the triggers of
/// full-text search on SQLite need.
pub(super) async fn seed(app: &App, seed: u64) -> User {
    let mut transaction = app.engine.store().begin(Whose::Platform).await.unwrap();
    let mut filler = Filler {
        catalog: &app.catalog,
        dialect: transaction.dialect(),
        random: Random::new(seed),
        taken: HashSet::new(),
        organizations: [0; 2].map(|_| Uuid::nil()),
        ids: HashMap::new(),
        links: Vec::new(),
    };
    filler.organizations = [filler.id(), filler.id()];
    let mut statements: Vec<_> = by_need(&app.catalog).into_iter().map(|module| filler.insert(module)).collect();
    statements.extend(filler.links());
    statements.extend(filler.junctions());
    for sql in statements {
        let none = Args::new(transaction.dialect());
        transaction.execute(&sql, &none).await.unwrap_or_else(|e| panic!("{e:?}\n{sql}"));
    }
    transaction.commit().await.unwrap();
    let user = filler.ids[&app.catalog.find("User").unwrap().id][0].0;
    User { org: filler.organizations[0], id: user }
}

/// Whom the nth share is with.
fn with(n: usize) -> &'static str {
    ["user", "team"][n % 2]
}

/// Modules, each behind those that its required relations point to.
fn by_need(catalog: &Catalog) -> Vec<&Module> {
    let mut done: Vec<&Module> = Vec::new();
    let needs = |module: &Module| -> Vec<ModuleId> {
        // A share is with a user or a team.
        let relations = module.fields.iter().filter(|f| f.required || module.name == "Share");
        let of_relation = |f: &Field| if let FieldType::Relation { to, .. } = f.ty { Some(to) } else { None };
        let organization = catalog.find("Organization").map(|m| m.id);
        relations.filter_map(of_relation).chain(organization).collect()
    };
    while done.len() < catalog.modules.len() {
        let ready = |m: &&Module| {
            !done.iter().any(|d| d.id == m.id)
                && needs(m).iter().all(|id| *id == m.id || done.iter().any(|d| d.id == *id))
        };
        let next = catalog.modules.iter().find(ready).expect("required relations have no cycle");
        done.push(next);
    }
    done
}

struct Filler<'a> {
    catalog: &'a Catalog,
    dialect: Dialect,
    random: Random,
    taken: HashSet<Uuid>,
    organizations: [Uuid; 2],
    /// Ids by module, each with the number of its organisation.
    ids: HashMap<ModuleId, Vec<(Uuid, usize)>>,
    /// Relations that can only be set once all rows are there.
    links: Vec<Link>,
}

struct Link {
    table: String,
    column: String,
    id: Uuid,
    org: usize,
    to: ModuleId,
    /// Part of a unique key: no two of the column lead to the same record.
    unique: bool,
}

impl Filler<'_> {
    fn id(&mut self) -> Uuid {
        let bits = u128::from(self.random.bits()) << 64 | u128::from(self.random.bits());
        // Half of them differ in the last bytes alone.
        let bits = if self.random.chance(50) { bits & 0xffff | 0x0190_0000_0000 << 80 } else { bits };
        let id = uuid::Builder::from_u128(bits).with_version(uuid::Version::SortRand).into_uuid();
        if self.taken.insert(id) { id } else { self.id() }
    }

    fn insert(&mut self, module: &Module) -> String {
        let mut columns: BTreeSet<String> = BTreeSet::new();
        let mut rows: Vec<BTreeMap<String, String>> = Vec::new();
        let organizations = module.name == "Organization";
        let mut keys = HashSet::new();
        for (org, count) in ROWS.into_iter().enumerate() {
            for n in 0..if organizations { 1 } else { count } {
                let id = if organizations { self.organizations[org] } else { self.id() };
                let row = self.distinct_row(module, id, org, n, &mut keys);
                columns.extend(row.keys().cloned());
                rows.push(row);
                self.ids.entry(module.id).or_default().push((id, org));
            }
        }
        let names: Vec<_> = columns.iter().map(|c| format!("\"{c}\"")).collect();
        let tuple = |row: &BTreeMap<String, String>| {
            let values: Vec<_> = columns.iter().map(|c| row.get(c).map_or("NULL", String::as_str)).collect();
            format!("({})", values.join(", "))
        };
        let tuples: Vec<_> = rows.iter().map(tuple).collect();
        format!("INSERT INTO \"{}\" ({}) VALUES {}", module.table, names.join(", "), tuples.join(",\n"))
    }

    /// A row that shares no unique key with those before it.
    fn distinct_row(
        &mut self,
        module: &Module,
        id: Uuid,
        org: usize,
        n: usize,
        keys: &mut HashSet<(String, Vec<String>)>,
    ) -> BTreeMap<String, String> {
        let links = self.links.len();
        for _ in 0..1_000 {
            let row = self.row(module, id, org, n);
            // A key with a null is no other's.
            let key = |index: &Index| {
                let values = index.fields.iter().map(|field| row.get(&module.field(*field).column));
                let values = values.map(|value| value.filter(|v| *v != "NULL").cloned()).collect::<Option<Vec<_>>>()?;
                Some((format!("{} {org}", index.name), values))
            };
            let own: Vec<_> = module.indexes.iter().filter(|index| index.unique).filter_map(key).collect();
            if own.iter().all(|key| !keys.contains(key)) {
                keys.extend(own);
                return row;
            }
            self.links.truncate(links);
        }
        panic!("no more different rows of {}", module.name)
    }

    fn row(&mut self, module: &Module, id: Uuid, org: usize, n: usize) -> BTreeMap<String, String> {
        let mut row = BTreeMap::new();
        let relations = module.fields.iter().filter(|f| matches!(f.ty, FieldType::Relation { .. })).map(|f| &f.column);
        let tenant_is_relation = relations.clone().any(|c| *c == module.tenant);
        for field in module.fields.iter().filter(|f| f.is_stored()) {
            if field.name == "deleted_at" {
                // The caller is not deleted, nor is its organisation.
                let deleted = n > 0 && self.random.chance(18);
                row.insert(
                    field.column.clone(),
                    if deleted { self.value(field, n, module) } else { "NULL".to_owned() },
                );
                continue;
            }
            match &field.ty {
                FieldType::Id => {}
                _ if module.name == "Organization" && field.name == "timezone" => {
                    row.insert(field.column.clone(), "'America/New_York'".to_owned());
                }
                FieldType::Relation { .. } if tenant_is_relation && field.column == module.tenant => {}
                FieldType::Relation { .. } if module.name == "Share" && field.name == with(n + 1) => {}
                FieldType::Relation { to, .. }
                    if field.required || (module.name == "Share" && field.name == with(n)) =>
                {
                    let target = self.target(*to, org, false);
                    row.insert(field.column.clone(), self.literal(&target.map_or(Cell::Null, Cell::Id)));
                }
                FieldType::Relation { to, .. } => {
                    if self.random.chance(70) {
                        let (table, column) = (module.table.clone(), field.column.clone());
                        let unique = module.indexes.iter().any(|i| i.unique && i.fields.contains(&field.id));
                        self.links.push(Link { table, column, id, org, to: *to, unique });
                    }
                }
                FieldType::Polymorphic { .. } => {
                    let required = field.required;
                    let types = if let FieldType::Polymorphic { to } = &field.ty { to.clone() } else { Vec::new() };
                    let known: Vec<_> = types.into_iter().filter(|t| self.ids.contains_key(t)).collect();
                    if !known.is_empty() && (required || self.random.chance(85)) {
                        let to = *self.random.pick(&known);
                        let target = self.target(to, org, true).unwrap();
                        row.insert(field.column.clone(), self.literal(&Cell::Id(target)));
                        let name = self.catalog.module(to).name.clone();
                        row.insert(field.type_column().unwrap(), self.literal(&Cell::Text(name)));
                    }
                }
                _ if !field.required && self.random.chance(25) => {}
                _ => {
                    row.insert(field.column.clone(), self.value(field, n, module));
                }
            }
        }
        row.insert("id".to_owned(), self.literal(&Cell::Id(id)));
        row.insert(module.tenant.clone(), self.literal(&Cell::Id(self.organizations[org])));
        row
    }

    /// An id of a module: mostly of the same organisation.
    fn target(&mut self, module: ModuleId, org: usize, any: bool) -> Option<Uuid> {
        let stray = any && self.random.chance(6);
        let of: Vec<_> = self.ids.get(&module)?.iter().filter(|(_, o)| *o == org || stray).map(|(id, _)| *id).collect();
        (!of.is_empty()).then(|| *self.random.pick(&of))
    }

    fn value(&mut self, field: &Field, n: usize, module: &Module) -> String {
        let unique =
            field.unique || field.secret || module.indexes.iter().any(|i| i.unique && i.fields.contains(&field.id));
        let cell = match &field.ty {
            FieldType::Select { options } => Cell::Text(self.random.pick(options).name.clone()),
            FieldType::MultiSelect { options } => {
                Cell::Options(options.iter().filter(|_| self.random.chance(40)).map(|o| o.name.clone()).collect())
            }
            _ => match self.any(Kind::of(field)) {
                Cell::Text(text) if unique => Cell::Text(format!("{text}{n}-{}", self.random.below(1_000_000))),
                other => other,
            },
        };
        self.literal(&cell)
    }

    fn any(&mut self, kind: Kind) -> Cell {
        let random = &mut self.random;
        let day = |random: &mut Random| {
            let near = Utc::now().date_naive() - Days::new(3) + Days::new(random.bits() % 7);
            let far = [(2026, 2, 28), (2024, 2, 29), (1999, 12, 31), (1, 1, 1), (9999, 12, 31), (2026, 6, 15)];
            let (y, m, d) = *random.pick(&far);
            if random.chance(30) { near } else { NaiveDate::from_ymd_opt(y, m, d).unwrap() }
        };
        let micros = |random: &mut Random| *random.pick(&[0, 0, 1, 120_500, 999_999, 500_000]);
        let time = |random: &mut Random| {
            let seconds = *random.pick(&[0, 0, 1, 43_200, 15_578, 86_399]);
            NaiveTime::from_num_seconds_from_midnight_opt(seconds, micros(random) * 1_000).unwrap()
        };
        match kind {
            Kind::Id => Cell::Null,
            Kind::Text => Cell::Text((*random.pick(&TEXTS)).to_owned()),
            Kind::Integer => Cell::Integer(*random.pick(&[0, 1, 1, 2, -1, 42, 100, 2_147_483_647, -2_147_483_648])),
            Kind::Decimal(scale) => {
                let units = [0, 1, -1, 100, 100, 125_050, 99_999_999_999_999, -99_999_999_999_999, 30];
                Cell::Decimal(*random.pick(&units), scale)
            }
            Kind::Float => Cell::Float(*random.pick(&[
                0.0,
                0.1,
                -0.5,
                1.0,
                9_007_199_254_740_993.0,
                1e-7,
                123_456_789.125,
                0.30000000000000004,
            ])),
            Kind::Boolean => Cell::Boolean(random.chance(50)),
            Kind::Date => Cell::Date(day(random)),
            Kind::Time => Cell::Time(time(random)),
            Kind::Moment => {
                // The rules of time zones on SQLite end before the year 2100.
                let far = NaiveDate::from_ymd_opt(2090, 7, 1).unwrap();
                let at = day(random).min(far).and_time(time(random));
                Cell::Moment(DateTime::from_naive_utc_and_offset(at, Utc))
            }
            Kind::Options => Cell::Options(Vec::new()),
            Kind::Json => Cell::Json(random.pick(&documents()).clone()),
        }
    }

    /// The relations that were put off, one statement per column.
    fn links(&mut self) -> Vec<String> {
        let mut columns: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
        let mut taken = HashSet::new();
        for link in std::mem::take(&mut self.links) {
            if let Some(target) = self.target(link.to, link.org, true) {
                if link.unique && !taken.insert((link.table.clone(), link.column.clone(), target)) {
                    continue;
                }
                let [id, target] = [link.id, target].map(|id| self.literal(&Cell::Id(id)));
                columns.entry((link.table, link.column)).or_default().push((id, target));
            }
        }
        let set = |((table, column), links): ((String, String), Vec<(String, String)>)| {
            let cases: Vec<_> = links.iter().map(|(id, target)| format!("WHEN {id} THEN {target}")).collect();
            let ids: Vec<_> = links.iter().map(|(id, _)| id.as_str()).collect();
            let (cases, ids) = (cases.join(" "), ids.join(", "));
            format!("UPDATE \"{table}\" SET \"{column}\" = CASE \"id\" {cases} END WHERE \"id\" IN ({ids})")
        };
        columns.into_iter().map(set).collect()
    }

    /// Rows of the junction tables.
    fn junctions(&mut self) -> Vec<String> {
        let mut done = BTreeSet::new();
        let mut statements = Vec::new();
        for module in &self.catalog.modules {
            for connection in &module.connections {
                let Via::Junction { table, own, own_type, other, other_type } = &connection.via else { continue };
                if !done.insert(table.clone()) {
                    continue;
                }
                // Seen from the side whose links go to anything, so that one pass writes the links of all modules.
                let side =
                    self.catalog.modules.iter().flat_map(|m| m.connections.iter().map(move |c| (m, c))).find(
                        |(_, c)| matches!(&c.via, Via::Junction { table: t, other_type: Some(_), .. } if t == table),
                    );
                let (from, targets, own, own_type, other, other_type) = match side {
                    Some((m, c)) => {
                        let Via::Junction { own, own_type, other, other_type, .. } = &c.via else { unreachable!() };
                        (m, &c.targets, own, own_type, other, other_type)
                    }
                    None => (module, &connection.targets, own, own_type, other, other_type),
                };
                assert!(own_type.is_none(), "a junction from anything to anything");
                let mut pairs = BTreeSet::new();
                for (id, org) in self.ids[&from.id].clone() {
                    for _ in 0..self.random.below(5) {
                        let to = *self.random.pick(targets);
                        let target = self.target(to, org, true).unwrap();
                        if !pairs.insert((id, target)) {
                            continue;
                        }
                        let mut columns = format!("\"org\", \"{own}\", \"{other}\"");
                        let ids = [self.organizations[org], id, target].map(|id| self.literal(&Cell::Id(id)));
                        let mut values = ids.join(", ");
                        if let Some(column) = other_type {
                            columns.push_str(&format!(", \"{column}\""));
                            values.push_str(&format!(", '{}'", self.catalog.module(to).name));
                        }
                        statements.push(format!("INSERT INTO \"{table}\" ({columns}) VALUES ({values})"));
                    }
                }
            }
        }
        statements
    }

    fn literal(&self, cell: &Cell) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let postgres = self.dialect == Dialect::Postgres;
        match cell {
            Cell::Null => "NULL".to_owned(),
            Cell::Id(id) if postgres => format!("'{id}'::uuid"),
            Cell::Id(id) => format!("X'{}'", id.simple()),
            Cell::Text(text) => quoted(text),
            Cell::Integer(integer) => integer.to_string(),
            Cell::Decimal(_, _) if postgres => cell.plain().as_str().unwrap().to_owned(),
            Cell::Decimal(units, _) => units.to_string(),
            Cell::Float(float) => format!("{float:?}"),
            Cell::Boolean(boolean) if postgres => boolean.to_string(),
            Cell::Boolean(boolean) => i32::from(*boolean).to_string(),
            Cell::Date(date) => quoted(&format!("{}", date.format("%Y-%m-%d"))),
            Cell::Time(time) => quoted(&time.format("%H:%M:%S%.6f").to_string()),
            Cell::Moment(at) => quoted(&at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
            Cell::Options(options) if postgres => {
                let options: Vec<_> = options.iter().map(|o| quoted(o)).collect();
                format!("ARRAY[{}]::text[]", options.join(", "))
            }
            Cell::Options(options) => quoted(&json!(options).to_string()),
            Cell::Json(json) => quoted(&json.to_string()),
        }
    }
}

/// JSON values to look for things in.
pub(super) fn documents() -> Vec<serde_json::Value> {
    vec![
        json!({}),
        json!(null),
        json!({"b": 1, "a": [1.5, null, {"c": "x"}]}),
        json!({"a": {"b": [1, 2, 3], "c": null}, "color": "blue"}),
        json!([1, "two", {"three": 3}]),
        json!("text"),
        json!(12),
        json!({"color": "blue", "n": 1.0, "0": "zero"}),
    ]
}
