//! What other people's tools make of a running server: `tests/clients` in the repository.

use crate::support::{Place, Served, repository};
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn the_transport_passes_every_audit_of_graphql_over_http() {
    let Some(folder) = installed() else { return };
    let place = Place::new();
    let served = Served::start(&place, &[]);
    let url = format!("http://{}/graphql", served.address);
    let output = Command::new("node").arg("audits.mjs").arg(url).current_dir(folder).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.starts_with("61 audits passed, 0 failed"), "{printed}");
}

/// A copy of `tests/clients` with its packages; `None`, and said so, where there is no npm.
fn installed() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
    std::fs::create_dir_all(&folder).unwrap();
    for file in ["package.json", "package-lock.json", "audits.mjs"] {
        std::fs::copy(repository().join("tests/clients").join(file), folder.join(file)).unwrap();
    }
    let npm = Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&folder).status();
    if npm.is_ok_and(|status| status.success()) {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "the packages of tests/clients cannot be installed");
    let notice =
        "\n*** SKIPPED: the packages of tests/clients cannot be installed; npm and its registry are needed ***\n";
    // Past the capture of the test harness, so that it is seen in a run that passes.
    let _ = writeln!(std::io::stderr(), "{notice}");
    None
}
