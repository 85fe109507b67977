//! Fields that are computed whenever they are read, since their value changes with time: selected, filtered, ordered,
//! paged and grouped by like any other.

use crate::support::{App, User, backends};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kontor_domain::calendar::{DAY, now, parse_timestamp};
use serde_json::{Value, json};

/// Whole days from a moment of an answer to another moment.
fn days(since: &Value, to: i64) -> i64 {
    (to - parse_timestamp(since.as_str().unwrap()).unwrap()) / DAY
}

/// The nodes of `opportunities` with these arguments.
async fn opportunities(app: &App, user: &User, arguments: &str) -> Vec<Value> {
    let query = format!("{{ opportunities({arguments}) {{ nodes {{ id daysInStage stageChangedAt }} }} }}");
    app.data(user, &query, json!({})).await["opportunities"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_in_stage_follow_the_clock() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.demo().await;
        let before = now();
        let all = opportunities(&app, &user, "first: 1000").await;
        let after = now();
        assert!(all.len() > 100);
        for node in &all {
            let shown = node["daysInStage"].as_i64().unwrap();
            let range = days(&node["stageChangedAt"], before)..=days(&node["stageChangedAt"], after);
            assert!(range.contains(&shown), "{backend:?}: {node} is not in {range:?}");
        }

        let mut sorted: Vec<i64> = all.iter().map(|n| n["daysInStage"].as_i64().unwrap()).collect();
        sorted.sort_unstable();
        let middle = sorted[sorted.len() / 2];
        let filter = format!("first: 1000, filter: {{daysInStage: {{gt: {middle}}}}}, orderBy: {{daysInStage: DESC}}");
        let older = opportunities(&app, &user, &filter).await;
        let shown: Vec<i64> = older.iter().map(|n| n["daysInStage"].as_i64().unwrap()).collect();
        assert!(!shown.is_empty() && shown.iter().all(|days| *days > middle));
        assert!(shown.is_sorted_by(|a, b| a >= b), "{backend:?}: {shown:?}");

        let query = "{ opportunitiesAggregate(groupBy: [{daysInStage: true}], orderBy: {count: DESC}) \
                     { keys count max { daysInStage } } opportunities { totalCount } }";
        let data = app.data(&user, query, json!({})).await;
        let groups = data["opportunitiesAggregate"].as_array().unwrap();
        assert!(groups.iter().all(|g| g["keys"][0] == g["max"]["daysInStage"]), "{backend:?}");
        let sum: i64 = groups.iter().map(|g| g["count"].as_i64().unwrap()).sum();
        assert_eq!(json!(sum), data["opportunities"]["totalCount"]);
    }
}

/// A cursor carries the moment of its first page, so that no record changes its place while somebody turns pages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_go_on_with_the_moment_of_the_first() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.demo().await;
        for (first, after, more, end) in
            [("first", "after", "hasNextPage", "endCursor"), ("last", "before", "hasPreviousPage", "startCursor")]
        {
            let query = format!(
                "query($cursor: String) {{ opportunities({first}: 23, {after}: $cursor, orderBy: [{{daysInStage: DESC}}]) \
                 {{ totalCount nodes {{ id stageChangedAt }} pageInfo {{ {more} {end} }} }} }}"
            );
            let (mut seen, mut moments, mut cursor) = (Vec::new(), Vec::new(), json!(null));
            loop {
                let page = app.data(&user, &query, json!({"cursor": cursor})).await["opportunities"].clone();
                let nodes = page["nodes"].as_array().unwrap().clone();
                if first == "first" {
                    seen.extend(nodes)
                } else {
                    drop(seen.splice(0..0, nodes))
                }
                cursor = page["pageInfo"][end].clone();
                let keys = URL_SAFE_NO_PAD.decode(cursor.as_str().unwrap()).unwrap();
                let keys: Vec<Value> = serde_json::from_slice(&keys).unwrap();
                moments.push(keys[3].clone());
                if page["pageInfo"][more] == json!(false) {
                    assert_eq!(json!(seen.len()), page["totalCount"]);
                    break;
                }
            }
            assert!(moments.len() > 3 && moments.windows(2).all(|pair| pair[0] == pair[1]), "{moments:?}");
            let moment = parse_timestamp(moments[0].as_str().unwrap()).unwrap();
            let keys: Vec<_> =
                seen.iter().map(|n| (days(&n["stageChangedAt"], moment), n["id"].as_str().unwrap())).collect();
            assert!(keys.is_sorted_by(|a, b| a > b), "{backend:?} {first}");
        }
    }
}
