//! Following records, and messages that were read: changes of what is the caller's own.

use super::{Change, Leaf, Lowering, MODULE, Selected, Which, operand::OperandSource};
use crate::{error::Error, schema::model::WriteBind};
use kontor_domain::{
    mutation::Assignment,
    plan::{self, Lock, Plan},
    query::{Deleted, Filter, Object, Operand, Output, OutputValue, Query, Test},
    value::Value,
};
use kontor_metadata::model::{Action, FieldId, FieldType, Module, ModuleId};

impl<'a> Lowering<'a> {
    /// That the caller follows a record of any module that can be followed.
    pub(super) fn follow(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Change, Error> {
        let record = self.required_operand(selected, "record", Leaf::Id)?;
        let followed = self.catalog.module(module).find("record").map(|field| &field.ty);
        let Some(FieldType::Polymorphic { to }) = followed else { return Err(incomplete()) };
        Ok(Change::Follow { record, target: self.module_of(record, to)? })
    }

    /// What tells of which of some modules a record is that the caller may read.
    pub(super) fn module_of(&mut self, record: Operand, modules: &[ModuleId]) -> Result<Plan, Error> {
        let case = |module: &ModuleId| {
            let name = OutputValue::Constant(format!("\"{}\"", self.catalog.module(*module).name));
            Object { module: *module, fields: vec![Output { key: MODULE.to_owned(), value: name }] }
        };
        let cases = modules.iter().map(case).collect();
        self.compile(&Query::AnyOf { id: record, cases })
    }

    pub(super) fn unfollow(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Change, Error> {
        let record = self.required_operand(selected, "record", Leaf::Id)?;
        let condition = Filter::Field(own_field(self.catalog.module(module), "record")?, Test::Eq(record));
        Ok(Change::Delete { which: self.own(module, condition, Lock::Removal)?, version: None })
    }

    /// That messages are read, or are not.
    pub(super) fn mark(
        &mut self,
        module: ModuleId,
        write: WriteBind,
        selected: &Selected<'a>,
    ) -> Result<Change, Error> {
        let is_read = own_field(self.catalog.module(module), "is_read")?;
        let read = write != WriteBind::Unread;
        let mut conditions = vec![Filter::Field(is_read, Test::Ne(self.constant(Value::Boolean(read))))];
        if write != WriteBind::AllRead {
            let ids = self.required_operand(selected, "ids", Leaf::Ids)?;
            conditions.push(Filter::Field(FieldId(0), Test::In(ids)));
        }
        let which = self.own(module, Filter::All(conditions), Lock::Change)?;
        let values = vec![Assignment { field: is_read, is_type: false, value: Value::Boolean(read) }];
        Ok(Change::Set { which, values })
    }

    /// Records whose `user` is the caller.
    fn own(&mut self, module: ModuleId, condition: Filter, lock: Lock) -> Result<Which, Error> {
        let caller = self.push(OperandSource::Caller);
        let own = Filter::Field(own_field(self.catalog.module(module), "user")?, Test::Eq(caller));
        let filter = Filter::All(vec![own, condition]);
        let selection = plan::select_ids(
            self.catalog,
            self.dialect,
            (self.rights, Action::Read),
            module,
            &filter,
            Deleted::Exclude,
            lock,
        );
        Ok(Which::All(selection))
    }
}

/// A field that the program itself looks at.
pub(super) fn own_field(module: &Module, name: &str) -> Result<FieldId, Error> {
    module.find(name).map(|field| field.id).ok_or_else(incomplete)
}

/// A catalog of other packages than the shipped ones may have a module of the same name.
pub(super) fn incomplete() -> Error {
    Error::input("This catalog has no such field.")
}
