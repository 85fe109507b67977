//! Fields that a role may not read or write, on the paths around the record: from the other end of a link, in the logs,
//! and under names that they had before.

use crate::support::{App, Asking, Backend, User, Who, backends, told};
use serde_json::{Value, json};

/// Ada is no administrator, and knows neither the code of a dossier nor who is in it or has read it.
struct Archive {
    app: App,
    admin: User,
    ada: Who,
    contact: Value,
    dossier: Value,
    /// Where the log was before there was anything.
    start: Value,
}

impl Archive {
    async fn new(backend: Backend) -> Self {
        let app = App::with_packages(backend, &["config/packages", "tests/sealed"]).await;
        let admin = app.user("acme").await;
        let ada = Who::of(&app.colleague(&admin, "ada.lovelace").await, "sales_rep");
        let start = app.data(&admin, "{ eventCursor }", json!({})).await["eventCursor"].clone();
        let contact = "mutation($o: ID!) { createContact(input: {lastName: \"Berg\", ownerId: $o}) { id } }";
        let contact = app.data(&admin, contact, json!({"o": ada.id})).await["createContact"]["id"].clone();
        let dossier = "mutation($c: ID!) { createDossier(input: {name: \"D\", secretCode: \"x-9\", subjectId: $c, readers: {link: [$c]}}) { id } }";
        let dossier = app.data(&admin, dossier, json!({"c": contact})).await["createDossier"]["id"].clone();
        Self { app, admin, ada, contact, dossier, start }
    }

    fn ask<'a>(&'a self, who: &'a Who) -> Asking<'a> {
        Asking::new(&self.app, self.admin.org, who)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_kept_at_its_other_end_too() {
    for backend in backends() {
        let archive = Archive::new(backend).await;
        let ada = archive.ask(&archive.ada);
        let contact = json!({"id": archive.contact});
        let own = "query($id: ID!) { dossier(id: $id) { name secretCode subjectId subject { id } } }";
        let own = ada.data(own, json!({"id": archive.dossier})).await;
        assert_eq!(own["dossier"], json!({"name": "D", "secretCode": null, "subjectId": null, "subject": null}));
        let ends = "query($id: ID!) { contact(id: $id) {
            dossiers { totalCount nodes { id } edges { cursor } } dossiersAggregate { count }
            readDossiers { totalCount nodes { id } } readDossiersAggregate { count } } }";
        let nothing = json!({
            "dossiers": {"totalCount": 0, "nodes": [], "edges": []}, "dossiersAggregate": [{"count": 0}],
            "readDossiers": {"totalCount": 0, "nodes": []}, "readDossiersAggregate": [{"count": 0}],
        });
        assert_eq!(ada.data(ends, contact.clone()).await["contact"], nothing, "{backend:?}");
        let readers =
            "query($id: ID!) { dossier(id: $id) { readers { totalCount nodes { id } } readersAggregate { count } } }";
        let readers = ada.data(readers, json!({"id": archive.dossier})).await;
        assert_eq!(
            readers["dossier"],
            json!({"readers": {"totalCount": 0, "nodes": []}, "readersAggregate": [{"count": 0}]})
        );
        let all = archive.app.data(&archive.admin, ends, contact.clone()).await;
        assert_eq!(
            (&all["contact"]["dossiers"]["totalCount"], &all["contact"]["readDossiers"]["totalCount"]),
            (&json!(1), &json!(1))
        );
        for refused in [
            "{ contacts(filter: {dossiers: {some: {}}}) { totalCount } }",
            "{ contacts(filter: {dossiers: {none: {}}}) { totalCount } }",
            "{ contacts(filter: {readDossiers: {every: {name: {eq: \"D\"}}}}) { totalCount } }",
            "{ dossiers(filter: {readers: {some: {}}}) { totalCount } }",
            "{ contactsAggregate(filter: {dossiers: {some: {}}}) { count } }",
            "{ dossiers(filter: {leads: {some: {account: {contacts: {some: {dossiers: {some: {}}}}}}}}) { totalCount } }",
            "mutation { updateContacts(filter: {dossiers: {some: {}}}, input: {}) { affected } }",
        ] {
            assert_eq!(ada.code(refused, json!({})).await.as_deref(), Some("FORBIDDEN"), "{backend:?} {refused}");
        }
        let feed = "subscription { contactEvents(filter: {dossiers: {some: {}}}) { kind } }";
        assert_eq!(ada.follow(feed).await.map(drop), Err("FORBIDDEN".to_owned()), "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_not_written_from_its_other_end_either() {
    for backend in backends() {
        let archive = Archive::new(backend).await;
        let ada = archive.ask(&archive.ada);
        let made = ada.data("mutation { createDossier(input: {name: \"E\"}) { id } }", json!({})).await;
        let (made, old) = (&made["createDossier"]["id"], &archive.dossier);
        let contact = "mutation($id: ID!, $i: ContactUpdateInput!) { updateContact(id: $id, input: $i) { id } }";
        let dossier = "mutation($id: ID!, $i: DossierUpdateInput!) { updateDossier(id: $id, input: $i) { id } }";
        for (query, id, input) in [
            (dossier, made, json!({"subjectId": archive.contact})),
            (dossier, made, json!({"subject": {"link": archive.contact}})),
            (dossier, made, json!({"subject": {"create": {"lastName": "x"}}})),
            (dossier, old, json!({"subject": {"unlink": true}})),
            (dossier, old, json!({"readers": {"unlink": [archive.contact]}})),
            (dossier, made, json!({"readers": {"link": [archive.contact]}})),
            (contact, &archive.contact, json!({"dossiers": {"link": [made]}})),
            (contact, &archive.contact, json!({"dossiers": {"unlink": [old]}})),
            (contact, &archive.contact, json!({"dossiers": {"create": [{"name": "F"}]}})),
            (contact, &archive.contact, json!({"readDossiers": {"link": [made]}})),
            (contact, &archive.contact, json!({"readDossiers": {"unlink": [old]}})),
            (contact, &archive.contact, json!({"readDossiers": {"create": [{"name": "F"}]}})),
        ] {
            let code = ada.code(query, json!({"id": id, "i": input})).await;
            assert_eq!(code.as_deref(), Some("FORBIDDEN"), "{backend:?} {input}");
        }
        let create = "mutation($i: ContactCreateInput!) { createContact(input: $i) { id } }";
        for input in [
            json!({"lastName": "x", "dossiers": {"create": [{"name": "F"}]}}),
            json!({"lastName": "x", "dossiers": {"link": [made]}}),
            json!({"lastName": "x", "readDossiers": {"link": [made]}}),
        ] {
            assert_eq!(
                ada.code(create, json!({"i": input})).await.as_deref(),
                Some("FORBIDDEN"),
                "{backend:?} {input}"
            );
        }
        let create = "mutation { createDossier(input: {name: \"F\", subject: {create: {lastName: \"x\"}}}) { id } }";
        assert_eq!(ada.code(create, json!({})).await.as_deref(), Some("FORBIDDEN"), "{backend:?}");
        let state = "query($id: ID!) { contact(id: $id) { dossiers { totalCount } readDossiers { totalCount } } }";
        let state = archive.app.data(&archive.admin, state, json!({"id": archive.contact})).await;
        assert_eq!(
            state["contact"],
            json!({"dossiers": {"totalCount": 1}, "readDossiers": {"totalCount": 1}}),
            "{backend:?}"
        );
    }
}

/// The log of events, as records, keeps what the records keep.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_events_keeps_what_the_record_keeps() {
    for backend in backends() {
        let archive = Archive::new(backend).await;
        let change = "mutation($id: ID!) { updateDossier(id: $id, input: {secretCode: \"y-8\"}) { id } }";
        archive.app.data(&archive.admin, change, json!({"id": archive.dossier})).await;
        let log = "{ recordEvents(filter: {recordType: {eq: Dossier}, kind: {eq: \"UPDATED\"}}) { nodes { changedFields before after } } }";
        let all = archive.app.data(&archive.admin, log, json!({})).await["recordEvents"]["nodes"][0].clone();
        assert_eq!(
            (&all["before"]["secretCode"], &all["after"]["secretCode"]),
            (&json!("x-9"), &json!("y-8")),
            "{all}"
        );
        let other = Who::of(&archive.admin, "super_admin");
        let masked = archive.ask(&other).data(log, json!({})).await["recordEvents"]["nodes"][0].clone();
        for image in ["before", "after"] {
            assert_eq!(masked[image]["name"], "D", "{backend:?} {masked}");
            for key in ["secretCode", "subjectId"] {
                assert_eq!(masked[image].get(key), None, "{backend:?} {masked}");
            }
        }
        assert!(!masked["changedFields"].to_string().contains("secretCode"), "{backend:?} {masked}");
        assert!(all["changedFields"].to_string().contains("secretCode"), "{all}");
        let sought = "{ recordEvents(filter: {after: {path: \"secretCode\", eq: \"y-8\"}}) { totalCount } }";
        assert_eq!(archive.ask(&other).data(sought, json!({})).await["recordEvents"]["totalCount"], 0, "{backend:?}");
        // A key that is for the log alone is told of no record's values.
        let admin = Who::of(&archive.admin, "admin");
        let key = archive.ask(&admin).by_key(json!([{"module": "RecordEvent", "actions": ["READ"]}]));
        let bare = key.data(log, json!({})).await["recordEvents"]["nodes"][0].clone();
        assert_eq!(bare, json!({"changedFields": null, "before": null, "after": null}), "{backend:?}");
    }
}

/// Events are as they were: what a field was called before, and fields that are gone, are kept back all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn former_names_of_a_field_are_kept_back_in_the_logs() {
    for backend in backends() {
        let archive = Archive::new(backend).await;
        for (table, column) in [("record_events", "after"), ("audit_logs", "changes")] {
            let older = match backend {
                Backend::Sqlite => format!(
                    "UPDATE {table} SET \"{column}\" = replace(replace(\"{column}\", '\"secretCode\"', '\"cipher\"'), '\"readers\"', '\"motto\"') WHERE record_type = 'Dossier'"
                ),
                Backend::Postgres => format!(
                    "UPDATE {table} SET \"{column}\" = replace(replace(\"{column}\"::text, '\"secretCode\"', '\"cipher\"'), '\"readers\"', '\"motto\"')::jsonb WHERE record_type = 'Dossier'"
                ),
            };
            archive.app.execute(&older).await;
        }
        let log = "{ auditLog(filter: {recordType: {eq: Dossier}}) { nodes { changes } } }";
        let all = archive.app.data(&archive.admin, log, json!({})).await["auditLog"]["nodes"][0]["changes"].clone();
        assert_eq!(all["cipher"]["after"], "x-9", "{backend:?} {all}");
        let other = Who::of(&archive.admin, "super_admin");
        let masked = archive.ask(&other).data(log, json!({})).await["auditLog"]["nodes"][0]["changes"].clone();
        assert_eq!((&masked["name"]["after"], masked.get("cipher")), (&json!("D"), None), "{backend:?} {masked}");
        let feed = format!("subscription {{ dossierEvents(after: {}) {{ after }} }}", archive.start);
        let event = told(&mut archive.ask(&other).follow(&feed).await.unwrap()).await;
        assert_eq!((&event["after"]["name"], event["after"].get("cipher")), (&json!("D"), None), "{backend:?} {event}");
        let event = told(&mut archive.ask(&Who::of(&archive.admin, "admin")).follow(&feed).await.unwrap()).await;
        assert_eq!(event["after"]["cipher"], "x-9", "{backend:?} {event}");
    }
}
