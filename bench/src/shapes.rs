//! The nine shapes of request, each as GraphQL and as what the limit is asked.

use crate::{
    client::{self, Connection},
    data,
    failure::Failure,
};
use serde_json::{Value, json};

/// A kind of request with many examples.
pub(crate) struct Shape {
    /// Its name, also the path at the limit.
    pub(crate) name: &'static str,
    /// What it is, for people.
    pub(crate) title: &'static str,
    /// How many times the limit's CPU time it may take.
    pub(crate) target: f64,
    /// The document.
    pub(crate) document: &'static str,
    /// Variables, and what the limit is asked in their place.
    pub(crate) examples: Vec<(Value, Value)>,
}

const BY_ID: &str = "query($id: ID!) { account(id: $id) { id name domain industry accountType website phone city \
    country employeeCount annualRevenue createdAt } }";
const LIST: &str = "query($status: LeadStatus!, $score: Int!) { leads(first: 50, filter: {status: {eq: $status}, \
    score: {gte: $score}}) { nodes { id name status company email phone score grade estimatedValue createdAt } \
    pageInfo { hasNextPage } } }";
const NESTED: &str = "query($industry: String!) { accounts(first: 20, filter: {industry: {eq: $industry}}) { nodes { \
    id name city contacts(first: 10) { nodes { id name email activities(first: 5) { nodes { id subject status dueAt \
    } } } } } } }";
const JOINED: &str = "query($date: Date!) { opportunities(first: 100, filter: {expectedCloseDate: {gte: $date}}, \
    orderBy: [{expectedCloseDate: ASC}]) { nodes { id name amount status expectedCloseDate account { id name } \
    contact { id name email } owner { id firstName lastName } } } }";
const SEARCH: &str = "query($text: String!) { contacts(first: 20, filter: {account: {name: {icontains: $text}}}) { \
    totalCount nodes { id name email account { name } } } }";
const GROUP: &str = "query($least: Decimal!) { opportunitiesAggregate(filter: {amount: {gte: $least}}, groupBy: \
    [{stageId: true}]) { group { stageId } count sum { amount } } }";
const CREATE: &str = "mutation($input: ContactCreateInput!) { createContact(input: $input) { id firstName lastName \
    email status } }";
const UPDATE: &str = "mutation($id: ID!, $input: ContactUpdateInput!) { updateContact(id: $id, input: $input) { id \
    firstName lastName email status } }";
const DEEP: &str = "query($after: String!) { accounts(first: 50, after: $after, orderBy: [{name: ASC}]) { nodes { id \
    name city country } pageInfo { hasNextPage } } }";

/// Texts that stand in the names of accounts.
const TEXTS: [&str; 8] = ["consult", "GMBH", "energ", "bau", "logist", "LTD", "tech", "haus"];

/// The shapes over the demo's data, their examples found by asking Kontor.
pub(crate) async fn all(port: u16, token: &str) -> Result<Vec<Shape>, Failure> {
    let mut server = Source { connection: Connection::open(port).await?, token };
    let accounts = server.nodes("accounts(first: 500)", "id industry").await?;
    let contacts = server.nodes("contacts(first: 500, filter: {account: {}})", "id").await?;
    let total = server.ask("{ accounts(first: 1) { totalCount } }").await?["accounts"]["totalCount"].as_u64();
    // Nine tenths of the way.
    let behind = total.unwrap_or(0) * 9 / 10;
    let deep = format!(
        "{{ accounts(offset: {behind}, first: 40, orderBy: [{{name: ASC}}]) {{ edges {{ cursor node {{ id name }} }} }} }}"
    );
    let deep = server.ask(&deep).await?["accounts"]["edges"].take();
    let dates = server
        .nodes("opportunities(first: 400, filter: {expectedCloseDate: {isNull: false}})", "expectedCloseDate")
        .await?;
    let mut industries: Vec<&str> = accounts.iter().filter_map(|a| a["industry"].as_str()).collect();
    industries.sort_unstable();
    industries.dedup();
    // Not from so late on that there are no hundred left.
    let mut dates: Vec<&str> = dates.iter().filter_map(|o| o["expectedCloseDate"].as_str()).collect();
    dates.sort_unstable();
    dates.truncate(dates.len() / 2);
    let ids =
        |records: &[Value]| records.iter().filter_map(|r| r["id"].as_str().map(str::to_owned)).collect::<Vec<_>>();
    let (account_ids, contact_ids) = (ids(&accounts), ids(&contacts));
    let same = |value: Value| (value.clone(), value);
    let statuses = ["ENGAGED", "DISQUALIFIED", "QUALIFIED", "NURTURING", "CONVERTED"];
    Ok(vec![
        Shape {
            name: "by_id",
            title: "One record by id, 12 fields",
            target: 1.25,
            document: BY_ID,
            examples: account_ids.iter().map(|id| same(json!({"id": id}))).collect(),
        },
        Shape {
            name: "list",
            title: "Filtered list of 50 × 10 fields",
            target: 1.25,
            document: LIST,
            examples: (0..40).map(|n| same(json!({"status": statuses[n % 5], "score": n / 2}))).collect(),
        },
        Shape {
            name: "nested",
            title: "20 accounts → 10 contacts → 5 activities",
            target: 1.25,
            document: NESTED,
            examples: industries.iter().map(|industry| same(json!({"industry": industry}))).collect(),
        },
        Shape {
            name: "joined",
            title: "100 opportunities with account, contact, owner",
            target: 1.25,
            document: JOINED,
            examples: dates.iter().map(|date| same(json!({"date": date}))).collect(),
        },
        Shape {
            name: "search",
            title: "Search through a relation, with total",
            target: 1.1,
            document: SEARCH,
            examples: TEXTS.iter().map(|text| same(json!({"text": text}))).collect(),
        },
        Shape {
            name: "group",
            title: "Groups by stage with count and sum",
            target: 1.1,
            document: GROUP,
            examples: (0..20).map(|n| same(json!({"least": format!("{}.00", n * 500)}))).collect(),
        },
        Shape {
            name: "create",
            title: "Create a record",
            target: 2.0,
            document: CREATE,
            examples: account_ids
                .iter()
                .map(|account| {
                    let (email, name) = ("erika@benchmark.example", data::CREATED);
                    let input = json!({"firstName": "Erika", "lastName": name, "email": email, "accountId": account});
                    (json!({"input": input}), input)
                })
                .collect(),
        },
        Shape {
            name: "update",
            title: "Update a record",
            target: 2.0,
            document: UPDATE,
            examples: contact_ids
                .iter()
                .enumerate()
                .map(|(n, id)| {
                    let title = format!("Head of Counting {}", n % 7);
                    let variables = json!({"id": id, "input": {"jobTitle": title}});
                    (variables, json!({"id": id, "jobTitle": title}))
                })
                .collect(),
        },
        Shape {
            name: "deep",
            title: "Page of 50 behind nine tenths of the rows",
            target: 1.25,
            document: DEEP,
            examples: deep
                .as_array()
                .into_iter()
                .flatten()
                .map(|edge| (json!({"after": edge["cursor"]}), edge["node"].clone()))
                .collect(),
        },
    ])
}

impl Shape {
    /// The requests to Kontor.
    pub(crate) fn to_kontor(&self, token: &str) -> Vec<Vec<u8>> {
        let body = |variables: &Value| json!({"query": self.document, "variables": variables}).to_string();
        self.examples.iter().map(|(variables, _)| client::post("/graphql", Some(token), &body(variables))).collect()
    }

    /// The first request to Kontor, which is to tell its statements.
    pub(crate) fn traced(&self, token: &str) -> Vec<u8> {
        let variables = self.examples.first().map(|(variables, _)| variables);
        let body = json!({"query": self.document, "variables": variables}).to_string();
        client::post_with("/graphql", &format!("authorization: Bearer {token}\r\nx-kontor-trace: sql\r\n"), &body)
    }

    /// The same requests to the limit.
    pub(crate) fn to_limit(&self) -> Vec<Vec<u8>> {
        let path = format!("/{}", self.name);
        self.examples.iter().map(|(_, asked)| client::post(&path, None, &asked.to_string())).collect()
    }
}

struct Source<'t> {
    connection: Connection,
    token: &'t str,
}

impl Source<'_> {
    async fn ask(&mut self, document: &str) -> Result<Value, Failure> {
        ask(&mut self.connection, Some(self.token), document).await
    }

    async fn nodes(&mut self, list: &str, fields: &str) -> Result<Vec<Value>, Failure> {
        let mut data = self.ask(&format!("{{ list: {list} {{ nodes {{ {fields} }} }} }}")).await?;
        Ok(data["list"]["nodes"].as_array_mut().map(std::mem::take).unwrap_or_default())
    }
}

/// The data of an answer.
pub(crate) async fn ask(connection: &mut Connection, token: Option<&str>, document: &str) -> Result<Value, Failure> {
    let request = client::post("/graphql", token, &json!({"query": document}).to_string());
    let answer = connection.send(&request).await?;
    let mut answer: Value = serde_json::from_slice(answer).map_err(std::io::Error::from)?;
    if answer.get("errors").is_some() {
        return Err(Failure::Answer(answer.to_string()));
    }
    Ok(answer["data"].take())
}

/// A token of a user of the demo.
pub(crate) async fn sign_in(port: u16, email: &str, password: &str) -> Result<String, Failure> {
    let document = format!("mutation {{ login(email: \"{email}\", password: \"{password}\") {{ accessToken }} }}");
    let data = ask(&mut Connection::open(port).await?, None, &document).await?;
    Ok(data["login"]["accessToken"].as_str().unwrap_or_default().to_owned())
}
