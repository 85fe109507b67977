//! What a record that has gone was linked to, where that has gone with it: its shares, and what it belonged to. The
//! database tells nothing of it any more, the log does.

use super::{
    shared::SHARES,
    teller::{Bound, Teller},
};
use kontor_domain::{
    error::StoreError,
    events::{self, Event, Image},
    query::{Circle, Filter},
};
use kontor_metadata::model::{FieldType, Module};
use std::sync::Arc;
use uuid::Uuid;

impl Teller {
    /// Whether a condition on what a record is linked to, which does not hold now, held before an event that was its end.
    pub(super) async fn held_before(
        &self,
        module: &Module,
        condition: &Filter,
        link: Uuid,
        event: &Event,
        bound: &Bound,
    ) -> Result<bool, Arc<StoreError>> {
        if !matches!(event.kind.as_str(), "DELETED" | "PURGED") {
            return Ok(false);
        }
        match condition {
            Filter::Shared(_) => self.was_shared(link, event, bound).await,
            Filter::One(field, inner) if module.parent == Some(*field) => {
                let FieldType::Relation { to, .. } = module.field(*field).ty else { return Ok(false) };
                let above = self.snapshot.catalog.module(to);
                let gone = events::gone_with(&self.engine.store, event, &above.name).await?;
                match gone.into_iter().find(|image| image.id() == Some(link)) {
                    Some(image) => Box::pin(self.holds_for(above, inner, &image, event, bound)).await,
                    None => Ok(false),
                }
            }
            _ => Ok(false),
        }
    }

    /// Whether a record was shared with the subscriber until it was purged.
    async fn was_shared(&self, record: Uuid, event: &Event, bound: &Bound) -> Result<bool, Arc<StoreError>> {
        let Some(shares) = self.snapshot.catalog.find(SHARES) else { return Ok(false) };
        let (Some(of), Some(user), Some(team)) = (shares.find("record"), shares.find("user"), shares.find("team"))
        else {
            return Ok(false);
        };
        let ended = events::gone_with(&self.engine.store, event, SHARES).await?;
        let ended: Vec<_> = ended.iter().filter(|share| share.link(of) == Some(record)).collect();
        if ended.iter().any(|share| share.link(user) == Some(self.caller.user)) {
            return Ok(true);
        }
        let member = Filter::In(team.id, Circle::Teams);
        for team in ended.iter().filter_map(|share| share.link(team)) {
            if self.holds_now(shares, &member, team, bound).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a record that has gone met a condition.
    async fn holds_for(
        &self,
        module: &Module,
        condition: &Filter,
        image: &Image,
        event: &Event,
        bound: &Bound,
    ) -> Result<bool, Arc<StoreError>> {
        let mut answers: Vec<(usize, Uuid, bool)> = Vec::new();
        loop {
            let mut open = Vec::new();
            let holds = events::holds(module, condition, &bound.values, image, &mut |condition: &Filter, link| {
                let number = std::ptr::from_ref(condition) as usize;
                let known = answers.iter().find(|(of, to, _)| (*of, *to) == (number, link));
                if known.is_none() {
                    open.push((condition.clone(), number, link));
                }
                known.map(|(_, _, holds)| *holds)
            });
            if holds.is_some() || open.is_empty() {
                return Ok(holds == Some(true));
            }
            for (condition, number, link) in open {
                let holds = self.holds_now(module, &condition, link, bound).await?
                    || self.held_before(module, &condition, link, event, bound).await?;
                answers.push((number, link, holds));
            }
        }
    }

    async fn holds_now(
        &self,
        module: &Module,
        condition: &Filter,
        link: Uuid,
        bound: &Bound,
    ) -> Result<bool, Arc<StoreError>> {
        let question = self.question(module.id, condition, link, bound);
        Ok(self.engine.related.load_one(question).await?.unwrap_or(false))
    }
}
