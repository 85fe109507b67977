//! What a role may not read, it may not filter, order or group by either: the answer would tell.

use super::Lowering;
use crate::error::{self, Error};
use kontor_domain::rights::link_field;
use kontor_metadata::model::{Action, ConnectionId, FieldId, Module, ModuleId};

impl Lowering<'_> {
    /// Refuses conditions on records of a module that the caller may not read at all.
    pub(super) fn permit_module(&self, module: ModuleId) -> Result<(), Error> {
        match self.rights.may(module, Action::Read) {
            true => Ok(()),
            false => Err(error::unreadable(self.catalog, &module, &self.language)),
        }
    }

    /// Refuses to search where a field that the caller may not read is searched.
    pub(super) fn permit_search(&self, module: &Module) -> Result<(), Error> {
        match self.rights.hidden_from_search(module) {
            None => Ok(()),
            Some(field) => Err(error::unreadable_field(module, field, &self.language)),
        }
    }

    /// Refuses conditions on links that a field holds which the caller may not read, at either end.
    pub(super) fn permit_links(&self, module: &Module, connection: ConnectionId) -> Result<(), Error> {
        match link_field(self.catalog, module, module.connection(connection)) {
            Some((of, field)) => self.permit_field(self.catalog.module(of), field),
            None => Ok(()),
        }
    }

    /// Whether a connection leads anywhere for the caller.
    pub(super) fn may_follow(&self, module: &Module, connection: ConnectionId) -> bool {
        let field = link_field(self.catalog, module, module.connection(connection));
        field.is_none_or(|(of, field)| self.rights.may_read(of, field))
    }

    /// Refuses to look at a field that the caller may not read.
    pub(super) fn permit_field(&self, module: &Module, field: FieldId) -> Result<(), Error> {
        match self.rights.may_read(module.id, field) {
            true => Ok(()),
            false => Err(error::unreadable_field(module, module.field(field), &self.language)),
        }
    }
}
