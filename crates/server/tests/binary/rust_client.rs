//! A Rust program that uses the API: typed requests by `graphql_client`.

use crate::support::{Answer, Database, Place, Served, backends};
use graphql_client::{GraphQLQuery, QueryBody, Response};
use kontor_test_client::{Accounts, CreateAccount, accounts, create_account};

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
