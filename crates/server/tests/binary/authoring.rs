//! Commands that write metadata: `new`, and `check --fix`.

use crate::support::{Output, Place, repository};
use serde_json::Value;

/// The shipped packages, to be added to.
fn project() -> Place {
    let place = Place::new();
    place.packages();
    place
}

fn run(place: &Place, args: &[&str]) -> Output {
    Output::of(place.command(args).env("KONTOR_PACKAGES", "packages"))
}

fn read(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path(name)).unwrap()
}

const PLATE: [&str; 12] = [
    "new",
    "module",
    "Vehicle",
    "--package",
    "fleet",
    "--label",
    "Vehicle",
    "--label",
    "de=Fahrzeug",
    "--field",
    "plate:text!",
    "--field",
];

/// A package with a module of four fields.
fn fleet() -> Place {
    let place = project();
    let told = run(&place, &["new", "package", "fleet", "--label", "Fleet", "--label", "de=Fuhrpark"]).success();
    assert_eq!(told, "wrote packages/fleet/package.yaml\nNext: kontor new module NAME --package fleet\n");
    let fields = ["customer:Account", "--field", "fuel:petrol|electric", "--field", "number:autonumber"];
    let told = run(&place, &[&PLATE[..], &fields[..]].concat()).success();
    assert_eq!(told, "wrote packages/fleet/modules/vehicle.yaml\nNext: kontor plan\n");
    place
}

#[test]
fn what_new_writes_is_sound_and_stays_readable() {
    let place = fleet();
    let label = ["--label", "Mileage", "--label", "de=Stand: gesamt"];
    run(&place, &[&["new", "field", "Vehicle.mileage", "integer!"][..], &label].concat()).success();
    insta::assert_snapshot!("package", read(&place, "packages/fleet/package.yaml"));
    insta::assert_snapshot!("module", read(&place, "packages/fleet/modules/vehicle.yaml"));
    run(&place, &["new", "field", "Account.fleet_size", "integer", "--package", "fleet"]).success();
    run(&place, &["new", "field", "Account.fleet_gate", "text", "--package", "fleet", "--block", "address"]).success();
    run(&place, &["new", "field", "Account.fleet_lead", "Contact", "--package", "fleet"]).success();
    insta::assert_snapshot!("extension", read(&place, "packages/fleet/extend/account.yaml"));
    let checked = run(&place, &["check"]).success();
    assert!(checked.contains("No problem: 2 packages, "), "{checked}");
    let described = run(&place, &["describe", "Account"]).success();
    assert!(described.contains("fleet_gate: text") && described.contains("fleet/extend/account.yaml:"), "{described}");
}

#[test]
fn a_field_is_put_among_others_without_a_change_of_them() {
    let place = project();
    let file = "packages/core/modules/account.yaml";
    let before = read(&place, file);
    run(&place, &["new", "field", "Account.nickname", "text", "--block", "reach"]).success();
    let after = read(&place, file);
    let added: Vec<&str> = after.lines().filter(|line| !before.lines().any(|other| other == *line)).collect();
    assert_eq!(added, ["      nickname: {type: text}"]);
    assert_eq!(after.replace("      nickname: {type: text}\n", ""), before);
    run(&place, &["new", "field", "Account.motto", "text", "--block", "none"]).failure(&["no block none", "reach"]);
}

#[test]
fn new_overwrites_nothing_and_writes_nothing_wrong() {
    let place = fleet();
    let before = read(&place, "packages/fleet/modules/vehicle.yaml");
    let again = ["new", "module", "Vehicle", "--package", "fleet"];
    run(&place, &again).failure(&["packages/fleet/modules/vehicle.yaml is there already", "nothing was written"]);
    run(&place, &["new", "package", "fleet"]).failure(&["there is a package fleet already"]);
    let bare = ["new", "field", "Account.size", "text", "--package", "fleet"];
    run(&place, &bare).failure(&["KON078", "nothing was written"]);
    assert!(!place.path("packages/fleet/extend").exists());
    run(&place, &["new", "field", "Vehicle.owner", "text"]).failure(&["KON024"]);
    run(&place, &["new", "field", "Vehicle.size", "intger"]).failure(&["neither a type nor a module", "integer?"]);
    run(&place, &["new", "field", "Vehicl.size", "text"]).failure(&["no module Vehicl", "Vehicle?"]);
    run(&place, &["new", "module", "Tyre", "--package", "flet"]).failure(&["no package flet", "kontor new package"]);
    assert_eq!(read(&place, "packages/fleet/modules/vehicle.yaml"), before);
}

#[test]
fn new_asks_nobody_where_nobody_is() {
    let place = project();
    run(&place, &["new", "package"]).failure(&["name of the package is missing", "kontor new package fleet"]);
    run(&place, &["new", "module", "Vehicle"]).failure(&["package of the module is missing", "--package"]);
    run(&place, &["new", "field", "Account.size"]).failure(&["type of the field is missing"]);
}

/// A module with six mistakes that can be mended, in a file of another name.
const MISTAKES: &str = "# Cars and what they need.
module: Vehicle
plural: Vehicles
title: plate
blocks:
  main:
    fields:
      plate: {type: text, requird: true}  # as on the car
      customer: {type: relation, to: Acount, inverse: vehicles}
      fuel: {type: selct, options: [petrol, electric]}
views: {list: [plat, customer]}
indexes: [[customer], [plate, fuel]]
";

#[test]
fn fix_mends_what_can_be_mended_in_one_way() {
    let place = project();
    place.write("packages/fleet/package.yaml", "format: 1\nrequires: [core]\n");
    place.write("packages/fleet/modules/car.yaml", MISTAKES);
    let told = run(&place, &["check", "--fix"]).success();
    // Behind it stands what is said of all modules.
    insta::assert_snapshot!("told", told.split("No problem").next().unwrap());
    insta::assert_snapshot!("mended", read(&place, "packages/fleet/modules/vehicle.yaml"));
    assert!(!place.path("packages/fleet/modules/car.yaml").exists());
    let again = run(&place, &["check", "--fix"]).success();
    assert!(again.starts_with("No problem: 2 packages"), "{again}");
}

#[test]
fn fix_leaves_alone_what_it_would_not_make_better() {
    let place = project();
    place.write("packages/fleet/package.yaml", "format: 1\nrequires: [core]\n");
    // The name is wrong, and with the right one there would be two of it.
    let text = "format: 1\nmodule: Vehicle\nplural: Vehicles\nblocks:\n  main:\n    fields:\n      name: {type: text}\n      \
                Name: {type: text}\n";
    place.write("packages/fleet/modules/vehicle.yaml", text);
    let output = run(&place, &["check", "--fix"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert_eq!(read(&place, "packages/fleet/modules/vehicle.yaml"), text);
}

#[test]
fn problems_are_told_as_sarif() {
    let place = project();
    place.write("packages/fleet/package.yaml", "format: 1\nrequires: [core]\n");
    place.write("packages/fleet/modules/car.yaml", MISTAKES);
    place.write(
        "packages/fleet/extend/account.yaml",
        "format: 1\nextend: core/Account\nfields:\n  name: {type: text}\n",
    );
    let output = run(&place, &["check", "--format", "sarif"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    let log: Value = serde_json::from_str(&output.stdout).unwrap();
    // What section 3 of the standard demands of what is there.
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "kontor");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 8, "{log}");
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!rule["fullDescription"]["text"].as_str().unwrap().is_empty());
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()), "{result}");
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        let file = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(file.starts_with("packages/") && !file.contains(' '), "{file}");
        let number = |name: &str| place["region"][name].as_u64().unwrap();
        assert!((number("startLine"), number("startColumn")) < (number("endLine"), number("endColumn")), "{result}");
        for fix in result["fixes"].as_array().into_iter().flatten() {
            let change = &fix["artifactChanges"][0];
            assert_eq!(change["artifactLocation"]["uri"], place["artifactLocation"]["uri"]);
            assert!(change["replacements"][0]["deletedRegion"]["startLine"].is_u64());
            assert!(change["replacements"][0]["insertedContent"]["text"].is_string());
        }
    }
    let twice = results.iter().find(|result| result["ruleId"] == "KON023").unwrap();
    let first = &twice["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(first, "packages/core/modules/account.yaml", "{twice}");
}

#[test]
fn schemas_for_editors_are_those_of_the_repository() {
    let place = Place::new();
    for kind in ["module", "extension", "package"] {
        let printed = place.run(&["schema", &format!("--json-schema={kind}")]).success();
        let file = std::fs::read_to_string(repository().join(format!("config/{kind}.schema.json"))).unwrap();
        assert!(printed == file, "config/{kind}.schema.json is not what the binary prints: run `kontor generate`");
    }
}
