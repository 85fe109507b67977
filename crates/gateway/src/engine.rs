//! The one executor: every field of every operation is answered here. async-graphql parses, validates and knows about
//! the schema; it resolves nothing.

mod explain;
mod feeds;
mod files;
mod guard;
mod identity;
mod introspection;
mod mutate;
mod notify;
mod privacy;
mod process;
mod query;
mod reload;
mod repeat;
mod sharing;
mod snapshot;
mod subscribe;
mod told;
mod trace;
mod write;

use crate::{
    auth::{Caller, Identity, Keys, Scope},
    coerce::{self, Variables},
    cost,
    document::Document,
    error::{self, Code, Error},
    feeds::{Groups, Hub, Related},
    files::{Files, Staged},
    limits::Limits,
    lower::{self, Circumstances, Prepared, Surroundings},
    packages::Packages,
    rates::Rates,
    schema::model::TypeTable,
    zones::Zones,
};
use arc_swap::ArcSwap;
use async_graphql::{dataloader::DataLoader, dynamic::SchemaError, parser::types::OperationDefinition};
use kontor_domain::{
    context::{Asked, Moment},
    events::Cursor,
    store::{Store, until},
};
use kontor_metadata::model::Catalog;
use mutate::Done;
use snapshot::Snapshot;
use std::{fmt, net::IpAddr, pin::Pin, sync::Arc, time::Instant};
use subscribe::{Fed, Kinship, Watched};
use tokio::sync::OnceCell;
use trace::Phases;
use uuid::Uuid;

pub use guard::Introspection;
pub(crate) use guard::undescribed;
pub(crate) use reload::ADMINISTRATORS;
pub use reload::Next;
pub use subscribe::{Begun, Subscription, Told};

/// A GraphQL request, whatever it came by.
#[derive(Default)]
pub struct GraphQlRequest {
    /// The document.
    pub query: String,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// Values of its variables; in the place of a file stands its number.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Files that came with it.
    pub uploads: Vec<Staged>,
    /// Whether to tell what was done; whoever sets it has made sure that an administrator asks.
    pub trace: bool,
}

impl fmt::Debug for GraphQlRequest {
    /// The document and the variables may hold passwords and tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphQlRequest").field("operation_name", &self.operation_name).finish_non_exhaustive()
    }
}

/// Who asks and how.
#[derive(Debug, Default, Clone)]
pub struct Asker {
    /// Who, if signed in.
    pub caller: Option<Caller>,
    /// Language of messages.
    pub language: String,
    /// Found again in the log.
    pub request_id: String,
    /// Whether the operation may change anything (a GET may not).
    pub read_only: bool,
    /// What the caller calls a mutation that may come twice.
    pub idempotency_key: Option<String>,
    /// Where the request came from, where it came over a network.
    pub address: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// When it must be done, where it shares its time with others; else it has as long as an operation may take.
    pub until: Option<Instant>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The JSON of the response: its `data` and `errors`.
    pub body: Vec<u8>,
    /// What belongs into the response's `extensions`, without the braces; empty if nothing was executed.
    pub extensions: Vec<u8>,
    /// What became of the request.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was executed, with or without errors.
    Executed,
    /// It was executed before, and this was answered then.
    Replayed,
    /// Nothing was executed: a syntax error, an invalid document, variables that do not fit.
    RequestError,
    /// A mutation was refused since the request may not change anything.
    RefusedMutation,
    /// Its Idempotency-Key stands for another request.
    KeyReused,
    /// It came too early: it may come again after so many seconds.
    TooEarly(u64),
    /// Who asks has asked too often for anything to be executed: it may come again after so many seconds.
    RateLimited(u64),
}

impl Answer {
    /// The whole response.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        let Self { mut body, extensions, .. } = self;
        if !extensions.is_empty() && body.pop().is_some() {
            body.extend_from_slice(b",\"extensions\":{");
            body.extend_from_slice(&extensions);
            body.extend_from_slice(b"}}");
        }
        body
    }
}

/// The executor.
pub struct Engine {
    store: Arc<Store>,
    keys: Keys,
    identity: Identity,
    zones: Zones,
    files: Option<Files>,
    hub: Arc<Hub>,
    fed: Arc<Groups<Kinship, Fed>>,
    watched: Arc<Groups<Kinship, Watched>>,
    related: DataLoader<Related>,
    limits: Limits,
    rates: Rates,
    introspection: Introspection,
    packages: Option<Arc<dyn Packages>>,
    snapshot: ArcSwap<Snapshot>,
}

impl Engine {
    /// An executor over a store whose tables are the catalog's.
    ///
    /// # Errors
    /// When the schema contradicts itself, which the rules on metadata exclude.
    pub fn new(catalog: Arc<Catalog>, store: Arc<Store>, keys: Keys) -> Result<Self, SchemaError> {
        let snapshot = Snapshot::new(catalog, store.dialect())?;
        let hub = Hub::new(store.clone(), None);
        let snapshot = ArcSwap::from_pointee(snapshot);
        let related = Related::loader(store.clone());
        let (fed, watched) = (Arc::default(), Arc::default());
        let (identity, zones) = (Identity::default(), Zones::new());
        let (limits, rates, introspection) = (Limits::default(), Rates::default(), Introspection::default());
        let (files, packages) = (None, None);
        Ok(Self {
            store,
            keys,
            identity,
            zones,
            files,
            hub,
            fed,
            watched,
            related,
            limits,
            rates,
            introspection,
            packages,
            snapshot,
        })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The signing key.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whether a document is valid; it is then prepared for the requests to come.
    ///
    /// # Errors
    /// Every error of the document.
    pub async fn check(&self, text: &str) -> Result<(), Vec<Error>> {
        self.document(&self.snapshot.load_full(), text).await.map(drop)
    }

    /// Answers a request.
    pub async fn execute(&self, request: GraphQlRequest, from: &Asker) -> Answer {
        match self.charge(from, 1) {
            Ok(()) => self.execute_charged(request, from).await,
            Err(error) => guard::too_often(error),
        }
    }

    /// The same for a request that was charged for already, but not for what it yields.
    pub(crate) async fn execute_charged(&self, request: GraphQlRequest, from: &Asker) -> Answer {
        if request.trace {
            return Box::pin(self.execute_traced(&request, from)).await;
        }
        self.answer(&request, from, &mut Phases::default()).await
    }

    async fn answer(&self, request: &GraphQlRequest, from: &Asker, phases: &mut Phases) -> Answer {
        let snapshot = self.snapshot.load_full();
        match self.prepare(&snapshot, request, from, phases).await {
            Ok((document, prepared, variables)) => {
                if prepared.mutation && from.read_only {
                    let message = "A mutation needs a POST request.";
                    return Answer { outcome: Outcome::RefusedMutation, ..refused(&[Error::input(message)]) };
                }
                if let Err(error) = self.charge_rest(from, &prepared) {
                    return guard::too_often(error);
                }
                if prepared.subscription {
                    let message = "A subscription is answered over a WebSocket (graphql-transport-ws), or as a stream: send `Accept: text/event-stream`.";
                    return refused(&[Error::input(message)]);
                }
                let circumstances = match self.circumstances(&prepared, from).await {
                    Ok(circumstances) => circumstances,
                    Err(error) => return refused(&[error]),
                };
                let run = Run {
                    engine: self,
                    snapshot: &snapshot,
                    document: &document,
                    variables: &variables,
                    request,
                    from,
                    end: from.until.unwrap_or_else(|| self.deadline()),
                    operation: Uuid::now_v7(),
                    circumstances,
                    place: OnceCell::new(),
                };
                let started = phases.start();
                let answer = run.answer(&prepared).await;
                phases.executed(started);
                answer
            }
            Err(errors) => guard::unprepared(errors),
        }
    }

    /// What operands and plans depend on besides the request itself.
    async fn circumstances(&self, prepared: &Prepared, from: &Asker) -> Result<Circumstances, Error> {
        let zone = match &from.caller {
            Some(caller) if prepared.wants_zone => {
                let zone = Box::pin(self.zones.of(&self.store, caller.org)).await;
                zone.map_err(|e| error::of_store(&e, &from.request_id))?
            }
            _ => chrono_tz::Tz::UTC,
        };
        Ok(Circumstances { caller: from.caller.as_ref().map(|c| c.user), moment: Moment::now(zone), zone })
    }

    /// Charges for what an operation could yield, besides the point for asking.
    fn charge_rest(&self, from: &Asker, prepared: &Prepared) -> Result<(), Error> {
        if prepared.points > 1 { self.charge(from, prepared.points - 1) } else { Ok(()) }
    }

    /// The document of this text, and whether it was there before.
    async fn document(&self, snapshot: &Snapshot, text: &str) -> Result<(Arc<Document>, bool), Vec<Error>> {
        if let Some(document) = snapshot.documents.get(text) {
            return Ok((document, true));
        }
        let prepared = Box::pin(Document::prepare(&snapshot.schema, &snapshot.types, &self.limits, text));
        let document = Arc::new(prepared.await?);
        snapshot.documents.insert(text.to_owned(), document.clone());
        Ok((document, false))
    }

    /// The plans of a request. Who may not ask about the schema is not told its names by mistakes either.
    async fn prepare(
        &self,
        snapshot: &Snapshot,
        request: &GraphQlRequest,
        from: &Asker,
        phases: &mut Phases,
    ) -> Result<(Arc<Document>, Arc<Prepared>, Variables), Vec<Error>> {
        let introspection = self.introspection.allows(from.caller.as_ref());
        match self.prepare_for(snapshot, request, from, introspection, phases).await {
            Err(errors) if !introspection => Err(errors.into_iter().map(guard::without_suggestions).collect()),
            prepared => prepared,
        }
    }

    async fn prepare_for(
        &self,
        snapshot: &Snapshot,
        request: &GraphQlRequest,
        from: &Asker,
        introspection: bool,
        phases: &mut Phases,
    ) -> Result<(Arc<Document>, Arc<Prepared>, Variables), Vec<Error>> {
        let (document, cached) = match snapshot.documents.get(&request.query) {
            Some(document) => (document, true),
            None => {
                self.charge(from, cost::points_of_text(&request.query)).map_err(|error| vec![error])?;
                self.document(snapshot, &request.query).await?
            }
        };
        phases.document(&document, cached);
        let started = phases.start();
        let operation = document.operation(request.operation_name.as_deref()).map_err(|e| vec![e])?;
        let variables = coerce::variables(&snapshot.types, &operation.node, &request.variables)?;
        let key =
            plan_key(&snapshot.types, &document, request.operation_name.as_deref(), &operation.node, &variables, from);
        let prepared = match snapshot.plans.get(&key) {
            Some(prepared) => {
                phases.plan(started, true);
                prepared
            }
            None => {
                let dialect = self.store.dialect();
                let rights = snapshot.rights(from.caller.as_ref());
                let lowered = lower::lower(
                    &snapshot.catalog,
                    &snapshot.types,
                    dialect,
                    &document,
                    &operation.node,
                    &variables,
                    Surroundings {
                        language: language(from),
                        files: self.files.as_ref().map_or("", |f| &f.base),
                        rights: &rights,
                        limits: &self.limits,
                        introspection,
                        signed_in: from.caller.is_some(),
                    },
                );
                let prepared = Arc::new(lowered.map_err(|e| vec![e])?);
                snapshot.plans.insert(key, prepared.clone());
                phases.plan(started, false);
                prepared
            }
        };
        Ok((document, prepared, variables))
    }
}

/// Everything that a plan depends on besides the document and the catalog.
fn plan_key(
    types: &TypeTable,
    document: &Document,
    name: Option<&str>,
    operation: &OperationDefinition,
    variables: &Variables,
    from: &Asker,
) -> Vec<u8> {
    let mut key = document.number.to_le_bytes().to_vec();
    key.extend_from_slice(name.unwrap_or_default().as_bytes());
    key.push(0);
    key.extend_from_slice(language(from).as_bytes());
    key.push(0);
    key.extend_from_slice(from.caller.as_ref().map_or("", |caller| &caller.role).as_bytes());
    key.push(0);
    key.extend_from_slice(from.caller.as_ref().and_then(Caller::scope).map_or("", Scope::name).as_bytes());
    key.push(0);
    for (definition, value) in operation.variable_definitions.iter().zip(variables) {
        let by_value = document.is_structural(&definition.node.name.node);
        coerce::shape(types, &definition.node.var_type.node, value.as_ref(), by_value, &mut key);
        key.push(b',');
    }
    key
}

/// Language of texts in answers that are compiled: the two that everything is written in, so that no header can fill
/// the caches.
fn language(from: &Asker) -> &'static str {
    if from.language == "de" { "de" } else { "en" }
}

fn refused(errors: &[Error]) -> Answer {
    let mut body = b"{\"errors\":".to_vec();
    write_errors(&mut body, errors);
    body.push(b'}');
    Answer { body, extensions: Vec::new(), outcome: Outcome::RequestError }
}

fn write_errors(out: &mut Vec<u8>, errors: &[Error]) {
    serde_json::to_writer(out, errors).expect("errors of plain values are written into memory");
}

/// Ends the object of the root fields.
fn close(prepared: &Prepared, body: &mut Vec<u8>) {
    if prepared.roots.is_empty() {
        body.push(b'{');
    }
    body.push(b'}');
}

/// One execution.
struct Run<'a> {
    engine: &'a Engine,
    snapshot: &'a Snapshot,
    document: &'a Document,
    variables: &'a Variables,
    request: &'a GraphQlRequest,
    from: &'a Asker,
    /// When it has taken as long as it may.
    end: Instant,
    /// What it is called in the logs.
    operation: Uuid,
    /// When it began: what `now()` and `today()` are throughout.
    circumstances: Circumstances,
    /// Where feeds began when it did.
    place: OnceCell<Cursor>,
}

impl Run<'_> {
    async fn answer(&self, prepared: &Prepared) -> Answer {
        let mut body = Vec::with_capacity(1024);
        body.extend_from_slice(b"{\"data\":");
        let start = body.len();
        let mut errors = Vec::new();
        let whole = match lower::bind(&self.snapshot.types, &prepared.operands, self.variables, &self.circumstances) {
            Ok(values) if prepared.mutation => match Box::pin(self.mutate(prepared, values, &mut body)).await {
                Ok(Done::Now) => true,
                Ok(Done::Before(answer)) => {
                    let extensions = prepared.cost.clone();
                    return Answer { body: answer.into_bytes(), extensions, outcome: Outcome::Replayed };
                }
                Err(error) if error.is(Code::IdempotencyKeyReused) => {
                    return Answer { outcome: Outcome::KeyReused, ..refused(&[error]) };
                }
                Err(error) => {
                    errors.push(error);
                    false
                }
            },
            Ok(values) => self.query(prepared, &values, &mut body, &mut errors).await,
            // A value that cannot be read shows after validation, but before anything is executed.
            Err(error) => return refused(&[error]),
        };
        if whole {
            close(prepared, &mut body);
        } else {
            body.truncate(start);
            body.extend_from_slice(b"null");
        }
        let outcome = errors.iter().find_map(Error::retry_after).map_or(Outcome::Executed, Outcome::TooEarly);
        if !errors.is_empty() {
            body.extend_from_slice(b",\"errors\":");
            write_errors(&mut body, &errors);
        }
        body.push(b'}');
        Answer { body, extensions: prepared.cost.clone(), outcome }
    }

    /// What the plans of this execution take from it.
    fn asked(&self, caller: &Caller) -> Asked {
        Asked { org: caller.org, user: Some(caller.user), moment: self.circumstances.moment }
    }

    /// What a part of the execution gives, unless the request takes longer than it may. Statements end with it. The part
    /// is on the heap, since it is large, and would be moved through all that watches the time.
    async fn in_time<T, E>(&self, part: Pin<Box<impl Future<Output = Result<T, E>>>>) -> Option<Result<T, E>> {
        if self.is_late() {
            return None;
        }
        let done = until(self.end, part).await?;
        // A statement that was ended with the request has failed.
        (done.is_ok() || !self.is_late()).then_some(done)
    }

    fn is_late(&self) -> bool {
        Instant::now() >= self.end
    }

    fn late(&self) -> Error {
        self.engine.late()
    }

    fn caller(&self) -> Result<&Caller, Error> {
        self.from.caller.as_ref().ok_or_else(Error::unauthenticated)
    }
}
