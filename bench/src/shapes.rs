//! The shapes of request, each as GraphQL and as what the limit is asked.

use crate::{
    client::{self, CHANGING, Connection},
    data,
    failure::Failure,
};
use serde_json::{Value, json};

/// How near to the limit something is to come.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Target {
    /// At most so many times the limit's CPU time.
    Cpu(f64),
    /// At least this share of the limit's requests per second.
    Throughput(f64),
}

/// A kind of request with many examples.
pub(crate) struct Shape {
    /// Its name, also the path at the limit.
    pub(crate) name: &'static str,
    /// What it is, for people.
    pub(crate) title: &'static str,
    /// How near to the limit it is to come.
    pub(crate) target: Target,
    /// Connections that requests come over at once.
    pub(crate) connections: &'static [usize],
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
const QUOTE: &str = "mutation($input: QuoteCreateInput!) { createQuote(input: $input) { id subject total } }";
const BULK: &str = "mutation($inputs: [AccountCreateInput!]!) { createAccounts(inputs: $inputs) { id } }";
const UPSERT: &str = "mutation($input: ProductCreateInput!) { upsertProduct(input: $input, matchOn: [SKU]) { id name sku \
    description } }";
const UPDATE_MANY: &str = "mutation($industry: String!, $input: AccountUpdateInput!) { updateAccounts(filter: {industry: \
    {eq: $industry}}, input: $input) { affected } }";
const DEEP: &str = "query($after: String!) { accounts(first: 50, after: $after, orderBy: [{name: ASC}]) { nodes { id \
    name city country } pageInfo { hasNextPage } } }";

/// Alone, and with as many others as a busy machine has.
const BOTH: &[usize] = &[1, 32];

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
    let products = server.nodes("products(first: 40, filter: {sku: {isNull: false}})", "id sku name").await?;
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
            target: Target::Cpu(1.25),
            connections: BOTH,
            document: BY_ID,
            examples: account_ids.iter().map(|id| same(json!({"id": id}))).collect(),
        },
        Shape {
            name: "list",
            title: "Filtered list of 50 × 10 fields",
            target: Target::Cpu(1.25),
            connections: BOTH,
            document: LIST,
            examples: (0..40).map(|n| same(json!({"status": statuses[n % 5], "score": n / 2}))).collect(),
        },
        Shape {
            name: "nested",
            title: "20 accounts → 10 contacts → 5 activities",
            target: Target::Cpu(1.25),
            connections: BOTH,
            document: NESTED,
            examples: industries.iter().map(|industry| same(json!({"industry": industry}))).collect(),
        },
        Shape {
            name: "joined",
            title: "100 opportunities with account, contact, owner",
            target: Target::Cpu(1.25),
            connections: BOTH,
            document: JOINED,
            examples: dates.iter().map(|date| same(json!({"date": date}))).collect(),
        },
        Shape {
            name: "search",
            title: "Search through a relation, with total",
            target: Target::Cpu(1.1),
            connections: BOTH,
            document: SEARCH,
            examples: TEXTS.iter().map(|text| same(json!({"text": text}))).collect(),
        },
        Shape {
            name: "group",
            title: "Groups by stage with count and sum",
            target: Target::Cpu(1.1),
            connections: BOTH,
            document: GROUP,
            examples: (0..20).map(|n| same(json!({"least": format!("{}.00", n * 500)}))).collect(),
        },
        Shape {
            name: "create",
            title: "Create a record",
            target: Target::Throughput(0.8),
            connections: BOTH,
            document: CREATE,
            examples: account_ids
                .iter()
                .map(|account| {
                    let (email, name) = ("erika@benchmark.example", data::CREATED);
                    let input = json!({"firstName": "Erika", "lastName": name, "email": email, "accountId": account});
                    (json!({"input": input}), asked(&[("id", account)]))
                })
                .collect(),
        },
        Shape {
            name: "update",
            title: "Update a record",
            target: Target::Throughput(0.8),
            connections: BOTH,
            document: UPDATE,
            examples: contact_ids
                .iter()
                .map(|id| {
                    let title = format!("Head of Counting {CHANGING}");
                    let variables = json!({"id": id, "input": {"jobTitle": title}});
                    (variables, asked(&[("id", id), ("text", &title)]))
                })
                .collect(),
        },
        Shape {
            name: "quote",
            title: "Quote with 20 lines",
            target: Target::Throughput(0.8),
            connections: BOTH,
            document: QUOTE,
            examples: account_ids.iter().map(|account| quote(account, &products)).collect(),
        },
        Shape {
            name: "upsert",
            title: "Upsert a record that is there",
            target: Target::Throughput(0.8),
            connections: BOTH,
            document: UPSERT,
            examples: products.iter().filter_map(upsert).collect(),
        },
        Shape {
            name: "bulk",
            title: "Create 1,000 records at once",
            target: Target::Throughput(0.5),
            connections: BOTH,
            document: BULK,
            examples: vec![bulk()],
        },
        Shape {
            name: "update_many",
            title: "Update 1,000 records by filter",
            target: Target::Throughput(0.5),
            // More would only wait for each other, since they all change the same records.
            connections: &[1],
            document: UPDATE_MANY,
            examples: vec![update_many()],
        },
        Shape {
            name: "deep",
            title: "Page of 50 behind nine tenths of the rows",
            target: Target::Cpu(1.25),
            connections: BOTH,
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

/// What the limit is asked for a write that it has recorded: values for those that were recorded, in their order.
fn asked(values: &[(&str, &str)]) -> Value {
    let values: Vec<_> = values.iter().map(|(kind, value)| json!({*kind: value})).collect();
    json!({"asked": values})
}

/// A quote with a line for each of 20 products.
fn quote(account: &str, products: &[Value]) -> (Value, Value) {
    let line = |product: &Value| json!({"productId": product["id"], "description": data::CREATED, "quantity": "2", "unitPrice": "10.50"});
    let lines: Vec<_> = products.iter().take(20).map(line).collect();
    let input = json!({"subject": data::CREATED, "accountId": account, "lineItems": {"create": lines}});
    (json!({"input": input}), asked(&[("id", account)]))
}

/// A product with another description.
fn upsert(product: &Value) -> Option<(Value, Value)> {
    let text = format!("Counted {CHANGING} times");
    let (id, sku, name) = (product["id"].as_str()?, product["sku"].as_str()?, product["name"].as_str()?);
    let input = json!({"sku": sku, "name": name, "description": text});
    Some((json!({"input": input}), asked(&[("id", id), ("text", sku), ("text", name), ("text", &text)])))
}

/// A thousand accounts.
fn bulk() -> (Value, Value) {
    let names: Vec<_> = (0..1_000).map(|n| format!("Benchmark {n}")).collect();
    let inputs: Vec<_> = names.iter().map(|name| json!({"name": name, "industry": data::CREATED})).collect();
    (json!({"inputs": inputs}), json!({"names": names}))
}

/// Another description for a thousand accounts.
fn update_many() -> (Value, Value) {
    let text = format!("Counted {CHANGING} times");
    (json!({"industry": data::MANY, "input": {"description": text}}), asked(&[("text", &text)]))
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
