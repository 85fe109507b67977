use super::teller::{Bound, Teller};
use crate::{
    feeds::Question,
    lower::{Feed, Source},
};
use kontor_domain::{
    error::StoreError,
    events::{self, Event, Image},
    query::{Circle, Filter},
    value::Value,
};
use kontor_metadata::model::ModuleId;
use std::sync::Arc;
use uuid::Uuid;

/// What a change means for a subscription, and which of the fields that it may read in some records only, by their place in
/// [`Source::partly`], are not shown in this one.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    pub(super) transition: Transition,
    pub(super) closed: Vec<usize>,
}

/// What becomes of a record for a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transition {
    Entered,
    Updated,
    Left,
}

/// Conditions on related records by where they are kept, the ids that these are linked by, and whether they hold.
type Answers = Vec<(usize, Uuid, bool)>;

impl Teller {
    /// What a change means for the subscription; nothing if it is not about it.
    pub(super) async fn transition(
        &self,
        feed: &Feed,
        event: &Event,
        bound: &Bound,
    ) -> Result<Option<Meaning>, Arc<StoreError>> {
        let Some(source) = feed.sources.iter().find(|source| source.name == event.module) else { return Ok(None) };
        let module = self.snapshot.catalog.module(source.module);
        let mut answers = Answers::new();
        loop {
            let mut questions = Vec::new();
            let mut related = |condition: &Filter, link| {
                if let Filter::In(_, Circle::Caller) = condition {
                    return Some(link == self.caller.user);
                }
                let number = std::ptr::from_ref(condition) as usize;
                let known = answers.iter().find(|(of, to, _)| (*of, *to) == (number, link));
                if known.is_none() {
                    questions.push(self.question(source.module, condition, link, bound));
                }
                known.map(|(_, _, holds)| *holds)
            };
            let mut counts = |image: Option<&Image>| match image {
                Some(image) if !bound.is_followed(source, module, event, image) => Some(false),
                Some(image) => self.counts(feed, source, image, &bound.values, &mut related),
                None => Some(false),
            };
            let (before, after) = (counts(event.image_before()), counts(event.image_after()));
            let decided = before.is_some() && after.is_some();
            let transition = match (before == Some(true), after == Some(true)) {
                (false, true) => Some(Transition::Entered),
                (true, true) => Some(Transition::Updated),
                (true, false) => Some(Transition::Left),
                (false, false) => None,
            };
            let shows = !decided || matches!(transition, Some(Transition::Entered | Transition::Updated));
            let closed = if shows { self.closed(source, event, bound, &mut related) } else { Some(Vec::new()) };
            if questions.is_empty() || (decided && closed.is_some()) {
                let closed = closed.unwrap_or_else(|| (0..source.partly.len()).collect());
                return Ok(transition.map(|transition| Meaning { transition, closed }));
            }
            // What related records are like is asked of the database as it is now, once.
            let given = self.engine.related.load_many(questions).await?;
            for (question, holds) in given {
                let (condition, link) = (&question.condition, question.link);
                let holds = holds || self.held_before(module, condition, link, event, bound).await?;
                answers.push((question.number.1, link, holds));
            }
        }
    }

    pub(super) fn question(&self, module: ModuleId, condition: &Filter, link: Uuid, bound: &Bound) -> Question {
        Question {
            catalog: self.snapshot.catalog.clone(),
            org: self.caller.org,
            user: self.caller.user,
            rights: self.snapshot.rights(Some(&self.caller)),
            moment: bound.moment,
            module,
            condition: condition.clone(),
            values: bound.values.clone(),
            link,
            number: (std::ptr::from_ref(self) as usize, std::ptr::from_ref(condition) as usize),
        }
    }

    /// Which fields are not shown: those that the subscriber might not read before, or may not now. Unknown where it has to
    /// be asked first.
    fn closed(
        &self,
        source: &Source,
        event: &Event,
        bound: &Bound,
        related: events::Related<'_>,
    ) -> Option<Vec<usize>> {
        let module = self.snapshot.catalog.module(source.module);
        let images: Vec<&Image> = [event.image_before(), event.image_after()].into_iter().flatten().collect();
        let mut closed = Vec::new();
        let mut unknown = false;
        for (n, (open, _)) in source.partly.iter().enumerate() {
            let mut answers = images.iter().map(|image| events::holds(module, open, &bound.values, image, related));
            match answers.try_fold(true, |all, holds| Some(all && holds?)) {
                Some(true) => {}
                Some(false) => closed.push(n),
                None => unknown = true,
            }
        }
        (!unknown).then_some(closed)
    }

    /// Whether a record as it was or is belongs to what is subscribed to.
    fn counts(
        &self,
        feed: &Feed,
        source: &Source,
        image: &Image,
        values: &[Value],
        related: events::Related<'_>,
    ) -> Option<bool> {
        let module = self.snapshot.catalog.module(source.module);
        if !image.is_there(module) {
            return Some(false);
        }
        if let Some(about) = feed.about {
            let links: Vec<_> = source.links.iter().map(|link| module.field(*link)).collect();
            let about = &values[about.0 as usize];
            if !image.links_to(&links, |id| *about == Value::Uuid(id)) {
                return Some(false);
            }
        }
        let holds = |filter: &Option<Filter>, related: events::Related<'_>| {
            filter.as_ref().map_or(Some(true), |filter| events::holds(module, filter, values, image, related))
        };
        match holds(&source.reach, related) {
            Some(true) => holds(&source.filter, related),
            Some(false) => Some(false),
            None => holds(&source.filter, related).filter(|holds| !holds),
        }
    }
}
