//! Requests that nobody writes by hand, but clients generate and attackers send: each gets its answer or a clear refusal,
//! and the server lives on.

use crate::support::{App, Backend, User, backends};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_of_brackets_is_refused_before_it_is_parsed() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        for n in [200, 20_000] {
            let nots = format!("{{ accounts(filter: {}{{}}{}) {{ totalCount }} }}", "{not: ".repeat(n), "}".repeat(n));
            assert_eq!(app.code(&user, &nots, json!({})).await, "COST_LIMIT_EXCEEDED");
            let lists = format!("query($a: {}Int{}) {{ __typename }}", "[".repeat(n), "]".repeat(n));
            assert_eq!(app.code(&user, &lists, json!({})).await, "COST_LIMIT_EXCEEDED");
        }
        let deep = format!("{{ accounts(filter: {}{{}}{}) {{ totalCount }} }}", "{not: ".repeat(90), "}".repeat(90));
        assert_eq!(app.data(&user, &deep, json!({})).await["accounts"]["totalCount"], 0);
        let many = |n: usize| json!({"f": {"or": vec![json!({"name": {"eq": "x"}}); n]}});
        let filter = "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }";
        assert_eq!(app.data(&user, filter, many(490)).await["accounts"]["totalCount"], 0);
        assert_eq!(app.code(&user, filter, many(2_000)).await, "COST_LIMIT_EXCEEDED");
        let owners = |n| (0..n).map(|i| format!("a{i}: owner {{ email }}")).collect::<Vec<_>>().join(" ");
        app.data(&user, &format!("{{ accounts {{ nodes {{ {} }} }} }}", owners(400)), json!({})).await;
        let wide = format!("{{ accounts {{ nodes {{ {} }} }} }}", owners(900));
        assert_eq!(app.code(&user, &wide, json!({})).await, "COST_LIMIT_EXCEEDED");
        let order = ["{owner: {lastName: ASC}}"; 70].join(", ");
        let joins = format!("{{ accounts(orderBy: [{order}]) {{ totalCount }} }}");
        assert_eq!(app.code(&user, &joins, json!({})).await, "COST_LIMIT_EXCEEDED");
        let roots: String = (0..60).map(|i| format!("a{i}: __typename ")).collect();
        let hidden = format!("{{ ...F }} fragment F on Query {{ {roots} }}");
        assert_eq!(app.code(&user, &hidden, json!({})).await, "COST_LIMIT_EXCEEDED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn variables_inside_literals_are_filled_in() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation($x: String) { createAccount(input: {name: \"Acme\", customFields: {a: $x, b: [1, $x]}}) { customFields } }";
        let created = app.data(&user, create, json!({"x": "hi"})).await;
        assert_eq!(created["createAccount"]["customFields"], json!({"a": "hi", "b": [1, "hi"]}));
        let list = "query($n: String!) { accounts(filter: {name: {in: [\"nobody\", $n]}}) { totalCount } }";
        for (name, count) in [("Acme", 1), ("Other", 0), ("Acme", 1)] {
            assert_eq!(app.data(&user, list, json!({"n": name})).await["accounts"]["totalCount"], count, "{backend:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_made_for_one_request_refuses_what_it_does_not_fit() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let between = "query($r: [Int!]) { accounts(filter: {foundedYear: {between: $r}}) { totalCount } }";
        assert_eq!(app.data(&user, between, json!({"r": [1900, 2000]})).await["accounts"]["totalCount"], 0);
        for wrong in [json!([1900]), json!(1900), json!([1900, 1950, 2000]), json!([])] {
            assert_eq!(app.code(&user, between, json!({"r": wrong})).await, "BAD_USER_INPUT", "{wrong}");
        }
        assert_eq!(app.data(&user, between, json!({"r": [1900, 2000]})).await["accounts"]["totalCount"], 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_out_of_range_are_refused_on_both_databases() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let cases = [
            "{ accounts(filter: {foundedYear: {lt: 99999999999}}) { totalCount } }",
            "query($y: Int = 99999999999) { accounts(filter: {foundedYear: {lt: $y}}) { totalCount } }",
            "{ accounts(filter: {name: {eq: \"a\\u0000\"}}) { totalCount } }",
            "{ accounts(filter: {name: {in: [\"a\\u0000\"]}}) { totalCount } }",
            "{ accounts(filter: {name: {icontains: \"\\u0000\"}}) { totalCount } }",
            "query($d: Decimal = 10000000000000000.5) { accounts(filter: {annualRevenue: {gt: $d}}) { totalCount } }",
            "mutation { login(email: \"\\u0000\", password: \"x\") { accessToken } }",
        ];
        for case in cases {
            assert_eq!(app.code(&user, case, json!({})).await, "BAD_USER_INPUT", "{backend:?} {case}");
        }
        let rounded = "mutation { createAccount(input: {name: \"x\", annualRevenue: 1234567890123456.78}) { id } }";
        assert_eq!(app.code(&user, rounded, json!({})).await, "VALIDATION_FAILED", "{backend:?}");
        let create = "mutation($i: AccountCreateInput!) { createAccount(input: $i) { id } }";
        let answer = app.ask(&user, create, json!({"i": {"name": "a\0", "customFields": {"a": ["\0"]}}})).await;
        let violations = answer["errors"][0]["extensions"]["violations"].as_array().unwrap();
        assert_eq!(violations.len(), 2, "{answer}");
        assert!(violations.iter().all(|v| v["rule"] == "characters"));
        app.data(&user, create, json!({"i": {"name": "Back\\slash\\"}})).await;
        let like = "{ accounts(filter: {name: {like: \"%\\\\\"}}) { totalCount } }";
        assert_eq!(app.data(&user, like, json!({})).await["accounts"]["totalCount"], 1, "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_of_one_key_must_be_alike_and_are_merged() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let conflicts = [
            "{ a: accounts(first: 1) { totalCount } ...F } fragment F on Query { a: accounts(first: 2) { totalCount } }",
            "{ accounts { nodes { x: name } } accounts { nodes { x: website } } }",
            "{ accounts { x: totalCount } ... on Query { accounts { x: __typename } } }",
            // Never of one record, but of two shapes.
            "{ notes { nodes { record { ... on Account { x: name } ... on Lead { x: score } } } } }",
            "{ notes { nodes { record { ... on Account { x: owner { y: email } } ... on Lead { x: owner { y: isActive } } } } } }",
            "{ notes { nodes { record { ... on Node { x: id } ... on Lead { x: accountId } } } } }",
        ];
        for conflict in conflicts {
            let answer = app.ask(&user, conflict, json!({})).await;
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains("conflict"), "{answer}");
            assert_eq!(answer["errors"][0]["locations"].as_array().unwrap().len(), 2);
        }
        // Never of one record, and of one shape.
        let apart = "{ notes { nodes { record { ... on Account { ... { x: name } } ... on Ticket { ... { x: subject } } } } } }";
        assert_eq!(app.data(&user, apart, json!({})).await["notes"]["nodes"], json!([]));
        let merged = "{ __schema { queryType { name } } ... on Query { __schema { mutationType { name } } } }";
        let expected = json!({"queryType": {"name": "Query"}, "mutationType": {"name": "Mutation"}});
        assert_eq!(app.data(&user, merged, json!({})).await["__schema"], expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_stands_alone() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let login = "login(email: \"admin@acme.example\", password: \"correct horse\") { user { id } }";
        for refused in [
            format!("mutation {{ createTag(input: {{name: \"hot\"}}) {{ name }} {login} }}"),
            format!("mutation {{ {login} again: {login} }}"),
            format!("mutation @dryRun {{ {login} }}"),
        ] {
            assert_eq!(app.code(&user, &refused, json!({})).await, "BAD_USER_INPUT", "{refused}");
        }
        assert_eq!(app.data(&user, "{ tags { totalCount } }", json!({})).await["tags"]["totalCount"], 0);
        let named = app.data(&user, &format!("mutation {{ __typename {login} }}"), json!({})).await;
        assert_eq!(named, json!({"__typename": "Mutation", "login": {"user": {"id": user.id}}}));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_polymorphic_link_is_changed_whole_or_not_at_all() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation { createAccount(input: {name: \"Acme\"}) { id } }";
        let account = app.data(&user, create, json!({})).await["createAccount"]["id"].clone();
        let note =
            "mutation($a: ID!) { createNote(input: {content: \"x\", recordId: $a, recordType: Account}) { id } }";
        let note = app.data(&user, note, json!({"a": account})).await["createNote"]["id"].clone();
        let update =
            "mutation($n: ID!, $i: NoteUpdateInput!) { updateNote(id: $n, input: $i) { recordId recordType } }";
        for half in [
            json!({"recordId": account}),
            json!({"recordType": "Contact"}),
            json!({"recordId": null, "recordType": null}),
        ] {
            let answer = app.ask(&user, update, json!({"n": note, "i": half})).await;
            assert_eq!(
                answer["errors"][0]["extensions"]["violations"][0]["path"],
                json!(["input", "recordId"]),
                "{answer}"
            );
        }
        let nothing = app.data(&user, update, json!({"n": note, "i": {}})).await["updateNote"].clone();
        assert_eq!(nothing, json!({"recordId": account, "recordType": "Account"}));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_record_is_shown_for_the_last_time() {
    for backend in backends() {
        let (app, user) = sensors(backend).await;
        let create = "mutation { createSensor(input: {name: \"cellar\"}) { id } }";
        let id = app.data(&user, create, json!({})).await["createSensor"]["id"].clone();
        let delete = "mutation($id: ID!, $v: Int) { deleteSensor(id: $id, expectedVersion: $v) { name } }";
        assert_eq!(app.code(&user, delete, json!({"id": id, "v": 7})).await, "CONFLICT", "{backend:?}");
        let deleted = app.data(&user, delete, json!({"id": id, "v": 1})).await;
        assert_eq!(deleted, json!({"deleteSensor": {"name": "cellar"}}), "{backend:?}");
        assert_eq!(app.code(&user, delete, json!({"id": id})).await, "NOT_FOUND");
        app.data(&user, create, json!({})).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sets_are_filtered_alike_on_both_databases() {
    for backend in backends() {
        let (app, user) = sensors(backend).await;
        let create = "mutation($i: SensorCreateInput!) { createSensor(input: $i) { measures } }";
        for (name, measures) in
            [("a", json!(["HEAT", "LIGHT"])), ("b", json!("NOISE")), ("c", json!([])), ("d", json!(null))]
        {
            app.data(&user, create, json!({"i": {"name": name, "measures": measures}})).await;
        }
        let cases = [
            (json!({"has": "HEAT"}), "a", "bc"),
            (json!({"hasAny": ["HEAT", "NOISE"]}), "ab", "c"),
            (json!({"hasAny": []}), "", "abc"),
            (json!({"hasAll": ["LIGHT", "HEAT"]}), "a", "bc"),
            (json!({"hasAll": []}), "abc", ""),
            (json!({"isEmpty": true}), "cd", "ab"),
        ];
        let list = "query($f: SensorFilter) { sensors(filter: $f, orderBy: [{name: ASC}]) { nodes { name } } }";
        for (test, met, others) in cases {
            for (filter, expected) in [(json!({"measures": test}), met), (json!({"not": {"measures": test}}), others)] {
                let found = app.data(&user, list, json!({"f": filter})).await;
                let names: String =
                    found["sensors"]["nodes"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap()).collect();
                assert_eq!(names, expected, "{backend:?} {filter}");
            }
        }
        let mixed = "query($m: SensorMeasures!) { sensors(filter: {measures: {hasAll: [HEAT, $m]}}) { totalCount } }";
        assert_eq!(app.data(&user, mixed, json!({"m": "LIGHT"})).await["sensors"]["totalCount"], 1);
        assert_eq!(app.data(&user, mixed, json!({"m": "NOISE"})).await["sensors"]["totalCount"], 0);
    }
}

async fn sensors(backend: Backend) -> (App, User) {
    let app = App::with_packages(backend, &["config/packages", "tests/data/packages"]).await;
    let user = app.user("acme").await;
    (app, user)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_within_pages_are_bounded_and_cursors_know_their_path() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.demo().await;
        let huge = "{ accounts(first: 1000) { nodes { contacts(first: 1000) { nodes { activities(first: 1000) { nodes { id } } } } } } }";
        assert_eq!(app.code(&user, huge, json!({})).await, "COST_LIMIT_EXCEEDED");
        let by_owner = "{ accounts(first: 1, orderBy: [{owner: {lastName: ASC}}]) { pageInfo { endCursor } } }";
        let cursor = app.data(&user, by_owner, json!({})).await["accounts"]["pageInfo"]["endCursor"].clone();
        let by_creator =
            "query($c: String) { accounts(after: $c, orderBy: [{createdBy: {lastName: ASC}}]) { nodes { id } } }";
        assert_eq!(app.code(&user, by_creator, json!({"c": cursor})).await, "BAD_USER_INPUT");
    }
}
