//! What settings make of the transport.

use crate::support::{Answer, Place, Served};
use serde_json::json;

#[test]
fn with_a_list_nothing_else_is_executed_nor_the_explorer_served() {
    let place = Place::new();
    let login =
        "mutation Login($p: String!) { login(email: \"admin@demo.kontor.example\", password: $p) { accessToken } }";
    let apollo = json!({
        "format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [{"id": "login", "name": "Login", "type": "mutation", "body": login}],
    });
    place.write("documents/apollo.json", &apollo.to_string());
    place.write("documents/me.graphql", "{ me { email } }");
    place.write("config/kontor.toml", "[documents]\nmode = \"allow_list\"\nmanifest = \"documents\"\n");
    let served = Served::start(&place, &["--demo"]);
    assert!(!served.greeting.contains("Explorer"), "{}", served.greeting);
    assert_eq!(served.get("/").status, 404);
    let body = json!({"documentId": "login", "variables": {"p": "kontor-demo"}}).to_string();
    let session = Answer::to(&served.address, "POST", "/graphql", None, &body);
    let session: serde_json::Value = serde_json::from_str(&session.body).unwrap();
    let token = session["data"]["login"]["accessToken"].as_str().unwrap_or_else(|| panic!("{session}"));
    assert_eq!(served.data(token, "{ me { email } }")["me"]["email"], "admin@demo.kontor.example");
    let other = Answer::graphql(&served.address, Some(token), "{ __schema { types { name } } }", &json!({}));
    assert_eq!(other["errors"][0]["extensions"]["code"], "QUERY_NOT_IN_SAFELIST", "{other}");
}

#[test]
fn a_manifest_that_cannot_be_read_is_told() {
    let place = Place::new();
    for (text, problem) in [(None, "documents.json cannot be read"), (Some("[]"), "documents.json is no manifest")] {
        place.write("config/kontor.toml", "[documents]\nmode = \"allow_list\"\nmanifest = \"documents.json\"\n");
        text.into_iter().for_each(|text| drop(place.write("documents.json", text)));
        place.run(&["serve", "--listen", "127.0.0.1:0"]).failure(&[problem, "help: ", "documents.manifest"]);
    }
}

#[test]
fn a_folder_for_files_that_cannot_be_written_is_told() {
    let place = Place::new();
    place.write("taken", "a file, not a folder");
    place.write("config/kontor.toml", "[files]\nfolder = \"taken\"\n");
    place.run(&["serve", "--listen", "127.0.0.1:0"]).failure(&["the folder taken for uploaded files", "files.folder"]);
}
