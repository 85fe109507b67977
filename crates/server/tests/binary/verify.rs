//! `verify`.

use crate::support::{Backend, Database, Output, Place, backends};

/// What is printed when something was found, which is no failure of the command.
#[track_caller]
fn found(output: Output) -> String {
    assert_eq!((output.code, output.stderr.contains("error: ")), (Some(1), false), "{output:?}");
    output.stdout
}

#[test]
fn a_table_that_nothing_guards_is_reported() {
    for backend in backends().into_iter().filter(|backend| *backend == Backend::Postgres) {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let run = |command: &str| place.run(&[command, "--database", &database.url]);
        run("apply").success();
        run("verify").success();
        database.execute("ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY");
        database.execute("DROP POLICY kontor_tenant ON notes");
        run("verify").failure(&["+ row-level security of accounts, notes", "kontor apply"]);
        assert!(run("apply").success().starts_with("+ row-level security of accounts, notes\n"));
        run("verify").success();
    }
}

#[test]
fn a_value_that_is_not_what_follows_is_found_and_repaired() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let verify = |more: &[&str]| place.run(&[&["verify", "--database", &database.url], more].concat());
        verify(&[]).failure(&["not as the metadata wants it", "kontor apply"]);
        place.run(&["demo", "--database", &database.url]).success();
        let text = verify(&[]).success();
        assert!(text.contains("all are as stored"), "{backend:?} {text}");
        database.execute("UPDATE quotes SET total = 1 WHERE total > 1");
        let text = found(verify(&[]));
        assert!(text.contains("total is \"") && text.contains("--repair"), "{backend:?} {text}");
        verify(&["--repair"]).success();
        assert!(verify(&[]).success().contains("all are as stored"), "{backend:?}");
        database.execute("DELETE FROM taggings");
        database.execute("UPDATE notes SET record_id = id");
        let text = found(verify(&[]));
        assert!(text.contains("which is not there"), "{backend:?} {text}");
    }
}
