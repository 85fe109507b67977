//! Values of records, from the argument of a mutation to the domain's inputs. What cannot be read as a value of its field is
//! noted beside it, so that all that is wrong with a record is told at once.

use crate::{
    cost,
    error::Error,
    lower::{self, Leaf},
    schema::model::{InputBind, TypeTable},
};
use async_graphql_value::ConstValue;
use kontor_domain::mutation::{Assignment, Input, Step, Violation};
use kontor_metadata::model::{Catalog, Field, FieldId, Module, ModuleId};

/// Most records that one operation may hold the values of.
const MOST_RECORDS: usize = 10_000;

/// Reads inputs.
pub(crate) struct Reader<'a> {
    /// The modules.
    pub(crate) catalog: &'a Catalog,
    /// The types of inputs.
    pub(crate) types: &'a TypeTable,
    /// The caller's language.
    pub(crate) language: &'a str,
    /// Records that the operation has held so far.
    pub(crate) records: &'a mut usize,
}

impl Reader<'_> {
    /// The values of one record, from an input of this type that stands at this path.
    ///
    /// # Errors
    /// When the operation has more records than allowed.
    pub(crate) fn record(
        &mut self,
        module: ModuleId,
        ty: &str,
        given: &ConstValue,
        path: Vec<Step>,
    ) -> Result<Input, Error> {
        *self.records += 1;
        if *self.records > MOST_RECORDS {
            let message = format!("The operation writes more than {MOST_RECORDS} records: send several.");
            return Err(cost::too_much(message));
        }
        let module = self.catalog.module(module);
        let mut input = Input { path, ..Input::default() };
        let (ConstValue::Object(given), Some(ty)) = (given, self.types.inputs.get(ty)) else { return Ok(input) };
        for (key, value) in given {
            let (field, is_type, leaf) = match ty.fields.get(key.as_str()).map(|f| f.bind) {
                Some(InputBind::Field(field)) => (field, false, Leaf::of(module, module.field(field))),
                Some(InputBind::TypeOf(field)) => (field, true, Leaf::Enum("ModuleName".to_owned())),
                // The number of an upload, which is replaced by the place of the file.
                Some(InputBind::Upload(field)) => (field, false, Leaf::Text),
                _ => continue,
            };
            self.value(module, &mut input, key, (field, is_type), &leaf, value);
        }
        Ok(input)
    }

    fn value(
        &self,
        module: &Module,
        input: &mut Input,
        key: &str,
        (field, is_type): (FieldId, bool),
        leaf: &Leaf,
        value: &ConstValue,
    ) {
        match lower::convert(self.types, leaf, value) {
            Ok(value) => input.values.push(Assignment { field, is_type, value }),
            Err(unreadable) => {
                let mut path = input.path.clone();
                path.push(Step::Key(key.to_owned()));
                let message = unreadable.message(is_german(self.language));
                let message = format!("{}: {message}", label(module.field(field), self.language));
                input.unreadable.push(Violation { path, rule: unreadable.rule.into(), message });
            }
        }
    }
}

/// What people call a field.
fn label<'f>(field: &'f Field, language: &str) -> &'f str {
    field.label.get(if is_german(language) { "de" } else { "en" })
}

/// Whether messages are German; else they are English.
pub(crate) fn is_german(language: &str) -> bool {
    language == "de" || language.starts_with("de-")
}
