use kontor_domain::events::Event;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use tokio::sync::broadcast;
use uuid::Uuid;

/// Events that a follower may be behind before it reads the log by itself.
const QUEUE: usize = 256;

/// Whose changes somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    org: Uuid,
    /// Names, sorted.
    modules: Vec<String>,
}

impl Interest {
    /// Those of some modules in an organisation.
    pub fn new(org: Uuid, modules: impl IntoIterator<Item = String>) -> Self {
        let mut modules: Vec<_> = modules.into_iter().collect();
        modules.sort_unstable();
        modules.dedup();
        Self { org, modules }
    }
}

/// Who is told of which events: those who ask for the same have one channel, so that an event wakes nobody whom it
/// cannot concern.
#[derive(Default)]
pub(super) struct Listeners {
    /// Whether somebody reads the log for them.
    pub(super) reading: bool,
    /// Channels of modules by organisation. What they carry is the next event, or nothing where followers have to read
    /// on by themselves.
    channels: FxHashMap<Uuid, Vec<Channel>>,
}

struct Channel {
    modules: Vec<String>,
    events: broadcast::Sender<Option<Arc<Event>>>,
}

impl Listeners {
    pub(super) fn add(&mut self, interest: &Interest) -> broadcast::Receiver<Option<Arc<Event>>> {
        let channels = self.channels.entry(interest.org).or_default();
        if let Some(channel) = channels.iter().find(|channel| channel.modules == interest.modules) {
            return channel.events.subscribe();
        }
        let (events, receiver) = broadcast::channel(QUEUE);
        channels.push(Channel { modules: interest.modules.clone(), events });
        receiver
    }

    pub(super) fn tell(&self, event: &Arc<Event>) {
        let of_org = self.channels.get(&event.org).into_iter().flatten();
        for channel in of_org.filter(|channel| channel.modules.contains(&event.module)) {
            // That nobody listens is noticed when the channels are counted.
            let _ = channel.events.send(Some(event.clone()));
        }
    }

    /// Tells everybody that they have to read on by themselves.
    pub(super) fn tell_of_gap(&self) {
        for channel in self.channels.values().flatten() {
            let _ = channel.events.send(None);
        }
    }

    /// Whether anybody listens; channels that nobody listens to are closed.
    pub(super) fn is_anybody_there(&mut self) -> bool {
        self.channels.retain(|_, channels| {
            channels.retain(|channel| channel.events.receiver_count() > 0);
            !channels.is_empty()
        });
        !self.channels.is_empty()
    }
}
