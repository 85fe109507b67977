use super::Reloader;
use crate::failure::Failure;
use kontor_domain::calendar;
use kontor_gateway::packages::{Reload, Served, State, Status};
use std::{sync::Arc, time::Duration};

/// This moment as RFC 3339 writes it.
pub(super) fn now() -> String {
    let (mut stored, mut text) = (Vec::new(), Vec::new());
    calendar::write_timestamp(&mut stored, calendar::now());
    calendar::write_trimmed(&mut text, &stored);
    String::from_utf8_lossy(&text).into_owned()
}

/// The database is of another version than the packages here make.
pub(super) fn outdated(version: i64) -> Failure {
    Failure::new(format!(
        "another server has brought the database to version {version} of the metadata, which the packages here do not make"
    ))
    .help("bring the packages here up to those of the other server; they are then served by themselves")
}

impl Reloader {
    /// Other packages are served.
    pub(super) fn report_served(&self, version: i64, hash: String, changes: Vec<String>, took: Duration) {
        for change in &changes {
            tracing::info!("{change}");
        }
        tracing::info!(version, hash, milliseconds = took.as_millis(), "the packages were loaded anew and are served");
        let at = now();
        let metadata = Served { version, hash, since: at.clone() };
        let last_reload = Some(Reload { at, ok: true, changes, problems: None });
        self.report(|status| Status { state: State::Current, metadata, last_reload, ..status });
    }

    /// The files are those that are served already.
    pub(super) fn report_unchanged(&self) {
        tracing::info!("the packages are those that are served");
        let last_reload = Some(Reload { at: now(), ok: true, changes: Vec::new(), problems: None });
        self.report(|status| {
            // They stay behind a database that another server has changed.
            let state = if status.state == State::Outdated { State::Outdated } else { State::Current };
            Status { state, last_reload, ..status }
        });
    }

    /// What is served is what the database was brought to.
    pub(super) fn report_version(&self, version: i64) {
        self.report(|status| Status {
            state: State::Current,
            metadata: Served { version, ..status.metadata },
            ..status
        });
    }

    /// The packages are not served.
    pub(super) fn report_failed(&self, state: State, failure: &Failure) {
        let problems = failure.text();
        tracing::warn!("the packages were not taken, those before are served: {problems}");
        let last_reload = Some(Reload { at: now(), ok: false, changes: Vec::new(), problems: Some(problems) });
        self.report(|status| Status { state, last_reload, ..status });
    }

    fn report(&self, change: impl FnOnce(Status) -> Status) {
        self.status.send_modify(|status| *status = Arc::new(change(Status::clone(status))));
    }
}
