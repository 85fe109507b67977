//! Modules that change while there are records: `plan`, `apply`, `rollback`, `diff`, and what is left of an `apply` that is
//! killed.

use crate::support::{Backend, Database, Output, Place, backends};
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

const VEHICLE: &str = "format: 1
module: Vehicle
plural: Vehicles
title: name
blocks:
  main:
    fields:
      name: {type: text, required: true}
      value: {type: integer, indexed: true}
      fuel: {type: select, options: [petrol, diesel, gas]}
      color: {type: color}
";

/// The same after a while.
const CAR: &str = "format: 1
module: Car
plural: Cars
renamed_from: Vehicle
removed: [color]
title: name
blocks:
  main:
    fields:
      name: {type: text, required: true}
      price: {type: decimal, scale: 2, indexed: true, renamed_from: value}
      fuel: {type: select, options: {petrol: {}, diesel: {}}, replace: {gas: petrol}}
      tier: {type: select, options: [low, high], required: true, backfill: \"price > 500 ? 'high' : 'low'\"}
";

/// A place with the shipped packages and one more, an organization, and a database up to it.
struct Fleet {
    place: Place,
    database: Database,
}

impl Fleet {
    fn new(backend: Backend, records: usize) -> Self {
        let place = Place::new();
        place.packages();
        let database = Database::new(backend, &place);
        let fleet = Self { place, database };
        fleet.write("vehicle", VEHICLE);
        fleet.place.write("packages/fleet/package.yaml", "format: 1\nrequires: [core]\n");
        let made = ["user", "create", "--email", "ada@example.com", "--org", "acme"];
        Output::of(fleet.command(&made).env("KONTOR_USER_PASSWORD", "correct horse")).success();
        fleet.database.execute(&match backend {
            Backend::Postgres => format!(
                "INSERT INTO vehicles (id, org, name, value, fuel, color, created_at, updated_at, version)
                 SELECT gen_random_uuid(), o.id, 'V' || n, n % 1000, (ARRAY['petrol', 'diesel', 'gas'])[1 + n % 3],
                 '#00ff00', now(), now(), 1 FROM organizations o, generate_series(1, {records}) n"
            ),
            Backend::Sqlite => format!(
                "INSERT INTO vehicles (id, org, name, value, fuel, color, created_at, updated_at, version)
                 WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {records})
                 SELECT randomblob(16), o.id, NULL, n % 1000, CASE n % 3 WHEN 0 THEN 'petrol' WHEN 1 THEN 'diesel'
                 ELSE 'gas' END, '#00ff00', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', 1
                 FROM organizations o, s"
            )
            .replace("NULL, n % 1000", "'V' || n, n % 1000"),
        });
        fleet
    }

    fn command(&self, args: &[&str]) -> Command {
        let packages = self.place.path("packages");
        let on = ["--database", &self.database.url, "--packages", packages.to_str().unwrap()];
        self.place.command(&[args, &on].concat())
    }

    fn run(&self, args: &[&str]) -> Output {
        Output::of(&mut self.command(args))
    }

    fn write(&self, module: &str, yaml: &str) {
        let folder = self.place.path("packages/fleet/modules");
        let _ = std::fs::remove_dir_all(&folder);
        self.place.write(&format!("packages/fleet/modules/{module}.yaml"), yaml);
    }

    fn count(&self, condition: &str) -> i64 {
        self.database.number(&format!("SELECT count(*) FROM {condition}"))
    }
}

#[test]
fn a_module_changes_and_changes_back() {
    for backend in backends() {
        let fleet = Fleet::new(backend, 3_000);
        fleet.write("car", CAR);

        let planned = fleet.run(&["plan"]);
        assert_eq!(planned.code, Some(2), "{planned:?}");
        for part in [
            "> table vehicles → cars  [care: 3000 rows",
            "> column cars.value → price",
            "~ column cars.price (integer → decimal(2))",
            "~ options cars.fuel (gas → petrol)  [loss: 3000 rows",
            "~ values cars.tier (filled in)",
            "- column cars.color (hidden, its values stay)",
            "breaking  Vehicle was removed",
        ] {
            assert!(planned.stdout.contains(part), "`{part}` is missing in {}", planned.stdout);
        }
        let json: Value = serde_json::from_str(&fleet.run(&["plan", "--json"]).stdout).unwrap();
        assert_eq!((&json["version"], &json["risk"]), (&Value::from(1), &Value::from("loss")));
        assert!(json["api"].as_array().unwrap().iter().any(|change| change["path"] == "Vehicle"), "{}", json["api"]);
        let base = json["base"].as_str().unwrap().to_owned();
        assert!(planned.stdout.contains(&format!("`kontor apply --base {base}`")), "{}", planned.stdout);

        let applied = fleet.run(&["apply", "--base", &base]).success();
        assert!(applied.contains("  3000 records have a value of `tier`"), "{applied}");
        assert!(applied.ends_with("Applied: the database has version 2 of the metadata now.\n"), "{applied}");
        assert_eq!(fleet.run(&["plan"]).code, Some(0));
        assert_eq!(fleet.count("cars WHERE fuel = 'gas'"), 0);
        assert_eq!(
            fleet.count("cars WHERE tier = 'high'"),
            fleet.count(&format!("cars WHERE price > {}", price(backend, 500)))
        );
        // Nobody else's plan is executed.
        fleet.run(&["apply", "--base", &base]).failure(&["the plan was made for 1:", "is at 2:", "kontor plan"]);

        let back = fleet.run(&["rollback", "--packages-to", "old"]).success();
        assert!(back.contains("> table cars → vehicles"), "{back}");
        assert!(back.contains("Back: the database has version 3 of the metadata now."), "{back}");
        assert_eq!(std::fs::read_to_string(fleet.place.path("old/fleet/modules/vehicle.yaml")).unwrap(), VEHICLE);
        assert_eq!(fleet.count("vehicles WHERE fuel = 'gas' AND color = '#00ff00' AND value < 1000"), 1_000);
        fleet.write("vehicle", VEHICLE);
        assert_eq!(fleet.run(&["plan"]).code, Some(0));
        fleet.run(&["rollback", "9"]).failure(&["there is no version 9 to go back to"]);

        // Forward again, and what was hidden is put away and brought back.
        fleet.write("car", CAR);
        fleet.run(&["apply"]).success();
        fleet.run(&["apply", "--prune"]).success();
        assert_eq!(fleet.run(&["plan", "--prune"]).code, Some(0));
        fleet.run(&["rollback"]).success();
        assert_eq!(fleet.count("cars WHERE color = '#00ff00' AND tier IS NOT NULL"), 3_000);
    }
}

/// As it is stored.
fn price(backend: Backend, price: i64) -> i64 {
    if backend == Backend::Sqlite { price * 100 } else { price }
}

#[test]
fn what_would_lose_or_invent_values_is_refused_at_its_place() {
    for backend in backends() {
        let fleet = Fleet::new(backend, 10);
        fleet.write(
            "vehicle",
            &VEHICLE.replace("      color: {type: color}\n", "      seats: {type: integer, required: true}\n"),
        );
        fleet.run(&["plan"]).failure(&[
            "error[KON101]",
            "`color`",
            "error[KON104]",
            "vehicle.yaml:11:7",
            "seats",
            "`backfill`",
        ]);
        fleet.write(
            "vehicle",
            &VEHICLE.replace("fuel: {type: select, options: [petrol, diesel, gas]}", "fuel: {type: integer}"),
        );
        fleet.run(&["apply"]).failure(&["error[KON103]", "was picklist of text", "nothing was changed"]);
        fleet.write(
            "vehicle",
            &VEHICLE.replace("value: {type: integer, indexed: true}", "value: {type: integer, unique: true}"),
        );
        fleet.run(&["apply"]).success();
        fleet.database.execute("UPDATE vehicles SET value = 7 WHERE value < 0");
        let twice = VEHICLE.replace(
            "fuel: {type: select, options: [petrol, diesel, gas]}",
            "fuel: {type: select, options: [petrol, diesel, gas], unique: true}",
        );
        fleet.write("vehicle", &twice);
        fleet.run(&["apply"]).failure(&["error[KON106]", "3 values of fuel are shared by several records of Vehicle"]);
        // A package that is gone is planned like any change.
        std::fs::remove_dir_all(fleet.place.path("packages/fleet")).unwrap();
        fleet.run(&["plan"]).failure(&["error[KON100]", "package `fleet`, which is gone", "--accept fleet"]);
        let planned = fleet.run(&["plan", "--accept", "fleet"]);
        assert!(planned.stdout.contains("- table vehicles (hidden, its rows stay)"), "{planned:?}");
        fleet.run(&["apply", "--accept", "fleet"]).success();
        assert_eq!((fleet.count("vehicles"), fleet.run(&["plan"]).code), (10, Some(0)));
    }
}

#[test]
fn two_folders_are_compared() {
    let fleet = Fleet::new(Backend::Sqlite, 1);
    let (old, new) = (fleet.place.path("packages"), fleet.place.path("newer"));
    crate::support::copy(&old, &new);
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let bump = || fleet.place.run(&["diff", old, new, "--semver"]);
    assert_eq!((bump().stdout.as_str(), bump().code), ("none\n", Some(0)));
    let module = "newer/fleet/modules/vehicle.yaml";
    fleet.place.write(module, &format!("{VEHICLE}indexes: [[fuel, value]]\n"));
    assert_eq!((bump().stdout.as_str(), bump().code), ("patch\n", Some(2)));
    fleet.place.write(module, &format!("{VEHICLE}      seats: {{type: integer}}\n"));
    assert_eq!(bump().stdout, "minor\n");
    fleet.place.write(module, &VEHICLE.replace("color: {", "colour: {"));
    assert_eq!(bump().stdout, "major\n");
    let shown = fleet.place.run(&["diff", old, new]).stdout;
    assert!(shown.contains("KON101") && shown.contains("breaking  Vehicle.color was removed"), "{shown}");
    fleet.place.run(&["diff", old, "no-such-commit"]).failure(&["neither a folder nor a commit"]);
}

/// Killed at whatever line it prints, `apply` has done all or nothing, and the next one finishes the job.
#[test]
fn an_apply_that_is_killed_leaves_the_old_version_and_the_next_finishes() {
    for backend in backends() {
        let fleet = Fleet::new(backend, 6_000);
        fleet.write("car", CAR);
        let mut killed = 0;
        for line in
            ["> table vehicles", "~ options cars.fuel", "  3000 records", "  6000 records", "building cars_price_idx"]
        {
            let mut apply = fleet.command(&["apply"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            let mut lines = BufReader::new(apply.stdout.take().unwrap()).lines().map_while(Result::ok);
            let met = lines.any(|told| told.contains(line));
            apply.kill().unwrap();
            apply.wait().unwrap();
            killed += usize::from(met);
            let done = fleet.database.number("SELECT CAST(max(version) AS bigint) FROM metadata_versions") == 2;
            let (all, of) = (6_000, if done { "cars" } else { "vehicles" });
            assert_eq!(fleet.count(of), all, "{backend:?} {line}");
            let kept = if done { "cars WHERE tier IS NOT NULL" } else { "vehicles WHERE fuel = 'gas'" };
            assert_eq!(fleet.count(kept), if done { all } else { all / 3 }, "{backend:?} {line}");
            if done {
                break;
            }
        }
        assert!(killed >= 3, "{backend:?} {killed}");
        fleet.run(&["apply"]).success();
        assert_eq!(fleet.run(&["plan"]).code, Some(0), "{backend:?}");
        assert_eq!(fleet.count("cars WHERE tier IS NOT NULL AND fuel <> 'gas'"), 6_000);
        if backend == Backend::Postgres {
            let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
            assert_eq!(fleet.database.number(invalid), 0);
        }
        fleet.run(&["rollback"]).success();
        assert_eq!(fleet.count("vehicles WHERE fuel = 'gas'"), 2_000);
    }
}
