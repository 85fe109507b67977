//! Whether the caller may do what it asks for with records. What follows from it, the program does.

use super::{WriteError, rows, session::Session};
use crate::{context::Asked, plan};
use kontor_metadata::model::{Action, FieldId, Level, Module};
use std::collections::HashSet;
use uuid::Uuid;

/// Refuses values of fields that the caller may not write.
pub(super) fn permit_fields(session: &Session<'_, '_>, module: &Module, given: &[FieldId]) -> Result<(), WriteError> {
    let Some(rights) = &session.context.rights else { return Ok(()) };
    match given.iter().find(|field| !rights.may_write(module.id, **field)) {
        Some(field) => {
            let (field, action) = (Some(module.field(*field).gql.clone()), Action::Update);
            Err(WriteError::Forbidden { module: module.name.clone(), action, field })
        }
        None => Ok(()),
    }
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
    let catalog = &session.writing.catalog;
    let selection = plan::select_permitted(catalog, session.transaction.dialect(), rights, module.id, action);
    let context = session.context;
    let asked = Asked { org: context.org, user: context.user, moment: context.moment };
    let ids = rows::ids(ids.iter().copied());
    Ok(session.transaction.select_ids(&selection, &asked, &[ids]).await?.into_iter().collect())
}

fn forbidden(module: &Module, action: Action) -> WriteError {
    WriteError::Forbidden { module: module.name.clone(), action, field: None }
}
