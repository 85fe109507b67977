//! All rows of all tables in memory, read by plain SQL, and what they mean.

use super::{
    cell::{Cell, Kind},
    coerce::Values,
};
use crate::support::{App, User};
use apollo_compiler::{Schema, validation::Valid};
use chrono_tz::Tz;
use kontor_domain::store::Location;
use kontor_metadata::model::{Catalog, Connection, Field, FieldType, Module, ModuleId, Trait, Via};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::Value as Json;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use uuid::Uuid;

/// A row, by column.
pub(in crate::property) type Row = HashMap<String, Cell>;

/// Everything there is to know for an answer.
pub(in crate::property) struct World {
    pub(in crate::property) catalog: Arc<Catalog>,
    pub(in crate::property) schema: Valid<Schema>,
    /// Who asks.
    pub(in crate::property) user: User,
    tables: HashMap<ModuleId, Vec<Row>>,
    junctions: HashMap<String, Vec<Row>>,
}

/// Which of the deleted records count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::property) enum Deleted {
    Exclude,
    Include,
    Only,
}

impl Deleted {
    /// The argument of this name.
    pub(super) fn read(arguments: &Values) -> Self {
        match arguments.get("deleted").and_then(Json::as_str) {
            Some("INCLUDE") => Self::Include,
            Some("ONLY") => Self::Only,
            _ => Self::Exclude,
        }
    }
}

/// What a key of a record, of a filter or of an order stands for.
#[derive(Clone, Copy)]
pub(in crate::property) enum Meaning<'w> {
    /// A stored value, also the id of a relation.
    Column(&'w Field),
    /// The module name of a polymorphic relation.
    TypeOf(&'w Field),
    /// The record behind a relation.
    One(&'w Field, &'w Module),
    /// The record behind a polymorphic relation.
    AnyOf(&'w Field),
    /// The records of a connection.
    Many(&'w Connection),
    /// Groups of the records of a connection.
    Groups(&'w Connection),
}

impl World {
    /// Reads it.
    pub(in crate::property) async fn load(app: &App, user: User) -> Self {
        let catalog = app.catalog.clone();
        let sdl = kontor_gateway::schema::sdl(&catalog).unwrap();
        let schema = Schema::parse_and_validate(sdl, "schema.graphql").unwrap_or_else(|e| panic!("{}", e.errors));
        let connection = connect(&app.database.location).await;
        let mut tables = HashMap::new();
        let mut junctions = HashMap::new();
        for module in &catalog.modules {
            let mut columns: Vec<_> =
                module.fields.iter().filter(|f| f.is_stored()).map(|f| (f.column.clone(), Kind::of(f))).collect();
            columns.extend(module.fields.iter().filter_map(Field::type_column).map(|column| (column, Kind::Text)));
            columns.push((module.tenant.clone(), Kind::Id));
            tables.insert(module.id, select(&connection, &module.table, &columns).await);
            for connected in &module.connections {
                if let Via::Junction { table, own, own_type, other, other_type } = &connected.via {
                    let ids = ["org", own, other].map(|c| (c.to_owned(), Kind::Id));
                    let types = [own_type, other_type].into_iter().flatten().map(|c| (c.clone(), Kind::Text));
                    let columns: Vec<_> = ids.into_iter().chain(types).collect();
                    junctions.insert(table.clone(), select(&connection, table, &columns).await);
                }
            }
        }
        connection.close().await.unwrap();
        Self { catalog, schema, user, tables, junctions }
    }

    /// All rows of a module, of all organisations.
    pub(in crate::property) fn rows(&self, module: &Module) -> &[Row] {
        &self.tables[&module.id]
    }

    /// The rows of a module that the caller may see.
    pub(in crate::property) fn visible(&self, module: &Module, deleted: Deleted) -> Vec<&Row> {
        let own = |row: &&Row| row[&module.tenant] == Cell::Id(self.user.org);
        // Messages to others.
        let readable = |row: &&Row| module.name != "Notification" || row["user_id"] == Cell::Id(self.user.id);
        let counts = |row: &&Row| {
            let hidden = module.traits.has(Trait::SoftDelete) && !row["deleted_at"].is_null();
            match deleted {
                Deleted::Exclude => !hidden,
                Deleted::Include => true,
                Deleted::Only => hidden,
            }
        };
        self.rows(module).iter().filter(own).filter(readable).filter(counts).collect()
    }

    /// The time zone of the caller's organisation.
    pub(in crate::property) fn time_zone(&self) -> Tz {
        let organization = self.find(self.catalog.find("Organization").unwrap(), &Cell::Id(self.user.org)).unwrap();
        organization["timezone"].text().unwrap().parse().unwrap()
    }

    /// A record that the caller may see and that is not deleted.
    pub(in crate::property) fn find(&self, module: &Module, id: &Cell) -> Option<&Row> {
        if id.is_null() {
            return None;
        }
        self.visible(module, Deleted::Exclude).into_iter().find(|row| row["id"] == *id)
    }

    /// Rows of a junction table that belong to a record.
    pub(in crate::property) fn links(&self, module: &Module, via: &Via, id: &Cell) -> Vec<&Row> {
        let Via::Junction { table, own, own_type, .. } = via else { panic!("no junction") };
        let typed = |row: &&Row| own_type.as_ref().is_none_or(|column| row[column].text() == Some(&module.name));
        let mine = |row: &&Row| row["org"] == Cell::Id(self.user.org) && row[own] == *id;
        self.junctions[table].iter().filter(mine).filter(typed).collect()
    }

    /// Whether a row of a connection's target belongs to a record.
    pub(in crate::property) fn is_linked(
        &self,
        module: &Module,
        connection: &Connection,
        target: &Module,
        row: &Row,
        id: &Cell,
    ) -> bool {
        match &connection.via {
            Via::ForeignKey { field } => row[&target.field(*field).column] == *id,
            Via::Polymorphic { field } => {
                let field = target.field(*field);
                row[&field.column] == *id && row[&field.type_column().unwrap()].text() == Some(&module.name)
            }
            via @ Via::Junction { other, .. } => {
                self.links(module, via, id).iter().any(|link| link[other] == row["id"])
            }
        }
    }

    /// What a key stands for.
    pub(in crate::property) fn meaning(&self, module: &Module, key: &str) -> Option<Meaning<'_>> {
        let module = self.catalog.module(module.id);
        let readable = || module.fields.iter().filter(|f| !f.secret);
        for field in readable().filter(|f| f.gql == key) {
            match &field.ty {
                FieldType::Relation { to, .. } => return Some(Meaning::One(field, self.catalog.module(*to))),
                FieldType::Polymorphic { .. } => return Some(Meaning::AnyOf(field)),
                FieldType::Many { .. } => {}
                _ => return Some(Meaning::Column(field)),
            }
        }
        let links = |f: &&Field| matches!(f.ty, FieldType::Relation { .. } | FieldType::Polymorphic { .. });
        if let Some(field) = readable().filter(links).find(|f| format!("{}Id", f.gql) == key) {
            return Some(Meaning::Column(field));
        }
        if let Some(field) = readable().find(|f| f.type_column().is_some() && format!("{}Type", f.gql) == key) {
            return Some(Meaning::TypeOf(field));
        }
        let groups = || module.connections.iter().find(|c| format!("{}Aggregate", c.gql) == key).map(Meaning::Groups);
        module.connections.iter().find(|c| c.gql == key).map(Meaning::Many).or_else(groups)
    }
}

/// A connection of the test's own to the database of an app.
async fn connect(location: &Location) -> DatabaseConnection {
    let url = match location {
        Location::Postgres(url) => url.clone(),
        Location::Sqlite(path) => format!("sqlite://{}", path.display()),
    };
    Database::connect(url).await.unwrap()
}

async fn select(connection: &DatabaseConnection, table: &str, columns: &[(String, Kind)]) -> Vec<Row> {
    let distinct: BTreeSet<_> = columns.iter().map(|(name, _)| name).collect();
    assert!(distinct.len() <= columns.len());
    let backend = connection.get_database_backend();
    let list: Vec<_> = columns.iter().map(|(name, kind)| as_text(backend, &format!("\"{name}\""), *kind)).collect();
    let sql = format!("SELECT {} FROM \"{table}\"", list.join(", "));
    let rows = connection.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    let cell = |row: &sea_orm::QueryResult, n: usize, kind| match kind {
        Kind::Float => row.try_get_by_index::<Option<f64>>(n).unwrap().map_or(Cell::Null, Cell::Float),
        kind => Cell::read(kind, row.try_get_by_index(n).unwrap()),
    };
    let read = |row| columns.iter().enumerate().map(|(n, (name, kind))| (name.clone(), cell(&row, n, *kind))).collect();
    rows.into_iter().map(read).collect()
}

/// An expression that shows a column as text; floats, which lose digits so, as they are.
fn as_text(backend: DbBackend, column: &str, kind: Kind) -> String {
    match (backend, kind) {
        (_, Kind::Float) => column.to_owned(),
        (DbBackend::Postgres, Kind::Moment) => {
            format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
        }
        // Units of 10^-scale, as SQLite has them.
        (DbBackend::Postgres, Kind::Decimal(scale)) => format!("trunc({column} * 1e{scale})::text"),
        (DbBackend::Postgres, Kind::Options) => format!("array_to_json({column})::text"),
        (DbBackend::Postgres, _) => format!("{column}::text"),
        (_, Kind::Id) => format!("nullif(lower(hex({column})), '')"),
        _ => format!("CAST({column} AS TEXT)"),
    }
}

/// An id that nothing has.
pub(in crate::property) const NOBODY: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_dead_dead_dead);
