//! Who is told of what.

use crate::support::{App, Notifier, User, backends};
use serde_json::{Value, json};

const ACCOUNT: &str = "mutation($i: AccountCreateInput!) { createAccount(input: $i) { id } }";
const UPDATE: &str = "mutation($id: ID!, $i: AccountUpdateInput!) { updateAccount(id: $id, input: $i) { id } }";
const NOTE: &str = "mutation($i: NoteCreateInput!) { createNote(input: $i) { id } }";
const FOLLOW: &str = "mutation($id: ID!) { follow(record: $id) { id } }";

async fn id(app: &App, user: &User, query: &str, variables: Value) -> Value {
    let data = app.data(user, query, variables).await;
    data.as_object().unwrap().values().next().unwrap()["id"].clone()
}

fn one(kind: &str, message: &str) -> Vec<(String, String)> {
    vec![(kind.to_owned(), message.to_owned())]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_a_record_is_assigned_to_is_told_by_others() {
    for backend in backends() {
        let app = App::new(backend).await;
        let notifier = Notifier::new(&app);
        let boss = app.user("acme").await;
        let ada = app.colleague(&boss, "ada.lovelace").await;
        let bob = app.colleague(&boss, "bob.builder").await;
        let input = json!({"name": "Acme", "ownerId": ada.id, "assignedToId": ada.id});
        let account = id(&app, &boss, ACCOUNT, json!({"i": input})).await;
        id(&app, &ada, ACCOUNT, json!({"i": {"name": "Mine", "assignedToId": ada.id}})).await;
        notifier.catch_up().await;
        assert_eq!(app.told(&ada).await, one("assignment", "Admin assigned to you: Account “Acme”"), "{backend:?}");
        assert_eq!(app.told(&boss).await, []);

        id(&app, &ada, UPDATE, json!({"id": account, "i": {"assignedToId": bob.id}})).await;
        id(&app, &ada, UPDATE, json!({"id": account, "i": {"industry": "Steel"}})).await;
        notifier.catch_up().await;
        assert_eq!(app.told(&bob).await, one("assignment", "Ada Lovelace assigned to you: Account “Acme”"));
        assert_eq!(app.told(&ada).await.len(), 1);
        let query =
            "{ notifications { nodes { kind link isRead createdById record { __typename ... on Account { id } } } } }";
        let told = app.data(&bob, query, json!({})).await["notifications"]["nodes"].clone();
        let link = format!("/accounts/{}", account.as_str().unwrap());
        let record = json!({"__typename": "Account", "id": account});
        let expected =
            json!({"kind": "assignment", "link": link, "isRead": false, "createdById": null, "record": record});
        assert!(told.as_array().unwrap().contains(&expected), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_mentioned_anew_is_told_in_their_language() {
    for backend in backends() {
        let app = App::new(backend).await;
        let notifier = Notifier::new(&app);
        let boss = app.user("acme").await;
        let ada = app.colleague(&boss, "ada.lovelace").await;
        let bob = app.colleague(&boss, "bob.builder").await;
        let stranger = app.user("other").await;
        app.set_user(&ada, "locale = 'de-AT'").await;
        let account = id(&app, &boss, ACCOUNT, json!({"i": {"name": "Acme"}})).await;
        let content = "@ada.lovelace, please call\n@admin@other.example @nobody @admin";
        let note = json!({"content": content, "recordId": account, "recordType": "Account"});
        let note = id(&app, &boss, NOTE, json!({"i": note})).await;
        notifier.catch_up().await;
        let german = "Admin hat Sie erwähnt: Notiz „@ada.lovelace, please call @admin@other.example @nobody @admin“";
        assert_eq!(app.told(&ada).await, one("mention", german), "{backend:?}");
        assert_eq!((app.told(&stranger).await, app.told(&boss).await), (vec![], vec![]));

        let update = "mutation($id: ID!, $c: String!) { updateNote(id: $id, input: {content: $c}) { id } }";
        let content = "@\"Bob Builder\" and @ada.lovelace";
        id(&app, &boss, update, json!({"id": note, "c": content})).await;
        notifier.catch_up().await;
        assert_eq!(app.told(&ada).await.len(), 1);
        assert_eq!(
            app.told(&bob).await,
            one("mention", "Admin mentioned you: Note “@\"Bob Builder\" and @ada.lovelace”")
        );

        app.set_user(&bob, "is_active = FALSE").await;
        id(&app, &boss, NOTE, json!({"i": {"content": "@bob.builder", "recordId": account, "recordType": "Account"}}))
            .await;
        notifier.catch_up().await;
        assert_eq!(app.told(&bob).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn followers_are_told_of_changes_and_of_what_is_added() {
    for backend in backends() {
        let app = App::new(backend).await;
        let notifier = Notifier::new(&app);
        let boss = app.user("acme").await;
        let ada = app.colleague(&boss, "ada.lovelace").await;
        let account = id(&app, &boss, ACCOUNT, json!({"i": {"name": "Acme"}})).await;
        id(&app, &boss, UPDATE, json!({"id": account, "i": {"name": "Acme Ltd"}})).await;
        for user in [&ada, &boss] {
            id(&app, user, FOLLOW, json!({"id": account})).await;
        }
        let changes = json!({"industry": "Steel", "employeeCount": 7});
        id(&app, &boss, UPDATE, json!({"id": account, "i": changes})).await;
        let note = |content: &str| json!({"i": {"content": content, "recordId": account, "recordType": "Account"}});
        id(&app, &boss, NOTE, note("A word")).await;
        id(&app, &boss, "mutation($id: ID!) { deleteAccount(id: $id) { id } }", json!({"id": account})).await;
        id(&app, &boss, "mutation($id: ID!) { restoreAccount(id: $id) { id } }", json!({"id": account})).await;
        id(&app, &boss, NOTE, note("@ada.lovelace")).await;
        id(&app, &boss, UPDATE, json!({"id": account, "i": {"assignedToId": ada.id}})).await;
        id(&app, &ada, UPDATE, json!({"id": account, "i": {"industry": "Tin"}})).await;
        notifier.catch_up().await;
        let expected = [
            ("followed", "Admin changed Account “Acme Ltd” (Industry, Employees)"),
            ("followed", "Admin added Note “A word” to Account “Acme Ltd”"),
            ("followed", "Admin deleted Account “Acme Ltd”"),
            ("followed", "Admin restored Account “Acme Ltd”"),
            ("mention", "Admin mentioned you: Note “@ada.lovelace”"),
            ("assignment", "Admin assigned to you: Account “Acme Ltd”"),
        ];
        let expected = expected.map(|(kind, message)| (kind.to_owned(), message.to_owned()));
        assert_eq!(app.told(&ada).await, expected, "{backend:?}");
        assert_eq!(app.told(&boss).await, one("followed", "Ada Lovelace changed Account “Acme Ltd” (Industry)"));

        id(&app, &ada, "mutation($id: ID!) { deleteAccount(id: $id) { id } }", json!({"id": account})).await;
        notifier.catch_up().await;
        let query =
            "{ notifications(filter: {message: {startsWith: \"Ada Lovelace deleted\"}}) { nodes { link recordId } } }";
        let told = app.data(&boss, query, json!({})).await["notifications"]["nodes"].clone();
        assert_eq!(told, json!([{"link": null, "recordId": null}]), "what is not there is not linked to");
        let links = "{ notifications(filter: {kind: {eq: \"mention\"}}) { nodes { record { __typename } } } notes { nodes { id } } }";
        app.data(&ada, "mutation($id: ID!) { restoreAccount(id: $id) { id } }", json!({"id": account})).await;
        let before = app.data(&ada, links, json!({})).await;
        assert_eq!(before["notifications"]["nodes"], json!([{"record": {"__typename": "Note"}}]));
        app.data(&ada, "mutation($id: ID!) { purgeAccount(id: $id) }", json!({"id": account})).await;
        let after = app.data(&ada, links, json!({})).await;
        assert_eq!(
            (&after["notifications"]["nodes"], &after["notes"]["nodes"]),
            (&json!([{"record": null}]), &json!([]))
        );
        assert_eq!(kontor_domain::mutation::orphans(app.engine.store(), &app.catalog).await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_a_part_is_one_of_the_whole_and_told_once() {
    for backend in backends() {
        let app = App::new(backend).await;
        let notifier = Notifier::new(&app);
        let boss = app.user("acme").await;
        let (ada, bob) = (app.colleague(&boss, "ada.lovelace").await, app.colleague(&boss, "bob.dylan").await);
        app.set_user(&ada, "role = 'manager'").await;
        let quote = id(&app, &boss, "mutation { createQuote(input: {subject: \"Offer\"}) { id } }", json!({})).await;
        id(&app, &ada, FOLLOW, json!({"id": quote})).await;
        // Whoever may not read the quote any more is told nothing, though it still follows it.
        id(&app, &bob, FOLLOW, json!({"id": quote})).await;
        let line = "mutation($i: QuoteLineItemCreateInput!) { createQuoteLineItem(input: $i) { id } }";
        let line = id(
            &app,
            &boss,
            line,
            json!({"i": {"quoteId": quote, "description": "Bolts", "quantity": "2", "unitPrice": "3"}}),
        )
        .await;
        notifier.catch_up().await;
        let mut expected = one("followed", "Admin added Quote line “Bolts” to Quote “Offer”");
        assert_eq!(app.told(&ada).await, expected, "{backend:?}");
        let twice = "mutation($l: ID!, $q: ID!) { updateQuoteLineItem(id: $l, input: {quantity: \"4\"}) { id } updateQuote(id: $q, input: {subject: \"Better\"}) { id } }";
        app.data(&boss, twice, json!({"l": line, "q": quote})).await;
        notifier.catch_up().await;
        expected.extend(one("followed", "Admin changed Quote “Better” (Subject)"));
        assert_eq!(app.told(&ada).await, expected);
        let update = "mutation($l: ID!) { updateQuoteLineItem(id: $l, input: {quantity: \"5\"}) { id } }";
        app.data(&boss, update, json!({"l": line})).await;
        notifier.catch_up().await;
        expected.extend(one("followed", "Admin changed Quote line “Bolts” (Quantity) of Quote “Better”"));
        assert_eq!(app.told(&ada).await, expected, "what follows by itself is no news");
        assert!(app.told(&bob).await.is_empty(), "{backend:?}");
        app.data(
            &boss,
            "mutation($q: ID!, $w: ID!) { share(record: $q, with: $w) { id } }",
            json!({"q": quote, "w": bob.id}),
        )
        .await;
        app.data(&boss, twice, json!({"l": line, "q": quote})).await;
        notifier.catch_up().await;
        let mut expected = one("followed", "Admin added Share “READ” to Quote “Better”");
        expected.extend(one("followed", "Admin changed Quote line “Bolts” (Quantity) of Quote “Better”"));
        assert_eq!(app.told(&bob).await, expected, "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_what_they_may_not_read() {
    for backend in backends() {
        let app = App::new(backend).await;
        let notifier = Notifier::new(&app);
        let boss = app.user("acme").await;
        let (ada, bob) = (app.colleague(&boss, "ada.lovelace").await, app.colleague(&boss, "bob.builder").await);
        app.set_user(&ada, "role = 'sales_rep'").await;
        app.set_user(&bob, "role = 'sales_rep'").await;
        // Sales representatives read the opportunities of their team.
        let create = "mutation($i: OpportunityCreateInput!) { createOpportunity(input: $i) { id } }";
        let update = "mutation($id: ID!) { updateOpportunity(id: $id, input: {nextStep: \"Call\"}) { id } }";
        let own = id(&app, &boss, create, json!({"i": {"name": "Hers", "ownerId": ada.id}})).await;
        let secret = id(&app, &boss, create, json!({"i": {"name": "Secret"}})).await;
        notifier.catch_up().await;
        let assigned = one("assignment", "Admin assigned to you: Opportunity “Hers”");
        assert_eq!((app.told(&ada).await, app.told(&bob).await), (assigned.clone(), vec![]), "{backend:?}");
        for user in [&ada, &bob] {
            app.data(user, FOLLOW, json!({"id": secret})).await;
            app.data(user, FOLLOW, json!({"id": own})).await;
        }
        id(&app, &boss, update, json!({"id": secret})).await;
        id(&app, &boss, update, json!({"id": own})).await;
        notifier.catch_up().await;
        let told = app.told(&ada).await;
        assert_eq!((told.len(), app.told(&bob).await), (2, vec![]), "{told:?}");
        assert!(told.iter().all(|(_, message)| message.contains("Hers")), "{told:?}");
    }
}
