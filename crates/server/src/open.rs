//! Loading the metadata and opening the database, with failures that say what to do.

use crate::{config::Settings, failure::Failure, terminal};
use kontor_domain::{
    calendar,
    ddl::{LedgerError, Terms},
    error::StoreError,
    events,
    store::{Location, Progress, SetupError, Store},
};
use kontor_gateway::files::Files;
use kontor_metadata::{Loaded, Source, Sources, model::Catalog};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

/// The catalog of the settings' packages.
pub(crate) fn catalog(settings: &Settings) -> Result<Catalog, Failure> {
    let catalog = load(&settings.packages)?.catalog;
    check_plans(settings, &catalog)?;
    Ok(catalog)
}

/// The plans that organizations may have.
pub(crate) fn plans(catalog: &Catalog) -> Vec<&str> {
    let plan = catalog.find("Organization").and_then(|module| module.find("plan"));
    let options = plan.and_then(|field| field.choices()).unwrap_or_default();
    options.iter().map(|option| option.name.as_str()).collect()
}

/// Refuses settings of plans that there are not.
pub(crate) fn check_plans(settings: &Settings, catalog: &Catalog) -> Result<(), Failure> {
    let plans = plans(catalog);
    match settings.quotas.plans.keys().find(|name| !plans.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            Err(Failure::new(format!("the settings have `organizations.plans.{unknown}`, which is no plan"))
                .help(format!("plans are {}", plans.join(", "))))
        }
    }
}

/// The catalog and what there is to say about it.
pub(crate) fn load(folders: &[PathBuf]) -> Result<Loaded, Failure> {
    read(folders)?.load(terminal::color(&std::io::stderr()))
}

/// The files of packages as they were at one moment.
pub(crate) struct PackageFiles {
    sources: Sources,
    /// SHA-256 of their places below the folders and their texts, in hexadecimal digits.
    pub(crate) hash: String,
}

/// Reads the files of packages.
pub(crate) fn read(folders: &[PathBuf]) -> Result<PackageFiles, Failure> {
    if let Some(missing) = folders.iter().find(|f| !f.is_dir()) {
        return Err(no_packages(missing));
    }
    let sources = Sources::read(folders);
    let mut hash = Sha256::new();
    for Source { path, text, .. } in sources.files() {
        for part in [path.to_string_lossy().as_bytes(), text.as_bytes()] {
            // Its length first, so that no two lists of parts give the same bytes.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(PackageFiles { sources, hash })
}

impl PackageFiles {
    /// Loads them; `color` is for the terminal.
    pub(crate) fn load(self, color: bool) -> Result<Loaded, Failure> {
        self.sources.load().map_err(|report| {
            Failure::new(format!("the metadata cannot be used\n\n{}", report.render_text(color).trim_end()))
                .help("`kontor explain CODE` tells more about each of them; nothing was changed")
        })
    }
}

/// A folder of packages is not there.
pub(crate) fn no_packages(folder: &Path) -> Failure {
    Failure::new(format!("there is no folder {} with packages", folder.display()))
        .help("start kontor in the folder that holds `config/packages`, or name one with --packages")
}

/// The open database.
pub(crate) async fn store(settings: &Settings) -> Result<Store, Failure> {
    let mut store = kontor_domain::store::Settings::new(settings.location.clone());
    store.connections = settings.connections;
    store.statement_timeout = settings.statement_timeout;
    store.tenant_role = settings.tenant_role.clone();
    store.quotas = settings.quotas.clone();
    Store::open(store).await.map_err(|error| failed(&settings.location, &error))
}

/// The database, up to the catalog, with room for events.
pub(crate) async fn apply(
    settings: &Settings,
    store: &Store,
    catalog: &Catalog,
) -> Result<kontor_domain::store::Applied, Failure> {
    apply_as(settings, store, catalog, (&Terms::default(), None, &mut |_| {})).await
}

/// As [`apply`], with what may vanish, what it was planned for, and who is told of each step.
pub(crate) async fn apply_as(
    settings: &Settings,
    store: &Store,
    catalog: &Catalog,
    (terms, base, told): (&Terms, Option<&str>, Progress<'_>),
) -> Result<kontor_domain::store::Applied, Failure> {
    let applied = store.apply_as(catalog, terms, base, told).await.map_err(|error| setup(settings, error))?;
    let retention = i64::try_from(settings.events_retention.as_micros()).unwrap_or(i64::MAX);
    match events::extend(store, calendar::now(), retention).await {
        // Without partitions of their own events have one for everything else.
        Ok(_) | Err(StoreError::Busy) => Ok(applied),
        Err(error) => Err(failed(&settings.location, &error)),
    }
}

/// Where uploaded files go.
pub(crate) fn files(settings: &Settings) -> Result<Files, Failure> {
    let files = Files {
        folder: settings.files.clone(),
        base: format!("{}/files/", settings.public_url),
        size_limit: settings.file_size_limit,
        count_limit: settings.file_count_limit,
    };
    files.prepare().map_err(|error| {
        let message = format!("the folder {} for uploaded files cannot be written", settings.files.display());
        Failure::because(message, &error).help("give yourself the right to write it, or name another in files.folder")
    })?;
    Ok(files)
}

/// Why a database could not be set up.
pub(crate) fn setup(settings: &Settings, error: SetupError) -> Failure {
    match error {
        SetupError::Store(error) => failed(&settings.location, &error),
        SetupError::Diff(report) => {
            let color = terminal::color(&std::io::stderr());
            let list = report.render_text(color);
            Failure::new(format!("the metadata and the database do not fit together\n\n{}", list.trim_end()))
                .help("`kontor explain CODE` tells more about each of them; nothing was changed")
        }
        SetupError::Moved { .. } => Failure::new(error).help("run `kontor plan` again; nothing was changed"),
        SetupError::NoSuchVersion(_) => Failure::new(error).help("nothing was changed"),
        SetupError::Misfit { .. } => Failure::new(error).help("change these records first; nothing was changed"),
        SetupError::Migration(error) => {
            Failure::because("a migration of the platform tables failed", &error).help("nothing of it was kept")
        }
        SetupError::TenantRole { role, cause } => {
            let cause: &dyn std::error::Error = match &cause {
                StoreError::Database(cause) => &**cause,
                other => other,
            };
            let told = format!("the role `{role}`, which PostgreSQL is to confine to one organization, cannot be made");
            Failure::because(told, cause).help(format!(
                "let a superuser run once: CREATE ROLE {role} NOLOGIN; GRANT {role} TO the user of the connection; or do \
                 without row-level security: KONTOR_TENANT_ROLE="
            ))
        }
        SetupError::TenantRoleUnconfined(_) => {
            Failure::new(error).help("name another with KONTOR_TENANT_ROLE; it is made where it is missing")
        }
        SetupError::Ledger(LedgerError::Unreadable(cause)) => {
            Failure::because("the record of the metadata in the database is not readable", &cause).help(RESTORE)
        }
        SetupError::Ledger(error @ LedgerError::Damaged { .. }) => Failure::new(error).help(RESTORE),
        other => Failure::new(other).help("nothing was changed"),
    }
}

/// What is left to do when somebody else has written where only kontor writes.
const RESTORE: &str = "nothing was changed; restore the table `metadata_versions` from a backup";

/// A failure of the database, in terms of where it is. A URL is never shown, since it may hold a password.
pub(crate) fn failed(location: &Location, error: &StoreError) -> Failure {
    match (location, error) {
        (Location::Sqlite(path), StoreError::ReadOnly) => {
            Failure::new(format!("the database {} is read-only", path.display())).help(
                "give yourself the right to write the file and its folder, or name another with --database sqlite:FILE",
            )
        }
        (Location::Sqlite(path), StoreError::Busy) => {
            Failure::new(format!("the database {} is being written by another program", path.display()))
                .help("another kontor may be at work on it: try again when it has finished")
        }
        (Location::Sqlite(path), _) => {
            let error: &dyn std::error::Error = match error {
                StoreError::Unavailable(cause) => &**cause,
                other => other,
            };
            let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
            Failure::because(format!("the database {} cannot be used", path.display()), error).help(match folder {
                Some(folder) => format!(
                    "check that {} is a folder you may write to, and that the file is a SQLite database; \
                     or name another file with --database sqlite:FILE",
                    folder.display()
                ),
                None => "check that you may write here, and that the file is a SQLite database; \
                         or name another file with --database sqlite:FILE"
                    .to_owned(),
            })
        }
        (Location::Postgres(_), StoreError::Unavailable(cause)) => Failure::because(
            "PostgreSQL cannot be reached",
            &**cause,
        )
        .help(
            "check that it runs, and the host, port, user, password and database in KONTOR_DATABASE_URL or --database",
        ),
        (Location::Postgres(_), error) => Failure::because("PostgreSQL refused", error),
    }
}
