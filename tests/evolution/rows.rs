//! The records as the database has them.

use super::world::{Kind, Record, World};
use kontor_domain::{
    column::ColumnType,
    context::Whose,
    mutation,
    store::{Args, Store},
    value::Value,
};
use kontor_metadata::model::{Catalog, Module, Via};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Writes new records past the API.
pub(super) async fn insert(store: &Store, catalog: &Catalog, org: Uuid, grown: Vec<(String, Uuid, Record)>) {
    let mut transaction = store.begin(Whose::Platform).await.unwrap();
    for (name, id, record) in grown {
        let module = catalog.find(&name).unwrap();
        let mut columns = vec![("org".to_owned(), ColumnType::Uuid)];
        let mut row = vec![Value::Uuid(org)];
        for field in module.fields.iter().filter(|field| field.is_stored()) {
            let value = match field.name.as_str() {
                "id" => Value::Uuid(id),
                "created_at" | "updated_at" => Value::Timestamp(0),
                "version" => Value::Integer(1),
                name => record.get(name).cloned().unwrap_or(Value::Null),
            };
            let value = match (field.type_column(), value) {
                (None, value) => value,
                (Some(column), Value::List(pair)) => {
                    columns.push((column, ColumnType::Text));
                    row.push(pair[0].clone());
                    pair[1].clone()
                }
                (Some(_), _) => continue,
            };
            columns.push((field.column.clone(), ColumnType::of(field).unwrap()));
            row.push(value);
        }
        mutation::insert_rows(&mut transaction, &module.table, &columns, vec![row]).await.unwrap();
        for connection in &module.connections {
            let (Via::Junction { table, own, other, .. }, Some(Value::List(linked))) =
                (&connection.via, record.get(&connection.name))
            else {
                continue;
            };
            let columns = ["org", own, other].map(|name| (name.to_owned(), ColumnType::Uuid));
            let row = |to: &Value| vec![Value::Uuid(org), Value::Uuid(id), to.clone()];
            let rows = linked.iter().map(row).collect();
            mutation::insert_rows(&mut transaction, table, &columns, rows).await.unwrap();
        }
    }
    transaction.commit().await.unwrap();
}

/// Everything that is there.
pub(super) async fn read(store: &Store, catalog: &Catalog, world: &World) -> BTreeMap<String, BTreeMap<Uuid, Record>> {
    let mut found = BTreeMap::new();
    for described in &world.modules {
        let module = catalog.find(&described.name).unwrap();
        let mut records: BTreeMap<Uuid, Record> = BTreeMap::new();
        for field in &described.fields {
            if let Kind::Many(_) = field.kind {
                continue;
            }
            for (id, value) in values(store, module, &field.name).await {
                records.entry(id).or_default().insert(field.name.clone(), value);
            }
        }
        for (id, value) in values(store, module, "name").await {
            records.entry(id).or_default().insert("name".to_owned(), value);
        }
        for field in described.fields.iter().filter(|field| matches!(field.kind, Kind::Many(_))) {
            let mut linked = linked(store, module, &field.name).await;
            for (id, record) in &mut records {
                record.insert(field.name.clone(), Value::List(linked.remove(id).unwrap_or_default()));
            }
        }
        found.insert(described.name.clone(), records);
    }
    found
}

async fn values(store: &Store, module: &Module, name: &str) -> Vec<(Uuid, Value)> {
    let field = module.find(name).unwrap();
    let of_type = field.type_column().map_or_else(|| "NULL".to_owned(), |column| format!("\"{column}\""));
    let sql = format!("SELECT \"id\", \"{}\", {of_type} FROM \"{}\"", field.column, module.table);
    let types = [ColumnType::Uuid, ColumnType::of(field).unwrap(), ColumnType::Text];
    let rows = store.query(Whose::Platform, &sql, &Args::new(store.dialect()), &types).await.unwrap();
    rows.into_iter()
        .map(|row| {
            let [Value::Uuid(id), value, of_type] = <[Value; 3]>::try_from(row).unwrap() else { panic!("no id") };
            let value = match of_type {
                Value::Null => value,
                of_type => Value::List(vec![of_type, value]),
            };
            (id, value)
        })
        .collect()
}

async fn linked(store: &Store, module: &Module, name: &str) -> BTreeMap<Uuid, Vec<Value>> {
    let connection = module.connections.iter().find(|connection| connection.name == name).unwrap();
    let Via::Junction { table, own, other, .. } = &connection.via else { panic!("{name} is no junction") };
    let sql = format!("SELECT \"{own}\", \"{other}\" FROM \"{table}\" ORDER BY 1, 2");
    let types = [ColumnType::Uuid, ColumnType::Uuid];
    let rows = store.query(Whose::Platform, &sql, &Args::new(store.dialect()), &types).await.unwrap();
    let mut linked: BTreeMap<Uuid, Vec<Value>> = BTreeMap::new();
    for row in rows {
        let [Value::Uuid(from), to] = <[Value; 2]>::try_from(row).unwrap() else { panic!("no id") };
        linked.entry(from).or_default().push(to);
    }
    linked
}
