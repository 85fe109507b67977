//! One statement per root field on PostgreSQL, whatever the depth; and none, anywhere, without its tenant condition.

use crate::support::{App, Backend, backends};
use serde_json::json;

const DEEP: &str = "{
  accounts(first: 3, filter: {contacts: {some: {email: {isNull: false}}}}, orderBy: [{owner: {lastName: ASC}}]) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { cursor node {
      name owner { email team { name } }
      tags(first: 2) { nodes { name records(first: 2) { totalCount nodes { __typename ... on Account { name } } } } }
      notes(first: 1) { nodes { content record { ... on Account { name } ... on Contact { lastName } } } }
      contacts(first: 2) { totalCount nodes { lastName activities(last: 2) { nodes { subject owner { email } } } } }
      opportunities(first: 2) { nodes { stage { name pipeline { name stages { nodes { name } } } } lineItems { nodes { product { name } } } } }
    } }
  }
  me { email }
  tickets(first: 1, search: \"sensor -x\") { totalCount nodes { subject account { contacts(search: \"a\") { nodes { id } } } } }
  search(query: \"müller\") { rank record { id ... on Contact { account { name } } } }
}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_root_field_is_one_statement_with_the_tenant_in_every_select() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.demo().await;
        app.statements.lock().unwrap().clear();
        app.data(&user, DEEP, json!({})).await;
        let statements = app.statements.lock().unwrap().clone();
        if backend == Backend::Postgres {
            assert_eq!(statements.len(), 4, "{statements:#?}");
        }
        for statement in &statements {
            let tables = tables(statement);
            let confined = statement.matches("\"org\" = ").count();
            assert!(tables > 0 && confined == tables, "{tables} tables, {confined} confined: {statement}");
        }
    }
}

/// Number of tables that a statement reads: every quoted name behind FROM or JOIN. The index for search on SQLite has the
/// tenant in its terms, and is joined with the table.
fn tables(statement: &str) -> usize {
    let named = |words: &str| statement.matches(words).count();
    ["FROM \"", "JOIN \""].iter().map(|words| named(words) - named(&format!("{words}kontor_"))).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_module_is_read_without_its_tenant() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("alone").await;
        for module in app.catalog.modules.iter().filter(|m| m.operations.read) {
            app.statements.lock().unwrap().clear();
            let query = format!("{{ {} {{ totalCount nodes {{ id }} }} }}", module.gql_many);
            app.data(&user, &query, json!({})).await;
            let tenant = format!("{} = ", if module.tenant == "id" { "\"id\"" } else { "\"org\"" });
            for statement in app.statements.lock().unwrap().iter() {
                assert!(statement.contains(&tenant), "{}: {statement}", module.name);
            }
        }
    }
}
