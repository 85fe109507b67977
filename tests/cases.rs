//! Cases as data: `cases/*.graphql` with an optional `*.variables.json` and the expected `*.json`, over the demo data.
//! Both databases must answer with exactly these bytes. `KONTOR_UPDATE=1` writes what SQLite answers.

use crate::support::{App, backends};
use serde_json::{Value, json};
use std::path::PathBuf;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_is_answered_alike_on_both_databases() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "graphql"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 20, "only {} cases were found", cases.len());
    let update = std::env::var_os("KONTOR_UPDATE").is_some();
    let mut wrong = Vec::new();
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.demo().await;
        for case in &cases {
            let query = std::fs::read_to_string(case).unwrap();
            let variables = std::fs::read_to_string(case.with_extension("variables.json"));
            let variables = variables.map_or(json!({}), |text| serde_json::from_str::<Value>(&text).unwrap());
            let answer = format!("{}\n", app.bytes(Some(&user), &query, variables).await);
            let expected = case.with_extension("json");
            if update && wrong.is_empty() && backend == crate::support::Backend::Sqlite {
                std::fs::write(&expected, &answer).unwrap();
            }
            if std::fs::read_to_string(&expected).ok().as_ref() != Some(&answer) {
                wrong.push(format!("{backend:?} {}:\n{answer}", case.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers are not the expected ones:\n{}", wrong.len(), wrong.join("\n"));
}
