//! Pages by cursor see every record once, in any order, both ways.

use crate::support::{App, User, backends};
use serde_json::{Value, json};

async fn walk(app: &App, user: &User, order: &Value, forward: bool) -> Vec<String> {
    let (first, after, more, end) = if forward {
        ("first", "after", "hasNextPage", "endCursor")
    } else {
        ("last", "before", "hasPreviousPage", "startCursor")
    };
    let query = format!(
        "query($order: [OpportunityOrder!], $cursor: String) {{ opportunities({first}: 17, {after}: $cursor, orderBy: $order) \
         {{ nodes {{ id }} pageInfo {{ {more} {end} }} }} }}"
    );
    let mut seen = Vec::new();
    let mut cursor = json!(null);
    loop {
        let page = app.data(user, &query, json!({"order": order, "cursor": cursor})).await["opportunities"].clone();
        let ids: Vec<String> =
            page["nodes"].as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap().to_owned()).collect();
        if forward {
            seen.extend(ids)
        } else {
            seen.splice(0..0, ids).for_each(drop)
        }
        if page["pageInfo"][more] == json!(false) {
            return seen;
        }
        cursor = page["pageInfo"][end].clone();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_record_is_on_one_page_in_every_order() {
    let mut by_backend: Vec<Vec<Vec<String>>> = Vec::new();
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.demo().await;
        let total = app.data(&user, "{ opportunities { totalCount } }", json!({})).await;
        let total = usize::try_from(total["opportunities"]["totalCount"].as_u64().unwrap()).unwrap();
        assert!(total > 100);
        let mut walks = Vec::new();
        for order in [
            json!([]),
            json!([{"name": "DESC"}]),
            json!([{"amount": "DESC_NULLS_LAST"}, {"name": "ASC"}]),
            json!([{"actualCloseDate": "ASC_NULLS_FIRST"}]),
            json!([{"actualCloseDate": "ASC"}, {"amount": "DESC"}]),
            json!([{"actualCloseDate": "DESC"}]),
            json!([{"account": {"industry": "ASC"}}, {"createdAt": "DESC"}]),
            json!([{"stage": {"position": "DESC"}}]),
        ] {
            let forward = walk(&app, &user, &order, true).await;
            let backward = walk(&app, &user, &order, false).await;
            assert_eq!(forward.len(), total, "{order}");
            assert_eq!(forward, backward, "{order}");
            let mut unique = forward.clone();
            unique.sort();
            unique.dedup();
            assert_eq!(unique.len(), total, "{order}");
            walks.push(forward);
        }
        by_backend.push(walks);
    }
    assert!(by_backend.windows(2).all(|pair| pair[0] == pair[1]), "the databases order differently");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_of_another_list_is_refused() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.demo().await;
        let page = app
            .data(&user, "{ accounts(first: 1, orderBy: [{name: ASC}]) { pageInfo { endCursor } } }", json!({}))
            .await;
        let cursor = page["accounts"]["pageInfo"]["endCursor"].clone();
        let by_date = "query($c: String) { accounts(after: $c, orderBy: [{createdAt: ASC}]) { nodes { id } } }";
        assert_eq!(app.code(&user, by_date, json!({"c": cursor})).await, "BAD_USER_INPUT");
        assert_eq!(app.code(&user, by_date, json!({"c": "not a cursor"})).await, "BAD_USER_INPUT");
        for bad in ["first: 1001", "first: -1", "first: 1, last: 1", "offset: -1"] {
            let query = format!("{{ accounts({bad}) {{ nodes {{ id }} }} }}");
            assert_eq!(app.code(&user, &query, json!({})).await, "BAD_USER_INPUT", "{bad}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_is_skipped_does_not_come_back_for_each_of_its_own() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let contacts = "contacts: {create: [{lastName: \"One\"}, {lastName: \"Two\"}]}";
        for name in ["First", "Second"] {
            let create = format!("mutation {{ createAccount(input: {{name: \"{name}\", {contacts}}}) {{ id }} }}");
            app.data(&user, &create, json!({})).await;
        }
        for (skipped, expected) in
            [(0, json!([{"name": "First"}, {"name": "Second"}])), (1, json!([{"name": "Second"}]))]
        {
            let list = "accounts(offset: $o, filter: {contacts: {some: {lastName: {ne: \"Three\"}}}})";
            let query = format!("query($o: Int) {{ {list} {{ nodes {{ name }} }} }}");
            let page = app.data(&user, &query, json!({"o": skipped})).await;
            assert_eq!(page["accounts"]["nodes"], expected, "{backend:?}");
        }
    }
}
