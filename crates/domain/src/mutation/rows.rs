//! Rows of modules in and out of the database, many at a time.

use super::{
    WriteError,
    layout::{Layout, Row},
    session::Session,
};
use crate::{
    column::{ColumnType, Dialect},
    ddl::foreign_key,
    error::{ConstraintKind, StoreError},
    plan::sql::{literal, quote},
    store::{Args, Transaction},
    value::Value,
};
use kontor_metadata::model::{Catalog, FieldId, FieldType, Module, ModuleId, Trait};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How rows are kept from others while the transaction lasts (PostgreSQL; on SQLite nobody else writes).
///
/// New children take `KEY SHARE` on their parents, which `NO KEY UPDATE` lets pass: two writers that each add a line to
/// a quote and then bring its total up to date wait for each other instead of locking each other out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    /// Not at all.
    None,
    /// They stay, while others may change them: records that are linked to.
    Stay,
    /// Nobody changes them: records that values are computed from.
    Share,
    /// For a change.
    Change,
    /// For their end.
    Remove,
}

impl Lock {
    pub(super) fn sql(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::None, _) | (_, Dialect::Sqlite) => "",
            (Self::Stay, _) => " FOR KEY SHARE",
            (Self::Share, _) => " FOR SHARE",
            (Self::Change, _) => " FOR NO KEY UPDATE",
            (Self::Remove, _) => " FOR UPDATE",
        }
    }
}

/// Which rows count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those that are not deleted.
    Alive,
    /// Those that are deleted (hidden).
    Deleted,
    /// All.
    Any,
}

impl Which {
    pub(super) fn sql(self, module: &Module) -> &'static str {
        match (self, module.has(Trait::SoftDelete)) {
            (Self::Alive, true) => " AND \"deleted_at\" IS NULL",
            (Self::Deleted, true) => " AND \"deleted_at\" IS NOT NULL",
            (Self::Deleted, false) => " AND FALSE",
            (Self::Any, _) | (Self::Alive, false) => "",
        }
    }
}

/// `column = ANY($1)`, or what means the same on SQLite.
pub(super) fn among<'v>(args: &mut Args<'v>, column: &str, ids: &'v Value) -> String {
    let dialect = args.dialect();
    let ids = args.add_list(ColumnType::Uuid, ids);
    match dialect {
        Dialect::Postgres => format!("{column} = ANY({ids})"),
        Dialect::Sqlite => format!("{column} IN (SELECT unhex(value) FROM json_each({ids}))"),
    }
}

/// A list of ids as a value.
pub(super) fn ids(ids: impl IntoIterator<Item = Uuid>) -> Value {
    Value::List(ids.into_iter().map(Value::Uuid).collect())
}

/// Rows of the caller's organisation by their ids, in the order of the ids; those that are not there are left out.
pub(super) async fn load(
    session: &mut Session<'_, '_>,
    module: &Module,
    wanted: &[Uuid],
    which: Which,
    lock: Lock,
) -> Result<Vec<(Uuid, Row)>, WriteError> {
    let layout = session.layout(module.id);
    let columns: Vec<usize> = (0..layout.columns.len()).collect();
    select(session.transaction, session.context.org, module, layout, &columns, wanted, which, lock).await
}

/// Some columns of rows, by slot; the others are null.
#[expect(clippy::too_many_arguments, reason = "the parts of one statement")]
pub(super) async fn select(
    transaction: &mut Transaction<'_>,
    org: Uuid,
    module: &Module,
    layout: &Layout,
    slots: &[usize],
    wanted: &[Uuid],
    which: Which,
    lock: Lock,
) -> Result<Vec<(Uuid, Row)>, WriteError> {
    let dialect = transaction.dialect();
    let (id_list, org) = (ids(wanted.iter().copied()), Value::Uuid(org));
    let mut args = Args::new(dialect);
    let all = slots.len() == layout.columns.len();
    let names = match all {
        true => layout.select.clone(),
        false => slots.iter().map(|slot| quote(&layout.columns[*slot].name)).collect::<Vec<_>>().join(", "),
    };
    let comma = if names.is_empty() { "" } else { ", " };
    let sql = format!(
        "SELECT \"id\"{comma}{names} FROM {} WHERE {} AND {} = {}{} ORDER BY \"id\"{}",
        quote(&module.table),
        match &id_list {
            Value::List(one) if one.len() == 1 => format!("\"id\" = {}", args.add(ColumnType::Uuid, &one[0])),
            many => among(&mut args, "\"id\"", many),
        },
        quote(&module.tenant),
        args.add(ColumnType::Uuid, &org),
        which.sql(module),
        lock.sql(dialect),
    );
    let mut types = vec![ColumnType::Uuid];
    types.extend(slots.iter().map(|slot| layout.types[*slot]));
    let found = transaction.query(&sql, &args, &types).await?;
    let row = |values: Vec<Value>| {
        let mut values = values.into_iter();
        let Some(Value::Uuid(id)) = values.next() else { return None };
        if all {
            return Some((id, values.collect()));
        }
        let mut row = layout.empty();
        for (slot, value) in slots.iter().zip(values) {
            row[*slot] = value;
        }
        Some((id, row))
    };
    Ok(found.into_iter().filter_map(row).collect())
}

/// Ids of the rows of a module, not deleted, whose relation leads to any of some records.
pub(super) async fn referring(
    session: &mut Session<'_, '_>,
    module: ModuleId,
    relation: FieldId,
    targets: &[Uuid],
) -> Result<BTreeSet<Uuid>, WriteError> {
    let module = session.module(module);
    let (list, org) = (ids(targets.iter().copied()), Value::Uuid(session.context.org));
    let mut args = Args::new(session.transaction.dialect());
    let column = quote(&module.field(relation).column);
    let sql = format!(
        "SELECT \"id\" FROM {} WHERE {} = {} AND {}{}",
        quote(&module.table),
        quote(&module.tenant),
        args.add(ColumnType::Uuid, &org),
        among(&mut args, &column, &list),
        Which::Alive.sql(module),
    );
    first_ids(session.transaction.query(&sql, &args, &[ColumnType::Uuid]).await?)
}

/// The records at one end of a junction whose other ends are these.
pub(super) async fn linked_by(
    session: &mut Session<'_, '_>,
    table: &str,
    (own, own_type): (&str, Option<(&str, &str)>),
    other: &str,
    others: &[Uuid],
) -> Result<BTreeSet<Uuid>, WriteError> {
    let (list, org) = (ids(others.iter().copied()), Value::Uuid(session.context.org));
    let mut args = Args::new(session.transaction.dialect());
    let typed =
        own_type.map_or_else(String::new, |(column, name)| format!(" AND {} = {}", quote(column), literal(name)));
    let sql = format!(
        "SELECT DISTINCT {} FROM {} WHERE \"org\" = {} AND {}{typed}",
        quote(own),
        quote(table),
        args.add(ColumnType::Uuid, &org),
        among(&mut args, &quote(other), &list),
    );
    first_ids(session.transaction.query(&sql, &args, &[ColumnType::Uuid]).await?)
}

fn first_ids(rows: Vec<Vec<Value>>) -> Result<BTreeSet<Uuid>, WriteError> {
    let id = |row: Vec<Value>| match row.into_iter().next() {
        Some(Value::Uuid(id)) => Some(id),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(id).collect())
}

/// Inserts new rows.
pub(super) async fn insert(session: &mut Session<'_, '_>, module: &Module, rows: Vec<Row>) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    let mut columns: Vec<(String, ColumnType)> =
        layout.columns.iter().map(|column| (column.name.clone(), column.ty)).collect();
    let org = Value::Uuid(session.context.org);
    let named = layout.columns.iter().position(|column| column.name == module.tenant);
    if named.is_none() {
        columns.push((module.tenant.clone(), ColumnType::Uuid));
    }
    let with_org = |mut row: Row| {
        match named {
            Some(slot) => row[slot] = org.clone(),
            None => row.push(org.clone()),
        }
        row
    };
    let rows = rows.into_iter().map(with_org).collect();
    super::bulk::insert_soon(session.transaction, &module.table, &columns, rows).await.map_err(|e| refused(module, e))
}

/// Gives columns of rows new values: per row an id and a value for each slot.
pub(super) async fn update(
    session: &mut Session<'_, '_>,
    module: &Module,
    slots: &[usize],
    rows: Vec<(Uuid, Vec<Value>)>,
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    let dialect = session.transaction.dialect();
    let org = Value::Uuid(session.context.org);
    let columns: Vec<(&str, ColumnType)> =
        slots.iter().map(|slot| (layout.columns[*slot].name.as_str(), layout.types[*slot])).collect();
    let (table, tenant) = (quote(&module.table), quote(&module.tenant));
    let sets = |marks: &[String]| -> String {
        let sets = columns.iter().zip(marks).map(|((name, _), mark)| format!("{} = {mark}", quote(name)));
        sets.collect::<Vec<_>>().join(", ")
    };
    let with_key = |(id, mut values): (Uuid, Vec<Value>)| {
        values.extend([Value::Uuid(id), org.clone()]);
        values
    };
    let types: Vec<ColumnType> =
        columns.iter().map(|(_, ty)| *ty).chain([ColumnType::Uuid, ColumnType::Uuid]).collect();
    let one = |marks: &[String]| {
        let (values, key) = marks.split_at(columns.len());
        format!("UPDATE {table} SET {} WHERE \"id\" = {} AND {tenant} = {}", sets(values), key[0], key[1])
    };
    if dialect == Dialect::Sqlite {
        let mut template = Args::template(dialect);
        let marks: Vec<String> = types.iter().map(|ty| template.next(*ty)).collect();
        let rows: Vec<Vec<Value>> = rows.into_iter().map(with_key).collect();
        let done = session.transaction.execute_many(&one(&marks), &template, &rows).await;
        return done.map_err(|e| refused(module, e));
    }
    if rows.len() == 1 {
        let row = rows.into_iter().flat_map(with_key);
        let values = types.iter().zip(row).map(|(ty, value)| (*ty, false, value)).collect();
        return session.transaction.soon(&module.table, values, one).await.map_err(|e| refused(module, e));
    }
    let mut lists: Vec<Vec<Value>> = vec![Vec::with_capacity(rows.len()); columns.len()];
    let mut keys = Vec::with_capacity(rows.len());
    for (id, values) in rows {
        keys.push(Value::Uuid(id));
        for (list, value) in lists.iter_mut().zip(values) {
            list.push(super::bulk::listed(value));
        }
    }
    let (keys, lists): (Value, Vec<Value>) = (Value::List(keys), lists.into_iter().map(Value::List).collect());
    let mut args = Args::new(dialect);
    let key = args.add_list(ColumnType::Uuid, &keys);
    let mut names = vec!["id".to_owned()];
    let mut arrays = vec![key];
    let mut sets = Vec::new();
    for (n, ((name, ty), list)) in columns.iter().zip(&lists).enumerate() {
        arrays.push(args.add_list(*ty, list));
        names.push(format!("v{n}"));
        sets.push(format!("{} = {}", quote(name), super::bulk::unlisted(&format!("v.v{n}"), *ty)));
    }
    let sql = format!(
        "UPDATE {table} t SET {} FROM unnest({}) AS v({}) WHERE t.\"id\" = v.id AND t.{tenant} = {}",
        sets.join(", "),
        arrays.join(", "),
        names.join(", "),
        args.add(ColumnType::Uuid, &org),
    );
    session.transaction.execute(&sql, &args).await.map_err(|e| refused(module, e))?;
    Ok(())
}

/// Removes rows for good.
pub(super) async fn delete(session: &mut Session<'_, '_>, module: &Module, gone: &[Uuid]) -> Result<(), WriteError> {
    let (list, org) = (ids(gone.iter().copied()), Value::Uuid(session.context.org));
    let mut args = Args::new(session.transaction.dialect());
    let sql = format!(
        "DELETE FROM {} WHERE {} AND {} = {}",
        quote(&module.table),
        among(&mut args, "\"id\"", &list),
        quote(&module.tenant),
        args.add(ColumnType::Uuid, &org),
    );
    session.transaction.execute(&sql, &args).await.map_err(|e| match refused(module, e) {
        WriteError::LinkGone { module } => WriteError::InUse { module, by: Vec::new() },
        other => other,
    })?;
    Ok(())
}

/// The same for a write that waited for others, of whichever module.
pub(super) fn refused_later(catalog: &Catalog, module: &Module, error: StoreError) -> WriteError {
    let StoreError::Constraint { name, .. } = &error else { return error.into() };
    let of_link = |module: &&Module| {
        let mut links = module.fields.iter().filter(|field| matches!(field.ty, FieldType::Relation { .. }));
        links.any(|field| foreign_key(&module.table, &field.column) == *name)
    };
    let found = catalog.modules.iter().find(|module| unique_key(module, name).is_some() || of_link(module));
    refused(found.unwrap_or(module), error)
}

/// The error of a write that the database refused, in terms of fields where they are known.
pub(super) fn refused(module: &Module, error: StoreError) -> WriteError {
    let StoreError::Constraint { kind, name } = &error else { return error.into() };
    match kind {
        ConstraintKind::Unique => match unique_key(module, name) {
            Some(fields) => WriteError::NotUnique { module: module.name.clone(), fields },
            None => error.into(),
        },
        ConstraintKind::ForeignKey => WriteError::LinkGone { module: module.name.clone() },
        ConstraintKind::NotNull | ConstraintKind::Check => error.into(),
    }
}

/// The fields of the unique key that the database names: by its index on PostgreSQL, by its columns on SQLite.
fn unique_key(module: &Module, name: &str) -> Option<Vec<String>> {
    let index = module.indexes.iter().filter(|i| i.unique).find(|index| {
        let mut columns = vec![format!("{}.{}", module.table, module.tenant)];
        columns.extend(index.fields.iter().map(|f| format!("{}.{}", module.table, module.field(*f).column)));
        index.name == name || columns.join(", ") == name || name.contains(&format!("'{}'", index.name))
    })?;
    Some(index.fields.iter().map(|f| module.field(*f).gql.clone()).collect())
}
