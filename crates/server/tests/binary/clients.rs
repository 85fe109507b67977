//! What other people's tools make of a running server: `tests/clients` in the repository.

use crate::support::{Database, Place, Served, backends, copy, repository};
use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn the_transport_passes_every_audit_of_graphql_over_http() {
    let Some(project) = Project::installed() else { return };
    let place = Place::new();
    let served = Served::start(&place, &[]);
    let printed = project.run("audits", &served).unwrap();
    assert!(printed.contains("61 audits passed, 0 failed"), "{printed}");
}

#[test]
fn the_reference_implementation_reads_the_schema() {
    let Some(project) = Project::installed() else { return };
    let place = Place::new();
    let served = Served::start(&place, &[]);
    project.run("schema", &served).unwrap();
}

#[test]
fn editors_know_the_format_of_the_metadata() {
    let Some(project) = Project::installed() else { return };
    let mut npm = npm(&project.folder, &["run", "--silent", "yaml"]);
    npm.env("KONTOR_MODULE_SCHEMA", repository().join("config/module.schema.json"));
    printed(&mut npm).unwrap();
}

#[test]
fn apollo_urql_and_relay_work() {
    let Some(project) = Project::installed() else { return };
    project.build();
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let served = Served::start(&place, &["--demo", "--database", &database.url]);
        if let Err(printed) = project.run("clients", &served) {
            panic!("on {backend:?}: {printed}");
        }
    }
}

#[test]
fn a_feed_is_followed_through_cut_connections() {
    let Some(project) = Project::installed() else { return };
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let served = Served::start(&place, &["--demo", "--database", &database.url]);
        if let Err(printed) = project.run("feeds", &served) {
            panic!("on {backend:?}: {printed}");
        }
    }
}

/// A copy of `tests/clients` with the packages that its lock file names. Tests run beside each other, so it is locked:
/// one at a time has it.
struct Project {
    folder: PathBuf,
    _lock: File,
}

impl Project {
    /// Installs the packages, unless they are there; `None`, and said so, where that is not possible.
    fn installed() -> Option<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
        fs::create_dir_all(&folder).unwrap();
        let lock = File::create(folder.join(".lock")).unwrap();
        lock.lock().unwrap();
        let _ = fs::remove_dir_all(folder.join("src"));
        copy(&repository().join("tests/clients"), &folder);
        fs::copy(repository().join("schema.graphql"), folder.join("schema.graphql")).unwrap();
        let wanted = fs::read(folder.join("package-lock.json")).unwrap();
        let stamp = folder.join("node_modules/.installed");
        if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Some(Self { folder, _lock: lock });
        }
        let retries = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
        let mut npm = npm(&folder, &["ci", "--no-audit", "--no-fund", "--silent", "--include=dev"]);
        match printed(npm.args(retries)) {
            Ok(_) => {
                fs::write(stamp, wanted).unwrap();
                return Some(Self { folder, _lock: lock });
            }
            Err(why) => skipped(&why),
        }
        None
    }

    /// Generates what is made from the schema, checks all types, compiles.
    fn build(&self) {
        if let Err(printed) = printed(&mut npm(&self.folder, &["run", "--silent", "build"])) {
            panic!("tests/clients cannot be built from schema.graphql:\n{printed}");
        }
    }

    /// Runs a script of `package.json` against a server; gives what it printed.
    fn run(&self, script: &str, served: &Served) -> Result<String, String> {
        let mut npm = npm(&self.folder, &["run", "--silent", script]);
        npm.env("KONTOR_URL", format!("http://{}/graphql", served.address));
        npm.env("KONTOR_EMAIL", "admin@demo.kontor.example").env("KONTOR_PASSWORD", "kontor-demo");
        printed(&mut npm)
    }
}

fn npm(folder: &Path, arguments: &[&str]) -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(arguments).current_dir(folder).env("NO_COLOR", "1");
    npm
}

/// Everything that a command prints until its end, as an error if it fails.
fn printed(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|e| format!("npm, which comes with Node, cannot be run: {e}"))?;
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(text) } else { Err(text) }
}

/// Tells loudly that something was not tested; where everything has to be, that is a failure.
fn skipped(why: &str) {
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "under CI the packages of tests/clients must be there: {why}"
    );
    // Past the capture of the test harness, so that it is seen in a run that passes.
    let notice = format!("\n*** SKIPPED, NOT TESTED: the packages of tests/clients cannot be installed: {why} ***\n");
    let _ = std::io::stderr().write_all(notice.as_bytes());
}
