//! Everything that is kept of a person, told to who may ask.

use super::privacy_erase::as_role;
use crate::support::{App, User, backends};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const EXPORT: &str = "mutation($c: ID, $l: ID, $a: String, $n: Int) {
    exportPersonalData(contact: $c, lead: $l, after: $a, first: $n) { document endCursor hasNextPage } }";

async fn made(app: &App, user: &User, mutation: &str, variables: Value) -> Value {
    let data = app.data(user, mutation, variables).await;
    data.as_object().unwrap().values().next().unwrap()["id"].clone()
}

async fn known(app: &App, user: &User) -> [Value; 2] {
    let contact = "mutation { createContact(input: {firstName: \"Ada\", lastName: \"Lovelace\", gdprConsent: true, gdprConsentSource: \"form\"}) { id } }";
    let contact = made(app, user, contact, json!({})).await;
    let lead = "mutation($c: ID!) { createLead(input: {name: \"Engine\", lastName: \"Byron\", convertedContactId: $c}) { id } }";
    let lead = made(app, user, lead, json!({"c": contact})).await;
    let tag = made(app, user, "mutation { createTag(input: {name: \"vip\"}) { id } }", json!({})).await;
    let update = "mutation($id: ID!, $t: ID!) { updateContact(id: $id, input: {tags: {link: [$t]}, gdprConsent: false}) { id } }";
    app.data(user, update, json!({"id": contact, "t": tag})).await;
    let activity = "mutation($l: ID!, $s: String!) { createActivity(input: {subject: $s, leadId: $l}) { id } }";
    for n in 0..5 {
        made(app, user, activity, json!({"l": lead, "s": format!("Call {n}")})).await;
    }
    let file = "mutation($c: ID!) { createAttachment(input: {fileName: \"cv.pdf\", url: \"https://files.example.com/cv.pdf\", recordId: $c, recordType: Contact}) { id } }";
    made(app, user, file, json!({"c": contact})).await;
    [contact, lead]
}

/// Records by module, entries and events of a document.
fn counted(document: &Value) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for group in document["records"].as_array().unwrap() {
        let name = group["module"].as_str().unwrap().to_owned();
        *counts.entry(name).or_default() += group["records"].as_array().unwrap().len();
    }
    for list in ["auditEntries", "events"] {
        *counts.entry(list.to_owned()).or_default() += document[list].as_array().unwrap().len();
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_tells_everything_of_a_person_and_leaves_an_entry() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let [contact, lead] = known(&app, &user).await;
        let other =
            made(&app, &user, "mutation { createContact(input: {lastName: \"Other\"}) { id } }", json!({})).await;
        let answer = app.data(&user, EXPORT, json!({"c": contact})).await["exportPersonalData"].clone();
        assert_eq!((&answer["hasNextPage"], &answer["endCursor"]), (&json!(false), &json!(null)));
        let document = &answer["document"];
        assert_eq!((&document["format"], &document["version"]), (&json!("kontor-personal-data"), &json!(1)));
        assert_eq!(document["subject"], json!({"module": "Contact", "id": contact}));
        let expected =
            [("Contact", 1), ("Lead", 1), ("Activity", 5), ("Attachment", 1), ("auditEntries", 3), ("events", 3)];
        assert_eq!(counted(document), expected.iter().map(|(n, c)| ((*n).to_owned(), *c)).collect(), "{document}");
        let groups = document["records"].as_array().unwrap();
        let group = |name: &str| groups.iter().find(|group| group["module"] == name).unwrap();
        let person = &group("Contact")["records"][0];
        assert_eq!((&person["lastName"], &person["tags"][0]["title"]), (&json!("Lovelace"), &json!("vip")), "{person}");
        assert_eq!(group("Contact")["labels"]["lastName"], "Last name");
        assert_eq!((&group("Lead")["relation"], &group("Activity")["relation"]), (&json!("person"), &json!("about")));
        assert_eq!(document["files"][0]["url"], "https://files.example.com/cv.pdf");
        let consents = document["consents"].as_array().unwrap();
        let history: Vec<_> =
            consents.iter().map(|c| (c["now"].clone(), c["given"].clone(), c["source"].clone())).collect();
        assert_eq!(
            history,
            [
                (json!(true), json!(false), json!(null)),
                (json!(false), json!(true), json!("form")),
                (json!(false), json!(false), json!(null)),
            ],
            "{document}"
        );
        assert!(
            !document.to_string().contains("storageKey") && !document.to_string().contains(other.as_str().unwrap())
        );

        // The lead is the same person; its export has the same records.
        let same = app.data(&user, EXPORT, json!({"l": lead})).await["exportPersonalData"]["document"].clone();
        let count = |document: &Value| {
            let mut counts = counted(document);
            counts.retain(|name, _| name != "auditEntries");
            counts
        };
        assert_eq!(count(&same), count(document), "{backend:?}");
        let log = "{ auditLog(filter: {action: {eq: \"export_personal_data\"}}) { nodes { user { id } recordId createdAt } } }";
        let log = app.data(&user, log, json!({})).await["auditLog"]["nodes"].clone();
        assert_eq!((&log[0]["recordId"], &log[1]["recordId"]), (&lead, &contact));
        assert_eq!(log[1]["user"]["id"], json!(user.id));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_together_are_the_whole() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let [contact, _] = known(&app, &user).await;
        let whole = app.data(&user, EXPORT, json!({"c": contact})).await["exportPersonalData"]["document"].clone();
        for size in [1, 2, 3, 7] {
            let (mut after, mut counts) = (json!(null), BTreeMap::new());
            loop {
                let page = json!({"c": contact, "a": after, "n": size});
                let page = app.data(&user, EXPORT, page).await["exportPersonalData"].clone();
                let found = counted(&page["document"]);
                assert!(found.values().sum::<usize>() <= size, "{page}");
                found.into_iter().for_each(|(name, count)| *counts.entry(name).or_default() += count);
                after = page["endCursor"].clone();
                if page["hasNextPage"] == false {
                    break;
                }
            }
            let mut expected = counted(&whole);
            // Each page leaves an entry, which later pages tell of.
            let entries = (counts.remove("auditEntries").unwrap(), expected.remove("auditEntries").unwrap());
            assert!(entries.0 > entries.1, "{entries:?}");
            assert_eq!(counts, expected, "{backend:?} by {size}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_is_told_and_only_of_its_own_organization() {
    for backend in backends() {
        let app = App::with_packages(backend, &["config/packages", "tests/packages"]).await;
        let (user, stranger) = (app.user("acme").await, app.user("umbrella").await);
        let [contact, lead] = known(&app, &user).await;
        let one = json!({"c": contact});
        for role in ["manager", "sales_rep", "marketing", "readonly"] {
            assert_eq!(as_role(&app, &user, role, EXPORT, one.clone()).await, "FORBIDDEN", "{backend:?} {role}");
        }
        assert_eq!(app.code(&stranger, EXPORT, one.clone()).await, "NOT_FOUND");
        assert_eq!(app.code(&user, EXPORT, json!({"c": Uuid::now_v7()})).await, "NOT_FOUND");
        assert_eq!(app.code(&user, EXPORT, json!({"c": lead})).await, "NOT_FOUND");
        for wrong in [
            json!({}),
            json!({"c": contact, "l": lead}),
            json!({"c": contact, "n": 0}),
            json!({"c": contact, "a": "x"}),
        ] {
            assert_eq!(app.code(&user, EXPORT, wrong.clone()).await, "BAD_USER_INPUT", "{wrong}");
        }
        // A module grants it by name, to whom it likes.
        let create =
            "mutation { createPatient(input: {lastName: \"A\", fileNumber: \"1\", email: \"a@example.com\"}) { id } }";
        let patient = json!({"p": made(&app, &user, create, json!({})).await});
        let export = "mutation($p: ID!) { exportPersonalData(patient: $p) { document } }";
        let erase = "mutation($p: ID!) { erasePatient(id: $p) { id } }";
        assert_eq!(as_role(&app, &user, "manager", export, patient.clone()).await, json!(null));
        assert_eq!(as_role(&app, &user, "manager", erase, patient.clone()).await, "FORBIDDEN");
        assert_eq!(as_role(&app, &user, "sales_rep", export, patient).await, "FORBIDDEN");
    }
}
