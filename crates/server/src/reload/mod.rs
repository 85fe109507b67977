//! Packages that are loaded anew while the server runs: when their files are edited (in development), at SIGHUP, when an
//! administrator asks for it, and when another gateway has changed the database.
//!
//! One task does it all, one time after the other. What is to be served is made ready first, then the database is brought
//! up to it, then it is put in place; where any of that fails, what was served before goes on.

mod edits;
mod hangups;
mod others;
mod report;

use crate::{
    config::Settings,
    failure::Failure,
    open::{self, PackageFiles},
};
use edits::Edits;
pub(crate) use hangups::Hangups;
use kontor_domain::{
    ddl::{Risk, Terms},
    store::{Applied, SetupError},
};
use kontor_gateway::{
    engine::{Engine, Next},
    packages::{Packages, Served, State, Status},
    persisted::Documents,
};
use kontor_metadata::model::Catalog;
use others::{Others, Word};
use std::{pin::Pin, sync::Arc, time::Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// Requests to load the packages anew that may wait.
const WAITING: usize = 16;

/// What the gateway knows of the packages.
struct Handle {
    status: watch::Receiver<Arc<Status>>,
    wanted: mpsc::Sender<oneshot::Sender<Arc<Status>>>,
}

impl Packages for Handle {
    fn status(&self) -> Arc<Status> {
        self.status.borrow().clone()
    }

    fn reload(&self) -> Pin<Box<dyn Future<Output = Arc<Status>> + Send + '_>> {
        Box::pin(async {
            let (answer, answered) = oneshot::channel();
            let asked = self.wanted.send(answer).await.is_ok();
            match answered.await {
                Ok(status) if asked => status,
                // The server is about to end.
                _ => self.status(),
            }
        })
    }
}

/// Loads packages anew.
pub(crate) struct Reloader {
    settings: Settings,
    status: watch::Sender<Arc<Status>>,
    wanted: mpsc::Receiver<oneshot::Sender<Arc<Status>>>,
    /// Documents that requests may name, which the new schema may refuse.
    listed: Documents,
    /// Hash of the files that were tried last.
    tried: String,
    /// Version of the database and hash of the files that were held against each other last.
    looked: (i64, String),
}

impl Reloader {
    /// Of what is served at first, with what the gateway is to know of it.
    pub(crate) fn new(settings: &Settings, watching: bool, version: i64, hash: String) -> (Self, Arc<dyn Packages>) {
        let metadata = Served { version, hash: hash.clone(), since: report::now() };
        let status = Status { state: State::Current, metadata, last_reload: None, watching };
        let (status, known) = watch::channel(Arc::new(status));
        let (sender, wanted) = mpsc::channel(WAITING);
        let looked = (version, hash.clone());
        let reloader =
            Self { settings: settings.clone(), status, wanted, listed: Documents::new(), tried: hash, looked };
        (reloader, Arc::new(Handle { status: known, wanted: sender }))
    }

    /// Loads them anew whenever there is a reason, for as long as the process lives.
    pub(crate) async fn run(mut self, engine: Arc<Engine>, listed: Documents, mut hangups: Hangups) {
        self.listed = listed;
        let mut edits = Edits::of(&self.settings.packages, self.status().watching);
        let mut others = Others::of(&engine);
        loop {
            tokio::select! {
                Some(answer) = self.wanted.recv() => {
                    let files = self.read().await;
                    self.renew(&engine, files).await;
                    let _ = answer.send(self.status());
                }
                () = hangups.next() => {
                    let files = self.read().await;
                    self.renew(&engine, files).await;
                }
                () = edits.next() => {
                    let files = self.read().await;
                    // An editor writes more often than it changes.
                    if files.as_ref().map_or(true, |files| files.hash != self.tried) {
                        self.renew(&engine, files).await;
                    }
                }
                word = others.next() => self.follow(&engine, word).await,
            }
        }
    }

    fn status(&self) -> Arc<Status> {
        self.status.borrow().clone()
    }

    async fn read(&self) -> Result<PackageFiles, Failure> {
        let folders = self.settings.packages.clone();
        apart(move || open::read(&folders)).await
    }

    /// Loads what the folders hold, brings the database up to it, and serves it.
    async fn renew(&mut self, engine: &Arc<Engine>, files: Result<PackageFiles, Failure>) {
        let started = Instant::now();
        let served = self.status().metadata.clone();
        match self.load(files).await {
            Ok((_, hash)) if hash == served.hash => self.report_unchanged(),
            Ok((catalog, hash)) => match self.put(engine, catalog, &hash).await {
                Ok(Applied { version, changes }) => {
                    self.looked = (version, hash.clone());
                    self.report_served(version, hash, changes, started.elapsed());
                    self.settle(engine).await;
                }
                Err(failure) => self.report_failed(State::Broken, &failure),
            },
            Err(failure) => self.report_failed(State::Broken, &failure),
        }
    }

    /// The catalog of the files, and their hash.
    async fn load(&mut self, files: Result<PackageFiles, Failure>) -> Result<(Arc<Catalog>, String), Failure> {
        let files = files?;
        let hash = files.hash.clone();
        self.tried.clone_from(&hash);
        let loaded = apart(move || files.load(false)).await?;
        Ok((Arc::new(loaded.catalog), hash))
    }

    async fn put(&self, engine: &Arc<Engine>, catalog: Arc<Catalog>, hash: &str) -> Result<Applied, Failure> {
        let started = Instant::now();
        let next = self.ready(engine, catalog.clone()).await?;
        let ready = started.elapsed();
        let refused = |error| open::setup(&self.settings, error);
        let pending = engine.store().pending(&catalog, &Terms::default()).await.map_err(refused)?;
        if pending.risk() == Risk::Loss {
            // A running server takes nothing away on its own.
            let steps = pending.plan.steps.iter().filter(|step| step.risk() == Risk::Loss);
            let list: String = steps.map(|step| format!("\n  {}", step.summary())).collect();
            return Err(Failure::new(format!("the change takes something away:{list}"))
                .help("look at `kontor plan`, then run `kontor apply`; what was served goes on"));
        }
        let applied = engine.store().apply(&catalog).await.map_err(refused)?;
        let applying = started.elapsed() - ready;
        adopt(engine, next).await?;
        let (ready, applying) = (ready.as_millis(), applying.as_millis());
        tracing::debug!(hash, ready, applying, "times of a reload, in milliseconds");
        Ok(applied)
    }

    async fn ready(&self, engine: &Arc<Engine>, catalog: Arc<Catalog>) -> Result<Next, Failure> {
        let dialect = engine.store().dialect();
        let next = apart(move || Ok(Next::of(catalog, dialect))).await?;
        next.map_err(|error| Failure::because("the metadata give no valid schema", &error))
    }

    /// What is to be done beside the requests when other metadata are served.
    async fn settle(&self, engine: &Engine) {
        if let Err(error) = engine.store().announce_metadata().await {
            tracing::warn!(%error, "other servers were not told that other metadata are served");
        }
        if let Err(error) = engine.find_reminders().await {
            tracing::warn!(%error, "reminders that no change tells of were not looked for");
        }
        check_documents(engine, &self.listed).await;
    }

    /// Looks whether another gateway has changed the database, or serves other packages as it says, and then serves what
    /// the folders hold, as far as the database fits that already.
    async fn follow(&mut self, engine: &Arc<Engine>, word: Word) {
        let version = match engine.store().metadata_version().await {
            Ok(version) => version,
            Err(error) => return tracing::debug!(%error, "the version of the metadata was not looked for"),
        };
        let status = self.status();
        let has_moved = version != self.looked.0;
        if !has_moved && word == Word::None && status.state != State::Outdated {
            return;
        }
        let files = match self.read().await {
            Ok(files) if !has_moved && files.hash == self.looked.1 => return,
            files => files,
        };
        let started = Instant::now();
        let hash = files.as_ref().map(|files| files.hash.clone()).unwrap_or_default();
        self.looked = (version, hash.clone());
        let done = match files {
            Ok(files) => self.take_over(engine, files, &status, version).await,
            Err(failure) => Err(failure),
        };
        match done {
            Ok(Found::Same) => self.report_version(version),
            Ok(Found::Others) => {
                self.report_served(version, hash, Vec::new(), started.elapsed());
                check_documents(engine, &self.listed).await;
            }
            Ok(Found::Unapplied) => {}
            Ok(Found::Outdated) => self.report_failed(State::Outdated, &report::outdated(version)),
            Err(failure) => self.report_failed(State::Broken, &failure),
        }
    }

    async fn take_over(
        &self,
        engine: &Arc<Engine>,
        files: PackageFiles,
        status: &Status,
        version: i64,
    ) -> Result<Found, Failure> {
        let is_same = files.hash == status.metadata.hash;
        let catalog = Arc::new(apart(move || files.load(false)).await?.catalog);
        match engine.store().pending(&catalog, &Terms::default()).await {
            Ok(pending) if !pending.plan.is_empty() => {}
            Err(SetupError::Diff(_)) => {}
            Err(error) => return Err(open::setup(&self.settings, error)),
            Ok(_) if is_same => return Ok(Found::Same),
            Ok(_) => {
                let next = self.ready(engine, catalog).await?;
                adopt(engine, next).await?;
                return Ok(Found::Others);
            }
        }
        // Files that are only edited here wait for SIGHUP or `reloadMetadata`.
        Ok(if version == status.metadata.version { Found::Unapplied } else { Found::Outdated })
    }
}

/// What the folders hold, held against a database that another gateway has changed.
enum Found {
    /// What is served.
    Same,
    /// Others, which are served now.
    Others,
    /// Others, which the database was not brought up to yet.
    Unapplied,
    /// Not what the database was brought up to.
    Outdated,
}

/// Tells which documents that requests may name the schema refuses, before somebody needs them.
pub(crate) async fn check_documents(engine: &Engine, listed: &Documents) {
    for (id, text) in listed {
        if let Err(errors) = engine.check(text).await {
            let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
            tracing::warn!(id, errors = messages.join(" "), "a document of the manifest does not fit the schema");
        }
    }
}

async fn adopt(engine: &Arc<Engine>, next: Next) -> Result<(), Failure> {
    let engine = engine.clone();
    apart(move || {
        engine.adopt(next);
        Ok(())
    })
    .await
}

/// Computes beside the requests.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::because("the packages were not loaded", &error))?
}
