//! Subscriptions.

use super::{Action, Leaf, Lowering, OperandSource, Selected, argument::Argument, notifications::own_field};
use crate::{
    error::Error,
    schema::model::{Bind, EventPart},
};
use kontor_domain::{
    events,
    plan::Plan,
    query::{Deleted, Filter, Operand, Query, Test},
    rights::{Ground, keys_of},
    value::Value,
};
use kontor_metadata::{
    model::{Action as Right, Field, FieldId, FieldType, Module, ModuleId, Trait},
    naming,
};

/// The changes that are told of, and what of them.
pub struct Feed {
    /// Whose changes.
    pub sources: Vec<Source>,
    /// Only of records that are linked to this one.
    pub about: Option<Operand>,
    /// Whether only of records that the caller follows, and of what is linked to them.
    pub following: Option<Operand>,
    /// Which kinds of changes.
    pub kinds: Option<Operand>,
    /// Which of the module's own events.
    pub named: Option<Operand>,
    /// Whether changes of a record that wait may become one.
    pub coalesce: Option<Operand>,
    /// Behind which event it begins.
    pub after: Option<Operand>,
    /// What is told of a change.
    pub shape: Shape,
}

/// What is told of a change.
pub enum Shape {
    /// The event, by its keys, in order.
    Event(Vec<(String, FeedPart)>),
    /// The record alone, read by a plan whose operand is its id.
    Record(Box<Plan>, Operand),
}

/// A module whose changes are told of.
pub struct Source {
    /// The module.
    pub module: ModuleId,
    /// Its name, as in the log.
    pub name: String,
    /// Records that the subscriber may read; all where there is no condition.
    pub reach: Option<Filter>,
    /// Records that count: a condition that images and questions can answer.
    pub filter: Option<Filter>,
    /// Why the subscriber may read records of it besides those that are shared, where sharing makes a difference.
    pub unshared: Option<Filter>,
    /// Relations by which its records are about others.
    pub links: Vec<FieldId>,
    /// Keys of images, and names of changed fields, that the subscriber may not read.
    pub masked: Vec<String>,
    /// The same, each with the condition that it may read them in a record after all.
    pub partly: Vec<(Filter, Vec<String>)>,
}

/// A key of an event.
pub enum FeedPart {
    /// JSON that is always the same.
    Constant(String),
    /// A part of the event itself.
    Of(EventPart),
    /// The record, read by the plan of its module, whose operand is its id.
    Record(Vec<(String, Plan)>, Operand),
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
            let message = "The filter of a subscription cannot look at fields that are computed when they are read; use the fields that they are computed from.";
            return Err(Error::input(message));
        }
        if let Some(field) = filter.as_ref().and_then(|filter| self.looks_behind(of, filter)) {
            let message = format!(
                "The filter of a subscription cannot look at `{}`, which you may read in some records only; filter what you are told.",
                field.gql
            );
            return Err(Error::input(message));
        }
        let reach = self.rights.reach(self.catalog, module, Right::Read);
        // Conditions on related records look at those that the subscriber may read.
        self.of_user |= reach.is_some() || (filter.is_some() && self.rights.is_personal());
        let source = Source { reach, filter, ..self.source(of) };
        let named = Leaf::List(Box::new(Leaf::Enum(naming::event_name_type(&of.name))));
        let feed = Feed {
            sources: vec![source],
            about: None,
            following: None,
            kinds: self.kinds(selected)?,
            named: self.optional_operand(selected, "events", named)?,
            coalesce: self.optional_operand(selected, "coalesce", Leaf::Boolean)?,
            after: self.optional_operand(selected, "after", Leaf::Text)?,
            shape: Shape::Event(self.event(&naming::event_type(&of.name), &[of], selected)?),
        };
        Ok(Action::Feed(Box::new(feed)))
    }

    /// What happens around records.
    pub(super) fn activity_feed(&mut self, selected: &Selected<'a>) -> Result<Action, Error> {
        let given = self.argument(selected.field, "modules").filter(|given| !given.is_null());
        let given = given.map(|given| self.items(&given));
        let given = given.as_ref().map(|given| given.iter().filter_map(Argument::name).collect::<Vec<_>>());
        let is_asked_for = |module: &&Module| match &given {
            Some(given) => module.operations.read && given.contains(&module.name.as_str()),
            None => module.operations.read && module.has(Trait::Feed),
        };
        let modules: Vec<_> = self.catalog.modules.iter().filter(is_asked_for).collect();
        let modules: Vec<_> = modules.into_iter().filter(|module| self.rights.may(module.id, Right::Read)).collect();
        let following = self.optional_operand(selected, "following", Leaf::Boolean)?;
        self.of_user |= following.is_some();
        self.of_user |= modules.iter().any(|m| self.rights.reach(self.catalog, m.id, Right::Read).is_some());
        let mut source = |module: &&Module| {
            let links = module.fields.iter().filter(|field| field.is_stored());
            let links = links.filter(|f| matches!(f.ty, FieldType::Relation { .. } | FieldType::Polymorphic { .. }));
            let links = links.map(|field| field.id).collect();
            let reach = self.rights.reach(self.catalog, module.id, Right::Read);
            Source { reach, links, ..self.source(module) }
        };
        let sources = modules.iter().map(&mut source).collect();
        let feed = Feed {
            sources,
            about: self.optional_operand(selected, "record", Leaf::Id)?,
            following,
            kinds: self.kinds(selected)?,
            named: None,
            coalesce: self.optional_operand(selected, "coalesce", Leaf::Boolean)?,
            after: self.optional_operand(selected, "after", Leaf::Text)?,
            shape: Shape::Event(self.event("FeedItem", &modules, selected)?),
        };
        Ok(Action::Feed(Box::new(feed)))
    }

    /// Messages to the caller, as they come.
    pub(super) fn inbox(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Action, Error> {
        let caller = self.push(OperandSource::Caller);
        let of = self.catalog.module(module);
        let own = Filter::Field(own_field(of, "user")?, Test::Eq(caller));
        let reach = self.rights.reach(self.catalog, module, Right::Read);
        self.of_user = true;
        let id = self.push(OperandSource::Written);
        let object = self.object(module, &selected.sets)?;
        let plan = self.compile(&Query::One { id, deleted: Deleted::Exclude, object })?;
        let source = Source {
            module,
            name: of.name.clone(),
            reach,
            filter: Some(own),
            unshared: None,
            links: Vec::new(),
            masked: Vec::new(),
            partly: Vec::new(),
        };
        let feed = Feed {
            sources: vec![source],
            about: None,
            following: None,
            kinds: Some(self.constant(Value::List(vec![Value::Text("CREATED".to_owned())]))),
            named: None,
            coalesce: None,
            after: self.optional_operand(selected, "after", Leaf::Text)?,
            shape: Shape::Record(Box::new(plan), id),
        };
        Ok(Action::Feed(Box::new(feed)))
    }

    /// What is told of a module's changes, of all its records.
    fn source(&mut self, module: &Module) -> Source {
        let partly = self.rights.partly_hidden(self.catalog, module);
        self.of_user |= !partly.is_empty();
        Source {
            module: module.id,
            name: module.name.clone(),
            reach: None,
            filter: None,
            unshared: self.unshared(module.id),
            links: Vec::new(),
            masked: self.masked(module),
            partly,
        }
    }

    /// The first field of the record itself that a filter looks at and the subscriber may not read everywhere.
    fn looks_behind<'m>(&self, module: &'m Module, filter: &Filter) -> Option<&'m Field> {
        match filter {
            Filter::All(parts) | Filter::Any(parts) => parts.iter().find_map(|part| self.looks_behind(module, part)),
            Filter::Not(inner) => self.looks_behind(module, inner),
            Filter::Field(field, _) | Filter::TypeOf(field, _) | Filter::In(field, _) | Filter::One(field, _) => {
                (!self.rights.may_read_all(module.id, *field)).then(|| module.field(*field))
            }
            // Related records are asked for by plans, which show what the subscriber may see.
            Filter::Many(..) | Filter::Readable(..) | Filter::Shared(_) | Filter::Search(_) => None,
        }
    }

    /// What images tell to nobody of the caller's role: what it may not read, and fields that are gone, of which no rights
    /// are known.
    fn masked(&self, module: &Module) -> Vec<String> {
        let gone = module.removed.iter().flat_map(|name| keys_of(naming::camel(name)));
        self.rights.hidden_keys(self.catalog, module).into_iter().chain(gone).collect()
    }

    /// The grounds on which records of a module may be read, less their shares; nothing where these are not looked at.
    fn unshared(&self, module: ModuleId) -> Option<Filter> {
        let grounds = self.rights.grounds(self.catalog, module, Right::Read);
        let (shared, others): (Vec<_>, Vec<_>) =
            grounds.into_iter().partition(|(ground, _)| matches!(ground, Ground::Shared));
        (!shared.is_empty()).then(|| Filter::Any(others.into_iter().map(|(_, filter)| filter).collect()))
    }

    fn kinds(&mut self, selected: &Selected<'a>) -> Result<Option<Operand>, Error> {
        let kinds = Leaf::List(Box::new(Leaf::Enum("EventKind".to_owned())));
        self.optional_operand(selected, "kinds", kinds)
    }

    fn event(
        &mut self,
        ty: &str,
        modules: &[&Module],
        selected: &Selected<'a>,
    ) -> Result<Vec<(String, FeedPart)>, Error> {
        let mut parts = Vec::new();
        for part in self.collect(ty, &selected.sets) {
            let bind = self.types.objects[ty].fields.get(part.field.name.node.as_str()).map(|f| f.bind);
            let lowered = match bind {
                Some(Bind::Event(EventPart::Record)) => {
                    let id = self.push(OperandSource::Written);
                    let mut plans = Vec::with_capacity(modules.len());
                    for module in modules {
                        let object = self.object(module.id, &part.sets)?;
                        let plan = self.compile(&Query::One { id, deleted: Deleted::Exclude, object })?;
                        plans.push((module.name.clone(), plan));
                    }
                    FeedPart::Record(plans, id)
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
