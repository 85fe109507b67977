//! Groups of records: exact numbers, days of time zones, and clear refusals.

use crate::support::{App, User, backends};
use kontor_domain::{column::ColumnType, context::Whose, store::Args, value::Value as Stored};
use serde_json::{Value, json};

/// Creates opportunities with these amounts and closing days.
async fn opportunities(app: &App, user: &User, rows: &[(Value, &str)]) {
    let pipelines = app.data(user, "{ pipelines { nodes { id stages { nodes { id } } } } }", json!({})).await;
    let pipeline = &pipelines["pipelines"]["nodes"][0];
    let create = "mutation($input: OpportunityCreateInput!) { createOpportunity(input: $input) { id } }";
    for (n, (amount, day)) in rows.iter().enumerate() {
        let input = json!({
            "name": format!("Deal {n}"), "pipelineId": pipeline["id"], "stageId": pipeline["stages"]["nodes"][0]["id"],
            "amount": amount, "expectedCloseDate": day,
        });
        app.data(user, create, json!({"input": input})).await;
    }
}

async fn move_to(app: &App, user: &User, zone: &str) {
    let (zone, org) = (Stored::Text(zone.to_owned()), Stored::Uuid(user.org));
    let mut transaction = app.engine.store().begin(Whose::Platform).await.unwrap();
    let mut args = Args::new(transaction.dialect());
    let zone = args.add(ColumnType::Text, &zone);
    let sql = format!("UPDATE organizations SET timezone = {zone} WHERE id = {}", args.add(ColumnType::Uuid, &org));
    transaction.execute(&sql, &args).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_exact() {
    for backend in backends() {
        let app = App::new(backend).await;
        let (user, other) = (app.user("acme").await, app.user("other").await);
        let cents = ["0.10", "0.20", "0.05"].map(|amount| (json!(amount), "2026-03-31"));
        opportunities(&app, &user, &cents).await;
        opportunities(&app, &other, &[(json!("1000.00"), "2026-03-31")]).await;
        let query = "{ opportunitiesAggregate { count sum { amount } avg { amount } } }";
        let expected = json!([{"count": 3, "sum": {"amount": "0.35"}, "avg": {"amount": "0.116667"}}]);
        assert_eq!(app.data(&user, query, json!({})).await["opportunitiesAggregate"], expected);
        // Twelve of the largest amounts there are exceed 64 bits.
        let largest: Vec<_> = (0..12).map(|_| (json!("9999999999999999.99"), "2026-04-01")).collect();
        opportunities(&app, &other, &largest).await;
        let answer = app.ask(&other, query, json!({})).await;
        match backend {
            crate::support::Backend::Postgres => {
                let total = &answer["data"]["opportunitiesAggregate"][0];
                assert_eq!(total["sum"]["amount"], "120000000000000999.88");
                assert_eq!(total["avg"]["amount"], "9230769230769307.683077");
            }
            crate::support::Backend::Sqlite => assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_are_those_of_the_organization() {
    for backend in backends() {
        let app = App::new(backend).await;
        for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
            let user = app.user(&zone.to_lowercase().replace(['/', '_'], "-")).await;
            move_to(&app, &user, zone).await;
            let today = || chrono::Utc::now().with_timezone(&zone.parse::<chrono_tz::Tz>().unwrap()).date_naive();
            let day = today();
            opportunities(&app, &user, &[(json!("1"), &day.to_string())]).await;
            let query = "{
                today: opportunities(filter: {expectedCloseDate: {within: TODAY}}) { totalCount }
                created: opportunities(filter: {createdAt: {within: TODAY}}) { totalCount }
                byDay: opportunitiesAggregate(groupBy: [{createdAt: DAY}]) { keys group { createdAt } }
            }";
            let data = app.data(&user, query, json!({})).await;
            // At midnight the day may have changed meanwhile.
            if day == today() {
                assert_eq!(data["today"]["totalCount"], 1, "{zone}");
                assert_eq!(data["created"]["totalCount"], 1, "{zone}");
                let midnight =
                    day.and_hms_opt(0, 0, 0).unwrap().and_local_timezone(zone.parse::<chrono_tz::Tz>().unwrap());
                let midnight =
                    midnight.unwrap().with_timezone(&chrono::Utc).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
                assert_eq!(data["byDay"], json!([{"keys": [midnight], "group": {"createdAt": midnight}}]));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_sense_is_refused_with_a_hint() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        for (arguments, selection, hint) in [
            ("groupBy: [{industry: false}]", "count", "industry: true"),
            ("groupBy: [{industry: true, name: true}]", "count", "exactly one"),
            ("groupBy: [{industry: true}]", "group { name }", "groupBy"),
            ("groupBy: [{createdAt: DAY_OF_WEEK}]", "group { createdAt }", "keys"),
            ("orderBy: [{group: {name: ASC}}]", "count", "groupBy"),
            ("first: 1001", "count", "1000"),
            ("offset: -1", "count", "negative"),
            ("timeZone: \"Berlin\"", "count", "Europe/Berlin"),
            ("having: {sum: {annualRevenue: {gt: \"x\"}}}", "count", "decimal"),
        ] {
            let answer =
                app.ask(&user, &format!("{{ accountsAggregate({arguments}) {{ {selection} }} }}"), json!({})).await;
            let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{arguments}: {answer}"));
            assert!(message.contains(hint), "{arguments}: {message}");
        }
        let many = vec!["{name: true}"; 30].join(", ");
        let many = format!("{{ accountsAggregate(groupBy: [{many}]) {{ count }} }}");
        assert_eq!(app.code(&user, &many, json!({})).await, "COST_LIMIT_EXCEEDED");
        let ids = vec![user.id.to_string(); 1_001];
        let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        assert_eq!(app.code(&user, nodes, json!({"ids": ids})).await, "BAD_USER_INPUT");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_those_of_the_caller_in_the_order_of_the_ids() {
    for backend in backends() {
        let app = App::new(backend).await;
        let (user, other) = (app.user("acme").await, app.user("other").await);
        let create = "mutation { createAccount(input: {name: \"Acme\"}) { id } }";
        let own = app.data(&user, create, json!({})).await["createAccount"]["id"].clone();
        let foreign = app.data(&other, create, json!({})).await["createAccount"]["id"].clone();
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on User { email } } }";
        let me = json!({"__typename": "User", "id": user.id, "email": "admin@acme.example"});
        let account = json!({"__typename": "Account", "id": own});
        let data = app.data(&user, query, json!({"ids": [user.id, foreign, own, user.id, other.id]})).await;
        assert_eq!(data["nodes"], json!([me, null, account, me, null]));
    }
}
