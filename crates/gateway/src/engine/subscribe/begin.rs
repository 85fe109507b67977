use super::{
    super::{
        Answer, Asker, Engine, GraphQlRequest, Snapshot,
        guard::{too_often, unprepared},
        refused,
        trace::Phases,
    },
    Again, Fed, Kind, Subscription, Watched,
    feed::{self, Feeding},
    teller::Teller,
    watch::{self, Watching},
};
use crate::{
    coerce::Variables,
    error::{self, Error},
    feeds::{Follower, Group},
    lower::{self, Action, Feed, Prepared, Root},
};
use kontor_domain::{events::Cursor, value::Value};
use std::sync::Arc;
use uuid::Uuid;

/// What becomes of a request that may be a subscription.
pub enum Begun {
    /// It was none, or it was refused.
    Answered(Answer),
    /// A stream of answers.
    Subscribed(Box<Subscription>),
}

/// What subscribers have in common who are told the same: all that an answer depends on but where each has begun.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::engine) struct Kinship {
    /// Where the prepared operation is kept, as long as anybody has it.
    prepared: usize,
    org: Uuid,
    role: String,
    /// Who, where that matters.
    user: Option<Uuid>,
    /// The values that it is bound to, the caller's id among them where it matters.
    values: String,
}

impl Engine {
    /// Answers a request, or begins to. `after` is where it goes on, whatever the document says.
    pub async fn begin(self: &Arc<Self>, request: GraphQlRequest, from: Asker, after: Option<Cursor>) -> Begun {
        if let Err(error) = self.charge(&from, 1) {
            return Begun::Answered(too_often(error));
        }
        let snapshot = self.snapshot.load_full();
        let prepared = self.prepare(&snapshot, &request, &from, &mut Phases::default()).await;
        let (document, prepared, variables) = match prepared {
            Ok(planned) if planned.1.subscription => planned,
            Ok(_) => return Begun::Answered(self.execute_charged(request, &from).await),
            Err(errors) => return Begun::Answered(unprepared(errors)),
        };
        if let Err(error) = self.charge_rest(&from, &prepared) {
            return Begun::Answered(too_often(error));
        }
        let again = Box::new(Again::new(&document, request, from));
        let version = snapshot.version;
        let kind = match self.join(snapshot, prepared, variables, again.from.clone(), after).await {
            Ok(Joined::Watch(group)) => Kind::Watch(Watching::new(group, version)),
            Ok(Joined::Feed(group, Place { after, merges })) => {
                // It listens to its group before it looks where the log is, so that nothing lies between.
                let live = group.shared.listen();
                match Follower::start(&self.hub, after, live, merges, version).await {
                    Ok(follower) => Kind::Feed(Feeding::new(group, follower)),
                    Err(error) => return Begun::Answered(refused(&[error::of_store(&error, &again.from.request_id)])),
                }
            }
            Err(error) => return Begun::Answered(refused(&[error])),
        };
        Begun::Subscribed(Box::new(Subscription { engine: self.clone(), again, kind }))
    }

    /// The group of those who are told the same.
    pub(super) async fn join(
        self: &Arc<Self>,
        snapshot: Arc<Snapshot>,
        prepared: Arc<Prepared>,
        variables: Variables,
        from: Asker,
        after: Option<Cursor>,
    ) -> Result<Joined, Error> {
        let caller = from.caller.clone().ok_or_else(Error::unauthenticated)?;
        if let [Root { action: Action::Forbidden(module), .. }] = &prepared.roots[..] {
            return Err(error::unreadable(&snapshot.catalog, module, &from.language));
        }
        let circumstances = self.circumstances(&prepared, &from).await?;
        let mut values = lower::bind(&snapshot.types, &prepared.operands, &variables, &circumstances)?;
        let began = feed(&prepared).map(|(_, feed)| Place::of(feed, &mut values, after)).transpose()?;
        let kinship = Kinship {
            prepared: Arc::as_ptr(&prepared) as usize,
            org: caller.org,
            role: caller.role.clone(),
            user: prepared.of_user.then_some(caller.user),
            values: format!("{values:?}"),
        };
        let teller = || Teller::new(self.clone(), snapshot, prepared, variables, from, caller, values);
        Ok(match began {
            Some(place) => Joined::Feed(self.fed.join(kinship, || Fed::new(teller()), feed::run), place),
            None => Joined::Watch(self.watched.join(kinship, || Watched::new(teller()), watch::run)),
        })
    }
}

/// A group that a subscriber is one of.
pub(super) enum Joined {
    Feed(Arc<Group<Kinship, Fed>>, Place),
    Watch(Arc<Group<Kinship, Watched>>),
}

/// Where one subscriber of a feed begins, and whether events may become one.
pub(super) struct Place {
    after: Option<Cursor>,
    merges: bool,
}

impl Place {
    /// Takes it out of the values, of which all subscribers then have the same.
    fn of(feed: &Feed, values: &mut [Value], after: Option<Cursor>) -> Result<Self, Error> {
        let given = feed.after.map(|operand| std::mem::replace(&mut values[operand.0 as usize], Value::Null));
        let after = match (after, given) {
            (None, Some(Value::Text(text))) => {
                let malformed =
                    "The cursor is not one of this API's; pass on the `cursor` of an event as it was given.";
                Some(text.parse().map_err(|_| Error::input(malformed))?)
            }
            (after, _) => after,
        };
        let coalesce = feed.coalesce.map(|operand| std::mem::replace(&mut values[operand.0 as usize], Value::Null));
        Ok(Self { after, merges: coalesce == Some(Value::Boolean(true)) })
    }
}

pub(super) fn feed(prepared: &Prepared) -> Option<(&Root, &Feed)> {
    prepared.roots.iter().find_map(|root| match &root.action {
        Action::Feed(feed) => Some((root, &**feed)),
        _ => None,
    })
}
