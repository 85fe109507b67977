//! A person is forgotten: nothing says who it was, anywhere, and what was counted stays.

use super::feeds::{next, subscribe};
use crate::support::{App, Backend, Served, User, backends, post};
use axum::{body::Body, http::header};
use kontor_domain::{
    column::{ColumnType, Dialect},
    context::Whose,
    store::Args,
    value::Value as Stored,
};
use kontor_gateway::{
    auth::Caller,
    engine::{Asker, GraphQlRequest},
    http::Options,
};
use serde_json::{Value, json};
use std::pin::Pin;
use uuid::Uuid;

const ERASE: &str = "mutation($id: ID!) { eraseContact(id: $id) {
    id module erasedAt auditEntries events answers files records { module anonymized deleted } } }";
/// Stands in everything that says who the person is.
const SECRET: &str = "Xylophonia";

/// Everything that the database holds, as text.
pub(super) async fn everything(app: &App) -> String {
    let store = app.engine.store();
    if store.dialect() == Dialect::Sqlite {
        // A copy has what the database holds, and nothing of what was there before.
        let copy = app.database.folder.path().join(format!("{}.db", Uuid::now_v7()));
        let sql = format!("VACUUM INTO '{}'", copy.display());
        store.query(Whose::Platform, &sql, &Args::new(store.dialect()), &[]).await.unwrap();
        return String::from_utf8_lossy(&std::fs::read(copy).unwrap()).into_owned();
    }
    let mut all = String::new();
    let sql = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind = 'r' AND n.nspname = 'public'";
    for row in store.query(Whose::Platform, sql, &Args::new(store.dialect()), &[ColumnType::Text]).await.unwrap() {
        let [Stored::Text(table)] = &row[..] else { panic!("{row:?}") };
        let sql = format!("SELECT t::text FROM \"{table}\" t");
        for row in store.query(Whose::Platform, &sql, &Args::new(store.dialect()), &[ColumnType::Text]).await.unwrap() {
            all.push_str(&format!("{table}: {row:?}\n"));
        }
    }
    all
}

/// Where a text still stands.
#[track_caller]
fn nothing_of(all: &str, text: &str, backend: Backend) {
    let (all, text) = (all.to_lowercase(), text.to_lowercase());
    let found: Vec<_> = all
        .match_indices(&text)
        .map(|(at, _)| {
            let from = (0..=at.saturating_sub(150)).rev().find(|n| all.is_char_boundary(*n)).unwrap_or(0);
            let to = (at + 80..all.len()).find(|n| all.is_char_boundary(*n)).unwrap_or(all.len());
            all[from..to].to_owned()
        })
        .collect();
    assert!(found.is_empty(), "{backend:?}: {} times, first {:?}", found.len(), found.first());
}

async fn made(app: &App, user: &User, mutation: &str, variables: Value) -> Value {
    let data = app.data(user, mutation, variables).await;
    data.as_object().unwrap().values().next().unwrap()["id"].clone()
}

/// The data of an answer; on the heap, since a test of many steps has no room for each on its stack.
fn told<'t>(
    app: &'t App,
    user: &'t User,
    query: &'t str,
    variables: Value,
) -> Pin<Box<dyn Future<Output = Value> + 't>> {
    Box::pin(app.data(user, query, variables))
}

/// A contact of whom everything that can be is known.
async fn known(app: &App, user: &User) -> Value {
    let create = "mutation($i: ContactCreateInput!) { createContact(input: $i) { id } }";
    let input = json!({"firstName": "Ada", "lastName": SECRET, "email": "xylophonia@example.com", "phone": "+49 30 901820",
        "jobTitle": "Xylophonia's job", "gdprConsent": true, "gdprConsentSource": "Xylophonia's form",
        "customFields": {"nick": "xylophonia"}, "addressLine1": "Xylophonia Street 1"});
    let contact = made(app, user, create, json!({"i": input})).await;
    let update = "mutation($id: ID!, $i: ContactUpdateInput!) { updateContact(id: $id, input: $i) { id } }";
    app.data(user, update, json!({"id": contact, "i": {"lastName": "Xylophonia-Old"}})).await;
    app.data(user, update, json!({"id": contact, "i": {"lastName": SECRET, "score": 42}})).await;
    let activity = "mutation($i: ActivityCreateInput!) { createActivity(input: $i) { id } }";
    let activity = made(app, user, activity, json!({"i": {"subject": "Call Xylophonia", "contactId": contact}})).await;
    let note = "mutation($i: NoteCreateInput!) { createNote(input: $i) { id } }";
    for (id, ty) in [(&contact, "Contact"), (&activity, "Activity")] {
        let input = json!({"content": "Xylophonia said no", "recordId": id, "recordType": ty});
        made(app, user, note, json!({"i": input})).await;
    }
    let email = "mutation($i: EmailMessageCreateInput!) { createEmailMessage(input: $i) { id } }";
    let input = json!({"subject": "Dear Xylophonia", "toEmail": "xylophonia@example.com", "openCount": 3,
        "bodyPreview": "Xylophonia, hello", "contactId": contact});
    made(app, user, email, json!({"i": input})).await;
    let ticket = "mutation($i: TicketCreateInput!) { createTicket(input: $i) { id } }";
    made(app, user, ticket, json!({"i": {"subject": "Xylophonia is angry", "contactId": contact}})).await;
    let social = "mutation($i: SocialEventCreateInput!) { createSocialEvent(input: $i) { id } }";
    let input = json!({"platform": "X", "verb": "POSTED", "direction": "INBOUND", "text": "I am Xylophonia",
        "authorHandle": "@xylophonia", "externalId": "xylophonia-1", "occurredAt": "2026-01-01T00:00:00Z",
        "contactId": contact});
    made(app, user, social, json!({"i": input})).await;
    let lead = "mutation($i: LeadCreateInput!) { createLead(input: $i) { id } }";
    let input = json!({"name": "Xylophonia wants it", "lastName": SECRET, "estimatedValue": "99.00",
        "convertedContactId": contact});
    made(app, user, lead, json!({"i": input})).await;
    let deal = "mutation($i: OpportunityCreateInput!) { createOpportunity(input: $i) { id } }";
    let pipeline = app.data(user, "{ pipelines { nodes { id stages { nodes { id } } } } }", json!({})).await;
    let pipeline = &pipeline["pipelines"]["nodes"][0];
    let input = json!({"name": "Deal", "amount": "100.00", "contactId": contact, "pipelineId": pipeline["id"],
        "stageId": pipeline["stages"]["nodes"][0]["id"]});
    made(app, user, deal, json!({"i": input})).await;
    contact
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_an_erased_person_remains_anywhere() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let (app, user) = (&served.app, &served.user);
        let contact = Box::pin(known(app, user)).await;
        let stays =
            made(app, user, "mutation { createContact(input: {lastName: \"Bystander\"}) { id } }", json!({})).await;
        // A file, and an answer that is kept.
        let operations = json!({"query": "mutation($i: AttachmentCreateInput!) { createAttachment(input: $i) { id } }",
            "variables": {"i": {"file": null, "recordId": contact, "recordType": "Contact"}}});
        let body = format!(
            "--f\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n\
             --f\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{{\"0\": [\"variables.i.file\"]}}\r\n\
             --f\r\nContent-Disposition: form-data; name=\"0\"; filename=\"xylophonia.txt\"\r\n\r\nxylophonia\r\n--f--\r\n"
        );
        let upload = post()
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=f")
            .header(header::AUTHORIZATION, served.bearer("admin"));
        let mut upload = upload.body(Body::from(body)).unwrap();
        let kind = upload.headers().get_all(header::CONTENT_TYPE).iter().next_back().unwrap().clone();
        upload.headers_mut().insert(header::CONTENT_TYPE, kind);
        let uploaded = Box::pin(served.send(upload)).await;
        assert!(uploaded.json()["data"]["createAttachment"]["id"].is_string(), "{}", uploaded.text());
        let request = post().header(header::AUTHORIZATION, served.bearer("admin")).header("idempotency-key", "k1");
        let query = format!("mutation {{ updateContact(id: {contact}, input: {{score: 43}}) {{ lastName }} }}");
        let kept = Box::pin(served.send(request.body(Body::from(json!({"query": query}).to_string())).unwrap())).await;
        assert!(kept.text().contains(SECRET), "{}", kept.text());

        let before = Box::pin(everything(app)).await;
        assert!(before.to_lowercase().contains("xylophonia"), "{backend:?}");
        let cursor = told(app, user, "{ recordEvents(orderBy: [{id: ASC}]) { totalCount } }", json!({})).await;
        let watched = "subscription { contactEvents { kind before after changedFields } }";
        let mut feed = subscribe(&app.engine, user, watched, json!({})).await.unwrap();
        let receipt = told(app, user, ERASE, json!({"id": contact})).await["eraseContact"].clone();
        assert_eq!((&receipt["id"], &receipt["module"]), (&contact, &json!("Contact")), "{receipt}");
        assert_eq!((&receipt["files"], &receipt["answers"]), (&json!(1), &json!(1)), "{receipt}");
        assert_eq!(
            receipt["records"],
            json!([
                {"module": "Activity", "anonymized": 1, "deleted": 0},
                {"module": "Attachment", "anonymized": 0, "deleted": 1},
                {"module": "Contact", "anonymized": 1, "deleted": 0},
                {"module": "EmailMessage", "anonymized": 1, "deleted": 0},
                {"module": "Lead", "anonymized": 1, "deleted": 0},
                {"module": "Note", "anonymized": 2, "deleted": 0},
                {"module": "SocialEvent", "anonymized": 1, "deleted": 0},
                {"module": "Ticket", "anonymized": 1, "deleted": 0},
            ]),
            "{backend:?}"
        );

        let all = Box::pin(everything(app)).await;
        for gone in ["xylophonia", "901820"] {
            nothing_of(&all, gone, backend);
        }
        assert!(all.contains("Bystander"));
        let files = app.database.folder.path().join("files").join(user.org.to_string());
        assert_eq!(std::fs::read_dir(files).unwrap().count(), 0, "{backend:?}");

        // Followers are told, but not of what was erased; cursors go on leading where they led.
        let heard = next(&mut feed).await;
        assert_eq!(heard["kind"], "UPDATED");
        assert!(!heard.to_string().to_lowercase().contains("xylophonia"), "{heard}");
        assert!(heard["changedFields"].to_string().contains("lastName"), "{heard}");
        let events = told(app, user, "{ recordEvents { totalCount } }", json!({})).await;
        assert!(events["recordEvents"]["totalCount"].as_i64() > cursor["recordEvents"]["totalCount"].as_i64());

        // What was counted stays, and so do the links.
        let query = "query($id: ID!) { contact(id: $id) { lastName name email erasedAt score gdprConsent gdprConsentAt
            gdprConsentSource customFields opportunities { totalCount } convertedLeads { nodes { estimatedValue lastName } }
            emailMessages { nodes { openCount subject } } notes { nodes { content } } attachments { totalCount } } }";
        let record = told(app, user, query, json!({"id": contact})).await["contact"].clone();
        let at = receipt["erasedAt"].clone();
        assert_eq!(
            record,
            json!({"lastName": "Erased", "name": "Erased", "email": null, "erasedAt": at, "score": 43,
            "gdprConsent": false, "gdprConsentAt": null, "gdprConsentSource": null, "customFields": null,
            "opportunities": {"totalCount": 1}, "attachments": {"totalCount": 0},
            "convertedLeads": {"nodes": [{"estimatedValue": "99.00", "lastName": null}]},
            "emailMessages": {"nodes": [{"openCount": 3, "subject": null}]},
            "notes": {"nodes": [{"content": "Erased"}]}}),
            "{backend:?}"
        );
        let search = "query { search(query: \"xylophonia\") { id } }";
        assert_eq!(told(app, user, search, json!({})).await["search"], json!([]));
        let log = "query($r: ID) { auditLog(record: $r, filter: {action: {eq: \"erase_personal_data\"}}) { nodes { user { id } changes } } }";
        let log = told(app, user, log, json!({"r": contact})).await["auditLog"]["nodes"].clone();
        assert_eq!(log[0]["user"]["id"], json!(user.id), "{log}");
        assert_eq!(log[0]["changes"]["deleted"], json!({"Attachment": 1}));

        // The answer that was kept is given no more, and nothing is done twice.
        let request = post().header(header::AUTHORIZATION, served.bearer("admin")).header("idempotency-key", "k1");
        let again =
            served.send(request.body(Body::from(json!({"query": query_again(&contact)}).to_string())).unwrap()).await;
        assert_eq!(again.code(), "ANSWER_ERASED", "{backend:?}");

        // Nothing comes back: not by restoring, not by writing.
        told(app, user, "mutation($id: ID!) { deleteContact(id: $id) { id } }", json!({"id": contact})).await;
        let restore = "mutation($id: ID!) { restoreContact(id: $id) { lastName email } }";
        let restored = told(app, user, restore, json!({"id": contact})).await;
        assert_eq!(restored["restoreContact"], json!({"lastName": "Erased", "email": null}));
        let update = "mutation($id: ID!, $i: ContactUpdateInput!) { updateContact(id: $id, input: $i) { score } }";
        let refused = app.ask(user, update, json!({"id": contact, "i": {"email": "x@example.com"}})).await;
        assert_eq!(refused["errors"][0]["extensions"]["violations"][0]["rule"], "erased", "{refused}");
        told(app, user, update, json!({"id": contact, "i": {"score": 1}})).await;

        // To repeat it does no harm, and takes what came since.
        let repeated = told(app, user, ERASE, json!({"id": contact})).await["eraseContact"].clone();
        assert_eq!((&repeated["records"], &repeated["erasedAt"]), (&json!([]), &at), "{repeated}");
        let note = json!({"i": {"content": "Xylophonia again", "recordId": contact, "recordType": "Contact"}});
        Box::pin(made(app, user, "mutation($i: NoteCreateInput!) { createNote(input: $i) { id } }", note)).await;
        told(app, user, ERASE, json!({"id": contact})).await;
        nothing_of(&Box::pin(everything(app)).await, "xylophonia", backend);
        let other = told(app, user, "query($id: ID!) { contact(id: $id) { lastName } }", json!({"id": stays})).await;
        assert_eq!(other["contact"]["lastName"], "Bystander");
    }
}

fn query_again(contact: &Value) -> String {
    format!("mutation {{ updateContact(id: {contact}, input: {{score: 43}}) {{ lastName }} }}")
}

/// The code of the error, if any, that somebody in a role gets.
pub(super) async fn as_role(app: &App, user: &User, role: &str, query: &str, variables: Value) -> Value {
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    let request = GraphQlRequest { query: query.to_owned(), variables, ..GraphQlRequest::default() };
    let caller = Some(Caller::signed_in(user.id, user.org, role, Uuid::nil()));
    let asker = Asker { caller, language: "en".to_owned(), request_id: "test".to_owned(), ..Asker::default() };
    let answer: Value = serde_json::from_slice(&app.engine.execute(request, &asker).await.body).unwrap();
    answer["errors"][0]["extensions"]["code"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_erases_and_only_its_own_organization() {
    for backend in backends() {
        let app = App::new(backend).await;
        let (user, stranger) = (app.user("acme").await, app.user("umbrella").await);
        let create = "mutation { createContact(input: {lastName: \"Lovelace\"}) { id } }";
        let id = json!({"id": made(&app, &user, create, json!({})).await});
        for role in ["manager", "sales_rep", "marketing", "readonly"] {
            assert_eq!(as_role(&app, &user, role, ERASE, id.clone()).await, "FORBIDDEN", "{backend:?} {role}");
        }
        for unknown in [json!(Uuid::now_v7()), json!("x")] {
            assert_eq!(app.code(&user, ERASE, json!({"id": unknown})).await, "NOT_FOUND");
        }
        assert_eq!(app.code(&stranger, ERASE, id.clone()).await, "NOT_FOUND");
        assert_eq!(app.code(&user, "mutation($id: ID!) { eraseLead(id: $id) { id } }", id.clone()).await, "NOT_FOUND");
        let anonymous = app.bytes(None, ERASE, id.clone()).await;
        assert!(anonymous.contains("UNAUTHENTICATED"), "{anonymous}");
        let tried = "mutation($id: ID!) @dryRun { eraseContact(id: $id) { id } }";
        assert_eq!(app.code(&user, tried, id.clone()).await, "BAD_USER_INPUT");
        let found = app.data(&user, "query($id: ID!) { contact(id: $id) { lastName erasedAt } }", id.clone()).await;
        assert_eq!(found["contact"], json!({"lastName": "Lovelace", "erasedAt": null}));
        assert_eq!(as_role(&app, &user, "super_admin", ERASE, id).await, json!(null));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_module_of_people_by_an_outside_author_is_erased_alike() {
    for backend in backends() {
        let app = App::with_packages(backend, &["config/packages", "tests/packages"]).await;
        let user = app.user("acme").await;
        let create = "mutation($i: PatientCreateInput!) { createPatient(input: $i) { id } }";
        let contact =
            made(&app, &user, "mutation { createContact(input: {lastName: \"Xylophonia\"}) { id } }", json!({})).await;
        let mut patients = Vec::new();
        for number in ["X-1", "X-2"] {
            let input = json!({"lastName": SECRET, "fileNumber": number, "email": "xylophonia@example.com",
                "born": "1815-12-10", "contactId": contact,
                "treatments": {"create": [{"what": "Xylophonia's knee", "price": "10.00"}]}});
            patients.push(made(&app, &user, create, json!({"i": input})).await);
        }
        let activity = "mutation($i: ActivityCreateInput!) { createActivity(input: $i) { id } }";
        let input = json!({"i": {"subject": "Call Xylophonia", "patientId": patients[0]}});
        made(&app, &user, activity, input).await;
        let erase = "mutation($id: ID!) { erasePatient(id: $id) { records { module anonymized } } }";
        let receipt = app.data(&user, erase, json!({"id": patients[0]})).await["erasePatient"]["records"].clone();
        // The contact is the same person, and so are the patients that it was.
        assert_eq!(
            receipt,
            json!([
                {"module": "Activity", "anonymized": 1}, {"module": "Contact", "anonymized": 1},
                {"module": "Patient", "anonymized": 2}, {"module": "Treatment", "anonymized": 2},
            ]),
            "{backend:?}"
        );
        nothing_of(&everything(&app).await, "xylophonia", backend);
        let query =
            "{ patients { nodes { lastName fileNumber email born treatments { nodes { what price greeting } } } } }";
        let found = app.data(&user, query, json!({})).await["patients"]["nodes"].clone();
        for (patient, id) in found.as_array().unwrap().iter().zip(&patients) {
            let key = id.as_str().unwrap().replace('-', "");
            assert_eq!(
                *patient,
                json!({"lastName": "Erased", "fileNumber": format!("Erased {key}"),
                "email": format!("erased-{key}@erased.invalid"), "born": null,
                "treatments": {"nodes": [{"what": "Erased", "price": "10.00", "greeting": "Dear Erased"}]}})
            );
        }
    }
}

/// A field that was removed is still in the database, and so is what was put away of one that was dropped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_is_forgotten_too() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation { createContact(input: {lastName: \"Lovelace\"}) { id } }";
        let contact = made(&app, &user, create, json!({})).await;
        let other = made(&app, &user, create, json!({})).await;
        let (text, uuid) = if backend == Backend::Postgres { ("text", "uuid") } else { ("TEXT", "BLOB") };
        app.execute(&format!("ALTER TABLE contacts ADD COLUMN old_habit {text}")).await;
        app.execute(&format!("UPDATE contacts SET old_habit = '{SECRET}'")).await;
        let away = "kontor_quarantine_7_0";
        app.execute(&format!(
            "CREATE TABLE {away} (id {uuid} PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE, \
             org {uuid} NOT NULL, nickname {text})"
        ))
        .await;
        app.execute(&format!("INSERT INTO {away} SELECT id, org, '{SECRET}' FROM contacts")).await;
        // What is put away stands behind the same wall as everything else.
        app.engine.store().apply(&app.catalog).await.unwrap();

        told(&app, &user, ERASE, json!({"id": contact})).await;
        let left = |of: &str| format!("SELECT CAST(count(*) AS bigint) FROM {of}");
        assert_eq!(app.number(&left("contacts WHERE old_habit IS NOT NULL")).await, 1, "{backend:?}");
        assert_eq!(app.number(&left(away)).await, 1, "{backend:?}");
        told(&app, &user, ERASE, json!({"id": other})).await;
        nothing_of(&everything(&app).await, SECRET, backend);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_at_the_same_time_leave_nothing_behind() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation { createContact(input: {lastName: \"Xylophonia\"}) { id } }";
        let contact = made(&app, &user, create, json!({})).await;
        let note = "mutation($c: ID!, $n: String!) { createNote(input: {content: $n, recordId: $c, recordType: Contact}) { id } }";
        let update = "mutation($c: ID!, $n: String!) { updateContact(id: $c, input: {firstName: $n}) { id } }";
        let mut tasks = Vec::new();
        for n in 0..12 {
            let (engine, user, contact) = (app.engine.clone(), user.clone(), contact.clone());
            let query = if n % 2 == 0 { note } else { update };
            tasks.push(tokio::spawn(async move {
                let variables = json!({"c": contact, "n": format!("Xylophonia {n}")}).as_object().unwrap().clone();
                let request = GraphQlRequest { query: query.to_owned(), variables, ..GraphQlRequest::default() };
                let caller = Some(Caller::signed_in(user.id, user.org, "admin", Uuid::nil()));
                let asker = Asker { caller, language: "en".to_owned(), ..Asker::default() };
                engine.execute(request, &asker).await
            }));
        }
        app.data(&user, ERASE, json!({"id": contact})).await;
        for task in tasks {
            task.await.unwrap();
        }
        // Who came later wrote notes of a stranger; what was written of the person before is gone.
        let query = "query($id: ID!) { contact(id: $id) { firstName lastName } }";
        let found = app.data(&user, query, json!({"id": contact})).await["contact"].clone();
        assert_eq!(found, json!({"firstName": null, "lastName": "Erased"}), "{backend:?}");
        app.data(&user, ERASE, json!({"id": contact})).await;
        nothing_of(&everything(&app).await, "xylophonia", backend);
    }
}
