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
        for (file, least) in
            [("README.md", 2), ("docs/api.md", 8), ("docs/writing.md", 14), ("docs/notifications.md", 6)]
        {
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            let blocks = blocks(&text);
            let mut compared = 0;
            for (n, (language, query)) in blocks.iter().enumerate() {
                // A sign-in needs a password that the test's users do not have, packages are loaded anew by a server alone;
                // a `…` stands for something left out.
                let elsewhere = ["login(", "reloadMetadata", "…"];
                if *language != "graphql" || elsewhere.iter().any(|part| query.contains(part)) {
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

/// The guides for clients print files that other tests compile and run, and excerpts of them.
#[test]
fn printed_files_of_clients_are_the_tested_ones() {
    let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let text = std::fs::read_to_string(root.join("docs/clients.md")).unwrap();
    let clients = root.join("tests/clients");
    let apollo = std::fs::read_to_string(clients.join("src/apollo/apollo.test.ts")).unwrap();
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut files = 0;
    for (language, printed) in blocks(&text) {
        match language.split_once(' ') {
            Some((_, file)) => {
                let tested = std::fs::read_to_string(clients.join(file)).unwrap();
                assert_eq!(printed, tested, "docs/clients.md prints another {file}");
                files += 1;
            }
            None if language == "ts" => {
                assert!(words(&apollo).contains(words(&printed).trim_end_matches(';')), "{printed}")
            }
            None => assert_eq!(language, "sh", "{printed}"),
        }
    }
    assert!(files >= 10, "only {files} files are printed");
    let text = std::fs::read_to_string(root.join("docs/feeds.md")).unwrap();
    let blocks = blocks(&text);
    let follow = blocks.iter().find(|(language, _)| *language == "js follow.mjs");
    assert_eq!(follow.unwrap().1, std::fs::read_to_string(clients.join("follow.mjs")).unwrap());
    let follow = blocks.iter().find(|(language, _)| *language == "rust follow.rs");
    assert_eq!(follow.unwrap().1, std::fs::read_to_string(clients.join("rust/follow.rs")).unwrap());
}
