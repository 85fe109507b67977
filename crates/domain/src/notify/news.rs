//! What an event is to whom.

use super::{
    NotifyError,
    followers::{self, Follower},
    inbox::{self, Notice},
    mentions::may_mention,
    message::{self, Named, Told},
    people::People,
    reach::Reach,
    subjects::{self, RecordKey, Subject},
};
use crate::{
    context::Moment,
    events::{Event, Image},
    mutation::Writing,
    store::Transaction,
    value::Value,
};
use kontor_metadata::model::{Catalog, Field, FieldId, FieldType, Module, ModuleId, Trait, Via};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Why somebody is told, the most specific first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Their name stands in a text.
    Mention,
    /// The record became theirs.
    Assignment,
    /// They follow the record.
    Followed,
    /// They follow the record that it belongs to.
    Part,
    /// The moment has come.
    Reminder,
}

impl Reason {
    /// As `kind` of a notification.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Assignment => "assignment",
            Self::Followed | Self::Part => "followed",
            Self::Reminder => "reminder",
        }
    }
}

/// An event that somebody may want to know of.
struct News<'e> {
    event: &'e Event,
    module: &'e Module,
    before: Option<Image>,
    after: Option<Image>,
    /// GraphQL names of the fields and connections that somebody has changed.
    changed: Vec<String>,
}

/// Somebody who is to be told of one of the news.
struct Candidate {
    user: Uuid,
    reason: Reason,
    /// Which news.
    news: usize,
    /// What the message is about.
    about: RecordKey,
}

/// Writes what the users of an organisation are to be told of some events; tells whether that is anything.
pub(super) async fn tell(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    org: Uuid,
    events: &[Event],
    moment: Moment,
) -> Result<bool, NotifyError> {
    let catalog = writing.catalog();
    let news: Vec<News<'_>> = events.iter().filter_map(|event| News::of(catalog, event)).collect();
    let interests: Vec<Vec<(RecordKey, Reason)>> = news.iter().map(|news| news.interests(catalog)).collect();
    let followed: BTreeSet<RecordKey> = interests.iter().flatten().map(|(record, _)| *record).collect();
    let followers = followers::load(transaction, catalog, org, &followed).await?;
    let mut candidates = Vec::new();
    for (n, (one, interests)) in news.iter().zip(&interests).enumerate() {
        let own = one.key();
        let assigned = one.assigned().into_iter().map(|user| (user, Reason::Assignment, own));
        let following = interests.iter().flat_map(|(record, reason)| {
            let of = followers.get(record).map_or(&[][..], Vec::as_slice);
            // Who follows since then was not told, and need not be told later.
            let then = |follower: &&Follower| follower.since <= one.event.occurred_at;
            of.iter().filter(then).map(|follower| (follower.user, *reason, *record))
        });
        let told = assigned.chain(following);
        candidates.extend(told.map(|(user, reason, about)| Candidate { user, reason, news: n, about }));
    }
    let mentions = news.iter().any(News::may_mention);
    if candidates.is_empty() && !mentions {
        return Ok(false);
    }
    let ids = candidates.iter().map(|c| c.user).chain(news.iter().filter_map(|one| one.event.actor)).collect();
    let people = People::load(transaction, org, (!mentions).then_some(ids)).await?;
    for (n, one) in news.iter().enumerate().filter(|_| mentions) {
        let mention = |user| Candidate { user, reason: Reason::Mention, news: n, about: one.key() };
        candidates.extend(one.mentioned(&people).into_iter().map(mention));
    }
    let pairs = candidates.iter().flat_map(|c| [(c.user, c.about), (c.user, news[c.news].key())]).collect();
    let reach = Reach::load(transaction, catalog, (org, moment), &people, pairs).await?;
    candidates.retain(|c| reach.has(c.user, c.about) && reach.has(c.user, news[c.news].key()));
    let chosen = choose(candidates, &news, &people);
    let records = chosen.iter().flat_map(|c| [c.about, news[c.news].key()]).collect();
    let subjects = subjects::load(transaction, catalog, org, &records).await?;
    let notices: Vec<_> =
        chosen.iter().map(|c| notice(catalog, &news[c.news], c, &people, &subjects, &reach)).collect();
    let told = !notices.is_empty();
    inbox::write(transaction, writing, org, notices, moment).await?;
    Ok(told)
}

/// Who is told what: nobody of what they did themselves, and everybody once of an event, and of what one operation has
/// done to a record, for the most specific reason.
fn choose(mut candidates: Vec<Candidate>, news: &[News<'_>], people: &People) -> Vec<Candidate> {
    candidates
        .retain(|c| Some(c.user) != news[c.news].event.actor && people.get(c.user).is_some_and(|person| person.active));
    candidates.sort_by_key(|c| (c.reason, c.news));
    let mut events: HashSet<(usize, Uuid)> = HashSet::new();
    let mut operations: HashSet<(&str, Uuid, RecordKey)> = HashSet::new();
    candidates.retain(|c| {
        let of_event = events.insert((c.news, c.user));
        of_event && operations.insert((news[c.news].event.operation.as_str(), c.user, c.about))
    });
    candidates.sort_by_key(|c| c.news);
    candidates
}

fn notice(
    catalog: &Catalog,
    news: &News<'_>,
    candidate: &Candidate,
    people: &People,
    subjects: &HashMap<RecordKey, Subject>,
    reach: &Reach,
) -> Notice {
    let role = people.get(candidate.user).map_or("", |person| person.role.as_str());
    let shows = |module: &Module, field: FieldId| reach.shows(role, module.id, field);
    let language = people.get(candidate.user).map_or("en", |person| person.language);
    let (own, about) = (news.key(), candidate.about);
    // What is gone for good is called as it was.
    let image = news.after.as_ref().or(news.before.as_ref());
    let titled = |module: &Module| shows(module, module.title);
    let gone = image.filter(|_| titled(news.module)).and_then(|image| subjects::title_of(news.module, image));
    let title = |record: &RecordKey| {
        let subject = subjects.get(record).filter(|_| titled(catalog.module(record.0)));
        subject.and_then(|subject| subject.title.as_deref())
    };
    let whole = catalog.module(about.0);
    let told = Told {
        reason: candidate.reason,
        kind: &news.event.kind,
        actor: news.event.actor.and_then(|actor| people.get(actor)).map(|person| person.name.as_str()),
        changed: Named { label: news.module.label.get(language), title: title(&own).or(gone.as_deref()) },
        whole: (about != own).then(|| Named { label: whole.label.get(language), title: title(&about) }),
        fields: news.labels(language, |field| shows(news.module, field)),
    };
    let alive = subjects.get(&about).is_some_and(|subject| subject.alive);
    Notice {
        user: candidate.user,
        reason: candidate.reason,
        message: message::text(&told, language),
        record: alive.then_some(about),
    }
}

impl<'e> News<'e> {
    /// An event as news; none where it is of the program's own records, notifications among them.
    fn of(catalog: &'e Catalog, event: &'e Event) -> Option<Self> {
        let module = catalog.find(&event.module).filter(|module| !module.system || module.has(Trait::Audited))?;
        let image = |text: &Option<String>| text.as_deref().and_then(Image::parse);
        let mut changed: Vec<String> =
            event.changed.as_deref().and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
        changed.retain(|name| is_given(module, name));
        Some(Self { event, module, before: image(&event.before), after: image(&event.after), changed })
    }

    fn key(&self) -> RecordKey {
        (self.module.id, self.event.record)
    }

    /// Those who have become owner of the record, or whom it was assigned to.
    fn assigned(&self) -> Vec<Uuid> {
        if !self.module.has(Trait::Owned) || !matches!(self.event.kind.as_str(), "CREATED" | "UPDATED") {
            return Vec::new();
        }
        let fields = ["owner", "assigned_to"].into_iter().filter_map(|name| self.module.find(name));
        let new = fields.filter_map(|field| {
            let is = |image: &Option<Image>| image.as_ref().map(|image| image.value(field));
            match is(&self.after) {
                Some(Value::Uuid(user)) if is(&self.before) != Some(Value::Uuid(user)) => Some(user),
                _ => None,
            }
        });
        new.collect()
    }

    /// Texts that mention people, before and after the change.
    fn texts(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let written = matches!(self.event.kind.as_str(), "CREATED" | "UPDATED");
        let fields = self.module.fields.iter().filter(move |field| field.mentions && written);
        let text = |image: &Option<Image>, field: &Field| match image.as_ref().map(|image| image.value(field)) {
            Some(Value::Text(text)) => text,
            _ => String::new(),
        };
        fields.map(move |field| (text(&self.before, field), text(&self.after, field))).filter(|(old, new)| old != new)
    }

    fn may_mention(&self) -> bool {
        self.texts().any(|(_, new)| may_mention(&new))
    }

    /// Those whose names are new in a text.
    fn mentioned(&self, people: &People) -> BTreeSet<Uuid> {
        let new = |(old, new): (String, String)| {
            let old = people.names.mentioned(&old);
            people.names.mentioned(&new).into_iter().filter(move |user| !old.contains(user)).collect::<Vec<_>>()
        };
        self.texts().flat_map(new).collect()
    }

    /// The records whose followers are told: the record itself, and what it was added to or is a part of.
    fn interests(&self, catalog: &Catalog) -> Vec<(RecordKey, Reason)> {
        let mut found = Vec::new();
        let changed = self.event.kind != "UPDATED" || !self.changed.is_empty();
        if !changed {
            return found;
        }
        let created = self.event.kind == "CREATED";
        if !created {
            found.push((self.key(), Reason::Followed));
        }
        let Some(image) = self.after.as_ref().or(self.before.as_ref()) else { return found };
        for field in self.module.fields.iter().filter(|field| created || self.module.parent == Some(field.id)) {
            let to = match &field.ty {
                FieldType::Relation { to, .. } => Some(*to),
                FieldType::Polymorphic { .. } => match image.type_of(field) {
                    Value::Text(name) => catalog.find(&name).map(|module| module.id),
                    _ => None,
                },
                _ => None,
            };
            if let (Some(to), Value::Uuid(id)) = (to, image.value(field))
                && is_listed(catalog.module(to), self.module.id, field)
            {
                found.push(((to, id), Reason::Part));
            }
        }
        found
    }

    /// What people call the fields that somebody has changed, as far as they are shown.
    fn labels(&self, language: &str, shows: impl Fn(FieldId) -> bool) -> Vec<&'e str> {
        let label = |name: &String| {
            let field = self.module.fields.iter().find(|field| field.gql == *name);
            if field.is_some_and(|field| !shows(field.id)) {
                return None;
            }
            let field = field.map(|field| &field.label);
            let connection = || self.module.connections.iter().find(|c| c.gql == *name).map(|c| &c.label);
            field.or_else(connection).map(|label| label.get(language))
        };
        self.changed.iter().filter_map(label).collect()
    }
}

/// Whether a field or connection is what somebody gives, and does not follow from something else.
fn is_given(module: &Module, name: &str) -> bool {
    match module.fields.iter().find(|field| field.gql == name) {
        Some(field) => !field.generated && field.logic.touch.is_empty(),
        None => module.connections.iter().any(|connection| connection.gql == name),
    }
}

/// Whether a record lists those that link to it by a field.
fn is_listed(target: &Module, from: ModuleId, field: &Field) -> bool {
    target.connections.iter().any(|connection| {
        let by = match &connection.via {
            Via::ForeignKey { field } | Via::Polymorphic { field } => Some(*field),
            Via::Junction { .. } => None,
        };
        by == Some(field.id) && connection.targets == [from]
    })
}
