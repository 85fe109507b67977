//! `kontor serve`

use crate::{
    cli::{Common, DemoArgs, ServeArgs},
    commands::demo,
    config::{self, DocumentMode, Settings},
    explorer::{self, DemoUser},
    failure::{Done, Failure},
    open,
    reload::{self, Hangups, Reloader},
    terminal,
};
use axum::Router;
use kontor_domain::{
    context::Whose,
    error::StoreError,
    events::{self, Pruned},
    mutation::Retained,
    processes,
    store::{Location, Store},
};
use kontor_gateway::{
    auth::{Identity, Keys, MailFolder, Oidc, Vault},
    engine::Engine,
    feeds::Nats,
    http::{self, Options, Transport},
    persisted::{self, Documents, Persisted},
};
use kontor_metadata::{Loaded, model::Catalog};
use std::{
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

/// How long requests under way may take once the server is to stop. A second signal cuts it short.
const GRACE: Duration = Duration::from_secs(10);

pub(crate) async fn run(common: &Common, args: &ServeArgs) -> Done {
    let mut settings = config::resolve(common, args.listen.as_deref())?;
    start_log(&settings);
    if settings.documents == DocumentMode::AllowList && settings.explorer {
        tracing::warn!("the explorer is not served: its documents are not on the list that `documents.mode` asks for");
        settings.explorer = false;
    }
    // The port first: a port in use should not have filled a database.
    let listener = listen(&settings).await?;
    // Before anybody could send it: it ends a program that does not listen.
    let hangups = Hangups::listen()?;
    let files = open::read(&settings.packages)?;
    let hash = files.hash.clone();
    let Loaded { catalog, .. } = files.load(terminal::color(&std::io::stderr()))?;
    open::check_plans(&settings, &catalog)?;
    let store = open::store(&settings).await?;
    let applied = open::apply(&settings, &store, &catalog).await?;
    for change in &applied.changes {
        tracing::info!("{change}");
    }
    processes::forget_usages(&store).await.map_err(|error| open::failed(&settings.location, &error))?;
    let demo_users = if args.demo { demo(&settings, &store, &catalog).await? } else { Vec::new() };
    let keys = Keys::load_or_create(&settings.signing_key, settings.access_token).map_err(Failure::new)?;
    let nats = nats(&settings, &store).await?;
    let watching = args.watch || settings.watch.unwrap_or(args.demo);
    let (reloader, packages) = Reloader::new(&settings, watching, applied.version, hash);
    let mut engine = Engine::new(Arc::new(catalog), Arc::new(store), keys)
        .map_err(|error| Failure::because("the metadata give no valid schema", &error))?
        .with_identity(identity(&settings)?)
        .with_files(open::files(&settings)?)
        .with_limits(settings.numbers.limits())
        .with_rates(settings.numbers.rates())
        .with_introspection(settings.introspection.clone())
        .with_packages(packages);
    if let Some(nats) = nats {
        engine = engine.with_nats(nats);
    }
    // Before the first request: tokens of sessions that have ended are known from the beginning.
    engine.learn_admission().await.map_err(|error| open::failed(&settings.location, &error))?;
    let persisted = documents(&settings, &engine).await?;
    let origins = settings.origins.clone();
    let engine = Arc::new(engine);
    let listed = persisted.listed().cloned().unwrap_or_default();
    tokio::spawn(reloader.run(engine.clone(), listed, hangups));
    tokio::spawn(sweep(engine.clone()));
    tokio::spawn(learn_admission(engine.clone()));
    tokio::spawn(note_key_uses(engine.clone()));
    tokio::spawn(sweep_answers(engine.clone()));
    tokio::spawn(sweep_sessions(engine.clone()));
    tokio::spawn(sweep_rates(engine.clone()));
    tokio::spawn(sweep_events(engine.clone(), settings.events_retention));
    tokio::spawn(retain(engine.clone(), settings.retention_interval));
    tokio::spawn(engine.relay_events());
    let notifier = engine.clone();
    tokio::spawn(async move { notifier.notify().await });
    let feeds = engine.clone();
    let Settings { body_limit, body_timeout, trace, hsts: tls, held, .. } = settings;
    let (batch, sockets, proxies) = (settings.numbers.batch(), settings.numbers.sockets(), settings.proxies.clone());
    let pages = if settings.explorer { explorer::router(demo_users.clone()) } else { Router::new() };
    let options = Options { body_limit, body_timeout, batch, sockets, persisted, origins, trace, proxies, tls, pages };
    let app = Transport::new(engine, options);
    // Listened for before the greeting: who has read it may send the signal.
    let mut signals = Signals::listen()?;
    greet(&settings, &listener, args.demo, &demo_users);
    let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
    let server = http::serve(listener, app, held, async {
        let _ = stopping.await;
    });
    // The server begins to stop when the sender goes, whichever way.
    let overdue = async {
        signals.next().await;
        drop(stop);
        feeds.stop_feeds();
        tracing::info!("stopping: requests under way are finished first");
        tokio::select! {
            () = signals.next() => {}
            () = tokio::time::sleep(GRACE) => {}
        }
    };
    let ended = feeds.clone();
    let server = async {
        server.await;
        ended.feeds_ended().await;
    };
    tokio::select! {
        () = server => {}
        () = overdue => tracing::warn!("requests under way were cut off"),
    }
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// What carries events between gateways, if it is not the database.
async fn nats(settings: &Settings, store: &Store) -> Result<Option<Nats>, Failure> {
    let Some(nats) = &settings.nats else { return Ok(None) };
    let log = events::identity(store).await.map_err(|error| open::failed(&settings.location, &error))?;
    let nats = Nats::connect(nats, &log).await.map_err(|error| {
        Failure::because("NATS cannot be used", &error)
            .help("check the address, the user and the certificates in events.nats, or set events.bus to database")
    })?;
    Ok(Some(nats))
}

/// How users sign in.
fn identity(settings: &Settings) -> Result<Identity, Failure> {
    let vault = Vault::load_or_create(&settings.encryption_key).map_err(Failure::new)?;
    let mut identity = Identity::default().with_session_lifetime(settings.session).with_vault(vault);
    if let Some(issuer) = &settings.issuer {
        identity = identity.with_oidc(Oidc::new(issuer.clone()).map_err(Failure::new)?);
    }
    Ok(match &settings.mail_folder {
        Some(folder) => {
            let mailer = MailFolder { folder: folder.clone(), from: settings.mail_from.clone() };
            identity.with_mailer(Arc::new(mailer), settings.pages.clone())
        }
        None => identity,
    })
}

/// Removes files that a crash has left without a record.
async fn sweep(engine: Arc<Engine>) {
    match engine.sweep_files().await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "uploaded files that no record has were removed"),
        Err(error) => tracing::warn!(%error, "uploaded files that no record has were not looked for"),
    }
}

/// Learns every second which tokens are good no more, though they have not ended.
async fn learn_admission(engine: Arc<Engine>) {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        seconds.tick().await;
        if let Err(error) = engine.learn_admission().await {
            tracing::warn!(%error, "which tokens are good no more was not looked for");
        }
    }
}

/// Forgets every minute who has not asked for so long that it may ask as often as anybody.
async fn sweep_rates(engine: Arc<Engine>) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        engine.rates().sweep();
    }
}

/// Stores every minute when API keys were last used.
async fn note_key_uses(engine: Arc<Engine>) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        if let Err(error) = engine.note_key_uses().await {
            tracing::warn!(%error, "when API keys were last used was not stored");
        }
    }
}

/// Removes what is left of sessions that ended long ago, now and every hour.
async fn sweep_sessions(engine: Arc<Engine>) {
    let mut hours = tokio::time::interval(Duration::from_secs(3_600));
    loop {
        hours.tick().await;
        match engine.sweep_sessions().await {
            Ok(0) => {}
            Ok(removed) => tracing::debug!(removed, "old sessions were removed"),
            Err(error) => tracing::warn!(%error, "old sessions were not removed"),
        }
    }
}

/// Removes stored answers to repeated requests once they are too old, now and every hour.
async fn sweep_answers(engine: Arc<Engine>) {
    let mut hours = tokio::time::interval(Duration::from_secs(3_600));
    loop {
        hours.tick().await;
        match engine.sweep_answers().await {
            Ok(0) => {}
            Ok(removed) => tracing::debug!(removed, "old answers to repeated requests were removed"),
            Err(error) => tracing::warn!(%error, "old answers to repeated requests were not removed"),
        }
    }
}

/// Makes room for events, and removes those that no feed can ask for any more, now and every hour. Where others use the
/// log so much that it cannot be locked for a moment, it is tried again in a minute.
async fn sweep_events(engine: Arc<Engine>, retention: Duration) {
    loop {
        let swept = engine.sweep_events(retention).await;
        let wait = if matches!(swept, Err(StoreError::Busy)) { 60 } else { 3_600 };
        match swept {
            Ok(Pruned { partitions: 0, events: 0 }) | Err(StoreError::Busy) => {}
            Ok(Pruned { partitions, events }) => tracing::info!(partitions, events, "old events were removed"),
            Err(error) => tracing::warn!(%error, "old events were not removed"),
        }
        tokio::time::sleep(Duration::from_secs(wait)).await;
    }
}

/// Ends records that are kept no longer, a minute from now and then as often as is set.
async fn retain(engine: Arc<Engine>, interval: Duration) {
    tokio::time::sleep(Duration::from_secs(60).min(interval)).await;
    loop {
        match engine.retain().await {
            Ok(done) => {
                for Retained { organization, module, rule, action, records, in_the_way } in done {
                    let action = action.name();
                    tracing::info!(
                        organization,
                        module,
                        rule,
                        action,
                        records,
                        in_the_way,
                        "a rule of retention was applied"
                    );
                }
            }
            Err(error) => tracing::warn!(%error, "rules of retention were not applied"),
        }
        tokio::time::sleep(interval).await;
    }
}

/// The documents that requests may name. Those of the manifest that the schema refuses are told of at once rather than
/// when somebody needs them.
async fn documents(settings: &Settings, engine: &Engine) -> Result<Persisted, Failure> {
    let listed = match &settings.manifest {
        Some(path) => persisted::read(path).map_err(|error| {
            Failure::new(error).help("name a manifest of documents, or a folder of them, in documents.manifest")
        })?,
        None => Documents::new(),
    };
    reload::check_documents(engine, &listed).await;
    Ok(match settings.documents {
        DocumentMode::Off => Persisted::Off,
        DocumentMode::Automatic => Persisted::automatic(listed),
        DocumentMode::AllowList => Persisted::AllowList(listed),
    })
}

async fn listen(settings: &Settings) -> Result<tokio::net::TcpListener, Failure> {
    tokio::net::TcpListener::bind(settings.listen).await.map_err(|error| {
        let failure = Failure::because(format!("{} cannot be listened on", settings.listen), &error);
        match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                failure.help("another program, perhaps another kontor, uses the port: stop it, or choose another with --listen 127.0.0.1:8081")
            }
            _ => failure.help("choose another address with --listen"),
        }
    })
}

/// Fills an empty database; gives the users to show at the sign-in.
async fn demo(settings: &Settings, store: &Store, catalog: &Catalog) -> Result<Vec<DemoUser>, Failure> {
    let args = DemoArgs { scale: 1, seed: 1, name: "Kontor Demo".to_owned(), slug: "demo".to_owned() };
    let failed = |error| open::failed(&settings.location, &error);
    let mut transaction = store.begin(Whose::Platform).await.map_err(failed)?;
    let organizations = processes::organization_count(&mut transaction).await.map_err(failed)?;
    transaction.rollback().await.map_err(failed)?;
    if organizations == 0 {
        demo::fill(settings, store, catalog, &args).await?;
    }
    let mut transaction = store.begin(Whose::Platform).await.map_err(failed)?;
    let users = processes::demo_users(&mut transaction, &args.slug).await.map_err(failed)?;
    transaction.rollback().await.map_err(failed)?;
    Ok(users.into_iter().map(|(email, label)| DemoUser { email, label, password: demo::PASSWORD.to_owned() }).collect())
}

fn start_log(settings: &Settings) {
    // What the migration library says of itself is not news; the library of sockets traces every message as it is, tokens
    // too, and SeaORM the URL of the database, whatever the operator asks for.
    let directives = format!("sea_orm_migration=warn,{},tungstenite=info,sea_orm=warn,mio=info", settings.log_filter);
    let filter = tracing_subscriber::EnvFilter::new(directives);
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(color);
    if settings.log_json {
        builder.json().flatten_event(true).init();
    } else {
        builder.with_target(false).init();
    }
}

/// Tells where everything is and what to do next.
fn greet(settings: &Settings, listener: &tokio::net::TcpListener, demo: bool, users: &[DemoUser]) {
    let address = listener.local_addr().unwrap_or(settings.listen);
    let database = match &settings.location {
        Location::Sqlite(path) => format!("SQLite, {}", path.display()),
        Location::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let mut text = format!("\nKontor is ready.\n\n  API       http://{address}/graphql\n");
    if settings.explorer {
        text.push_str(&format!("  Explorer  http://{address}/\n"));
    }
    text.push_str(&format!("  Database  {database}\n"));
    let next = match users.first() {
        Some(user) => {
            text.push_str(&format!("  Sign in   {} / {}\n", user.email, user.password));
            if settings.explorer {
                "open the explorer and choose a demo user"
            } else {
                "sign in with the mutation `login`"
            }
        }
        None if demo => "the database holds an organization already, so there is no demo; `kontor demo` adds one",
        None => "create a user with `kontor user create --email you@example.com`, or try `kontor serve --demo`",
    };
    text.push_str(&format!("\n  Next: {next}.\n"));
    text.push_str("  Stop with Ctrl-C.\n\n");
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Ctrl-C and SIGTERM.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            signal(kind).map_err(|error| Failure::because("signals of the system cannot be listened for", &error))
        };
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    fn listen() -> Result<Self, Failure> {
        Ok(Self {})
    }

    /// Waits for one of them.
    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
