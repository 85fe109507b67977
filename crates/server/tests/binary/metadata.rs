//! Commands that need no database: `check`, `explain`, `schema`, `generate`.

use crate::support::{Place, repository};
use serde_json::Value;

/// A module with a field of a type that there is not.
const BROKEN: &str =
    "format: 1\nmodule: Thing\nplural: Things\nblocks:\n  thing:\n    fields:\n      name: {type: texx}\n";

fn broken() -> Place {
    let place = Place::new();
    place.write("packages/broken/package.yaml", "format: 1\npackage: broken\nversion: 0.1.0\n");
    place.write("packages/broken/modules/thing.yaml", BROKEN);
    place
}

#[test]
fn check_finds_no_problem_in_the_shipped_packages() {
    let text = Place::new().run(&["check"]).success();
    assert!(text.starts_with("No problem: 1 package, "), "{text}");
}

#[test]
fn check_prints_json_for_programs() {
    let text = Place::new().run(&["check", "--format", "json"]).success();
    let notices: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(notices.iter().all(|notice| notice["severity"] != "error"), "{text}");
}

#[test]
fn check_shows_where_a_mistake_is_and_exits_with_1() {
    let output = broken().run(&["check", "packages"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    for part in ["KON", "thing.yaml:7:20", "name: {type: texx}", "─┬──"] {
        assert!(output.stdout.contains(part), "`{part}` is missing in {}", output.stdout);
    }
    assert!(!output.stdout.contains('\u{1b}'), "colours where no terminal is: {}", output.stdout);
}

#[test]
fn check_prints_mistakes_as_json_and_exits_with_1() {
    let output = broken().run(&["check", "--format", "json", "packages"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    let mistakes: Vec<Value> = serde_json::from_str(&output.stdout).unwrap();
    let mistake = mistakes.iter().find(|m| m["severity"] == "error").unwrap();
    assert!(mistake["code"].as_str().unwrap().starts_with("KON"), "{mistake}");
    assert_eq!((&mistake["line"], &mistake["column"]), (&7.into(), &20.into()), "{mistake}");
}

#[test]
fn check_survives_what_is_no_yaml() {
    for text in ["a: [", "\t- x", "- 1", "", "\u{0}", "a: &a [*a]"] {
        let place = broken();
        place.write("packages/broken/modules/thing.yaml", text);
        let output = place.run(&["check", "packages"]);
        assert_eq!(output.code, Some(1), "{text:?}: {output:?}");
        assert!(output.stdout.contains("KON"), "{text:?}: {output:?}");
    }
}

#[test]
fn check_says_that_a_folder_is_missing() {
    Place::new().run(&["check", "nowhere"]).failure(&["there is no folder nowhere", "--packages"]);
}

#[test]
fn explain_tells_about_a_code() {
    let place = Place::new();
    let text = place.run(&["explain", "kon021"]).success();
    assert!(text.starts_with("KON021\n\n") && text.len() > 80, "{text}");
    place.run(&["explain", "KON999"]).failure(&["there is no diagnostic KON999", "help: "]);
}

#[test]
fn schema_is_the_file_in_the_repository() {
    let text = Place::new().run(&["schema"]).success();
    let file = std::fs::read_to_string(repository().join("schema.graphql")).unwrap();
    assert!(text == file, "schema.graphql is not what the binary prints: run `cargo run -- generate`");
}

#[test]
fn generated_files_are_up_to_date() {
    let place = Place::new();
    let mut command = place.command(&["generate", "--check"]);
    let text = crate::support::Output::of(command.current_dir(repository())).success();
    assert_eq!(text, "The generated files are up to date.\n");
}
