//! Mutations: which records change, and how their result is read.

use super::{Action, Change, Given, Leaf, Lowering, Selected, Told, Write, operand::OperandSource};
use crate::{error::Error, schema::model::WriteBind};
use kontor_domain::query::{Deleted, Query};
use kontor_metadata::model::ModuleId;

impl<'a> Lowering<'a> {
    /// A change with its result.
    pub(super) fn write(
        &mut self,
        module: ModuleId,
        write: WriteBind,
        selected: &Selected<'a>,
    ) -> Result<Action, Error> {
        let change = match write {
            WriteBind::Create => Change::Create(self.required_given(selected, "input")?),
            WriteBind::Update => Change::Update {
                id: self.required_operand(selected, "id", Leaf::Id)?,
                version: self.optional_operand(selected, "expectedVersion", Leaf::Integer)?,
                input: self.required_given(selected, "input")?,
            },
            WriteBind::Delete => Change::Delete {
                id: self.required_operand(selected, "id", Leaf::Id)?,
                version: self.optional_operand(selected, "expectedVersion", Leaf::Integer)?,
            },
        };
        let deleted = if matches!(change, Change::Delete { .. }) { Deleted::Include } else { Deleted::Exclude };
        let written = self.push(OperandSource::Written);
        let object = self.object(module, &selected.sets)?;
        let plan = self.compile(&Query::One { id: written, deleted, object })?;
        Ok(Action::Write(Box::new(Write { module, change, told: Told::One(plan, written) })))
    }

    fn required_given(&self, selected: &Selected<'a>, name: &str) -> Result<Given, Error> {
        let given = self.given(selected.field, name);
        given.ok_or_else(|| Error::input(format!("The argument \"{name}\" is missing.")))
    }
}
