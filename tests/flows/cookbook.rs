//! The packages of the cookbook (`examples/packages`), each beside the core: what it computes, refuses and keeps to itself.

use crate::support::{App, Asking, User, Who, backends, repository};
use serde_json::{Value, json};

/// The core with the packages, an administrator, an account and a contact of it.
struct Kitchen {
    app: App,
    chef: User,
    account: Value,
    contact: Value,
}

impl Kitchen {
    async fn new(backend: crate::support::Backend) -> Self {
        let app = App::with_packages(backend, &["config/packages", "examples/packages"]).await;
        let chef = app.user("acme").await;
        let again = app.engine.store().apply(&app.catalog).await.unwrap();
        assert_eq!(again.changes, Vec::<String>::new(), "{backend:?}");
        let mut kitchen = Self { app, chef, account: Value::Null, contact: Value::Null };
        kitchen.account = kitchen.create("Account", json!({"name": "Umbrella"})).await["id"].clone();
        let contact = json!({"lastName": "Lovelace", "accountId": kitchen.account});
        kitchen.contact = kitchen.create("Contact", contact).await["id"].clone();
        kitchen
    }

    /// A new record; its id.
    async fn create(&self, module: &str, input: Value) -> Value {
        self.write(module, &format!("create{module}"), "", json!({}), input, "id").await
    }

    /// A new record, and what is asked of it.
    async fn created(&self, module: &str, input: Value, fields: &str) -> Value {
        self.write(module, &format!("create{module}"), "", json!({}), input, fields).await
    }

    async fn update(&self, module: &str, id: &Value, input: Value, fields: &str) -> Value {
        self.write(module, &format!("update{module}"), "id: $id, ", json!({"id": id}), input, fields).await
    }

    async fn write(&self, module: &str, field: &str, id: &str, mut values: Value, input: Value, fields: &str) -> Value {
        values["i"] = input;
        let data = self.app.data(&self.chef, &mutation(module, field, id, fields), values).await;
        data[field].clone()
    }

    /// The message with which a change is refused.
    async fn refused(&self, module: &str, id: Option<&Value>, input: Value) -> String {
        let (field, argument) = match id {
            Some(_) => (format!("update{module}"), "id: $id, "),
            None => (format!("create{module}"), ""),
        };
        let values = match id {
            Some(id) => json!({"id": id, "i": input}),
            None => json!({"i": input}),
        };
        let answer = self.app.ask(&self.chef, &mutation(module, &field, argument, "id"), values).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "VALIDATION_FAILED", "{answer}");
        error["message"].as_str().unwrap().to_owned()
    }

    /// Holds that a new record is refused because there is one like it.
    async fn conflicts(&self, module: &str, input: Value) {
        let create = mutation(module, &format!("create{module}"), "", "id");
        let answer = self.app.ask(&self.chef, &create, json!({"i": input})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNIQUE_VIOLATION", "{answer}");
    }

    async fn read(&self, query: &str) -> Value {
        self.app.data(&self.chef, query, json!({})).await
    }

    /// Asks what the README of a package asks.
    async fn taste(&self, package: &str) {
        let readme = repository().join("examples/packages").join(package).join("README.md");
        let readme = std::fs::read_to_string(readme).unwrap();
        let queries: Vec<&str> = readme.split('`').filter(|text| text.starts_with("{ ")).collect();
        assert!(!queries.is_empty(), "{package}");
        for query in queries {
            self.read(query).await;
        }
    }

    /// The code of what a role is answered, if it is an error.
    async fn code(&self, role: &str, query: &str) -> Option<String> {
        let who = Who::of(&self.app.colleague(&self.chef, "grace.hopper").await, role);
        Asking::new(&self.app, self.chef.org, &who).code(query, json!({})).await
    }
}

fn mutation(module: &str, field: &str, argument: &str, fields: &str) -> String {
    let kind = if field.starts_with("create") { "Create" } else { "Update" };
    let id = if argument.is_empty() { "" } else { "$id: ID!, " };
    format!("mutation({id}$i: {module}{kind}Input!) {{ {field}({argument}input: $i) {{ {fields} }} }}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscriptions() {
    for backend in backends() {
        let kitchen = Kitchen::new(backend).await;
        let plan = json!({"name": "Yearly", "code": "Y-1", "price": "120", "months": 12});
        let input = json!({"accountId": kitchen.account, "contactId": kitchen.contact, "plan": {"create": plan},
            "quantity": 3, "discount": "50", "startsOn": "2026-01-31"});
        let fields = "id price monthlyAmount firstPeriodUntil status plan { id monthlyPrice }";
        let made = kitchen.created("CustomerSubscription", input.clone(), fields).await;
        assert_eq!(made["price"], "120.00");
        assert_eq!((&made["monthlyAmount"], &made["plan"]["monthlyPrice"]), (&json!("15.00"), &json!("10.00")));
        assert_eq!((&made["firstPeriodUntil"], &made["status"]), (&json!("2027-01-30"), &json!("TRIAL")));
        let (id, plan) = (&made["id"], &made["plan"]["id"]);
        let message = kitchen.refused("CustomerSubscription", Some(id), json!({"endsOn": "2026-01-31"})).await;
        assert_eq!(message, "A subscription ends after the day on which it starts.");
        kitchen.update("CustomerSubscription", id, json!({"status": "ACTIVE"}), "id").await;
        let second = json!({"accountId": kitchen.account, "planId": plan, "startsOn": "2026-02-01", "price": "60"});
        let second = kitchen.created("CustomerSubscription", second, "id monthlyAmount").await;
        assert_eq!(second["monthlyAmount"], "5.00");
        kitchen.update("CustomerSubscription", &second["id"], json!({"status": "ACTIVE"}), "id").await;
        let plans = "{ subscriptionPlans { nodes { activeSubscriptions monthlyRevenue } } }";
        let expected = json!([{"activeSubscriptions": 2, "monthlyRevenue": "20.00"}]);
        assert_eq!(kitchen.read(plans).await["subscriptionPlans"]["nodes"], expected);
        // A reason is required, and there is no way back.
        kitchen.refused("CustomerSubscription", Some(id), json!({"status": "CANCELLED"})).await;
        let cancelled = json!({"status": "CANCELLED", "cancellationReason": "Too dear"});
        kitchen.update("CustomerSubscription", id, cancelled, "id").await;
        kitchen.refused("CustomerSubscription", Some(id), json!({"status": "ACTIVE"})).await;
        let groups =
            "{ customerSubscriptionsAggregate(groupBy: [{status: true}]) { group { status } sum { monthlyAmount } } }";
        let expected = json!([{"group": {"status": "ACTIVE"}, "sum": {"monthlyAmount": "5.00"}},
            {"group": {"status": "CANCELLED"}, "sum": {"monthlyAmount": "15.00"}}]);
        assert_eq!(kitchen.read(groups).await["customerSubscriptionsAggregate"], expected);
        // No plan is made by who sells it.
        let plan = "mutation { createSubscriptionPlan(input: {name: \"x\", code: \"X\", price: \"1\"}) { id } }";
        assert_eq!(kitchen.code("sales_rep", plan).await.as_deref(), Some("FORBIDDEN"));
        kitchen.taste("subscriptions").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_estate() {
    for backend in backends() {
        let kitchen = Kitchen::new(backend).await;
        let property = json!({"headline": "Flat by the park", "city": "Bonn", "area": "80", "rooms": "3.5",
            "askingPrice": "400000", "lowestPrice": "380000", "seller": {"create": {"lastName": "Byron"}}});
        let fields = "id reference pricePerSquareMetre expectedCommission bestOffer seller { lastName }";
        let made = kitchen.created("Property", property.clone(), fields).await;
        assert_eq!(made["pricePerSquareMetre"], "5000.00");
        assert_eq!((&made["expectedCommission"], &made["bestOffer"]), (&json!("12000.00"), &Value::Null));
        assert_eq!(made["seller"]["lastName"], "Byron");
        let id = &made["id"];
        let offer = json!({"propertyId": id, "bidderId": kitchen.contact, "amount": "370000"});
        // Nobody bids for what is not on the market.
        kitchen.refused("PurchaseOffer", None, offer.clone()).await;
        kitchen.update("Property", id, json!({"status": "ON_THE_MARKET"}), "id").await;
        let viewing = json!({"propertyId": id, "visitorId": kitchen.contact, "startsAt": "2026-05-01T10:00:00Z"});
        let viewing = kitchen.created("Viewing", viewing, "endsAt").await;
        assert_eq!(viewing["endsAt"], "2026-05-01T10:30:00Z");
        let offer = kitchen.created("PurchaseOffer", offer, "id shareOfPrice").await;
        assert_eq!(offer["shareOfPrice"], "92.50");
        let message = kitchen.refused("PurchaseOffer", Some(&offer["id"]), json!({"status": "ACCEPTED"})).await;
        assert_eq!(message, "The seller does not accept so little.");
        let better = json!({"status": "ACCEPTED", "amount": "390000"});
        kitchen.update("PurchaseOffer", &offer["id"], better, "id").await;
        let found = "{ properties(filter: {bestOffer: {gte: \"385000\"}, city: {eq: \"Bonn\"}}) { nodes { bestOffer \
            expectedCommission viewingsHeld } } }";
        let expected = json!([{"bestOffer": "390000.00", "expectedCommission": "11700.00", "viewingsHeld": 1}]);
        assert_eq!(kitchen.read(found).await["properties"]["nodes"], expected);
        let message = kitchen.refused("Property", Some(id), json!({"lowestPrice": "500000"})).await;
        assert_eq!(message, "The lowest price is not above the asking price.");
        // What the seller would take at least is for managers.
        let lowest = "{ properties(filter: {lowestPrice: {gt: \"0\"}}) { totalCount } }";
        assert_eq!(kitchen.code("sales_rep", lowest).await.as_deref(), Some("FORBIDDEN"));
        kitchen.taste("real_estate").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_and_tickets() {
    for backend in backends() {
        let kitchen = Kitchen::new(backend).await;
        let categories = json!({"create": [{"name": "Visitor", "price": "25", "seats": 1},
            {"name": "Exhibitor", "price": "100"}]});
        let event = json!({"name": "Fair", "startsOn": "2026-09-01", "endsOn": "2026-09-03", "seats": 2, "status": "ON_SALE",
            "categories": categories});
        let fields = "id lengthInDays seatsFree categories { nodes { id position name } }";
        let made = kitchen.created("TradeEvent", event, fields).await;
        assert_eq!((&made["lengthInDays"], &made["seatsFree"]), (&json!(3), &json!(2)));
        let (id, nodes) = (&made["id"], &made["categories"]["nodes"]);
        let of = |name: &str| nodes.as_array().unwrap().iter().find(|node| node["name"] == name).unwrap()["id"].clone();
        let ticket = |name: &str| json!({"eventId": id, "categoryId": of(name), "visitorId": kitchen.contact});
        let first = kitchen.created("EventTicket", ticket("Visitor"), "id price").await;
        assert_eq!(first["price"], "25.00");
        assert_eq!(kitchen.refused("EventTicket", None, ticket("Visitor")).await, "This category is sold out.");
        let second = kitchen.created("EventTicket", ticket("Exhibitor"), "id").await;
        assert_eq!(kitchen.refused("EventTicket", None, ticket("Exhibitor")).await, "The event is sold out.");
        for (ticket, status) in [(&first, "PAID"), (&first, "CHECKED_IN"), (&second, "CANCELLED")] {
            kitchen.update("EventTicket", &ticket["id"], json!({"status": status}), "id").await;
        }
        let events =
            "{ tradeEvents(filter: {seatsFree: {gt: 0}}) { nodes { seatsTaken seatsFree visitorsInside revenue } } }";
        let expected = json!([{"seatsTaken": 1, "seatsFree": 1, "visitorsInside": 1, "revenue": "25.00"}]);
        assert_eq!(kitchen.read(events).await["tradeEvents"]["nodes"], expected);
        let sums = "{ eventTicketsAggregate(filter: {status: {ne: CANCELLED}}) { count sum { price } } }";
        let sums = kitchen.read(sums).await["eventTicketsAggregate"].clone();
        assert_eq!(sums, json!([{"count": 1, "sum": {"price": "25.00"}}]));
        let message = kitchen.refused("TradeEvent", Some(id), json!({"endsOn": "2026-08-31"})).await;
        assert_eq!(message, "The event ends before it starts.");
        let plan = "mutation { createTradeEvent(input: {name: \"x\", startsOn: \"2026-01-01\", endsOn: \"2026-01-01\", \
            seats: 1}) { id } }";
        assert_eq!(kitchen.code("sales_rep", plan).await.as_deref(), Some("FORBIDDEN"));
        kitchen.taste("events_and_tickets").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn job_applicants() {
    for backend in backends() {
        let kitchen = Kitchen::new(backend).await;
        let opening = json!({"name": "Cook", "status": "OPEN", "openedOn": "2026-01-01", "salaryFrom": "40000"});
        let opening = kitchen.created("JobOpening", opening, "id stillWanted").await;
        assert_eq!(opening["stillWanted"], 1);
        let opening = &opening["id"];
        let application = |name: &str| {
            let interviews = json!({"create": [{"heldAt": "2026-02-01T09:00:00Z", "rating": 4},
                {"heldAt": "2026-02-02T09:00:00Z", "rating": 5}]});
            json!({"openingId": opening, "applicant": {"create": {"firstName": "Ada", "lastName": name}},
                "appliedOn": "2026-01-15", "interviews": interviews})
        };
        let fields = "id rating applicant { id name lastAppliedOn }";
        let first = kitchen.created("JobApplication", application("One"), fields).await;
        assert_eq!((&first["rating"], &first["applicant"]["name"]), (&json!("4.5"), &json!("Ada One")));
        assert_eq!(first["applicant"]["lastAppliedOn"], "2026-01-15");
        let second = kitchen.created("JobApplication", application("Two"), "id").await;
        let mut silent = application("Three");
        silent["interviews"] = json!({"create": []});
        let silent = kitchen.created("JobApplication", silent, "id").await;
        kitchen.update("JobApplication", &silent["id"], json!({"stage": "INTERVIEW"}), "id").await;
        let message = kitchen.refused("JobApplication", Some(&silent["id"]), json!({"stage": "OFFER"})).await;
        assert_eq!(message, "An offer takes an interview with a rating.");
        for stage in ["INTERVIEW", "OFFER", "HIRED"] {
            kitchen.update("JobApplication", &first["id"], json!({"stage": stage}), "id").await;
        }
        for stage in ["INTERVIEW", "OFFER"] {
            kitchen.update("JobApplication", &second["id"], json!({"stage": stage}), "id").await;
        }
        let message = kitchen.refused("JobApplication", Some(&second["id"]), json!({"stage": "HIRED"})).await;
        assert_eq!(message, "All positions of this opening are filled.");
        kitchen.refused("JobApplication", Some(&second["id"]), json!({"stage": "REJECTED"})).await;
        let openings = "{ jobOpenings(filter: {hired: {gte: 1}}) { nodes { inProgress hired stillWanted } } }";
        let expected = json!([{"inProgress": 2, "hired": 1, "stillWanted": 0}]);
        assert_eq!(kitchen.read(openings).await["jobOpenings"]["nodes"], expected);
        let best = "{ jobApplicationsAggregate { max { rating } } }";
        assert_eq!(kitchen.read(best).await["jobApplicationsAggregate"], json!([{"max": {"rating": "4.5"}}]));
        // Applicants are forgotten, and their applications count on.
        let erase = format!("mutation {{ eraseApplicant(id: {}) {{ __typename }} }}", first["applicant"]["id"]);
        kitchen.read(&erase).await;
        let left = "{ applicants { totalCount } jobApplications { totalCount } }";
        assert_eq!(kitchen.read(left).await["jobApplications"]["totalCount"], 3);
        assert_eq!(kitchen.code("sales_rep", "{ applicants { totalCount } }").await.as_deref(), Some("FORBIDDEN"));
        kitchen.taste("job_applicants").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn assets() {
    for backend in backends() {
        let kitchen = Kitchen::new(backend).await;
        let services = json!({"create": [{"what": "New battery", "doneOn": "2025-06-01", "cost": "80"},
            {"what": "Cleaned", "doneOn": "2025-12-31", "cost": "20"}]});
        let asset = json!({"name": "Laptop", "boughtOn": "2025-01-01", "price": "1200", "usefulMonths": 12,
            "serviceMonths": 2, "supplierId": kitchen.account, "services": services});
        let fields = "id writtenOffOn monthlyDepreciation bookValue nextServiceOn totalCost supplier { name }";
        let made = kitchen.created("Asset", asset, fields).await;
        assert_eq!((&made["writtenOffOn"], &made["monthlyDepreciation"]), (&json!("2026-01-01"), &json!("100.00")));
        assert_eq!((&made["bookValue"], &made["totalCost"]), (&json!("0.00"), &json!("1300.00")));
        assert_eq!((&made["nextServiceOn"], &made["supplier"]["name"]), (&json!("2026-02-28"), &json!("Umbrella")));
        let id = &made["id"];
        assert_eq!(
            kitchen.refused("Asset", Some(id), json!({"status": "IN_USE"})).await,
            "What is in use has a holder."
        );
        let holder = kitchen.app.colleague(&kitchen.chef, "ada.lovelace").await;
        kitchen.update("Asset", id, json!({"status": "IN_USE", "holderId": holder.id}), "id").await;
        kitchen.update("Asset", id, json!({"holderId": kitchen.chef.id}), "id").await;
        let handovers =
            "{ assets { nodes { handovers { nodes { fromHolder { lastName } toHolder { lastName } } } } } }";
        let handovers = kitchen.read(handovers).await["assets"]["nodes"][0]["handovers"]["nodes"].clone();
        let last = json!({"fromHolder": {"lastName": "Lovelace"}, "toHolder": {"lastName": "Admin"}});
        assert!(handovers.as_array().unwrap().contains(&last), "{handovers}");
        let message = kitchen.refused("Asset", Some(id), json!({"warrantyUntil": "2024-12-31"})).await;
        assert_eq!(message, "The warranty ends before the purchase.");
        let due = "{ assets(filter: {nextServiceOn: {lte: \"2026-03-01\"}}) { totalCount } \
            assetsAggregate(groupBy: [{status: true}]) { group { status } sum { price upkeepCost } } }";
        let due = kitchen.read(due).await;
        let groups = json!([{"group": {"status": "IN_USE"}, "sum": {"price": "1200.00", "upkeepCost": "100.00"}}]);
        assert_eq!((&due["assets"]["totalCount"], &due["assetsAggregate"]), (&json!(1), &groups));
        let create = "mutation { createAsset(input: {name: \"x\", boughtOn: \"2026-01-01\", price: \"1\"}) { id } }";
        assert_eq!(kitchen.code("sales_rep", create).await.as_deref(), Some("FORBIDDEN"));
        kitchen.taste("assets").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn projects() {
    for backend in backends() {
        let kitchen = Kitchen::new(backend).await;
        let milestones = json!({"create": [{"name": "Prototype", "dueOn": "2026-03-01"},
            {"name": "Handover", "dueOn": "2026-06-01"}]});
        let tasks =
            json!({"create": [{"name": "Draw", "estimatedHours": "8"}, {"name": "Build", "hourlyRate": "120"}]});
        let project = json!({"name": "New kitchen", "accountId": kitchen.account, "startsOn": "2026-01-15",
            "hourlyRate": "80", "budgetHours": "10", "milestones": milestones, "tasks": tasks});
        let fields = "id allTasks progress estimatedHours nextMilestoneOn milestones { nodes { id name isLate } } \
            tasks { nodes { id name hourlyRate } }";
        let made = kitchen.created("CustomerProject", project.clone(), fields).await;
        assert_eq!((&made["allTasks"], &made["progress"]), (&json!(2), &json!("0.00")));
        assert_eq!((&made["estimatedHours"], &made["nextMilestoneOn"]), (&json!("8.00"), &json!("2026-03-01")));
        let id = &made["id"];
        let of = |connection: &str, name: &str| {
            let nodes = made[connection]["nodes"].as_array().unwrap();
            nodes.iter().find(|node| node["name"] == name).unwrap().clone()
        };
        let (draw, build, prototype) = (of("tasks", "Draw"), of("tasks", "Build"), of("milestones", "Prototype"));
        assert_eq!((&draw["hourlyRate"], &build["hourlyRate"]), (&json!("80.00"), &json!("120.00")));
        kitchen.update("ProjectTask", &draw["id"], json!({"milestoneId": prototype["id"]}), "id").await;
        let entry = |task: &Value, hours: &str| json!({"taskId": task["id"], "what": "Work", "workedOn": "2026-02-01", "hours": hours});
        let first = kitchen.created("TimeEntry", entry(&draw, "7.5"), "id amount").await;
        assert_eq!(first["amount"], "600.00");
        kitchen.create("TimeEntry", entry(&build, "4")).await;
        kitchen.update("TimeEntry", &first["id"], json!({"isBillable": false}), "id").await;
        let read = "{ customerProjects { nodes { hours hoursLeft amount progress openTasks nextMilestoneOn \
            milestones(filter: {reachedOn: {ne: null}}) { nodes { name isLate openTasks } } } } }";
        let before = kitchen.read(read).await["customerProjects"]["nodes"][0].clone();
        assert_eq!((&before["hours"], &before["hoursLeft"]), (&json!("11.50"), &json!("-1.50")));
        assert_eq!((&before["amount"], &before["openTasks"]), (&json!("480.00"), &json!(2)));
        let reached = json!({"reachedOn": "2026-03-02"});
        let message = kitchen.refused("ProjectMilestone", Some(&prototype["id"]), reached.clone()).await;
        assert_eq!(message, "A milestone is reached when all of its tasks are done.");
        kitchen.update("ProjectTask", &draw["id"], json!({"status": "DONE"}), "id").await;
        kitchen.update("ProjectMilestone", &prototype["id"], reached, "id").await;
        let after = kitchen.read(read).await["customerProjects"]["nodes"][0].clone();
        let milestones = json!([{"name": "Prototype", "isLate": true, "openTasks": 0}]);
        assert_eq!((&after["progress"], &after["nextMilestoneOn"]), (&json!("50.00"), &json!("2026-06-01")));
        assert_eq!(after["milestones"]["nodes"], milestones);
        // Nobody works at what is done, and no task is at a milestone of another project.
        kitchen.refused("TimeEntry", None, entry(&draw, "1")).await;
        let other = json!({"name": "Another", "accountId": kitchen.account, "startsOn": "2026-01-01",
            "tasks": {"create": [{"name": "Think"}]}});
        let other = kitchen.created("CustomerProject", other, "tasks { nodes { id } }").await;
        let elsewhere = json!({"milestoneId": prototype["id"]});
        kitchen.refused("ProjectTask", Some(&other["tasks"]["nodes"][0]["id"]), elsewhere).await;
        kitchen.update("CustomerProject", id, json!({"status": "RUNNING"}), "id").await;
        let message = kitchen.refused("CustomerProject", Some(id), json!({"status": "COMPLETED"})).await;
        assert_eq!(message, "A completed project has no open tasks.");
        kitchen.update("ProjectTask", &build["id"], json!({"status": "DONE"}), "id").await;
        kitchen.update("CustomerProject", id, json!({"status": "COMPLETED"}), "id").await;
        let message = kitchen.refused("CustomerProject", Some(id), json!({"dueOn": "2026-01-14"})).await;
        assert_eq!(message, "The project is due before it starts.");
        assert_eq!(kitchen.code("marketing", "{ timeEntries { totalCount } }").await.as_deref(), Some("FORBIDDEN"));
        kitchen.taste("projects").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn warranties() {
    for backend in backends() {
        let kitchen = Kitchen::new(backend).await;
        let product = json!({"name": "Oven", "warrantiesMonths": 24});
        let product = kitchen.create("Product", product).await["id"].clone();
        let of = |serial: &str, starts_on: &str| {
            json!({"accountId": kitchen.account, "contactId": kitchen.contact, "productId": product,
                "serialNumber": serial, "startsOn": starts_on})
        };
        let fields = "id months endsOn coverage daysLeft";
        let made = kitchen.created("Warranty", of("A1", "2020-01-31"), fields).await;
        assert_eq!((&made["months"], &made["endsOn"]), (&json!(24), &json!("2022-01-30")));
        assert_eq!(made["coverage"], "EXPIRED");
        // A month that began two weeks ago is over within the next thirty days, wherever it is midnight.
        let recently = (chrono::Utc::now().date_naive() - chrono::Days::new(14)).to_string();
        let mut soon = of("A2", &recently);
        soon["months"] = json!(1);
        assert_eq!(kitchen.created("Warranty", soon, "coverage").await["coverage"], "EXPIRING_SOON");
        assert_eq!(kitchen.created("Warranty", of("A3", &recently), "coverage").await["coverage"], "COVERED");
        let future = kitchen.created("Warranty", of("A4", "9000-01-01"), "id coverage").await;
        assert_eq!(future["coverage"], "NOT_YET");
        let found = "{ warranties(filter: {coverage: {in: [EXPIRING_SOON, NOT_YET]}}, orderBy: [{endsOn: ASC}]) { \
            nodes { serialNumber } } }";
        let expected = json!([{"serialNumber": "A2"}, {"serialNumber": "A4"}]);
        assert_eq!(kitchen.read(found).await["warranties"]["nodes"], expected);
        let mut endless = of("A5", "2026-01-01");
        endless["productId"] = kitchen.create("Product", json!({"name": "Spoon"})).await["id"].clone();
        let message = kitchen.refused("Warranty", None, endless).await;
        assert_eq!(message, "The product says nothing of its warranty: for how many months is this one?");
        // An item has one warranty.
        kitchen.conflicts("Warranty", of("A1", "2021-01-01")).await;
        let id = &made["id"];
        let claim = |day: &str| json!({"warrantyId": id, "reportedOn": day, "defect": "Stays cold", "cost": "75"});
        let message = kitchen.refused("WarrantyClaim", None, claim("2022-01-31")).await;
        assert_eq!(message, "The warranty does not cover this day.");
        let first = kitchen.create("WarrantyClaim", claim("2022-01-30")).await["id"].clone();
        let second = kitchen.create("WarrantyClaim", claim("2021-06-01")).await["id"].clone();
        let counted = "{ warranties(filter: {serialNumber: {eq: \"A1\"}}) { nodes { openClaims claimsCost } } }";
        let expected = json!([{"openClaims": 2, "claimsCost": "150.00"}]);
        assert_eq!(kitchen.read(counted).await["warranties"]["nodes"], expected);
        // A reason is required, and what is not accepted is not repaired.
        kitchen.refused("WarrantyClaim", Some(&first), json!({"status": "REJECTED"})).await;
        kitchen.refused("WarrantyClaim", Some(&first), json!({"status": "REPAIRED"})).await;
        let rejected = json!({"status": "REJECTED", "rejectionReason": "Fell off the lorry"});
        kitchen.update("WarrantyClaim", &first, rejected, "id").await;
        for status in ["ACCEPTED", "REPLACED"] {
            kitchen.update("WarrantyClaim", &second, json!({"status": status}), "id").await;
        }
        let expected = json!([{"openClaims": 0, "claimsCost": "75.00"}]);
        assert_eq!(kitchen.read(counted).await["warranties"]["nodes"], expected);
        let void = json!({"voidedOn": "2019-12-31", "voidReason": "Opened"});
        let message = kitchen.refused("Warranty", Some(id), void).await;
        assert_eq!(message, "A warranty is not void before it starts.");
        let void = json!({"voidedOn": "2021-12-01", "voidReason": "Opened"});
        assert_eq!(kitchen.update("Warranty", id, void, "coverage").await["coverage"], "VOID");
        let message = kitchen.refused("WarrantyClaim", None, claim("2021-12-01")).await;
        assert_eq!(message, "The warranty was void on this day.");
        let change = "mutation { createProduct(input: {name: \"x\", warrantiesMonths: 12}) { id } }";
        assert_eq!(kitchen.code("sales_rep", change).await.as_deref(), Some("FORBIDDEN"));
        kitchen.taste("warranties").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn price_books() {
    for backend in backends() {
        let kitchen = Kitchen::new(backend).await;
        let pan = kitchen.create("Product", json!({"name": "Pan", "price": "50"})).await["id"].clone();
        let pot = kitchen.create("Product", json!({"name": "Pot", "price": "80"})).await["id"].clone();
        let entries = json!({"create": [{"productId": pan, "price": "40"},
            {"productId": pan, "minQuantity": 10, "price": "35"}, {"productId": pot, "price": "88"}]});
        let book = json!({"name": "Partners", "code": "PA-1", "segment": "PARTNER", "validFrom": "2026-01-01",
             "accounts": {"link": [kitchen.account]}, "entries": entries});
        let fields = "id currency isValid pricesListed averageDiscount accounts { nodes { name } } \
            entries(orderBy: [{price: ASC}]) { nodes { id discount } }";
        let made = kitchen.created("PriceBook", book, fields).await;
        assert_eq!((&made["currency"], &made["isValid"]), (&json!("EUR"), &json!(false)));
        assert_eq!((&made["pricesListed"], &made["averageDiscount"]), (&json!(3), &json!("13.33")));
        assert_eq!(made["accounts"]["nodes"], json!([{"name": "Umbrella"}]));
        let discounts: Vec<&Value> =
            made["entries"]["nodes"].as_array().unwrap().iter().map(|entry| &entry["discount"]).collect();
        assert_eq!(discounts, ["30.00", "20.00", "-10.00"]);
        let id = &made["id"];
        let released = kitchen.update("PriceBook", id, json!({"isReleased": true}), "isValid").await;
        assert_eq!(released["isValid"], true);
        // A product has one price per quantity.
        let again = json!({"priceBookId": id, "productId": pan, "minQuantity": 10, "price": "1"});
        kitchen.conflicts("PriceBookEntry", again).await;
        let message = kitchen.refused("PriceBook", Some(id), json!({"validUntil": "2025-12-31"})).await;
        assert_eq!(message, "The price book ends before it begins.");
        kitchen.update("PriceBook", id, json!({"validUntil": "2026-01-01"}), "id").await;
        let empty = json!({"name": "Empty", "code": "E-1", "validFrom": "2026-01-01", "isReleased": true});
        let message = kitchen.refused("PriceBook", None, empty.clone()).await;
        assert_eq!(message, "A price book without prices is not released.");
        // A price in another currency is no discount; another price of the product is another discount.
        let dollars = json!({"name": "Dollars", "code": "US-1", "currency": "USD", "validFrom": "2026-01-01",
            "entries": {"create": [{"productId": pan, "price": "45"}]}});
        let dollars = kitchen.created("PriceBook", dollars, "isValid averageDiscount").await;
        assert_eq!((&dollars["isValid"], &dollars["averageDiscount"]), (&json!(false), &Value::Null));
        kitchen.update("Product", &pot, json!({"price": "110"}), "id").await;
        let books = "{ priceBooks(filter: {isValid: {eq: false}, averageDiscount: {gt: \"0\"}}) { nodes { \
            averageDiscount } } }";
        assert_eq!(kitchen.read(books).await["priceBooks"]["nodes"], json!([{"averageDiscount": "23.33"}]));
        let change =
            "mutation { createPriceBook(input: {name: \"x\", code: \"X\", validFrom: \"2026-01-01\"}) { id } }";
        assert_eq!(kitchen.code("sales_rep", change).await.as_deref(), Some("FORBIDDEN"));
        kitchen.taste("price_books").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn surveys() {
    for backend in backends() {
        let kitchen = Kitchen::new(backend).await;
        let empty = json!({"name": "Nothing asked", "status": "OPEN"});
        let message = kitchen.refused("Survey", None, empty).await;
        assert_eq!(message, "A survey without questions is not opened.");
        let questions = json!({"create": [{"wording": "Would you recommend us?"},
            {"wording": "How was the food?"}, {"wording": "What was missing?", "kind": "FREE_TEXT"}]});
        let survey = json!({"name": "Guests", "questions": questions});
        let fields = "id netPromoterScore questions(orderBy: [{position: ASC}]) { nodes { id } }";
        let made = kitchen.created("Survey", survey, fields).await;
        assert_eq!(made["netPromoterScore"], Value::Null);
        let (id, nodes) = (&made["id"], &made["questions"]["nodes"]);
        let response = |contact: &Value, first: i64, second: i64| {
            let answers = json!([{"questionId": nodes[0]["id"], "score": first},
                {"questionId": nodes[1]["id"], "score": second}, {"questionId": nodes[2]["id"], "comment": "Salt"}]);
            json!({"surveyId": id, "contactId": contact, "answeredAt": "2026-05-01T10:00:00Z",
                "answers": {"create": answers}})
        };
        // What is not open yet is not answered.
        kitchen.refused("SurveyResponse", None, response(&kitchen.contact, 10, 9)).await;
        kitchen.update("Survey", id, json!({"status": "OPEN"}), "id").await;
        let first = response(&kitchen.contact, 10, 9);
        let first = kitchen.created("SurveyResponse", first, "id score answers { nodes { id } }").await;
        assert_eq!(first["score"], "9.50");
        for (one, other) in [(9, 10), (8, 7), (2, 3)] {
            kitchen.create("SurveyResponse", response(&Value::Null, one, other)).await;
        }
        kitchen.conflicts("SurveyResponse", response(&kitchen.contact, 1, 1)).await;
        let result = "{ surveys { nodes { responsesReceived score promoters detractors netPromoterScore \
            questions(orderBy: [{position: ASC}]) { nodes { timesAnswered score } } } } }";
        let questions = json!({"nodes": [{"timesAnswered": 4, "score": "7.25"}, {"timesAnswered": 4, "score": "7.25"},
            {"timesAnswered": 4, "score": null}]});
        let expected = json!([{"responsesReceived": 4, "score": "7.25", "promoters": 2, "detractors": 1,
            "netPromoterScore": 25, "questions": questions}]);
        assert_eq!(kitchen.read(result).await["surveys"]["nodes"], expected);
        // An answer is to a question of its survey, and of its kind.
        let other = json!({"name": "Staff", "questions": {"create": [{"wording": "Do you like it here?"}]}});
        let other = kitchen.created("Survey", other, "id questions { nodes { id } }").await;
        let stray =
            json!({"surveyResponseId": first["id"], "questionId": other["questions"]["nodes"][0]["id"], "score": 5});
        assert_eq!(kitchen.refused("SurveyAnswer", None, stray).await, "This question is of another survey.");
        let answers = first["answers"]["nodes"].as_array().unwrap();
        let silent = json!({"score": null, "comment": null});
        let message = kitchen.refused("SurveyAnswer", Some(&answers[0]["id"]), silent).await;
        assert!(message.starts_with("A question for a score is answered by one"), "{message}");
        let dates = json!({"opensOn": "2026-05-02", "closesOn": "2026-05-01"});
        assert_eq!(kitchen.refused("Survey", Some(id), dates).await, "The survey closes before it opens.");
        // Who is erased leaves the scores.
        let erase = format!("mutation {{ eraseContact(id: {}) {{ __typename }} }}", kitchen.contact);
        kitchen.read(&erase).await;
        let left = "{ surveys(filter: {scored: {gt: 0}}) { nodes { responsesReceived score } } \
            surveyAnswers(filter: {comment: {ne: null}}) { totalCount } }";
        let left = kitchen.read(left).await;
        assert_eq!(left["surveys"]["nodes"], json!([{"responsesReceived": 4, "score": "7.25"}]));
        assert_eq!(left["surveyAnswers"]["totalCount"], 3);
        let change = "mutation { createSurvey(input: {name: \"x\"}) { id } }";
        assert_eq!(kitchen.code("sales_rep", change).await.as_deref(), Some("FORBIDDEN"));
        kitchen.taste("surveys").await;
    }
}
