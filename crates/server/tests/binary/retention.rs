//! `kontor retention`.

use crate::support::{Database, Place, backends};

#[test]
fn what_is_kept_no_longer_is_told_and_then_ended() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let shipped = place.run(&["retention", "--database", &database.url]).success();
        assert!(shipped.starts_with("No module has a rule of retention"), "{shipped}");

        let packages = place.packages();
        let contact = packages.join("core/modules/contact.yaml");
        let text = std::fs::read_to_string(&contact).unwrap();
        let rule = "retention:\n  all: {after: P1D, of: created_at, do: erase}\naccess:\n  super_admin";
        std::fs::write(&contact, text.replacen("access:\n  super_admin", rule, 1)).unwrap();
        let on = |more: &[&str]| {
            let common = ["--database", &database.url, "--packages", packages.to_str().unwrap()];
            place.run(&[more, &common].concat())
        };
        let early = on(&["retention"]);
        assert!(early.code != Some(0) && early.stderr.contains("kontor apply"), "{backend:?} {early:?}");
        on(&["demo"]).success();
        let count = |sql: &str| database.number(sql);
        let contacts = count("SELECT count(*) FROM contacts");
        let told = on(&["retention", "--dry-run"]).success();
        assert!(told.starts_with("demo: Contact.all: ") && told.contains(" would be erased\n"), "{told}");
        let named: i64 = told.split_whitespace().nth(2).unwrap().parse().unwrap();
        assert!(named > 0 && named <= contacts, "{told}");
        assert_eq!(count("SELECT count(*) FROM contacts WHERE erased_at IS NOT NULL"), 0, "{backend:?}");
        assert_eq!(on(&["retention"]).success(), format!("demo: Contact.all: {named} erased\n"), "{backend:?}");
        assert_eq!(count("SELECT count(*) FROM contacts WHERE erased_at IS NOT NULL"), named);
        assert_eq!(count("SELECT count(*) FROM contacts"), contacts);
        let again = on(&["retention"]).success();
        assert_eq!(again, "Nothing is kept for longer than the rules say.\n", "{backend:?}");
    }
}
