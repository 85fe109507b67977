//! Subscriptions.

use super::{Action, Leaf, Lowering, OperandSource, Selected};
use crate::{
    error::Error,
    schema::model::{Bind, EventPart},
};
use kontor_domain::{
    events,
    plan::Plan,
    query::{Deleted, Filter, Operand, Query},
};
use kontor_metadata::{
    model::{Module, ModuleId},
    naming,
};

/// The changes of a module's records that are told of, and what of them.
pub struct Feed {
    /// The module.
    pub module: ModuleId,
    /// Records that count: a condition that images can answer.
    pub filter: Option<Filter>,
    /// Which kinds of changes.
    pub kinds: Option<Operand>,
    /// Behind which event it begins.
    pub after: Option<Operand>,
    /// Keys of an event, in order.
    pub parts: Vec<(String, FeedPart)>,
}

/// A key of an event.
pub enum FeedPart {
    /// JSON that is always the same.
    Constant(String),
    /// A part of the event itself.
    Of(EventPart),
    /// The record, read by a plan whose operand is its id.
    Record(Box<Plan>, Operand),
    /// The user, read by a plan whose operand is the id.
    Actor(Box<Plan>, Operand),
}

impl<'a> Lowering<'a> {
    pub(super) fn feed(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Action, Error> {
        let of = self.catalog.module(module);
        let filter = match self.argument(selected.field, "filter").filter(|given| !given.is_null()) {
            Some(given) => Some(self.filter(module, &given)?),
            None => None,
        };
        if filter.as_ref().is_some_and(|filter| !events::is_answerable(of, filter)) {
            let message = "The filter of a subscription looks at stored fields of the record itself: neither at related records, nor into JSON, nor at fields that are computed when they are read.";
            return Err(Error::input(message));
        }
        let kinds = Leaf::List(Box::new(Leaf::Enum("EventKind".to_owned())));
        let kinds = self.optional_operand(selected, "kinds", kinds)?;
        let after = self.optional_operand(selected, "after", Leaf::Text)?;
        let parts = self.event(of, selected)?;
        Ok(Action::Feed(Box::new(Feed { module, filter, kinds, after, parts })))
    }

    fn event(&mut self, module: &Module, selected: &Selected<'a>) -> Result<Vec<(String, FeedPart)>, Error> {
        let ty = naming::event_type(&module.name);
        let mut parts = Vec::new();
        for part in self.collect(&ty, &selected.sets) {
            let bind = self.types.objects[&ty].fields.get(part.field.name.node.as_str()).map(|f| f.bind);
            let lowered = match bind {
                Some(Bind::Event(EventPart::Record)) => {
                    let id = self.push(OperandSource::Written);
                    let object = self.object(module.id, &part.sets)?;
                    let plan = self.compile(&Query::One { id, deleted: Deleted::Exclude, object })?;
                    FeedPart::Record(Box::new(plan), id)
                }
                Some(Bind::Event(EventPart::Actor)) => {
                    let id = self.push(OperandSource::Written);
                    FeedPart::Actor(Box::new(self.user(id, &part.sets)?), id)
                }
                Some(Bind::Event(part)) => FeedPart::Of(part),
                _ => FeedPart::Constant(format!("\"{ty}\"")),
            };
            parts.push((part.key, lowered));
        }
        Ok(parts)
    }
}
