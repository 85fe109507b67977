//! `kontor serve`

use crate::{
    cli::{Common, DemoArgs, ServeArgs},
    commands::demo,
    config::{self, Settings},
    explorer::{self, DemoUser},
    failure::{Done, Failure},
    open,
};
use kontor_domain::{
    processes,
    store::{Location, Store},
};
use kontor_gateway::{
    auth::Keys,
    engine::Engine,
    http::{self, Limits},
};
use kontor_metadata::model::Catalog;
use std::{io::Write as _, process::ExitCode, sync::Arc};

pub(crate) async fn run(common: &Common, args: &ServeArgs) -> Done {
    let settings = config::resolve(common, args.listen.as_deref())?;
    start_log(&settings);
    // The port first: a port in use should not have filled a database.
    let listener = listen(&settings).await?;
    let catalog = open::catalog(&settings)?;
    let store = open::store(&settings).await?;
    let applied = open::apply(&settings, &store, &catalog).await?;
    for change in &applied.changes {
        tracing::info!("{change}");
    }
    let demo_users = if args.demo { demo(&settings, &store, &catalog).await? } else { Vec::new() };
    let keys = Keys::load_or_create(&settings.signing_key, settings.access_token).map_err(Failure::new)?;
    let engine = Engine::new(Arc::new(catalog), Arc::new(store), keys)
        .map_err(|error| Failure::because("the metadata give no valid schema", &error))?;
    let mut app = http::router(Arc::new(engine), Limits { body: settings.body_limit });
    if settings.explorer {
        app = app.merge(explorer::router(demo_users.clone()));
    }
    greet(&settings, &listener, &demo_users);
    axum::serve(listener, app)
        .with_graceful_shutdown(stop())
        .await
        .map_err(|error| Failure::because("the server stopped", &error))?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
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
    let mut transaction = store.begin().await.map_err(failed)?;
    let organizations = processes::organization_count(&mut transaction).await.map_err(failed)?;
    transaction.rollback().await.map_err(failed)?;
    if organizations == 0 {
        demo::fill(settings, store, catalog, &args).await?;
    }
    let mut transaction = store.begin().await.map_err(failed)?;
    let users = processes::demo_users(&mut transaction, &args.slug).await.map_err(failed)?;
    transaction.rollback().await.map_err(failed)?;
    Ok(users.into_iter().map(|(email, label)| DemoUser { email, label, password: demo::PASSWORD.to_owned() }).collect())
}

fn start_log(settings: &Settings) {
    let filter = tracing_subscriber::EnvFilter::new(&settings.log_filter);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if settings.log_json {
        builder.json().flatten_event(true).init();
    } else {
        builder.with_target(false).init();
    }
}

/// Tells where everything is and what to do next.
fn greet(settings: &Settings, listener: &tokio::net::TcpListener, users: &[DemoUser]) {
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
    match users.first() {
        Some(user) => text.push_str(&format!("  Sign in   {} / {}\n\n  Next: open the explorer and choose a demo user.\n", user.email, user.password)),
        None => text.push_str("\n  Next: create a user with `kontor user create --email you@example.com`, or try `kontor serve --demo`.\n"),
    }
    text.push_str("  Stop with Ctrl-C.\n\n");
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Waits for Ctrl-C or SIGTERM; requests under way are then finished.
async fn stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<Option<()>>();
    tokio::select! {
        () = interrupt => {}
        _ = terminate => {}
    }
    tracing::info!("stopping: requests under way are finished first");
}
