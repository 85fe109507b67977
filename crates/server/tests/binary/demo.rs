//! `demo`.

use crate::support::{Database, Place, backends};

/// The lines of the counts; the time that the rest tells differs.
fn counts(output: &str) -> Vec<&str> {
    let lines = output.lines().filter(|line| line.starts_with("   "));
    lines.collect()
}

#[test]
fn the_same_seed_makes_the_same_records_on_every_database() {
    let mut first: Option<(String, String)> = None;
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let demo = |slug: &str, seed: &str| {
            place.run(&["demo", "--database", &database.url, "--slug", slug, "--seed", seed]).success()
        };
        let (one, same, other) = (demo("one", "1"), demo("same", "1"), demo("other", "2"));
        assert!(counts(&one).len() > 10, "{one}");
        assert_eq!(counts(&one), counts(&same), "{backend:?}");
        assert_ne!(counts(&one), counts(&other), "{backend:?}");
        assert_eq!(database.number("SELECT count(*) FROM organizations"), 3);
        let (one, _) = first.get_or_insert_with(|| (one.clone(), same.clone()));
        assert_eq!(counts(one), counts(&same), "{backend:?}");
    }
}

#[test]
fn a_second_demo_of_the_same_name_is_refused_and_changes_nothing() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let demo = || place.run(&["demo", "--database", &database.url]);
        let text = demo().success();
        assert!(text.contains("admin@demo.kontor.example") && text.contains("kontor-demo"), "{text}");
        let accounts = database.number("SELECT count(*) FROM accounts");
        assert!(accounts > 0);
        demo().failure(&["there is an organization `demo` already", "--slug", "nothing was changed"]);
        assert_eq!(database.number("SELECT count(*) FROM accounts"), accounts);
        assert_eq!(database.number("SELECT count(*) FROM organizations"), 1);
    }
}
