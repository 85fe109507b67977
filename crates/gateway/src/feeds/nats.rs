//! NATS JetStream: one stream per database, which holds the log of its last hours.

use super::{message, source::Heard};
use async_nats::{
    ConnectErrorKind, ConnectOptions, HeaderMap, ServerAddr,
    header::NATS_MESSAGE_ID,
    jetstream::{
        self,
        consumer::{DeliverPolicy, pull},
        context::ContextBuilder,
        stream::{DiscardPolicy, LastRawMessageErrorKind, StorageType},
    },
};
use futures_util::StreamExt as _;
use kontor_domain::{
    error::Source,
    events::{Cursor, Event},
};
use percent_encoding::percent_decode_str;
use std::{fmt, path::PathBuf, pin::Pin, sync::Arc, time::Duration};

/// Header with the place of the event before.
const PREVIOUS: &str = "Kontor-Previous";
/// Bytes of a message beside the event.
const HEADERS: usize = 1_024;
/// Messages that may wait for the server's word.
const UNANSWERED: usize = 1_024;

/// How NATS is reached, and how much is kept there.
#[derive(Clone, PartialEq, Eq)]
pub struct NatsSettings {
    /// Servers of one cluster, such as `nats://host:4222` or `tls://host:4222`, with `user:password@` or `token@`.
    pub servers: Vec<String>,
    /// File of a user's JWT and NKey seed, as `nsc` writes it.
    pub credentials: Option<PathBuf>,
    /// File of the certificates, in PEM, that servers may be signed by besides those that the system trusts.
    pub certificates: Option<PathBuf>,
    /// Name of the stream; none to take one that is made of the database.
    pub stream: Option<String>,
    /// How many servers keep the stream.
    pub replicas: usize,
    /// Most bytes of the stream.
    pub max_bytes: i64,
    /// Longest time that an event stays in the stream.
    pub max_age: Duration,
}

impl fmt::Debug for NatsSettings {
    /// The servers may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsSettings").field("stream", &self.stream).finish_non_exhaustive()
    }
}

/// Why NATS is of no use, or not at the moment.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    /// An address that is none. It is not shown, since it may hold a password.
    #[error("address {0} of a NATS server is not like nats://host:4222 or tls://host:4222")]
    Address(usize),
    /// A file that cannot be read.
    #[error("the file {0} with the credentials for NATS cannot be used")]
    Credentials(PathBuf, #[source] std::io::Error),
    /// It does not let us in.
    #[error("NATS refuses the connection")]
    Refused(#[source] async_nats::ConnectError),
    /// It is not there, or not as it should be.
    #[error("NATS does not do what it is asked for")]
    Failed(#[source] Source),
}

fn failed(error: impl Into<Source>) -> NatsError {
    NatsError::Failed(error.into())
}

/// The stream of a database.
pub struct Nats {
    context: jetstream::Context,
    config: jetstream::stream::Config,
    subject: String,
}

impl Nats {
    /// Connects; a server that is not there is waited for in the background. `log` tells the logs of databases apart.
    ///
    /// # Errors
    /// When the settings are wrong, as far as that can be known.
    pub async fn connect(settings: &NatsSettings, log: &str) -> Result<Self, NatsError> {
        let (servers, options) = access(settings).await?;
        let client = match options.connect(&servers[..]).await {
            Ok(client) => client,
            Err(error) if is_ours(error.kind()) => return Err(NatsError::Refused(error)),
            Err(error) => {
                let error = crate::error::chain(&error);
                tracing::warn!(error, "NATS cannot be reached, events are read from the database meanwhile");
                let options = access(settings).await?.1.retry_on_initial_connect();
                options.connect(&servers[..]).await.map_err(NatsError::Refused)?
            }
        };
        let name = settings.stream.clone().unwrap_or_else(|| format!("kontor-{log}"));
        let subject = format!("{name}.events");
        let config = jetstream::stream::Config {
            name,
            subjects: vec![subject.clone()],
            max_bytes: settings.max_bytes,
            max_age: settings.max_age,
            duplicate_window: settings.max_age.min(Duration::from_secs(120)),
            discard: DiscardPolicy::Old,
            storage: StorageType::File,
            num_replicas: settings.replicas,
            ..Default::default()
        };
        let context = ContextBuilder::new().max_ack_inflight(UNANSWERED).build(client);
        Ok(Self { context, config, subject })
    }

    /// Makes the stream where it is missing, and fits it to the settings; gives the place of its last event.
    pub(super) async fn last(&self) -> Result<Option<Cursor>, NatsError> {
        self.context.create_or_update_stream(self.config.clone()).await.map_err(failed)?;
        let stream = self.context.get_stream_no_info(&self.config.name).await.map_err(failed)?;
        match stream.get_last_raw_message_by_subject(&self.subject).await {
            Ok(message) => Ok(place(&message.headers, NATS_MESSAGE_ID.as_ref())),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Adds the events that follow a place. Those that are there already are not added again, for some minutes; when it
    /// fails, some may have been added and others not.
    pub(super) async fn publish(&self, mut previous: Cursor, events: &[Event]) -> Result<(), NatsError> {
        let most = self.context.client().server_info().max_payload.saturating_sub(HEADERS);
        let mut answers = Vec::with_capacity(events.len());
        for event in events {
            let mut headers = HeaderMap::new();
            headers.insert(NATS_MESSAGE_ID, event.cursor.to_string());
            headers.insert(PREVIOUS, previous.to_string());
            let mut message = message::encode(event).map_err(failed)?;
            // Who receives nothing looks into the log.
            if message.len() > most {
                message.clear();
            }
            let sent = self.context.publish_with_headers(self.subject.clone(), headers, message.into()).await;
            answers.push(sent.map_err(failed)?);
            previous = event.cursor;
        }
        for answer in answers {
            answer.await.map_err(failed)?;
        }
        Ok(())
    }

    /// What comes from now on.
    pub(super) async fn subscribe(&self) -> Result<Messages, NatsError> {
        let stream = self.context.get_stream_no_info(&self.config.name).await.map_err(failed)?;
        let config = pull::OrderedConfig { deliver_policy: DeliverPolicy::New, ..Default::default() };
        let consumer = stream.create_consumer(config).await.map_err(failed)?;
        consumer.messages().await.map(|messages| Messages(Box::pin(messages))).map_err(failed)
    }
}

/// Whether somebody has to change something before the connection can be made.
fn is_ours(kind: ConnectErrorKind) -> bool {
    matches!(
        kind,
        ConnectErrorKind::ServerParse
            | ConnectErrorKind::Authentication
            | ConnectErrorKind::AuthorizationViolation
            | ConnectErrorKind::Tls
    )
}

/// The servers, without what is secret about them, so that nobody tells it to the log.
async fn access(settings: &NatsSettings) -> Result<(Vec<ServerAddr>, ConnectOptions), NatsError> {
    let mut options = ConnectOptions::new().name("kontor");
    let mut servers = Vec::with_capacity(settings.servers.len());
    for (n, server) in settings.servers.iter().enumerate() {
        let mut url = server.parse::<ServerAddr>().map_err(|_| NatsError::Address(n + 1))?.into_inner();
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, password) = (plain(url.username()), url.password().map(plain));
        options = match password {
            Some(password) => options.user_and_password(user, password),
            None if !user.is_empty() => options.token(user),
            None => options,
        };
        let cleaned = url.set_username("").and_then(|()| url.set_password(None)).ok();
        let server = cleaned.and_then(|()| ServerAddr::from_url(url).ok());
        servers.push(server.ok_or(NatsError::Address(n + 1))?);
    }
    if let Some(file) = &settings.credentials {
        let read = options.credentials_file(file).await;
        options = read.map_err(|error| NatsError::Credentials(file.clone(), error))?;
    }
    if let Some(file) = &settings.certificates {
        options = options.add_root_certificates(file.clone());
    }
    Ok((servers, options))
}

fn place(headers: &HeaderMap, name: &str) -> Option<Cursor> {
    headers.get(name)?.as_str().parse().ok()
}

/// What the stream delivers.
pub(super) struct Messages(Pin<Box<pull::Ordered>>);

impl Messages {
    /// What the next message tells; nothing when there will be none any more. Whoever drops the future has missed nothing.
    pub(super) async fn next(&mut self) -> Option<Heard> {
        let message = self.0.next().await?.ok()?;
        let headers = message.headers.as_ref();
        let place = |name| headers.and_then(|headers| place(headers, name));
        Some(match (place(PREVIOUS), place(NATS_MESSAGE_ID.as_ref())) {
            (Some(previous), Some(cursor)) => match message::decode(cursor, &message.payload) {
                Ok(event) => Heard::Event(previous, Arc::new(event)),
                Err(_) => Heard::Look,
            },
            _ => Heard::Look,
        })
    }
}
