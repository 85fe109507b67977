use super::{
    super::{Answer, Asker, Engine, GraphQlRequest, Snapshot, guard::too_often, refused, trace::Phases},
    Fed, Kind, Subscription, Watched,
    feed::{self, Feeding},
    teller::Teller,
    watch,
};
use crate::{
    coerce::Variables,
    error::{self, Error},
    feeds::Follower,
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
        let (prepared, variables) = match prepared {
            Ok((_, prepared, variables)) if prepared.subscription => (prepared, variables),
            Ok(_) => return Begun::Answered(self.execute_charged(request, &from).await),
            Err(errors) => return Begun::Answered(refused(&errors)),
        };
        if let Err(error) = self.charge_rest(&from, &prepared) {
            return Begun::Answered(too_often(error));
        }
        match self.subscribe(snapshot, prepared, variables, from, after).await {
            Ok(subscription) => Begun::Subscribed(Box::new(subscription)),
            Err(error) => Begun::Answered(refused(&[error])),
        }
    }

    async fn subscribe(
        self: &Arc<Self>,
        snapshot: Arc<Snapshot>,
        prepared: Arc<Prepared>,
        variables: Variables,
        from: Asker,
        after: Option<Cursor>,
    ) -> Result<Subscription, Error> {
        let caller = from.caller.clone().ok_or_else(Error::unauthenticated)?;
        if let [Root { action: Action::Forbidden(module), .. }] = &prepared.roots[..] {
            return Err(error::unreadable(&snapshot.catalog, module, &from.language));
        }
        let circumstances = self.circumstances(&prepared, &from).await?;
        let mut values = lower::bind(&snapshot.types, &prepared.operands, &variables, &circumstances)?;
        let began = self::feed(&prepared).map(|(_, feed)| Place::of(feed, &mut values, after)).transpose()?;
        let kinship = Kinship {
            prepared: Arc::as_ptr(&prepared) as usize,
            org: caller.org,
            role: caller.role.clone(),
            user: prepared.of_user.then_some(caller.user),
            values: format!("{values:?}"),
        };
        let request_id = from.request_id.clone();
        let teller = || Teller::new(self.clone(), snapshot, prepared, variables, from, caller, values);
        let Some(Place { after, merges }) = began else {
            let group = self.watched.join(kinship, || Watched::new(teller()), watch::run);
            let (state, stopped) = (group.shared.state(), self.hub.stopped());
            return Ok(Subscription(Kind::Watch { _group: group, state, stopped }));
        };
        let group = self.fed.join(kinship, || Fed::new(teller()), feed::run);
        // It listens to its group before it looks where the log is, so that nothing lies between.
        let live = group.shared.listen();
        let follower = Follower::start(&self.hub, after, live, merges).await;
        let follower = follower.map_err(|e| error::of_store(&e, &request_id))?;
        Ok(Subscription(Kind::Feed(Feeding::new(group, follower))))
    }
}

/// Where one subscriber of a feed begins, and whether events may become one.
struct Place {
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
