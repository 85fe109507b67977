//! Leads that become accounts, contacts and opportunities.

use crate::support::{App, Asking, User, Who, backends};
use serde_json::{Value, json};

const CONVERT: &str =
    "mutation($id: ID!, $i: LeadConvertInput, $v: Int) { convertLead(id: $id, input: $i, expectedVersion: $v) {
    __typename
    lead { status convertedAt version convertedAccountId convertedContactId convertedOpportunityId }
    account { id name website phone owner { id } tags { nodes { name } } }
    contact { id name email companyName source account { name } tags { nodes { name } } }
    opportunity { id name amount source account { name } contact { name } lead { name } campaign { name } } } }";

async fn lead(app: &App, user: &User, more: Value) -> Value {
    let mut input = json!({"name": "Sensors for cold stores", "firstName": "Ada", "lastName": "Brandt", "email": "ada@nord.example",
        "company": "Nordlicht GmbH", "website": "https://nord.example/", "phone": "+49 30 901820", "source": "REFERRAL",
        "estimatedValue": "12500.00", "description": "Twelve halls"});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let create = "mutation($i: LeadCreateInput!) { createLead(input: $i) { id version } }";
    app.data(user, create, json!({"i": input})).await["createLead"].clone()
}

async fn convert(app: &App, user: &User, id: &Value, input: Value) -> Value {
    app.ask(user, CONVERT, json!({"id": id, "i": input})).await
}

/// The rule and path of every violation.
fn places(answer: &Value) -> Vec<Value> {
    let list = answer["errors"][0]["extensions"]["violations"].as_array().unwrap_or_else(|| panic!("{answer}"));
    list.iter().map(|violation| json!([violation["rule"], violation["path"]])).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_becomes_an_account_a_contact_and_an_opportunity() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let more = json!({"campaign": {"create": {"name": "Fair"}}, "tags": {"create": [{"name": "cold"}]},
            "activities": {"create": [{"subject": "Call", "activityType": "CALL"}]},
            "notes": {"create": [{"content": "Wants a demo"}]},
            "emailMessages": {"create": [{"subject": "Welcome"}]}});
        let lead = lead(&app, &user, more).await;
        let answer = convert(&app, &user, &lead["id"], Value::Null).await;
        let made = &answer["data"]["convertLead"];
        assert_eq!(made["__typename"], "LeadConversion", "{backend:?}: {answer}");
        assert_eq!((&made["lead"]["status"], &made["lead"]["version"]), (&json!("CONVERTED"), &json!(2)));
        assert!(made["lead"]["convertedAt"].is_string());
        assert_eq!(made["lead"]["convertedAccountId"], made["account"]["id"]);
        assert_eq!(made["lead"]["convertedContactId"], made["contact"]["id"]);
        assert_eq!(made["lead"]["convertedOpportunityId"], made["opportunity"]["id"]);
        let cold = json!({"nodes": [{"name": "cold"}]});
        let mut account = made["account"].clone();
        account.as_object_mut().unwrap().remove("id");
        assert_eq!(
            account,
            json!({"name": "Nordlicht GmbH", "website": "https://nord.example/", "phone": "+49 30 901820",
            "owner": {"id": user.id}, "tags": cold})
        );
        let mut contact = made["contact"].clone();
        contact.as_object_mut().unwrap().remove("id");
        assert_eq!(
            contact,
            json!({"name": "Ada Brandt", "email": "ada@nord.example", "companyName": "Nordlicht GmbH",
            "source": "REFERRAL", "account": {"name": "Nordlicht GmbH"}, "tags": cold})
        );
        let mut opportunity = made["opportunity"].clone();
        opportunity.as_object_mut().unwrap().remove("id");
        assert_eq!(
            opportunity,
            json!({"name": "Sensors for cold stores", "amount": "12500.00", "source": "REFERRAL",
            "account": {"name": "Nordlicht GmbH"}, "contact": {"name": "Ada Brandt"},
            "lead": {"name": "Sensors for cold stores"}, "campaign": {"name": "Fair"}})
        );

        let around = "query($a: ID!, $c: ID!, $o: ID!, $l: ID!) {
            account(id: $a) { activities { nodes { subject } } notes { totalCount } }
            contact(id: $c) { activities { nodes { subject } } emailMessages { totalCount } notes { totalCount } }
            opportunity(id: $o) { activities { totalCount } emailMessages { totalCount } notes { nodes { content } } }
            lead(id: $l) { activities { totalCount } emailMessages { totalCount } notes { totalCount } tags { totalCount } } }";
        let ids = json!({"a": made["account"]["id"], "c": made["contact"]["id"], "o": made["opportunity"]["id"], "l": lead["id"]});
        let around = app.data(&user, around, ids).await;
        let call = json!({"nodes": [{"subject": "Call"}]});
        assert_eq!(around["account"], json!({"activities": call, "notes": {"totalCount": 0}}));
        assert_eq!(around["contact"]["activities"], call);
        let one = json!({"totalCount": 1});
        assert_eq!((&around["contact"]["emailMessages"], &around["opportunity"]["emailMessages"]), (&one, &one));
        assert_eq!(around["opportunity"]["notes"], json!({"nodes": [{"content": "Wants a demo"}]}));
        let none = json!({"totalCount": 0});
        assert_eq!(around["lead"], json!({"activities": one, "emailMessages": one, "notes": none, "tags": one}));

        // Once, and told as what it is.
        let again = convert(&app, &user, &lead["id"], Value::Null).await;
        assert_eq!(again["errors"][0]["extensions"]["code"], "VALIDATION_FAILED");
        assert_eq!(places(&again), [json!(["converted", ["id"]])]);
        let log = "query($id: ID!) { recordEvents(filter: {recordId: {eq: $id}}, orderBy: {id: ASC}) { nodes { kind events } } }";
        let log = app.data(&user, log, json!({"id": lead["id"]})).await["recordEvents"]["nodes"].clone();
        assert_eq!(log, json!([{"kind": "CREATED", "events": null}, {"kind": "UPDATED", "events": ["converted"]}]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_becomes_can_be_said() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        // There already, with other values, or not at all.
        let there = app.data(&user, "mutation { createAccount(input: {name: \"Old\"}) { id } }", json!({})).await;
        let there = there["createAccount"]["id"].clone();
        let first = lead(&app, &user, json!({})).await;
        let said = json!({"account": {"link": there}, "contact": {"create": {"lastName": "Lund", "source": null, "jobTitle": "Boss",
            "tags": {"create": [{"name": "new"}]}}}, "opportunity": {"skip": true}});
        let made = convert(&app, &user, &first["id"], said).await;
        let made = &made["data"]["convertLead"];
        assert_eq!((&made["account"]["name"], &made["account"]["phone"]), (&json!("Old"), &Value::Null), "{backend:?}");
        assert_eq!(
            (&made["contact"]["name"], &made["contact"]["account"]["name"]),
            (&json!("Ada Lund"), &json!("Old"))
        );
        assert_eq!((&made["contact"]["source"], &made["opportunity"]), (&Value::Null, &Value::Null));
        assert_eq!(made["lead"]["convertedOpportunityId"], Value::Null);

        // What the lead has no values for is not made unless it is asked for; what it is linked to already is that.
        let private = lead(&app, &user, json!({"company": null, "name": null})).await;
        let made = convert(&app, &user, &private["id"], json!({})).await;
        let made = &made["data"]["convertLead"];
        assert_eq!((&made["account"], &made["opportunity"]), (&Value::Null, &Value::Null));
        assert_eq!(made["contact"]["name"], "Ada Brandt");
        let linked = lead(&app, &user, json!({"accountId": there})).await;
        let made = convert(&app, &user, &linked["id"], json!({"contact": null})).await;
        assert_eq!(made["data"]["convertLead"]["account"]["id"], there);

        // Everything that is wrong, at its place; and nothing is made.
        let bad = lead(&app, &user, json!({"company": null})).await;
        let said = json!({"account": {"create": {"website": "nonsense"}}, "contact": {"create": {"email": "x"}},
            "opportunity": {"link": there}});
        let answer = convert(&app, &user, &bad["id"], said).await;
        let mut found = places(&answer);
        found.sort_by_key(Value::to_string);
        assert_eq!(
            found,
            [
                json!(["email", ["input", "contact", "email"]]),
                json!(["exists", ["input", "opportunity", "link"]]),
                json!(["required", ["input", "account", "name"]]),
                json!(["url", ["input", "account", "website"]]),
            ]
        );
        let both = json!({"account": {"create": {"name": "x"}, "link": there}});
        assert_eq!(places(&convert(&app, &user, &bad["id"], both).await), [json!(["exclusive", ["input", "account"]])]);
        let old = json!({"id": bad["id"], "i": null, "v": 7});
        assert_eq!(app.code(&user, CONVERT, old).await, "CONFLICT");
        let unknown = json!({"id": there, "i": null});
        assert_eq!(app.code(&user, CONVERT, unknown).await, "NOT_FOUND");

        // Tried only.
        let dry = CONVERT.replacen(") {", ") @dryRun {", 1);
        let tried =
            app.data(&user, &dry, json!({"id": bad["id"], "i": {"account": {"create": {"name": "Try"}}}})).await;
        assert_eq!(tried["convertLead"]["account"]["name"], "Try");
        let state = "query($id: ID!) { lead(id: $id) { status convertedAt version } }";
        let state = app.data(&user, state, json!({"id": bad["id"]})).await;
        assert_eq!(state["lead"], json!({"status": "NEW", "convertedAt": null, "version": 1}));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversion_takes_the_rights_of_what_it_does() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let lead = lead(&app, &user, json!({})).await;
        let tried =
            "mutation($id: ID!, $i: LeadConvertInput) @dryRun { convertLead(id: $id, input: $i) { account { name } } }";
        let rep = Who::of(&user, "sales_rep");
        let code = async |who: &Who, input: Value| {
            Asking::new(&app, user.org, who).code(tried, json!({"id": lead["id"], "i": input})).await
        };
        assert_eq!(code(&rep, Value::Null).await, None, "{backend:?}");
        assert_eq!(code(&Who::of(&user, "readonly"), Value::Null).await.as_deref(), Some("FORBIDDEN"));
        // An API key without opportunities makes none, and may leave them out.
        let key = Who { modules: Some(vec!["Lead", "Account", "Contact", "Tag", "Activity", "Note"]), ..rep };
        assert_eq!(code(&key, Value::Null).await.as_deref(), Some("FORBIDDEN"));
        assert_eq!(code(&key, json!({"opportunity": {"skip": true}})).await, None);
        // What is not the caller's to see is not there.
        let stranger = app.colleague(&user, "sam.stranger").await;
        let stranger = Who::of(&stranger, "sales_rep");
        assert_eq!(code(&stranger, Value::Null).await.as_deref(), Some("NOT_FOUND"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extension_adds_to_a_conversion() {
    for backend in backends() {
        let app = App::with_packages(backend, &["config/packages", "tests/packages"]).await;
        let user = app.user("acme").await;
        let lead = lead(&app, &user, json!({"coursesTopic": "Rust for operators"})).await;
        let convert = "mutation($id: ID!) { convertLead(id: $id) { opportunity { name nextStep } } }";
        let made = app.data(&user, convert, json!({"id": lead["id"]})).await["convertLead"].clone();
        let expected = json!({"name": "Sensors for cold stores", "nextStep": "Rust for operators"});
        assert_eq!(made["opportunity"], expected, "{backend:?}");
    }
}
