//! Packages that add to modules of others: what they add behaves as if the author of the module had written it.

use crate::support::{App, Asking, Database, User, Who, backends};
use kontor_domain::ddl;
use serde_json::{Value, json};

const WITHOUT: [&str; 1] = ["config/packages"];
const SHIPMENTS: [&str; 2] = ["config/packages", "examples/packages"];
const SITE: [&str; 2] = ["config/packages", "tests/packages"];

const UPDATE: &str = "mutation($id: ID!, $i: AccountUpdateInput!) { updateAccount(id: $id, input: $i) {
    accountType shipmentsOnTheWay shipmentsFreight shipmentsBudgetLeft shipmentsGate shipmentsHub { name } } }";
const SHIP: &str =
    "mutation($i: ShipmentCreateInput!) { createShipment(input: $i) { id account { shipmentsOnTheWay } } }";

async fn account(app: &App, user: &User, input: Value) -> Value {
    let create = "mutation($i: AccountCreateInput!) { createAccount(input: $i) { id } }";
    app.data(user, create, json!({"i": input})).await["createAccount"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_adds_to_a_module_of_another_beside_existing_data() {
    for backend in backends() {
        let app = App::over(Database::new(backend), &WITHOUT).await;
        let user = app.user("acme").await;
        let acme = account(&app, &user, json!({"name": "Acme"})).await;
        let App { engine, database, .. } = app;
        drop(engine);

        let app = App::over(database, &SHIPMENTS).await;
        let carrier = account(&app, &user, json!({"name": "Speedy", "accountType": "SHIPMENTS_CARRIER"})).await;
        let input = json!({"shipmentsBudget": "100", "shipmentsHubId": carrier, "shipmentsGate": "B7"});
        let updated = app.data(&user, UPDATE, json!({"id": acme, "i": input})).await["updateAccount"].clone();
        let expected = json!({"accountType": "PROSPECT", "shipmentsOnTheWay": 0, "shipmentsFreight": "0.00",
            "shipmentsBudgetLeft": "100.00", "shipmentsGate": "B7", "shipmentsHub": {"name": "Speedy"}});
        assert_eq!(updated, expected, "{backend:?}");

        // Roll-ups and what is computed of them follow the shipments.
        let input = json!({"accountId": acme, "status": "PACKED", "cost": "12.50"});
        let shipped = app.data(&user, SHIP, json!({"i": input})).await["createShipment"].clone();
        assert_eq!(shipped["account"]["shipmentsOnTheWay"], 1, "{backend:?}");
        let read = "query($id: ID!) { account(id: $id) { shipmentsFreight shipmentsBudgetLeft } }";
        let now = app.data(&user, read, json!({"id": acme})).await;
        assert_eq!(now["account"], json!({"shipmentsFreight": "12.50", "shipmentsBudgetLeft": "87.50"}), "{backend:?}");

        // It is searched, filtered, ordered and linked back from like any other.
        let list =
            "query($f: AccountFilter) { accounts(search: \"B7\", filter: $f, orderBy: {shipmentsBudgetLeft: ASC}) {
            nodes { name shipmentsHub { shipmentsCustomers { totalCount } } } } }";
        let filter = json!({"shipmentsHub": {"accountType": {"eq": "SHIPMENTS_CARRIER"}}});
        let found = app.data(&user, list, json!({"f": filter})).await["accounts"]["nodes"].clone();
        assert_eq!(found, json!([{"name": "Acme", "shipmentsHub": {"shipmentsCustomers": {"totalCount": 1}}}]));

        // Its conditions, rules and events hold.
        let answer = app.ask(&user, UPDATE, json!({"id": carrier, "i": {"shipmentsHubId": acme}})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "VALIDATION_FAILED", "{answer}");
        let answer = app.ask(&user, UPDATE, json!({"id": carrier, "i": {"shipmentsHubId": carrier}})).await;
        let violation = &answer["errors"][0]["extensions"]["violations"][0];
        assert_eq!(violation["rule"], "shipments_own_hub", "{answer}");
        let events =
            "query($id: ID!) { recordEvents(filter: {recordId: {eq: $id}}, orderBy: {id: ASC}) { nodes { events } } }";
        let events = app.data(&user, events, json!({"id": acme})).await["recordEvents"]["nodes"].clone();
        assert_eq!(events[1]["events"], json!(["shipments_assigned"]), "{backend:?}: {events}");

        // Who may not read a field does not learn it from the list, nor by a filter.
        let seller = Who::of(&user, "sales_rep");
        let seller = Asking::new(&app, user.org, &seller);
        let hidden = seller.ask(read, json!({"id": acme})).await;
        assert_eq!(
            hidden["data"]["account"],
            json!({"shipmentsFreight": null, "shipmentsBudgetLeft": null}),
            "{backend:?}"
        );
        let filter = "{ accounts(filter: {shipmentsFreight: {gt: \"1\"}}) { totalCount } }";
        let answer = seller.ask(filter, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{backend:?}: {answer}");

        // The ledger knows whose each column is, and nothing is left to do.
        let accounts = ddl::desired(&app.catalog).tables["accounts"].clone();
        let owner = |column: &str| accounts.column(column).unwrap().package.clone();
        assert_eq!((owner("name"), owner("shipments_hub_id").as_deref()), (None, Some("shipments")));
        let again = app.engine.store().apply(&app.catalog).await.unwrap();
        assert_eq!(again.changes, Vec::<String>::new(), "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_has_the_last_word() {
    for backend in backends() {
        let app = App::with_packages(backend, &SITE).await;
        let user = app.user("acme").await;
        let create = "mutation($i: TicketCreateInput!) { createTicket(input: $i) { id priority costCentre source } }";
        let input = json!({"subject": "Printer", "costCentre": "K-1", "source": "PHONE"});
        let ticket = app.data(&user, create, json!({"i": input})).await["createTicket"].clone();
        let expected = json!({"id": ticket["id"], "priority": "LOW", "costCentre": "K-1", "source": "PHONE"});
        assert_eq!(ticket, expected, "{backend:?}");

        // What it requires and makes unique is asked of everybody.
        let burning = json!({"subject": "Fire", "priority": "EMERGENCY"});
        assert_eq!(app.code(&user, create, json!({"i": burning})).await, "VALIDATION_FAILED", "{backend:?}");
        let same = json!({"subject": "Copier", "costCentre": "K-1"});
        let answer = app.ask(&user, create, json!({"i": same})).await;
        assert!(answer["errors"][0].is_object(), "{backend:?}: {answer}");

        // Rights: narrowed for one role, granted to another, of one field taken from most.
        let count = "{ tickets { totalCount nodes { source } } }";
        let marketing = Who::of(&user, "marketing");
        let answer = Asking::new(&app, user.org, &marketing).ask(count, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{backend:?}: {answer}");
        for role in ["sales_rep", "auditor"] {
            let who = Who::of(&user, role);
            let answer = Asking::new(&app, user.org, &who).ask(count, json!({})).await;
            let seen = json!({"totalCount": 1, "nodes": [{"source": null}]});
            assert_eq!(answer["data"]["tickets"], seen, "{backend:?}: {role}: {answer}");
        }

        // What people read is its words.
        let about = "{ modules { name fields { name label } } }";
        let modules = app.data(&user, about, json!({})).await["modules"].clone();
        let tickets = modules.as_array().unwrap().iter().find(|module| module["name"] == "Ticket").unwrap();
        let label = |name: &str| {
            let fields = tickets["fields"].as_array().unwrap();
            fields.iter().find(|field| field["name"] == name).unwrap()["label"].clone()
        };
        assert_eq!(
            [label("description"), label("createdAt"), label("costCentre")],
            ["What happened", "Reported at", "Cost centre"],
            "{backend:?}"
        );
        let again = app.engine.store().apply(&app.catalog).await.unwrap();
        assert_eq!(again.changes, Vec::<String>::new(), "{backend:?}");
    }
}
