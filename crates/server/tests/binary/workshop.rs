//! Commands that show the metadata: `describe`, `erd`, `docs`, and the program itself: completions, man pages, help.

use crate::support::{Output, Place, copy, repository};
use serde_json::{Value, json};

/// A module that two packages extend.
fn extended() -> Place {
    let place = Place::new();
    copy(&repository().join("crates/metadata/tests/passing/extensions"), &place.path("packages"));
    place
}

fn run(place: &Place, args: &[&str]) -> Output {
    Output::of(place.command(args).env_remove("KONTOR_PACKAGES").args(["--packages", "packages"]))
}

#[test]
fn describe_shows_a_module_with_the_place_of_everything() {
    insta::assert_snapshot!(run(&extended(), &["describe", "purchase"]).success());
}

#[test]
fn describe_tells_programs_where_each_key_is_written() {
    let text = run(&extended(), &["describe", "Purchase", "--json"]).success();
    let module: Value = serde_json::from_str(&text).unwrap();
    let field = |name: &str| module["fields"].as_array().unwrap().iter().find(|f| f["name"] == name).unwrap().clone();
    let place = |file: &str, line: u32| json!({"file": file, "line": line});
    let name = field("name");
    assert_eq!(name["origin"], place("base/modules/purchase.yaml", 8));
    assert_eq!(name["keys"]["type"], place("base/modules/purchase.yaml", 8));
    assert_eq!(name["keys"]["required"], place("shipments/extend/purchase.yaml", 15));
    assert_eq!(name["keys"]["label"], place("site/extend/purchase.yaml", 6));
    assert_eq!(name["label"], json!({"de": "Bestellung", "en": "Name"}));
    assert_eq!(field("ship_carrier")["package"], "shipments");
    assert_eq!(field("kind")["options"][2]["origin"], place("shipments/extend/purchase.yaml", 13));
    assert_eq!(field("version")["origin"], Value::Null);
    let levels = &module["access"][1];
    assert_eq!((&levels["role"], &levels["levels"]["update"]), (&json!("sales_rep"), &json!("team")));
    assert_eq!(levels["origin"], place("site/extend/purchase.yaml", 9));
}

#[test]
fn describe_knows_what_may_have_been_meant() {
    Place::new().run(&["describe", "Acount"]).failure(&["there is no module Acount", "did you mean Account?"]);
}

#[test]
fn erd_draws_modules_and_relations() {
    insta::assert_snapshot!(run(&extended(), &["erd"]).success());
    let place = extended();
    let carriers = run(&place, &["erd", "--package", "shipments"]).success();
    assert!(carriers.contains("Carrier {") && !carriers.contains("Purchase {"), "{carriers}");
    let one = run(&place, &["erd", "Purchase"]).success();
    assert!(one.contains("Purchase }o--o| Carrier : ship_carrier") && !one.contains("Carrier {"), "{one}");
    run(&place, &["erd", "--package", "ships"]).failure(&["there is no package ships", "shipments"]);
}

#[test]
fn docs_are_pages_in_every_language() {
    let place = extended();
    let told = run(&place, &["docs", "--out", "pages"]).success();
    assert_eq!(told, "8 pages were written; begin with pages/en/index.md or pages/de/index.md.\n");
    let read = |name: &str| std::fs::read_to_string(place.path(name)).unwrap();
    insta::assert_snapshot!("index", read("pages/en/index.md"));
    insta::assert_snapshot!("page_in_german", read("pages/de/purchase.md"));
    run(&place, &["docs", "--language", "fr"]).failure(&["no label is in the language fr", "en, de"]);
    let one = run(&place, &["docs", "--language", "de", "--out", "german"]).success();
    assert!(one.starts_with("4 pages"), "{one}");
}

#[test]
fn links_between_pages_lead_somewhere() {
    let place = Place::new();
    place.run(&["docs", "--out", "pages"]).success();
    for language in ["en", "de"] {
        let folder = place.path("pages").join(language);
        for entry in std::fs::read_dir(&folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for link in text.split("](").skip(1) {
                let target = link.split(')').next().unwrap();
                assert!(folder.join(target).is_file(), "{target}");
            }
        }
    }
}

#[test]
fn shells_complete_commands() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&["completions", shell]).success();
        assert!(script.contains("describe") && script.contains("json-schema"), "{shell}: {script}");
    }
    assert_eq!(place.run(&["completions", "tcsh"]).code, Some(2));
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let place = Place::new();
    let page = place.run(&["man"]).success();
    assert!(page.contains(".TH kontor 1") && page.contains("Exit codes"), "{page}");
    place.run(&["man", "--out", "man"]).success();
    let page = std::fs::read_to_string(place.path("man/kontor-new-field.1")).unwrap();
    assert!(page.contains("kontor new field Vehicle.mileage integer"), "{page}");
}

#[test]
fn help_has_examples_and_the_exit_codes() {
    let place = Place::new();
    let help = place.run(&["--help"]).success();
    assert!(help.contains("Exit codes:") && help.contains("NO_COLOR"), "{help}");
    let help = place.run(&["check", "--help"]).success();
    assert!(help.contains("Examples:\n") && help.contains("kontor check --format sarif"), "{help}");
    assert!(!help.contains('\u{1b}'), "{help}");
}
