//! Sharing records with users and teams.

use super::{
    Change, Leaf, Lowering, Selected, Sharing, Which,
    notifications::{incomplete, own_field},
};
use crate::error::Error;
use kontor_domain::{
    plan::{self, Lock},
    query::{Deleted, Filter, Test},
    rights::Rights,
};
use kontor_metadata::{
    model::{Action, FieldType, ModuleId},
    naming,
};

impl<'a> Lowering<'a> {
    /// That a record is shared.
    pub(super) fn share(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Change, Error> {
        let sharing = self.sharing(module, selected)?;
        let level = Leaf::Enum(naming::enum_type(&self.catalog.module(module).name, "level"));
        let level = match self.optional_operand(selected, "level", level)? {
            Some(level) => level,
            None => self.constant(kontor_domain::value::Value::Text("read".to_owned())),
        };
        Ok(Change::Share { sharing, level })
    }

    /// That it is not any more.
    pub(super) fn unshare(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Change, Error> {
        let sharing = self.sharing(module, selected)?;
        let of = self.catalog.module(module);
        let is = |name, operand| Ok::<_, Error>(Filter::Field(own_field(of, name)?, Test::Eq(operand)));
        let with = Filter::Any(vec![is("user", sharing.with)?, is("team", sharing.with)?]);
        let filter = Filter::All(vec![is("record", sharing.record)?, with]);
        // Whoever may change the record ends what others have begun.
        let program = Rights::of_program(self.catalog);
        let rights = (&program, Action::Read);
        let selection =
            plan::select_ids(self.catalog, self.dialect, rights, module, &filter, Deleted::Exclude, Lock::Removal);
        Ok(Change::Unshare { sharing, which: Which::All(selection) })
    }

    fn sharing(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Sharing, Error> {
        let record = self.required_operand(selected, "record", Leaf::Id)?;
        let with = self.required_operand(selected, "with", Leaf::Id)?;
        let shared = self.catalog.module(module).find("record").map(|field| &field.ty);
        let Some(FieldType::Polymorphic { to }) = shared else { return Err(incomplete()) };
        let receivers: Vec<_> = ["User", "Team"].into_iter().filter_map(|name| self.catalog.find(name)).collect();
        let receivers: Vec<_> = receivers.into_iter().map(|module| module.id).collect();
        let target = self.module_of(record, to)?;
        Ok(Sharing { record, target, with, receiver: self.module_of(with, &receivers)? })
    }
}
