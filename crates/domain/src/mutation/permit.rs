//! Whether the caller may do what it asks for with records. What follows from it, the program does.

use super::{WriteError, rows, session::Session, settle::Record};
use crate::{context::Asked, plan, rights::Rights};
use kontor_metadata::model::{Action, FieldId, Level, Module};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// Refuses values of fields that the caller may write in no record.
pub(super) fn permit_fields(session: &Session<'_, '_>, module: &Module, given: &[FieldId]) -> Result<(), WriteError> {
    let Some(rights) = &session.context.rights else { return Ok(()) };
    match given.iter().find(|field| rights.level_of_field(module.id, **field, Action::Update) == Level::None) {
        Some(field) => Err(forbidden_field(module, *field)),
        None => Ok(()),
    }
}

/// Fields with a value that the caller may not write in every record, and the records that are given one.
pub(super) fn narrowed(session: &Session<'_, '_>, module: &Module, records: &[Record]) -> BTreeMap<FieldId, Vec<Uuid>> {
    let mut narrowed: BTreeMap<FieldId, Vec<Uuid>> = BTreeMap::new();
    let Some(rights) = &session.context.rights else { return narrowed };
    for record in records {
        for field in &record.given {
            if rights.level_of_field(module.id, *field, Action::Update) < Level::All {
                narrowed.entry(*field).or_default().push(record.id);
            }
        }
    }
    narrowed
}

/// Refuses to write fields of records where the caller may not, as the records are now.
pub(super) async fn permit_values(
    session: &mut Session<'_, '_>,
    module: &Module,
    narrowed: BTreeMap<FieldId, Vec<Uuid>>,
) -> Result<(), WriteError> {
    for (field, ids) in narrowed {
        permit_field(session, module, field, &ids).await?;
    }
    Ok(())
}

/// Refuses to write one field of some records where the caller may not, as they are now.
pub(super) async fn permit_field(
    session: &mut Session<'_, '_>,
    module: &Module,
    field: FieldId,
    ids: &[Uuid],
) -> Result<(), WriteError> {
    let level = |rights: &Rights| rights.level_of_field(module.id, field, Action::Update);
    match session.context.rights.as_deref().map_or(Level::All, level) {
        Level::All => Ok(()),
        _ if ids.is_empty() => Ok(()),
        Level::None => Err(forbidden_field(module, field)),
        Level::Own | Level::Team => {
            let open = among(session, module, Action::Update, &[field], ids).await?;
            if ids.iter().all(|id| open.contains(id)) { Ok(()) } else { Err(forbidden_field(module, field)) }
        }
    }
}

/// Whether the caller may read a field of a record that it may read.
pub(super) async fn reads(
    session: &mut Session<'_, '_>,
    module: &Module,
    field: FieldId,
    id: Uuid,
) -> Result<bool, WriteError> {
    let level = |rights: &Rights| rights.level_of_field(module.id, field, Action::Read);
    Ok(match session.context.rights.as_deref().map_or(Level::All, level) {
        Level::All => true,
        Level::None => false,
        Level::Own | Level::Team => among(session, module, Action::Read, &[field], &[id]).await?.contains(&id),
    })
}

/// Refuses what the caller may do with no record of a module at all.
pub(super) fn permit_module(session: &Session<'_, '_>, module: &Module, action: Action) -> Result<(), WriteError> {
    match &session.context.rights {
        Some(rights) if !rights.may(module.id, action) => Err(forbidden(module, action)),
        _ => Ok(()),
    }
}

/// Refuses what the caller may not do with records as they are now: the caller has locked them.
pub(super) async fn permit(
    session: &mut Session<'_, '_>,
    module: &Module,
    action: Action,
    ids: &[Uuid],
) -> Result<(), WriteError> {
    // Whoever may read nothing is told of nothing.
    let readable = reached(session, module, Action::Read, ids).await?;
    if ids.iter().any(|id| !readable.contains(id)) {
        return Err(WriteError::NotFound { module: module.name.clone() });
    }
    permit_readable(session, module, action, ids).await
}

/// The same for records that the caller may read.
pub(super) async fn permit_readable(
    session: &mut Session<'_, '_>,
    module: &Module,
    action: Action,
    ids: &[Uuid],
) -> Result<(), WriteError> {
    let permitted = reached(session, module, action, ids).await?;
    if ids.iter().any(|id| !permitted.contains(id)) {
        return Err(forbidden(module, action));
    }
    Ok(())
}

/// Refuses new records that the caller may not make: of a right to own ones, those of others.
pub(super) async fn permit_new(session: &mut Session<'_, '_>, module: &Module, ids: &[Uuid]) -> Result<(), WriteError> {
    let rights = session.context.rights.as_ref();
    if rights.is_none_or(|rights| rights.level(module.id, Action::Create) == Level::All) {
        return Ok(());
    }
    let permitted = reached(session, module, Action::Create, ids).await?;
    if ids.iter().all(|id| permitted.contains(id)) { Ok(()) } else { Err(forbidden(module, Action::Create)) }
}

/// Those of some records that an action of the caller reaches.
pub(super) async fn reached(
    session: &mut Session<'_, '_>,
    module: &Module,
    action: Action,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, WriteError> {
    let all = || Ok(ids.iter().copied().collect());
    let Some(rights) = &session.context.rights else { return all() };
    let is_all = |action| rights.level(module.id, action) == Level::All;
    if ids.is_empty() || (is_all(Action::Read) && is_all(action)) {
        return all();
    }
    among(session, module, action, &[], ids).await
}

async fn among(
    session: &mut Session<'_, '_>,
    module: &Module,
    action: Action,
    fields: &[FieldId],
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, WriteError> {
    let Some(rights) = &session.context.rights else { return Ok(ids.iter().copied().collect()) };
    let (catalog, dialect) = (&session.writing.catalog, session.transaction.dialect());
    let selection = plan::select_permitted(catalog, dialect, rights, module.id, action, fields);
    let context = session.context;
    let asked = Asked { org: context.org, user: context.user, moment: context.moment };
    let ids = rows::ids(ids.iter().copied());
    Ok(session.transaction.select_ids(&selection, &asked, &[ids]).await?.into_iter().collect())
}

fn forbidden(module: &Module, action: Action) -> WriteError {
    WriteError::Forbidden { module: module.name.clone(), action, field: None }
}

fn forbidden_field(module: &Module, field: FieldId) -> WriteError {
    let field = Some(module.field(field).gql.clone());
    WriteError::Forbidden { module: module.name.clone(), action: Action::Update, field }
}
