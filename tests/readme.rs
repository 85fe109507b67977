//! The README's and the guides' queries: what is printed there is what is answered.

use crate::support::{App, backends};
use serde_json::{Value, json};

/// Fenced blocks of a Markdown text: language and content.
fn blocks(markdown: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in markdown.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some((language, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, text))) => text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    blocks
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn printed_queries_answer_as_printed() {
    let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.demo().await;
        for (file, least) in [("README.md", 2), ("docs/api.md", 8)] {
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            let blocks = blocks(&text);
            let mut compared = 0;
            for (n, (language, query)) in blocks.iter().enumerate() {
                // A sign-in needs a password that the test's users do not have; a `…` stands for something left out.
                if *language != "graphql" || query.contains("login(") || query.contains('…') {
                    continue;
                }
                let variables = match blocks.get(n + 1) {
                    Some(("json variables", text)) => serde_json::from_str(text).unwrap(),
                    _ => json!({}),
                };
                let answer = app.bytes(Some(&user), query, variables).await;
                match blocks.get(n + 1) {
                    Some(("json", printed)) => {
                        assert_eq!(answer, printed.trim_end(), "{file} on {backend:?}: {query}");
                        compared += 1;
                    }
                    _ => {
                        let answer: Value = serde_json::from_str(&answer).unwrap();
                        assert_eq!(answer["errors"], Value::Null, "{file} on {backend:?}: {query}");
                        compared += 1;
                    }
                }
            }
            assert!(compared >= least, "{file} has only {compared} queries");
        }
    }
}
