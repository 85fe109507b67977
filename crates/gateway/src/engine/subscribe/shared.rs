//! Shares and their ends, for who follows the records that are shared: one enters what it may read, or leaves it.

use super::{
    delivery::Delivery,
    teller::{Bound, Teller},
    transition::{Meaning, Transition},
};
use crate::lower::{Feed, Source};
use kontor_domain::{
    error::StoreError,
    events::{Event, Image, Images},
    plan,
    query::{Circle, Filter, Operand, Sharing, Test},
    value::Value,
};
use kontor_metadata::model::Module;
use std::sync::Arc;
use uuid::Uuid;

/// The module whose records are shares.
pub(super) const SHARES: &str = "Share";

impl Teller {
    /// Whether an event may be a share of a record that the feed tells of, or the end of one.
    pub(super) fn may_be_share(&self, feed: &Feed, event: &Event) -> bool {
        // What is about others by its links has no image here to look for them in.
        event.module == SHARES
            && matches!(event.kind.as_str(), "CREATED" | "PURGED")
            && feed.about.is_none()
            && feed.following.is_none()
            && feed.sources.iter().any(|source| source.unshared.is_some())
    }

    /// What is told of a share or its end.
    pub(super) async fn share(&self, event: &Event) -> Result<Option<Vec<u8>>, Arc<StoreError>> {
        let (root, feed) = self.feed();
        let Some((source, record, with)) = self.of_share(feed, event) else { return Ok(None) };
        let change = Event {
            module: source.name.clone(),
            record,
            kind: "UPDATED".to_owned(),
            changed: Some("[\"shares\"]".to_owned()),
            before: None,
            after: None,
            images: Images::default(),
            ..event.clone()
        };
        let bound = self.bind().await?;
        if !self.is_wanted(feed, &bound.values, &change) {
            return Ok(None);
        }
        let Some(transition) = self.meaning(source, event, (record, with), &bound).await? else { return Ok(None) };
        // No values are told: no image goes with it.
        let meaning = Meaning { transition, closed: Vec::new() };
        Delivery { cursor: event.cursor, event: Some((&change, meaning)) }.write(self, root, feed, &bound).await
    }

    /// The record that is shared, and the team that it is shared with, where that is not the subscriber alone.
    fn of_share<'f>(&self, feed: &'f Feed, event: &Event) -> Option<(&'f Source, Uuid, Option<Uuid>)> {
        let shares = self.snapshot.catalog.find(SHARES)?;
        let image: &Image = event.image_after().or_else(|| event.image_before())?;
        let (user, team) = (image.link(shares.find("user")?), image.link(shares.find("team")?));
        if user.is_some_and(|user| user != self.caller.user) {
            return None;
        }
        let (module, record) = image.linked(shares.find("record")?)?;
        let source = feed.sources.iter().find(|source| source.name == module && source.unshared.is_some())?;
        Some((source, record, team))
    }

    /// What it means now, as far as nothing else lets the subscriber read the record.
    async fn meaning(
        &self,
        source: &Source,
        event: &Event,
        (record, team): (Uuid, Option<Uuid>),
        bound: &Bound,
    ) -> Result<Option<Transition>, Arc<StoreError>> {
        let catalog = &self.snapshot.catalog;
        let module: &Module = catalog.module(source.module);
        let everything = || Filter::All(Vec::new());
        let alive = module.find("deleted_at").map(|field| Filter::Field(field.id, Test::IsNull(true)));
        let counts = [alive, source.filter.clone()].into_iter().flatten().collect();
        let conditions =
            [Filter::All(counts), source.unshared.clone().unwrap_or_else(everything), Filter::Shared(Sharing::Read)];
        let rights = self.snapshot.rights(Some(&self.caller));
        let (store, asked) = (&self.engine.store, self.asked(bound));
        if let Some(team) = team
            && let Some(shares) = catalog.find(SHARES)
            && let Some(field) = shares.find("team")
        {
            let question = plan::Question {
                rights: &rights,
                module: shares.id,
                condition: &Filter::In(field.id, Circle::Teams),
                first: 0,
                link: Operand(0),
            };
            let statement = plan::ask(catalog, store.dialect(), &[question]);
            if store.answers(&statement, &asked, &[Value::Uuid(team)]).await? != [true] {
                return Ok(None);
            }
        }
        let mut values = bound.values.to_vec();
        let id = Operand(u32::try_from(values.len()).unwrap_or(u32::MAX));
        values.push(Value::Uuid(record));
        let statement = plan::judge(catalog, store.dialect(), &rights, (source.module, id), &conditions);
        let answers = store.answers(&statement, &asked, &values).await?;
        Ok(match (event.kind.as_str(), answers.as_slice()) {
            ("CREATED", [true, false, true]) => Some(Transition::Entered),
            ("PURGED", [true, false, false]) => Some(Transition::Left),
            _ => None,
        })
    }
}
