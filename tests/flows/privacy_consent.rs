//! Consents: a time and a source with each, neither without, and a history.

use crate::support::{App, User, backends};
use serde_json::{Value, json};

const FIELDS: &str = "id gdprConsent gdprConsentAt gdprConsentSource";

async fn create(app: &App, user: &User, input: Value) -> Value {
    let query = format!("mutation($i: ContactCreateInput!) {{ createContact(input: $i) {{ {FIELDS} }} }}");
    app.ask(user, &query, json!({"i": input})).await
}

async fn update(app: &App, user: &User, id: &Value, input: Value) -> Value {
    let query =
        format!("mutation($id: ID!, $i: ContactUpdateInput!) {{ updateContact(id: $id, input: $i) {{ {FIELDS} }} }}");
    app.ask(user, &query, json!({"id": id, "i": input})).await
}

fn rule(answer: &Value) -> (&str, &str) {
    let violation = &answer["errors"][0]["extensions"]["violations"][0];
    (violation["rule"].as_str().unwrap_or_default(), violation["path"][1].as_str().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consent_has_a_time_and_a_source() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let none = create(&app, &user, json!({"lastName": "A"})).await["data"]["createContact"].clone();
        assert_eq!((&none["gdprConsent"], &none["gdprConsentAt"]), (&json!(false), &json!(null)), "{backend:?}");
        let bare = create(&app, &user, json!({"lastName": "A", "gdprConsent": true})).await;
        assert_eq!(rule(&bare), ("required", "gdprConsentSource"), "{bare}");
        let future = json!({"lastName": "A", "gdprConsent": true, "gdprConsentSource": "form",
            "gdprConsentAt": "2999-01-01T00:00:00Z"});
        let future = create(&app, &user, future).await;
        assert_eq!(rule(&future), ("past", "gdprConsentAt"), "{future}");

        let id = none["id"].clone();
        let blank = update(&app, &user, &id, json!({"gdprConsent": true, "gdprConsentSource": " "})).await;
        assert_eq!(rule(&blank).0, "required", "{blank}");
        let given = json!({"gdprConsent": true, "gdprConsentSource": "web form"});
        let given = update(&app, &user, &id, given).await["data"]["updateContact"].clone();
        assert!(given["gdprConsentAt"].is_string(), "{given}");
        let same = update(&app, &user, &id, json!({"gdprConsent": true})).await["data"]["updateContact"].clone();
        assert_eq!(same, given);
        let renewed =
            update(&app, &user, &id, json!({"gdprConsentSource": "trade fair"})).await["data"]["updateContact"].clone();
        assert!(renewed["gdprConsentAt"].as_str() > given["gdprConsentAt"].as_str(), "{renewed}");
        // What was given on paper has the time that it was given at.
        let told = json!({"gdprConsentAt": "2020-05-05T10:00:00Z"});
        let told = update(&app, &user, &id, told).await["data"]["updateContact"].clone();
        assert_eq!(told["gdprConsentAt"], "2020-05-05T10:00:00Z");
        let withdrawn = update(&app, &user, &id, json!({"gdprConsent": false})).await["data"]["updateContact"].clone();
        let expected = json!({"id": id, "gdprConsent": false, "gdprConsentAt": null, "gdprConsentSource": null});
        assert_eq!(withdrawn, expected, "{backend:?}");
        let again = update(&app, &user, &id, json!({"gdprConsent": true})).await;
        assert_eq!(rule(&again), ("required", "gdprConsentSource"), "{again}");

        // The audit log tells how it went.
        let log = "query($r: ID) { auditLog(record: $r, orderBy: [{id: ASC}]) { nodes { changes } } }";
        let log = app.data(&user, log, json!({"r": id})).await["auditLog"]["nodes"].clone();
        let sources: Vec<&Value> =
            log.as_array().unwrap().iter().map(|entry| &entry["changes"]["gdprConsentSource"]["after"]).collect();
        assert_eq!(json!(sources), json!([null, "web form", "trade fair", null, null]), "{log}");
    }
}
