//! A Rust program that uses the API: typed requests by `graphql_client`.

use crate::support::{Answer, Database, Place, Served, backends};
use follow::follow;
use graphql_client::{GraphQLQuery, QueryBody, Response};
use kontor_test_client::{Accounts, CreateAccount, accounts, create_account};
use kontor_tests::Proxy;
use serde_json::json;
use std::{ops::ControlFlow, time::Duration};

/// The client that docs/feeds.md prints.
#[expect(unreachable_pub, reason = "it is for programs of others")]
#[path = "../../../../tests/clients/rust/follow.rs"]
mod follow;

struct Client {
    served: Served,
    token: String,
}

impl Client {
    fn ask<Q: GraphQLQuery>(&self, variables: Q::Variables) -> Response<Q::ResponseData> {
        let body: QueryBody<_> = Q::build_query(variables);
        let body = serde_json::to_string(&body).unwrap();
        let answer = Answer::to(&self.served.address, "POST", "/graphql", Some(&self.token), &body);
        serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{e}: {}", answer.body))
    }
}

#[test]
fn typed_requests_are_answered() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let served = Served::start(&place, &["--demo", "--database", &database.url]);
        let token = served.token("admin@demo.kontor.example", "kontor-demo");
        let client = Client { served, token };

        let input = create_account::AccountCreateInput {
            name: "Zürcher Präzision".to_owned(),
            account_type: Some(create_account::AccountAccountType::PARTNER),
            annual_revenue: Some("1250000.5".to_owned()),
            ..Default::default()
        };
        let created = client.ask::<CreateAccount>(create_account::Variables { input }).data.unwrap().create_account;
        assert_eq!(created.annual_revenue.as_deref(), Some("1250000.50"), "{backend:?}");
        assert_eq!(created.account_type, Some(create_account::AccountAccountType::PARTNER));

        let name = accounts::StringFilter { istarts_with: Some("zürcher".to_owned()), ..Default::default() };
        let filter = accounts::AccountFilter { name: Some(name), ..Default::default() };
        let variables = accounts::Variables { filter: Some(filter), first: Some(10) };
        let found = client.ask::<Accounts>(variables).data.unwrap().accounts;
        assert_eq!((found.total_count, found.nodes.len()), (1, 1), "{backend:?}");
        assert_eq!(found.nodes[0].id, created.id);
        assert!(found.nodes[0].created_at <= chrono::Utc::now());

        let input = create_account::AccountCreateInput::default();
        let refused = client.ask::<CreateAccount>(create_account::Variables { input });
        assert!(refused.data.is_none());
        let extensions = refused.errors.unwrap().remove(0).extensions.unwrap();
        assert_eq!(extensions["code"], "VALIDATION_FAILED");
    }
}

/// A picklist may get options after a program was compiled.
#[test]
fn an_unknown_option_is_kept() {
    let known: accounts::AccountAccountType = serde_json::from_str("\"CUSTOMER\"").unwrap();
    assert_eq!(known, accounts::AccountAccountType::CUSTOMER);
    let unknown: accounts::AccountAccountType = serde_json::from_str("\"FRANCHISE\"").unwrap();
    assert_eq!(unknown, accounts::AccountAccountType::Other("FRANCHISE".to_owned()));
    assert_eq!(serde_json::to_string(&unknown).unwrap(), "\"FRANCHISE\"");
}

/// The client of docs/feeds.md: its connection is cut again and again, and it is told of everything once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_goes_on_where_it_was() {
    const CHANGES: usize = 40;
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let served = Served::start(&place, &["--demo", "--database", &database.url]);
        let token = served.token("admin@demo.kontor.example", "kontor-demo");
        let proxy = Proxy::to(served.address.clone()).await;
        let url = format!("ws://{}/graphql", proxy.address);
        let query =
            "subscription($after: EventCursor) { accountEvents(after: $after, kinds: [CREATED]) { record { name } } }";
        let create = |name: String| {
            let (address, token) = (served.address.clone(), token.clone());
            tokio::task::spawn_blocking(move || {
                let query = "mutation($n: String!) { createAccount(input: {name: $n}) { id } }";
                let body = json!({"query": query, "variables": {"n": name}}).to_string();
                Answer::to(&address, "POST", "/graphql", Some(&token), &body)
            })
        };
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let following = follow(
            &url,
            async || token.clone(),
            query,
            None,
            async |_: &str, data: &serde_json::Value| {
                let name = data["accountEvents"]["record"]["name"].as_str().unwrap_or_default().to_owned();
                let last = name == "last";
                tell.send(name).unwrap();
                if last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        let writing = async {
            // There is no place to go on from before the first event.
            for n in 0.. {
                create(format!("first {n}")).await.unwrap();
                if tokio::time::timeout(Duration::from_millis(100), told.recv()).await.is_ok() {
                    break;
                }
            }
            for n in 0..CHANGES {
                create(format!("later {n}")).await.unwrap();
                match n % 9 {
                    4 => proxy.cut(),
                    6 => proxy.mend(),
                    _ => {}
                }
            }
            proxy.mend();
            create("last".to_owned()).await.unwrap();
        };
        let (ended, ()) = tokio::join!(tokio::time::timeout(Duration::from_secs(120), following), writing);
        ended.expect("the last is told").unwrap();
        let mut later = Vec::new();
        while let Ok(name) = told.try_recv() {
            later.extend(Some(name).filter(|name| name.starts_with("later")));
        }
        let expected: Vec<_> = (0..CHANGES).map(|n| format!("later {n}")).collect();
        assert_eq!(later, expected, "{backend:?}");
    }
}
