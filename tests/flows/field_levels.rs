//! Fields that a role may read or write in some records only: elsewhere they are null on every path, as if nothing were there.

use crate::support::{App, Asking, Backend, User, Who, backends, told};
use serde_json::{Value, json};

const PACKAGES: [&str; 2] = ["config/packages", "tests/packages"];
const READ: &str = "query($f: DealFilter, $o: [DealOrder!]) { deals(filter: $f, orderBy: $o, first: 50) { totalCount nodes { name } } }";

/// Deals of three people: ada and bob are in a team, eve is not.
struct Office {
    app: App,
    boss: Who,
    ada: Who,
    bob: Who,
    eve: Who,
    admin: User,
    account: Value,
    ids: Vec<Value>,
}

/// Whose deals there are, with what they bring.
const DEALS: [(&str, &str, &str); 3] =
    [("Ada's", "10.00", "1.00"), ("Bob's", "20.00", "2.00"), ("Eve's", "30.00", "3.00")];

impl Office {
    async fn new(backend: Backend) -> Self {
        let app = App::with_packages(backend, &PACKAGES).await;
        let admin = app.user("acme").await;
        let team = app.data(&admin, "mutation { createTeam(input: {name: \"North\"}) { id } }", json!({})).await;
        let mut people = Vec::new();
        for (name, in_team) in [("ada.lovelace", true), ("bob.dylan", true), ("eve.adams", false)] {
            let user = app.colleague(&admin, name).await;
            if in_team {
                let join = "mutation($u: ID!, $t: ID!) { updateTeam(id: $t, input: {members: {link: [$u]}}) { id } }";
                app.data(&admin, join, json!({"u": user.id, "t": team["createTeam"]["id"]})).await;
            }
            people.push(Who::of(&user, "sales_rep"));
        }
        let [ada, bob, eve] = people.try_into().expect("three people");
        let account = app.data(&admin, "mutation { createAccount(input: {name: \"Acme\"}) { id } }", json!({})).await;
        let account = account["createAccount"]["id"].clone();
        let mut office = Self { boss: Who::of(&admin, "manager"), app, ada, bob, eve, admin, account, ids: Vec::new() };
        let whose = [office.ada.id, office.bob.id, office.eve.id];
        for ((name, commission, margin), owner) in DEALS.into_iter().zip(whose) {
            let input = json!({"name": name, "ownerId": owner, "commission": commission, "margin": margin,
                "partnerId": office.account, "rivals": {"link": [office.account]}, "aboutId": office.account,
                "aboutType": "Account", "parts": {"create": [{"name": format!("Part of {name}"), "cost": "5.00"}]}});
            let made = office.create(&office.boss, input).await;
            office.ids.push(made["data"]["createDeal"]["id"].clone());
        }
        office
    }

    fn ask<'a>(&'a self, who: &'a Who) -> Asking<'a> {
        Asking::new(&self.app, self.admin.org, who)
    }

    async fn create(&self, who: &Who, input: Value) -> Value {
        self.ask(who).ask("mutation($i: DealCreateInput!) { createDeal(input: $i) { id } }", json!({"i": input})).await
    }

    /// The code of what refuses an update of a deal.
    async fn update(&self, who: &Who, deal: usize, input: Value) -> Option<String> {
        let update = "mutation($id: ID!, $i: DealUpdateInput!) @dryRun { updateDeal(id: $id, input: $i) { id } }";
        self.ask(who).code(update, json!({"id": self.ids[deal], "i": input})).await
    }

    /// Names of the deals that a filter finds, which is also what is counted.
    async fn found(&self, who: &Who, filter: Value) -> Vec<String> {
        let order = json!([{"name": "ASC"}]);
        let found = self.ask(who).data(READ, json!({"f": filter, "o": order})).await["deals"].clone();
        let names: Vec<String> =
            found["nodes"].as_array().unwrap().iter().map(|deal| deal["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(found["totalCount"], names.len(), "{found}");
        let groups = "query($f: DealFilter) { dealsAggregate(filter: $f) { count } }";
        let counted = self.ask(who).data(groups, json!({"f": filter})).await;
        assert_eq!(counted["dealsAggregate"][0]["count"], names.len(), "{filter}");
        names
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_is_shown_where_its_level_reaches_and_null_elsewhere() {
    for backend in backends() {
        let office = Office::new(backend).await;
        let query = "{ deals(orderBy: [{name: ASC}]) { nodes {
            name commission margin twice partnerId aboutId aboutType
            partner { name } about { ... on Account { name } } rivals { totalCount nodes { name } }
            parts { nodes { cost } } } } }";
        let shown = office.ask(&office.ada).data(query, json!({})).await["deals"]["nodes"].clone();
        let all = json!({"name": "Ada's", "commission": "10.00", "margin": "1.00", "twice": "20.00",
            "partnerId": office.account, "aboutId": office.account, "aboutType": "Account", "partner": {"name": "Acme"},
            "about": {"name": "Acme"}, "rivals": {"totalCount": 1, "nodes": [{"name": "Acme"}]},
            "parts": {"nodes": [{"cost": "5.00"}]}});
        assert_eq!(shown[0], all, "{backend:?}");
        let none = |name: &str, margin: Value| {
            json!({"name": name, "commission": null, "margin": margin, "twice": null,
                "partnerId": null, "aboutId": null, "aboutType": null, "partner": null, "about": null,
                "rivals": {"totalCount": 0, "nodes": []}, "parts": {"nodes": [{"cost": null}]}})
        };
        assert_eq!(shown[1], none("Bob's", json!("2.00")), "{backend:?}");
        assert_eq!(shown[2], none("Eve's", json!(null)), "{backend:?}");
        let shown = office.ask(&office.boss).data(query, json!({})).await["deals"]["nodes"].clone();
        assert_eq!(shown[2]["commission"], "30.00", "{backend:?}");
        // From the other end, and by every other way to a record.
        let back = "query($id: ID!) { account(id: $id) { partneredDeals { totalCount nodes { name } }
            rivalledDeals { totalCount nodes { name } } dealsAbout { totalCount nodes { name } } } }";
        let shown = office.ask(&office.ada).data(back, json!({"id": office.account})).await["account"].clone();
        let only = json!({"totalCount": 1, "nodes": [{"name": "Ada's"}]});
        assert_eq!(shown, json!({"partneredDeals": only, "rivalledDeals": only, "dealsAbout": only}), "{backend:?}");
        let one = "query($id: ID!) { deal(id: $id) { commission } node(id: $id) { ... on Deal { commission } } }";
        let shown = office.ask(&office.ada).data(one, json!({"id": office.ids[1]})).await;
        assert_eq!(shown, json!({"deal": {"commission": null}, "node": {"commission": null}}), "{backend:?}");

        // A share opens what it would open of a record.
        let share = "mutation($r: ID!, $w: ID!) { share(record: $r, with: $w) { id } }";
        office.ask(&office.boss).data(share, json!({"r": office.ids[2], "w": office.ada.id})).await;
        let shown = office.ask(&office.ada).data(one, json!({"id": office.ids[2]})).await;
        assert_eq!(shown["deal"]["commission"], "30.00", "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_orders_and_sums_see_nothing_where_a_field_is_not_shown() {
    for backend in backends() {
        let office = Office::new(backend).await;
        let (ada, boss) = (&office.ada, &office.boss);
        let ours = vec!["Ada's".to_owned()];
        let name = json!({"name": {"eq": "Acme"}});
        for (filter, of_boss) in [
            (json!({"commission": {"gte": "10"}}), 3),
            (json!({"twice": {"gte": "20"}}), 3),
            (json!({"commission": {"isNull": false}}), 3),
            (json!({"partner": name}), 3),
            (json!({"partnerId": {"eq": office.account}}), 3),
            (json!({"aboutType": {"eq": "Account"}}), 3),
            (json!({"rivals": {"some": name}}), 3),
            (json!({"parts": {"some": {"cost": {"gt": "1"}}}}), 3),
        ] {
            assert_eq!(office.found(ada, filter.clone()).await, ours, "{backend:?} {filter}");
            assert_eq!(office.found(boss, filter.clone()).await.len(), of_boss, "{backend:?} {filter}");
        }
        // Null is neither more nor less nor something else.
        for filter in [
            json!({"not": {"commission": {"gte": "15"}}}),
            json!({"commission": {"lt": "25"}}),
            json!({"commission": {"ne": "20"}}),
        ] {
            assert_eq!(office.found(ada, filter.clone()).await, ours, "{backend:?} {filter}");
        }
        assert_eq!(office.found(ada, json!({"commission": {"isNull": true}})).await, ["Bob's", "Eve's"], "{backend:?}");
        assert_eq!(office.found(ada, json!({"margin": {"gte": "0"}})).await, ["Ada's", "Bob's"], "{backend:?}");
        assert_eq!(office.found(ada, json!({"rivals": {"none": name}})).await, ["Bob's", "Eve's"], "{backend:?}");
        let accounts = "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }";
        let eves = json!({"partneredDeals": {"some": {"name": {"eq": "Eve's"}}}});
        for (who, count) in [(ada, 0), (boss, 1)] {
            let found = office.ask(who).data(accounts, json!({"f": eves})).await;
            assert_eq!(found["accounts"]["totalCount"], count, "{backend:?}");
        }

        // Pages go on behind the nulls.
        let page = "query($a: String) { deals(orderBy: [{commission: DESC_NULLS_LAST}], first: 1, after: $a) {
            nodes { name commission } pageInfo { endCursor hasNextPage } } }";
        let (mut after, mut names) = (json!(null), Vec::new());
        loop {
            let deals = office.ask(ada).data(page, json!({"a": after})).await["deals"].clone();
            names.push(deals["nodes"][0]["name"].as_str().unwrap().to_owned());
            after = deals["pageInfo"]["endCursor"].clone();
            if deals["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        names[1..].sort();
        assert_eq!(names, ["Ada's", "Bob's", "Eve's"], "{backend:?}");
        let ordered = json!([{"partner": {"name": "ASC_NULLS_LAST"}}, {"name": "DESC"}]);
        let deals = office.ask(ada).data(READ, json!({"o": ordered})).await["deals"]["nodes"].clone();
        assert_eq!(deals, json!([{"name": "Ada's"}, {"name": "Eve's"}, {"name": "Bob's"}]), "{backend:?}");

        let sums = "{ dealsAggregate { count sum { commission margin twice } max { commission } countDistinct { partnerId } } }";
        let sums = office.ask(ada).data(sums, json!({})).await["dealsAggregate"][0].clone();
        let expected = json!({"count": 3, "sum": {"commission": "10.00", "margin": "3.00", "twice": "20.00"},
            "max": {"commission": "10.00"}, "countDistinct": {"partnerId": 1}});
        assert_eq!(sums, expected, "{backend:?}");
        let groups = "{ dealsAggregate(groupBy: [{commission: true}], having: {count: {gt: 0}}) { count commission: sum { commission } } }";
        let groups = office.ask(ada).data(groups, json!({})).await["dealsAggregate"].clone();
        let mut groups: Vec<String> = groups.as_array().unwrap().iter().map(Value::to_string).collect();
        groups.sort();
        let expected =
            [r#"{"count":1,"commission":{"commission":"10.00"}}"#, r#"{"count":2,"commission":{"commission":null}}"#];
        assert_eq!(groups, expected, "{backend:?}");
        let having = "{ dealsAggregate(groupBy: [{name: true}], having: {sum: {commission: {gt: \"1\"}}}) { count } }";
        let groups = office.ask(ada).data(having, json!({})).await;
        assert_eq!(groups["dealsAggregate"].as_array().unwrap().len(), 1, "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_is_written_where_its_level_reaches_and_refused_elsewhere() {
    for backend in backends() {
        let office = Office::new(backend).await;
        let (ada, refused) = (&office.ada, Some("FORBIDDEN".to_owned()));
        let account = json!({"create": {"name": "New"}});
        for input in [
            json!({"commission": "11"}),
            json!({"margin": "11"}),
            json!({"partnerId": null}),
            json!({"partner": account}),
            json!({"rivals": {"create": [{"name": "New"}]}}),
            json!({"rivals": {"unlink": [office.account]}}),
            json!({"aboutId": null, "aboutType": null}),
        ] {
            assert_eq!(office.update(ada, 0, input.clone()).await, None, "{backend:?} {input}");
            assert_eq!(office.update(ada, 1, input.clone()).await, refused, "{backend:?} {input}");
            assert_eq!(office.update(&office.boss, 1, input.clone()).await, None, "{backend:?} {input}");
        }
        // The rest of the record may be changed.
        assert_eq!(office.update(ada, 1, json!({"name": "Bob's own"})).await, None, "{backend:?}");
        // Computed values are nobody's to give, and those that are not given are those of the metadata.
        for (owner, code) in [(ada.id, json!(null)), (office.bob.id, json!("FORBIDDEN"))] {
            let made = office.create(ada, json!({"name": "New", "ownerId": owner, "commission": "1"})).await;
            assert_eq!(made["errors"][0]["extensions"]["code"], code, "{backend:?} {made}");
            let made = office.create(ada, json!({"name": "New", "ownerId": owner})).await;
            assert_eq!(made["errors"], json!(null), "{backend:?} {made}");
        }
        // From the other end of the link, and many at a time.
        let link = "mutation($a: ID!, $d: ID!) @dryRun { updateAccount(id: $a, input: {partneredDeals: {unlink: [$d]}}) { id } }";
        let rival = "mutation($a: ID!, $d: ID!) @dryRun { updateAccount(id: $a, input: {rivalledDeals: {unlink: [$d]}}) { id } }";
        let mine = office.ask(ada).data("mutation { createAccount(input: {name: \"Mine\"}) { id } }", json!({})).await;
        let mine = mine["createAccount"]["id"].clone();
        for (deal, code) in [(0, None), (1, refused.clone())] {
            let set = json!({"partnerId": mine, "rivals": {"link": [mine]}});
            let update = "mutation($id: ID!, $i: DealUpdateInput!) { updateDeal(id: $id, input: $i) { id } }";
            office.ask(&office.boss).data(update, json!({"id": office.ids[deal], "i": set})).await;
            let given = json!({"a": mine, "d": office.ids[deal]});
            assert_eq!(office.ask(ada).code(link, given.clone()).await, code, "{backend:?}");
            assert_eq!(office.ask(ada).code(rival, given).await, code, "{backend:?}");
        }
        let many =
            "mutation($f: DealFilter!) @dryRun { updateDeals(filter: $f, input: {commission: \"7\"}) { affected } }";
        let own = json!({"f": {"owner": {"id": {"eq": ada.id}}, "name": {"eq": "Ada's"}}});
        assert_eq!(office.ask(ada).data(many, own).await["updateDeals"]["affected"], 1, "{backend:?}");
        assert_eq!(office.ask(ada).code(many, json!({"f": {}})).await, refused, "{backend:?}");
        let eve = office.ask(&office.eve).code(many, json!({"f": {"name": {"eq": "Ada's"}}})).await;
        assert_eq!(eve, refused, "{backend:?}");
        // What may be written where it may not be read is no way to read it.
        let give =
            "mutation($id: ID!, $o: ID!) { updateDeal(id: $id, input: {ownerId: $o}) { commission owner { id } } }";
        let given = office.ask(ada).data(give, json!({"id": office.ids[0], "o": office.eve.id})).await;
        assert_eq!(given["updateDeal"], json!({"commission": null, "owner": {"id": office.eve.id}}), "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_the_audit_log_and_explanations_tell_of_a_field_where_it_is_shown() {
    for backend in backends() {
        let office = Office::new(backend).await;
        let (ada, bob) = (&office.ada, &office.bob);
        let (of_ada, of_bob) = (office.ask(ada), office.ask(bob));
        let feed = "subscription { dealEvents { changedFields before after record { name commission margin } } }";
        let mut feeds = [of_ada.follow(feed).await.unwrap(), of_bob.follow(feed).await.unwrap()];
        let update = "mutation($id: ID!, $i: DealUpdateInput!) { updateDeal(id: $id, input: $i) { id } }";
        let input = json!({"name": "Ada's first", "commission": "12", "margin": "4", "partnerId": null});
        office.ask(&office.boss).data(update, json!({"id": office.ids[0], "i": input})).await;
        let [mine, theirs] = [told(&mut feeds[0]).await, told(&mut feeds[1]).await];
        assert_eq!(mine["record"], json!({"name": "Ada's first", "commission": "12.00", "margin": "4.00"}), "{mine}");
        assert_eq!((&mine["before"]["commission"], &mine["after"]["commission"]), (&json!("10.00"), &json!("12.00")));
        assert_eq!(mine["before"]["partnerId"], office.account, "{mine}");
        assert_eq!(theirs["record"], json!({"name": "Ada's first", "commission": null, "margin": "4.00"}), "{theirs}");
        for image in [&theirs["before"], &theirs["after"]] {
            assert!(image.get("margin").is_some() && image.get("name").is_some(), "{theirs}");
            assert!(
                ["commission", "twice", "partner", "partnerId"].iter().all(|key| image.get(key).is_none()),
                "{theirs}"
            );
        }
        let names = theirs["changedFields"].to_string();
        assert!(names.contains("margin") && !names.contains("commission") && !names.contains("partner"), "{names}");
        // Of what was one's own, or becomes it, the images of others' times are not told.
        let input = json!({"ownerId": bob.id, "commission": "13"});
        office.ask(&office.boss).data(update, json!({"id": office.ids[0], "i": input})).await;
        let [mine, theirs] = [told(&mut feeds[0]).await, told(&mut feeds[1]).await];
        assert_eq!((&mine["record"]["commission"], mine["before"].get("commission")), (&json!(null), None), "{mine}");
        assert_eq!(theirs["record"]["commission"], "13.00", "{theirs}");
        assert_eq!((theirs["before"].get("commission"), theirs["after"].get("commission")), (None, None), "{theirs}");
        let refused = of_ada.follow("subscription { dealEvents(filter: {commission: {gt: \"1\"}}) { kind } }").await;
        assert_eq!(refused.err().as_deref(), Some("BAD_USER_INPUT"), "{backend:?}");
        // Events are made of records that are linked by conditions as they are asked of the database.
        let linked = of_ada
            .follow("subscription { dealPartEvents(filter: {deal: {commission: {gt: \"1\"}}}) { record { cost } } }");
        let mut linked = linked.await.unwrap();
        let add =
            "mutation($d: ID!, $n: String!) { createDealPart(input: {dealId: $d, name: $n, cost: \"3\"}) { id } }";
        let made = json!({"name": "Mine", "ownerId": ada.id, "commission": "2"});
        let own = office.create(&office.boss, made).await["data"]["createDeal"]["id"].clone();
        for deal in [&office.ids[2], &own] {
            office.ask(&office.boss).data(add, json!({"d": deal, "n": "P"})).await;
        }
        assert_eq!(told(&mut linked).await["record"]["cost"], "3.00", "{backend:?}");

        let explain = "query($id: ID!, $a: Action!) { explainAccess(id: $id, field: \"margin\", action: $a) { allowed message field { allowed level } } }";
        for (deal, action, allowed, level) in [
            (1, "READ", true, "TEAM"),
            (2, "READ", false, "TEAM"),
            (1, "UPDATE", false, "OWN"),
            (0, "UPDATE", false, "OWN"),
        ] {
            let told =
                of_ada.data(explain, json!({"id": office.ids[deal], "a": action})).await["explainAccess"].clone();
            assert_eq!(told["field"], json!({"allowed": allowed, "level": level}), "{backend:?} {told}");
            assert_eq!(told["allowed"], allowed, "{backend:?} {told}");
            let says = told["message"].as_str().unwrap();
            assert!(allowed || says.contains(&format!("at the level {} only", level.to_lowercase())), "{says}");
        }
    }
}
