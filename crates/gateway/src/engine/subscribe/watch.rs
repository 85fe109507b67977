//! Groups of records that are kept current: read anew when something they look at has changed, once for all who watch.

use super::{Kinship, Told, feed::Heard, rest, teller::Teller};
use crate::{
    feeds::{Follower, Group, Interest, Next, Turn},
    lower::{Action, Root, Watch},
};
use bytes::Bytes;
use futures_util::FutureExt as _;
use kontor_domain::{error::StoreError, events::Event};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// Shortest time between two looks.
const QUIET: Duration = Duration::from_millis(100);
/// The time that looking may take of all time is one in so many.
const SHARE: u32 = 5;

/// What all who watch the same are told.
pub(in crate::engine) struct Watched {
    teller: Teller,
    state: watch::Sender<Option<Bytes>>,
}

impl Watched {
    pub(super) fn new(teller: Teller) -> Self {
        Self { teller, state: watch::Sender::new(None) }
    }

    pub(super) fn state(&self) -> watch::Receiver<Option<Bytes>> {
        let mut state = self.state.subscribe();
        // What is known already is news to whoever comes now.
        state.mark_changed();
        state
    }

    fn watch(&self) -> Option<(&Root, &Watch)> {
        self.teller.prepared.roots.iter().find_map(|root| match &root.action {
            Action::Watch(watch) => Some((root, &**watch)),
            _ => None,
        })
    }

    fn interest(&self) -> Interest {
        let modules = self.watch().into_iter().flat_map(|(_, watch)| watch.modules.iter().cloned());
        Interest::new(self.teller.caller.org, modules)
    }

    fn may_concern(&self, event: &Event) -> bool {
        let looks_at = |watch: &Watch| watch.modules.contains(&event.module);
        event.org == self.teller.caller.org && self.watch().is_some_and(|(_, watch)| looks_at(watch))
    }

    async fn look(&self) -> Result<Bytes, Arc<StoreError>> {
        let Some((root, watch)) = self.watch() else { return Ok(Bytes::new()) };
        let bound = self.teller.bind().await?;
        let mut body = b"{\"data\":".to_vec();
        body.extend_from_slice(&root.prefix);
        let asked = self.teller.asked(&bound);
        match self.teller.engine.store.read(&watch.plan, &asked, &bound.values, &mut body).await {
            Ok(()) => {
                body.extend_from_slice(b"}}");
                Ok(body.into())
            }
            Err(error @ StoreError::Unavailable(_)) => Err(error.into()),
            Err(error) => Ok(self.teller.refusal(&error).into()),
        }
    }
}

/// Somebody who watches.
pub(super) struct Watching {
    group: Arc<Group<Kinship, Watched>>,
    state: watch::Receiver<Option<Bytes>>,
    turns: watch::Receiver<Turn>,
    /// Of the metadata that it is planned for.
    version: u64,
    /// What was told last.
    told: Option<Bytes>,
}

impl Watching {
    pub(super) fn new(group: Arc<Group<Kinship, Watched>>, version: u64) -> Self {
        let (state, turns) = (group.shared.state(), group.shared.teller.engine.hub.turns());
        Self { group, state, turns, version, told: None }
    }

    /// Goes on in another group, planned for another version of the metadata.
    pub(super) fn renew(&mut self, group: Arc<Group<Kinship, Watched>>, version: u64) {
        self.state = group.shared.state();
        (self.group, self.version) = (group, version);
    }

    pub(super) async fn next(&mut self) -> Heard {
        loop {
            let version = self.version;
            tokio::select! {
                turn = self.turns.wait_for(|turn| turn.stopped || turn.version > version) => {
                    let stopped = turn.is_ok_and(|turn| turn.stopped);
                    return if stopped { Heard::News(Told::Stopped) } else { Heard::Renewed };
                }
                Ok(()) = self.state.changed() => {}
            }
            let state = self.state.borrow_and_update().clone();
            // A new group looks by itself, and may find what was told already.
            if let Some(state) = state
                && self.told.as_ref() != Some(&state)
            {
                self.told = Some(state.clone());
                return Heard::News(Told::State(state));
            }
        }
    }
}

/// Keeps the groups current.
pub(super) async fn run(watched: Arc<Watched>) {
    let hub = watched.teller.engine.hub.clone();
    let interest = watched.interest();
    loop {
        // It follows first, so that nothing that comes behind the look is overlooked.
        let mut follower = match Follower::of_hub(&hub, &interest).await {
            Ok(follower) => follower,
            Err(error) => {
                rest(&error).await;
                continue;
            }
        };
        if keep(&watched, &mut follower).await {
            return;
        }
    }
}

/// Looks again and again until the server stops (true) or the database does not answer.
async fn keep(watched: &Watched, follower: &mut Follower<Arc<Event>>) -> bool {
    loop {
        let started = Instant::now();
        match watched.look().await {
            Ok(state) => {
                watched.state.send_if_modified(|last| {
                    let changed = last.as_ref() != Some(&state);
                    *last = Some(state);
                    changed
                });
            }
            Err(error) => {
                rest(&error).await;
                return false;
            }
        }
        // Changes that come close together are looked at together.
        tokio::time::sleep(QUIET.max(started.elapsed() * (SHARE - 1))).await;
        let mut changed = false;
        loop {
            let next = if changed { follower.next().now_or_never() } else { Some(follower.next().await) };
            match next {
                Some(Ok(Next::Past(event) | Next::Live(event))) => changed |= watched.may_concern(&event),
                Some(Ok(Next::Gap(_))) => changed = true,
                // Those who watch leave for a group of the other metadata.
                Some(Ok(Next::Renewed)) => {}
                Some(Ok(Next::Stopped)) => return true,
                Some(Err(error)) => {
                    rest(&error).await;
                    return false;
                }
                None => break,
            }
        }
    }
}
