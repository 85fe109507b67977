//! What every answer tells of its cost.

use crate::support::{Served, backends};
use kontor_gateway::http::Options;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_tells_its_cost_and_the_limits() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let limits = json!({
            "fields": 10_000, "rootFields": 50, "depth": 20, "aliases": 500, "directives": 200, "records": 10_000_000
        });
        let query = "query($n: Int) { accounts(first: $n) { nodes { name contacts(first: 10) { nodes { email } } } } me { email } }";
        for (n, records) in [(20, 20 + 20 * 10 + 1), (5, 5 + 5 * 10 + 1)] {
            let answer = served.ask(json!({"query": query, "variables": {"n": n}})).await.json();
            let cost = &answer["extensions"]["cost"];
            assert_eq!(answer["errors"], Value::Null, "{answer}");
            assert_eq!((&cost["fields"], &cost["rootFields"], &cost["depth"]), (&json!(8), &json!(2), &json!(5)));
            assert_eq!((&cost["aliases"], &cost["directives"], &cost["limits"]), (&json!(0), &json!(0), &limits));
            let told = cost["records"].as_i64().unwrap();
            // The row beyond each page, by which `hasNextPage` is known, counts too.
            assert!((records..2 * records).contains(&told), "{told} for {records}");
            assert_eq!(cost["points"], json!(1 + told / 100));
        }
        let failed = served.post(json!({"query": "{ me { email } }"})).await.json();
        assert_eq!(failed["extensions"]["cost"]["fields"], 2, "{failed}");
        let invalid = served.post(json!({"query": "{ nothing }"})).await.json();
        assert_eq!(invalid["extensions"], Value::Null);

        let wide = format!("{{ {} }}", (0..51).map(|n| format!("a{n}: __typename ")).collect::<String>());
        let huge = "{ accounts(first: 1000) { nodes { contacts(first: 1000) { nodes { activities(first: 1000) { nodes { id } } } } } } }";
        for (query, key, least) in [(wide.as_str(), "rootFields", 51), (huge, "records", 10_000_001)] {
            let refused = served.ask(json!({"query": query})).await.json();
            let extensions = &refused["errors"][0]["extensions"];
            assert_eq!(extensions["code"], "COST_LIMIT_EXCEEDED");
            assert!(extensions["cost"][key].as_i64().unwrap() >= least, "{refused}");
            assert_eq!((&extensions["limit"]["name"], &extensions["limit"]["most"]), (&json!(key), &limits[key]));
            assert!(extensions["limit"]["found"].as_i64().unwrap() >= least, "{refused}");
            assert_eq!(extensions["cost"]["limits"], limits);
        }
    }
}
