//! Create, update, delete: one record each, inside the caller's transaction.

use super::{
    Action, Assignment, Change, Input, Violation, WriteError, Writing, autonumber, derive, links,
    message::{self, Broken},
    validate,
};
use crate::{
    calendar,
    column::ColumnType,
    context::Context,
    error::{ConstraintKind, StoreError},
    plan::sql::quote,
    store::{Args, Transaction},
    value::Value,
};
use kontor_metadata::model::{Catalog, Field, FieldType, Literal, Module, Trait};
use uuid::Uuid;

/// Makes a change inside the caller's transaction; gives the ids of the records, in the order of the inputs.
///
/// # Errors
/// See [`WriteError`]; every broken rule is named at once. Then the transaction is to be rolled back.
pub async fn execute(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    context: &Context,
    change: Change,
) -> Result<Vec<Uuid>, WriteError> {
    let catalog = &writing.catalog;
    let module = catalog.module(change.module);
    let mut written = Vec::new();
    match change.action {
        Action::Create(inputs) => {
            for input in inputs {
                written.push(create(transaction, catalog, context, module, input).await?);
            }
        }
        Action::Update { ids, expected_version, input } => {
            for id in ids {
                update(transaction, catalog, context, module, id, expected_version, (*input).clone()).await?;
                written.push(id);
            }
        }
        Action::Delete { ids, expected_version } => {
            for id in ids {
                delete(transaction, context, module, id, expected_version).await?;
                written.push(id);
            }
        }
        _ => return Err(WriteError::NotFound { module: module.name.clone() }),
    }
    Ok(written)
}

async fn create(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    context: &Context,
    module: &Module,
    Input { path, values: given, .. }: Input,
) -> Result<Uuid, WriteError> {
    let id = Uuid::now_v7();
    let mut assignments = given;
    fill_defaults(module, context, &mut assignments);
    let mut violations = check(transaction, catalog, context, module, &assignments, true).await?;
    if violations.is_empty() {
        autonumber::assign(transaction, context, module, &mut assignments).await?;
    }
    violations.extend(derive::complete(transaction, catalog, context, module, None, &mut assignments).await?);
    if !violations.is_empty() {
        return Err(WriteError::Invalid(violations.into_iter().map(|v| v.under(&path)).collect()));
    }
    let mut row = Row::new(module, &assignments);
    row.push(&module.tenant, ColumnType::Uuid, Value::Uuid(context.org));
    row.push("id", ColumnType::Uuid, Value::Uuid(id));
    stamp(&mut row, module, context, &["created_at", "updated_at"], &["created_by", "updated_by"]);
    if module.find("version").is_some_and(|f| f.generated) {
        row.push("version", ColumnType::Integer, Value::Integer(1));
    }
    let mut args = Args::new(transaction.dialect());
    let placeholders: Vec<_> = row.columns.iter().map(|(_, ty, value)| args.add(*ty, value)).collect();
    let names: Vec<_> = row.columns.iter().map(|(name, ..)| quote(name)).collect();
    let sql =
        format!("INSERT INTO {} ({}) VALUES ({})", quote(&module.table), names.join(", "), placeholders.join(", "));
    transaction.execute(&sql, &args).await.map_err(|e| refused(module, e))?;
    Ok(id)
}

/// Changes a record; fields that are not given stay as they are.
async fn update(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    context: &Context,
    module: &Module,
    id: Uuid,
    expected_version: Option<i64>,
    Input { path, values: mut given, .. }: Input,
) -> Result<(), WriteError> {
    let mut violations = check(transaction, catalog, context, module, &given, false).await?;
    violations.extend(derive::complete(transaction, catalog, context, module, Some(id), &mut given).await?);
    if !violations.is_empty() {
        return Err(WriteError::Invalid(violations.into_iter().map(|v| v.under(&path)).collect()));
    }
    let mut row = Row::new(module, &given);
    stamp(&mut row, module, context, &["updated_at"], &["updated_by"]);
    write(transaction, context, module, id, expected_version, &row).await
}

/// Deletes a record: hides it where the module has soft delete, else removes it.
async fn delete(
    transaction: &mut Transaction<'_>,
    context: &Context,
    module: &Module,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<(), WriteError> {
    if module.has(Trait::SoftDelete) {
        let mut row = Row { columns: Vec::new() };
        stamp(&mut row, module, context, &["updated_at", "deleted_at"], &["updated_by"]);
        return write(transaction, context, module, id, expected_version, &row).await;
    }
    let (id_value, org) = (Value::Uuid(id), Value::Uuid(context.org));
    let expected = expected_version.map(Value::Integer);
    let mut args = Args::new(transaction.dialect());
    let mut sql = format!(
        "DELETE FROM {} WHERE \"id\" = {} AND {} = {}",
        quote(&module.table),
        args.add(ColumnType::Uuid, &id_value),
        quote(&module.tenant),
        args.add(ColumnType::Uuid, &org),
    );
    if let Some(expected) = &expected {
        sql.push_str(&format!(" AND \"version\" = {}", args.add(ColumnType::Integer, expected)));
    }
    let removed = transaction.execute(&sql, &args).await.map_err(|e| match refused(module, e) {
        WriteError::LinkGone { module } => WriteError::InUse { module, by: Vec::new() },
        other => other,
    })?;
    if removed > 0 {
        return Ok(());
    }
    check_version(transaction, context, module, id, expected_version).await?;
    Err(WriteError::NotFound { module: module.name.clone() })
}

/// Columns and values of one row.
struct Row {
    columns: Vec<(String, ColumnType, Value)>,
}

impl Row {
    fn new(module: &Module, assignments: &[Assignment]) -> Self {
        let mut row = Self { columns: Vec::with_capacity(assignments.len() + 8) };
        for Assignment { field, is_type, value } in assignments {
            let field = module.field(*field);
            let (column, ty) = match (field.type_column(), is_type) {
                (Some(column), true) => (column, ColumnType::Text),
                _ => (field.column.clone(), ColumnType::of(field).unwrap_or(ColumnType::Text)),
            };
            row.push(&column, ty, value.clone());
        }
        row
    }

    fn push(&mut self, column: &str, ty: ColumnType, value: Value) {
        self.columns.push((column.to_owned(), ty, value));
    }
}

/// Sets those of the columns that the module has and the program fills.
fn stamp(row: &mut Row, module: &Module, context: &Context, moments: &[&str], people: &[&str]) {
    let generated = |name: &&&str| module.find(name).is_some_and(|f| f.generated);
    let now = context.moment.now;
    for name in moments.iter().filter(generated) {
        row.push(name, ColumnType::Timestamp, Value::Timestamp(now));
    }
    for name in people.iter().filter(generated) {
        row.push(&format!("{name}_id"), ColumnType::Uuid, Value::Uuid(context.user));
    }
}

async fn write(
    transaction: &mut Transaction<'_>,
    context: &Context,
    module: &Module,
    id: Uuid,
    expected_version: Option<i64>,
    row: &Row,
) -> Result<(), WriteError> {
    let (id_value, org) = (Value::Uuid(id), Value::Uuid(context.org));
    let expected = expected_version.map(Value::Integer);
    let mut args = Args::new(transaction.dialect());
    let mut sets: Vec<_> =
        row.columns.iter().map(|(name, ty, value)| format!("{} = {}", quote(name), args.add(*ty, value))).collect();
    if module.find("version").is_some_and(|f| f.generated) {
        sets.push("\"version\" = \"version\" + 1".to_owned());
    }
    let mut sql = format!(
        "UPDATE {} SET {} WHERE \"id\" = {} AND {} = {}",
        quote(&module.table),
        sets.join(", "),
        args.add(ColumnType::Uuid, &id_value),
        quote(&module.tenant),
        args.add(ColumnType::Uuid, &org),
    );
    if module.has(Trait::SoftDelete) {
        sql.push_str(" AND \"deleted_at\" IS NULL");
    }
    if let Some(expected) = &expected {
        sql.push_str(&format!(" AND \"version\" = {}", args.add(ColumnType::Integer, expected)));
    }
    let changed = transaction.execute(&sql, &args).await.map_err(|e| refused(module, e))?;
    if changed > 0 {
        return Ok(());
    }
    check_version(transaction, context, module, id, expected_version).await?;
    Err(WriteError::NotFound { module: module.name.clone() })
}

/// Tells a record that has changed from one that is not there.
async fn check_version(
    transaction: &mut Transaction<'_>,
    context: &Context,
    module: &Module,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<(), WriteError> {
    let Some(expected) = expected_version else { return Ok(()) };
    let (id, org) = (Value::Uuid(id), Value::Uuid(context.org));
    let mut args = Args::new(transaction.dialect());
    let mut sql = format!(
        "SELECT \"version\" FROM {} WHERE \"id\" = {} AND {} = {}",
        quote(&module.table),
        args.add(ColumnType::Uuid, &id),
        quote(&module.tenant),
        args.add(ColumnType::Uuid, &org),
    );
    if module.has(Trait::SoftDelete) {
        sql.push_str(" AND \"deleted_at\" IS NULL");
    }
    let rows = transaction.query(&sql, &args, &[ColumnType::Integer]).await?;
    match rows.into_iter().flatten().next() {
        Some(Value::Integer(current)) if current != expected => {
            Err(WriteError::Conflict { module: module.name.clone(), current, changes: Vec::new() })
        }
        Some(_) => Ok(()),
        None => Err(WriteError::NotFound { module: module.name.clone() }),
    }
}

/// Values of a new record that the author or the platform gives where the caller gives none.
fn fill_defaults(module: &Module, context: &Context, assignments: &mut Vec<Assignment>) {
    for field in &module.fields {
        if field.generated || assignments.iter().any(|a| a.field == field.id) {
            continue;
        }
        let value = match &field.default {
            Some(default) => literal(field, default),
            None if field.name == "owner" && module.has(Trait::Owned) => Value::Uuid(context.user),
            None => continue,
        };
        assignments.push(Assignment { field: field.id, is_type: false, value });
    }
}

/// The value of a constant of the metadata.
fn literal(field: &Field, literal: &Literal) -> Value {
    match literal {
        Literal::Integer(integer) => Value::Integer(*integer),
        Literal::Scaled(units) => Value::Decimal(*units),
        Literal::Float(float) => Value::Float(*float),
        Literal::Boolean(boolean) => Value::Boolean(*boolean),
        Literal::List(names) => Value::List(names.iter().cloned().map(Value::Text).collect()),
        Literal::Json(text) => Value::Json(text.clone()),
        Literal::Text(text) => match field.ty {
            FieldType::Date => calendar::parse_date(text).map_or(Value::Null, Value::Date),
            FieldType::Time => calendar::parse_time(text).map_or(Value::Null, Value::Time),
            FieldType::DateTime => calendar::parse_timestamp(text).map_or(Value::Null, Value::Timestamp),
            _ => Value::Text(text.clone()),
        },
    }
}

/// Collects everything that is wrong with the values.
async fn check(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    context: &Context,
    module: &Module,
    assignments: &[Assignment],
    creating: bool,
) -> Result<Vec<Violation>, StoreError> {
    let language = &context.language;
    let mut violations = Vec::new();
    for field in module.fields.iter().filter(|f| !f.generated && !f.secret) {
        let mut given = assignments.iter().filter(|a| a.field == field.id && !a.is_type);
        let broken = match given.next() {
            Some(assignment) => validate::check(field, &assignment.value),
            None if creating && field.required && field.is_stored() => Some(Broken::Required),
            None => None,
        };
        violations.extend(broken.map(|broken| message::violation(field, &broken, language)));
    }
    for (field, broken) in links::check(transaction, catalog, context, module, assignments).await? {
        violations.push(message::violation(field, &broken, language));
    }
    Ok(violations)
}

/// The error of a write that the database refused, in terms of fields where they are known.
fn refused(module: &Module, error: StoreError) -> WriteError {
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
