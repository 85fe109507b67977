//! Typed requests, made from the schema and from `operations.graphql` when this is compiled.

use graphql_client::GraphQLQuery;

/// The scalars of the schema that the operations use, and the inputs within their inputs.
#[expect(clippy::upper_case_acronyms, reason = "they are called as in the schema")]
mod scalars {
    pub(super) type CountryCode = String;
    pub(super) type Currency = String;
    pub(super) type Date = chrono::NaiveDate;
    pub(super) type DateTime = chrono::DateTime<chrono::Utc>;
    pub(super) type Decimal = String; // or `rust_decimal::Decimal` with its feature `serde-str`
    pub(super) type EmailAddress = String;
    pub(super) type HexColorCode = String;
    pub(super) type JSON = serde_json::Value;
    pub(super) type PhoneNumber = String;
    pub(super) type RecurrenceRule = String;
    pub(super) type URL = String;
    pub(super) type Upload = String; // the place of a file in a multipart request
}

/// A page of accounts.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../../../schema.graphql",
    query_path = "operations.graphql",
    custom_scalars_module = "crate::scalars",
    response_derives = "Debug, PartialEq",
    variables_derives = "Default",
    skip_serializing_none
)]
pub struct Accounts;

/// A new account.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../../../schema.graphql",
    query_path = "operations.graphql",
    custom_scalars_module = "crate::scalars",
    response_derives = "Debug, PartialEq",
    variables_derives = "Default",
    skip_serializing_none
)]
pub struct CreateAccount;
