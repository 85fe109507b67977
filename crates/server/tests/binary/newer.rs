//! Databases that a newer version of the program, or somebody else, has written.

use crate::support::{Backend, Database, Place, backends};

fn applied(backend: Backend) -> (Place, Database) {
    let place = Place::new();
    let database = Database::new(backend, &place);
    place.run(&["apply", "--database", &database.url]).success();
    (place, database)
}

#[test]
fn a_migration_of_a_newer_version_is_named() {
    for backend in backends() {
        let (place, database) = applied(backend);
        database.execute("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_future', 1)");
        for command in ["apply", "plan", "serve", "demo"] {
            let output = place.run(&[command, "--database", &database.url]);
            output.failure(&["newer version of kontor", "m20990101_000001_future", "use that version"]);
        }
        assert_eq!(database.number("SELECT count(*) FROM organizations"), 0);
    }
}

#[test]
fn a_ledger_of_a_newer_version_is_named() {
    for backend in backends() {
        let (place, database) = applied(backend);
        ledger(&database, r#"{"format":3}"#);
        for command in ["apply", "plan", "serve"] {
            let output = place.run(&[command, "--database", &database.url]);
            output.failure(&["has format 3", "update kontor", "nothing was changed"]);
        }
    }
}

#[test]
fn a_ledger_that_was_written_by_hand_is_refused() {
    for backend in backends() {
        let (place, database) = applied(backend);
        ledger(&database, r#"{"format":1,"version":2,"hash":"0","schema":{"tables":{}}}"#);
        place.run(&["apply", "--database", &database.url]).failure(&["changed by hand", "help: ", "backup"]);
        database.execute("UPDATE metadata_versions SET ledger = '{' WHERE version = 2");
        place.run(&["apply", "--database", &database.url]).failure(&["not readable", "help: ", "backup"]);
    }
}

fn ledger(database: &Database, text: &str) {
    database.execute(&format!(
        "INSERT INTO metadata_versions (version, applied_at, hash, ledger, kontor_version) \
         SELECT 2, applied_at, '0', '{text}', '9.0.0' FROM metadata_versions"
    ));
}
