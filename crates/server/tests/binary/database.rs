//! `plan` and `apply`.

use crate::support::{Backend, Database, Place, backends};

#[test]
fn plan_then_apply_then_nothing_to_do() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let on = |command| place.run(&[command, "--database", &database.url]);

        let planned = on("plan");
        assert_eq!(planned.code, Some(2), "{backend:?} {planned:?}");
        assert!(planned.stdout.contains("+ table accounts"), "{planned:?}");
        if backend == Backend::Sqlite {
            assert!(place.names().is_empty(), "a plan makes no file: {:?}", place.names());
        }

        let applied = on("apply").success();
        assert!(applied.contains("+ table accounts"), "{applied}");
        assert!(applied.ends_with("Applied: the database has version 1 of the metadata now.\n"), "{applied}");
        let again = on("apply").success();
        assert_eq!(again, "Nothing to do: the database has version 1 of the metadata.\n", "{backend:?}");
        assert_eq!(database.number("SELECT count(*) FROM metadata_versions"), 1);

        let planned = on("plan");
        assert_eq!(planned.code, Some(0), "{backend:?} {planned:?}");
        assert!(planned.stdout.starts_with("Nothing to do"), "{planned:?}");
    }
}

#[test]
fn plan_prints_the_sql_of_the_database() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let planned = place.run(&["plan", "--sql", "--database", &database.url]);
        assert_eq!(planned.code, Some(2), "{planned:?}");
        let id = if backend == Backend::Sqlite { "BLOB" } else { "uuid" };
        let accounts = planned.stdout.split_once("CREATE TABLE \"accounts\"").expect(&planned.stdout).1;
        assert!(accounts.split_once(';').unwrap().0.contains(id), "{accounts}");
    }
}

#[test]
fn a_field_that_vanished_is_refused_and_nothing_changes() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let packages = place.packages();
        let packages = packages.to_str().unwrap();
        let module = "packages/core/modules/tag.yaml";
        let with = std::fs::read_to_string(place.path(module)).unwrap();
        let (fields, field) = ("    fields:\n", "      shoe_size: {type: integer}\n");
        place.write(module, &with.replacen(fields, &format!("{fields}{field}"), 1));
        let on = |command| place.run(&[command, "--database", &database.url, "--packages", packages]);
        on("apply").success();
        database.number("SELECT count(shoe_size) FROM tags");

        // Another change beside it, which must not be made either.
        place.write(module, &with.replacen(fields, &format!("{fields}      hat_size: {{type: integer}}\n"), 1));
        for command in ["plan", "apply"] {
            on(command).failure(&[
                "error[KON101]: field `shoe_size` of Tag vanished",
                "put it back",
                "nothing was changed",
            ]);
        }
        database.number("SELECT count(shoe_size) FROM tags");
        assert_eq!(database.number("SELECT count(*) FROM metadata_versions"), 1, "{backend:?}");
    }
}

#[test]
fn broken_metadata_leave_the_database_alone() {
    let place = Place::new();
    let database = Database::new(Backend::Sqlite, &place);
    place.write("broken/broken/package.yaml", "format: 1\npackage: broken\nversion: 0.1.0\n");
    place.write("broken/broken/modules/thing.yaml", "format: 1\nmodule: Thing\nfields: 7\n");
    for command in ["apply", "plan", "serve", "demo"] {
        let output = place.run(&[command, "--database", &database.url, "--packages", "broken"]);
        output.failure(&["the metadata cannot be used", "KON", "thing.yaml:3:1", "nothing was changed"]);
    }
    assert_eq!(place.names(), ["broken"]);
}

#[test]
fn a_file_name_may_hold_what_means_something_in_a_url() {
    let place = Place::new();
    let name = "100% of #1 data.db";
    place.run(&["apply", "--database", &format!("sqlite:{name}")]).success();
    place.run(&["plan", "--database", &format!("sqlite:{name}")]).success();
    assert_eq!(place.names().iter().filter(|n| n.ends_with(".db")).collect::<Vec<_>>(), [name]);
}
