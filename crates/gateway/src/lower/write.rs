//! Mutations: the values of a change, and the plan that reads its result.

use super::{Action, Change, Column, Leaf, Lowering, Selected, operand::OperandSource};
use crate::{error::Error, schema::model::InputBind};
use kontor_domain::{
    query::{Deleted, Query},
    value::Value,
};
use kontor_metadata::model::ModuleId;

impl<'a> Lowering<'a> {
    /// The columns that the argument `input` gives values for.
    pub(super) fn columns(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Vec<Column>, Error> {
        let module = self.catalog.module(module);
        let Some(input) = self.argument(selected.field, "input") else { return Ok(Vec::new()) };
        let field = selected.field.name.node.as_str();
        let argument = self.types.objects["Mutation"].fields[field].arguments.iter().find(|(name, _)| name == "input");
        let ty = argument.map(|(_, argument)| argument.ty.name.as_str()).unwrap_or_default();
        let mut columns = Vec::new();
        for (key, value) in self.entries(&input) {
            let (field, is_type, leaf) = match self.types.inputs[ty].fields.get(key).map(|f| f.bind) {
                Some(InputBind::Field(field)) => (field, false, Leaf::of(module, module.field(field))),
                Some(InputBind::TypeOf(field)) => (field, true, Leaf::Enum("ModuleName".to_owned())),
                // The number of an upload, which execution replaces by the place of the file.
                Some(InputBind::Upload(field)) => (field, false, Leaf::Text),
                _ => return Err(Error::input(format!("\"{key}\" is not a field of {ty}."))),
            };
            let operand = if value.is_null() {
                self.constant(Value::Null)
            } else {
                self.operand(&value, leaf).map_err(|e| named(key, e))?
            };
            columns.push(Column { field, is_type, operand });
        }
        Ok(columns)
    }

    /// The change with its result.
    pub(super) fn write(&mut self, module: ModuleId, selected: &Selected<'a>, change: Change) -> Result<Action, Error> {
        let deleted = if matches!(change, Change::Delete { .. }) { Deleted::Include } else { Deleted::Exclude };
        let written = self.push(OperandSource::Written);
        let object = self.object(module, &selected.sets)?;
        let plan = self.compile(&Query::One { id: written, deleted, object })?;
        Ok(Action::Write { change, module, plan, written })
    }
}

fn named(key: &str, mut error: Error) -> Error {
    error.message = format!("{key}: {}", error.message);
    error
}
