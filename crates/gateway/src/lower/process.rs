//! Root fields that do something other than reading and writing records: what they are given, and what is selected of
//! their answer.

use super::{Action, Given, Lowering, Root, Selected, operand::OperandSource};
use crate::{
    error::Error,
    schema::model::{Process, Ref},
};
use async_graphql::parser::types::SelectionSet;
use kontor_domain::{
    plan::Plan,
    query::{Deleted, Operand, Query},
};

/// A process with its arguments.
pub struct Call {
    /// Which.
    pub process: Process,
    /// What it is given.
    pub arguments: Vec<Given>,
    /// What is told of its answer.
    pub template: Template,
}

/// What is told of a value.
pub enum Template {
    /// All of it.
    Whole,
    /// Some of its keys, each under another name perhaps.
    Object(Vec<(String, Part)>),
    /// The record with this id, read by a plan whose operand it is.
    Record(Box<Plan>, Operand),
}

/// A part of an object.
pub enum Part {
    /// JSON that is always the same.
    Constant(String),
    /// The value of a key.
    Key(String, Template),
}

/// A process decides by itself what stays of it: a sign-in that fails is counted. So it shares no transaction, and it
/// cannot be tried.
pub(super) fn check_alone(roots: &[Root], dry_run: bool) -> Result<(), Error> {
    let Some(process) = roots.iter().find(|root| matches!(root.action, Action::Process(_))) else { return Ok(()) };
    let message = match roots.iter().filter(|root| !matches!(root.action, Action::Constant(_))).count() {
        1 if !dry_run => return Ok(()),
        1 => "This field cannot be tried with `@dryRun`.",
        _ => "This field must be the only one of its operation: send the others in another request.",
    };
    Err(Error::input(message).at(process.pos).under(&process.key))
}

impl<'a> Lowering<'a> {
    /// A process with what is selected of its answer.
    pub(super) fn process(&mut self, process: Process, ty: &Ref, selected: &Selected<'a>) -> Result<Action, Error> {
        let names = selected.field.arguments.iter().map(|(name, _)| name.node.as_str());
        let arguments = names.filter_map(|name| self.given(selected.field, name)).collect();
        let template = self.template(ty, &selected.sets)?;
        Ok(Action::Process(Box::new(Call { process, arguments, template })))
    }

    fn template(&mut self, ty: &Ref, sets: &[&'a SelectionSet]) -> Result<Template, Error> {
        if let Some(module) = self.catalog.find(&ty.name) {
            let id = self.push(OperandSource::Written);
            let object = self.object(module.id, sets)?;
            let plan = self.compile_written(&Query::One { id, deleted: Deleted::Include, object })?;
            return Ok(Template::Record(Box::new(plan), id));
        }
        let Some(object) = self.types.objects.get(&ty.name) else { return Ok(Template::Whole) };
        let parts = self.collect(&ty.name, sets).into_iter().map(|part| {
            let name = part.field.name.node.as_str();
            Ok(match object.fields.get(name) {
                Some(field) => (part.key, Part::Key(name.to_owned(), self.template(&field.ty, &part.sets)?)),
                None => (part.key, Part::Constant(format!("\"{}\"", ty.name))),
            })
        });
        parts.collect::<Result<_, Error>>().map(Template::Object)
    }
}
