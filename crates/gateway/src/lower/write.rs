//! Mutations: which records change, and how their result is read.

use super::{
    Action, BulkOutput, Change, ConvertedOutput, Given, Leaf, Lowering, Selected, Told, Which, Write,
    argument::Argument, operand::OperandSource,
};
use crate::{
    error::Error,
    schema::model::{Bind, BulkPart, WriteBind},
};
use kontor_domain::{
    plan::{self, Lock},
    query::{Deleted, Query},
};
use kontor_metadata::{
    model::{Action as Right, ModuleId},
    naming,
};

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
            WriteBind::CreateMany => Change::Create(self.required_given(selected, "inputs")?),
            WriteBind::Upsert | WriteBind::UpsertMany => {
                let name = if write == WriteBind::Upsert { "input" } else { "inputs" };
                let inputs = self.required_given(selected, name)?;
                Change::Upsert { inputs, keys: self.given(selected.field, "matchOn") }
            }
            WriteBind::Update | WriteBind::UpdateMany => Change::Update {
                which: self.which(module, write, selected)?,
                version: self.optional_operand(selected, "expectedVersion", Leaf::Integer)?,
                input: self.required_given(selected, "input")?,
            },
            WriteBind::Convert => Change::Convert {
                which: self.which(module, write, selected)?,
                version: self.optional_operand(selected, "expectedVersion", Leaf::Integer)?,
                input: self.given(selected.field, "input"),
            },
            WriteBind::Delete | WriteBind::DeleteMany => Change::Delete {
                which: self.which(module, write, selected)?,
                version: self.optional_operand(selected, "expectedVersion", Leaf::Integer)?,
            },
            WriteBind::Restore | WriteBind::RestoreMany => Change::Restore(self.which(module, write, selected)?),
            WriteBind::Purge => Change::Purge(self.which(module, write, selected)?),
            WriteBind::Follow => self.follow(module, selected)?,
            WriteBind::Unfollow => self.unfollow(module, selected)?,
            WriteBind::Share => self.share(module, selected)?,
            WriteBind::Unshare => self.unshare(module, selected)?,
            WriteBind::Read | WriteBind::Unread | WriteBind::AllRead => self.mark(module, write, selected)?,
        };
        let told = match write {
            WriteBind::CreateMany | WriteBind::UpsertMany => {
                let written = self.push(OperandSource::Written);
                let cases = vec![self.object(module, &selected.sets)?];
                Told::Each(self.compile_written(&Query::Each { ids: written, cases })?, written)
            }
            WriteBind::UpdateMany
            | WriteBind::DeleteMany
            | WriteBind::RestoreMany
            | WriteBind::Read
            | WriteBind::Unread
            | WriteBind::AllRead => Told::Bulk(self.bulk(selected)),
            WriteBind::Unfollow | WriteBind::Unshare => Told::Any,
            WriteBind::Convert => Told::Converted(self.converted(module, selected)?),
            WriteBind::Purge => Told::Id,
            _ => {
                let deleted = if write == WriteBind::Delete { Deleted::Include } else { Deleted::Exclude };
                let written = self.push(OperandSource::Written);
                let object = self.object(module, &selected.sets)?;
                Told::One(self.compile_written(&Query::One { id: written, deleted, object })?, written)
            }
        };
        let of_caller = matches!(
            write,
            WriteBind::Follow
                | WriteBind::Unfollow
                | WriteBind::Share
                | WriteBind::Unshare
                | WriteBind::Read
                | WriteBind::Unread
                | WriteBind::AllRead
        );
        Ok(Action::Write(Box::new(Write { module, of_caller, change, told })))
    }

    fn required_given(&self, selected: &Selected<'a>, name: &str) -> Result<Given, Error> {
        let given = self.given(selected.field, name);
        given.ok_or_else(|| Error::input(format!("The argument \"{name}\" is missing.")))
    }

    /// The records that a change is of.
    fn which(&mut self, module: ModuleId, write: WriteBind, selected: &Selected<'a>) -> Result<Which, Error> {
        let (action, deleted, lock) = match write {
            WriteBind::UpdateMany => (Right::Update, Deleted::Exclude, Lock::Change),
            WriteBind::DeleteMany => (Right::Delete, Deleted::Exclude, Lock::Removal),
            WriteBind::RestoreMany => (Right::Delete, Deleted::Only, Lock::Change),
            _ => return self.required_operand(selected, "id", Leaf::Id).map(Which::One),
        };
        let Some(filter) = self.argument(selected.field, "filter").filter(|filter| !Argument::is_null(filter)) else {
            return Err(Error::input("The argument \"filter\" is missing."));
        };
        let filter = self.filter(module, &filter)?;
        let selection =
            plan::select_ids(self.catalog, self.dialect, (self.rights, action), module, &filter, deleted, lock);
        self.wants_today |= selection.wants_today();
        Ok(Which::All(selection))
    }

    /// What is selected of the result of a conversion.
    fn converted(
        &mut self,
        module: ModuleId,
        selected: &Selected<'a>,
    ) -> Result<Vec<(String, ConvertedOutput)>, Error> {
        let ty = naming::conversion_type(&self.catalog.module(module).name);
        let mut parts = Vec::new();
        for part in self.collect(&ty, &selected.sets) {
            let name = part.field.name.node.as_str();
            let output = match self.types.objects[&ty].fields.get(name).map(|f| f.bind) {
                Some(Bind::Converted(module, at)) => {
                    let id = self.push(OperandSource::Written);
                    let object = self.object(module, &part.sets)?;
                    let plan = self.compile_written(&Query::One { id, deleted: Deleted::Exclude, object })?;
                    ConvertedOutput::Record(at.map_or(0, |at| at + 1), plan, id)
                }
                _ => ConvertedOutput::Constant(format!("\"{ty}\"")),
            };
            parts.push((part.key, output));
        }
        Ok(parts)
    }

    /// What is selected of the result of a change by filter.
    fn bulk(&self, selected: &Selected<'a>) -> Vec<(String, BulkOutput)> {
        let parts = self.collect("BulkResult", &selected.sets).into_iter().map(|part| {
            let name = part.field.name.node.as_str();
            let output = match self.types.objects["BulkResult"].fields.get(name).map(|f| f.bind) {
                Some(Bind::Bulk(BulkPart::Affected)) => BulkOutput::Affected,
                Some(Bind::Bulk(BulkPart::Ids)) => BulkOutput::Ids,
                _ => BulkOutput::Constant("\"BulkResult\"".to_owned()),
            };
            (part.key, output)
        });
        parts.collect()
    }
}
