//! Full-text search: kept current by every write, within the organisation, and never confused by what is typed.

use crate::support::{App, Database, User, backends};
use serde_json::{Value, json};

const ACCOUNTS: &str = "query($q: String!) { search(query: $q, in: [Account]) { title rank } \
    accounts(search: $q, orderBy: [{name: ASC}]) { totalCount nodes { name } } }";

async fn create(app: &App, user: &User, name: &str) -> Value {
    let create = "mutation($n: String!) { createAccount(input: {name: $n}) { id } }";
    app.data(user, create, json!({"n": name})).await["createAccount"]["id"].clone()
}

/// Names of the accounts that a query finds: the same ones in the list and over modules.
async fn found(app: &App, user: &User, query: &str) -> Vec<String> {
    let data = app.data(user, ACCOUNTS, json!({"q": query})).await;
    let names = |list: &Value, key: &str| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
    };
    let list = names(&data["accounts"]["nodes"], "name");
    assert_eq!(data["accounts"]["totalCount"], list.len(), "{query}");
    let mut hits = names(&data["search"], "title");
    hits.sort();
    assert_eq!(hits, list, "{query}");
    list
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_is_found_at_once_and_by_nobody_else() {
    for backend in backends() {
        let app = App::new(backend).await;
        let (user, other) = (app.user("ours").await, app.user("theirs").await);
        let id = create(&app, &user, "Hanse Kontor GmbH").await;
        create(&app, &other, "Hanse Werft GmbH").await;
        assert_eq!(found(&app, &user, "hanse").await, ["Hanse Kontor GmbH"]);
        assert_eq!(found(&app, &other, "hanse").await, ["Hanse Werft GmbH"]);

        let update = "mutation($id: ID!) { updateAccount(id: $id, input: {name: \"Elbe Kontor GmbH\"}) { version } }";
        app.data(&user, update, json!({"id": id})).await;
        assert_eq!(found(&app, &user, "hanse").await, Vec::<String>::new());
        assert_eq!(found(&app, &user, "elbe").await, ["Elbe Kontor GmbH"]);

        // What is undone was never there, and a mutation sees what it has written itself.
        let both = "mutation($id: ID!) { updateAccount(id: $id, input: {name: \"Weser AG\"}) \
                    { subsidiaries(search: \"tochter\") { totalCount } } \
                    createAccount(input: {name: \"Tochter\", parentId: $id}) { parent { subsidiaries(search: \"tochter\") { totalCount } } } \
                    deleteAccount(id: \"00000000-0000-7000-8000-000000000000\") { id } }";
        assert_eq!(app.code(&user, both, json!({"id": id})).await, "NOT_FOUND");
        assert_eq!(found(&app, &user, "weser").await, Vec::<String>::new());
        let both = both.replace(" deleteAccount(id: \"00000000-0000-7000-8000-000000000000\") { id }", "");
        let data = app.data(&user, &both, json!({"id": id})).await;
        assert_eq!(data["updateAccount"]["subsidiaries"]["totalCount"], 0);
        assert_eq!(data["createAccount"]["parent"]["subsidiaries"]["totalCount"], 1);

        app.data(&user, "mutation($id: ID!) { deleteAccount(id: $id) { id } }", json!({"id": id})).await;
        assert_eq!(found(&app, &user, "weser").await, Vec::<String>::new());
        let deleted = "{ accounts(search: \"weser\", deleted: ONLY) { nodes { name } } }";
        assert_eq!(app.data(&user, deleted, json!({})).await["accounts"]["nodes"], json!([{"name": "Weser AG"}]));

        // A record that is really removed leaves nothing behind.
        let event = "mutation { createSocialEvent(input: {platform: X, text: \"Großartig!\", verb: POSTED, \
                     direction: INBOUND, externalId: \"1\", occurredAt: \"2026-11-21T00:00:00Z\"}) { id } }";
        app.data(&user, event, json!({})).await;
        let social = "{ search(query: \"grossartige\") { module title record { __typename id } } }";
        let hits = app.data(&user, social, json!({})).await["search"].clone();
        assert_eq!(hits[0]["record"]["__typename"], "SocialEvent", "{hits}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_match_by_beginning_and_by_stem_in_german_and_english() {
    let names = [
        "Müller & Söhne Häuser GmbH",
        "Klaus-Peter Winter e.K.",
        "Strasse 22 Logistik",
        "Straßenbau Nord",
        "The Houses Company, Inc.",
        "İstanbul Ticaret",
        "ΟΔΥΣΣΕΥΣ Shipping",
        "東京 Trading",
        "T-Systems 3D 4711",
        "Ǆ ﬁne ² ½ 😀 Ⅷ",
    ];
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        for name in names {
            create(&app, &user, name).await;
        }
        for (query, expected) in [
            ("mull", &names[..1]),
            ("MÜLLER", &names[..1]),
            ("muller söhne", &names[..1]),
            ("Haus", &names[..1]),
            ("sohn häusern", &names[..1]),
            ("house", &names[4..5]),
            ("company", &names[4..5]),
            ("companies houses", &names[4..5]),
            ("klaus-peter", &names[1..2]),
            ("peter klaus", &names[1..2]),
            ("\"klaus peter\"", &names[1..2]),
            ("\"peter klaus\"", &[]),
            ("\"klaus pet\"", &[]),
            ("straße", &names[2..4]),
            ("strasse", &names[2..4]),
            ("strass -nord", &names[2..3]),
            ("strass -nor", &names[2..4]),
            ("strass -\"strasse 22\"", &names[3..4]),
            ("istanbul", &names[5..6]),
            ("οδυσσευς", &names[6..7]),
            ("οδυσ", &names[6..7]),
            ("東", &names[7..8]),
            ("t-systems", &names[8..9]),
            ("systems t", &names[8..9]),
            ("471", &names[8..9]),
            ("3d", &names[8..9]),
            ("fine 2 viii", &names[9..10]),
            ("dž", &names[9..10]),
            ("the", &[]),
            ("\"the\"", &names[4..5]),
            ("the houses", &names[4..5]),
            ("t", &names[8..9]),
        ] {
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            assert_eq!(found(&app, &user, query).await, expected, "{query} on {backend:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_typed_is_taken_for_a_command() {
    let long = "x".repeat(10_000);
    let limit = "x ".repeat(250);
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        create(&app, &user, "Acme or Not Near").await;
        for query in [
            "",
            " ",
            "\"",
            "\"\"",
            "'",
            "''",
            "\\",
            "-",
            "--",
            "- -",
            "()",
            "(",
            ")",
            ":",
            ":*",
            "*",
            "&",
            "|",
            "!",
            "<->",
            "😀",
            "\u{0}",
            "a\u{0}b zzz",
            "a:b zzz",
            "{a b}: zzz",
            "zzz OR acme",
            "acme NOT zzz AND zzz",
            "zzz | acme",
            "^zzz",
            "a NEAR/2 zzz",
            "');DROP TABLE accounts;-- zzz",
            "%zzz",
            "-acme",
            "-\"acme\"",
            "rank:zzz",
            "\u{301}",
            "%",
            "_",
            "acme -acme",
            "acme -\"or not\"",
        ] {
            assert_eq!(found(&app, &user, query).await, Vec::<String>::new(), "{query:?} on {backend:?}");
        }
        for query in
            ["acme", "acme OR not NEAR", "(acme*", "acme\u{0}near", "acme '", "\"acme or not\"", "\"acme", "ACME-"]
        {
            assert_eq!(found(&app, &user, query).await, ["Acme or Not Near"], "{query:?} on {backend:?}");
        }
        for query in [&long, &limit] {
            let answer = app.ask(&user, ACCOUNTS, json!({"q": query})).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains("500 characters") || message.contains("20 words"), "{message}");
        }
        let wrong = app.ask(&user, "{ search(query: \"x\", in: [Account, Note]) { id } }", json!({})).await;
        let message = wrong["errors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("Note has no searched field; these modules have some: Account, "), "{message}");
        let everything = app.data(&user, "{ accounts(search: null) { totalCount } }", json!({})).await;
        assert_eq!(everything["accounts"]["totalCount"], 1);
        let none = app.data(&user, "{ search(query: \"acme\", in: []) { id } }", json!({})).await;
        assert_eq!(none["search"], json!([]));
        let none = app.data(&user, "{ search(query: \"acme\", first: 0) { id } }", json!({})).await;
        assert_eq!(none["search"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ranks_follow_weights_and_whole_words() {
    let mut answers = Vec::new();
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let leads = "mutation { \
            a: createLead(input: {name: \"Nordwind\"}) { id } \
            b: createLead(input: {name: \"x\", company: \"Nordwind\"}) { id } \
            c: createLead(input: {name: \"Nordwinde\"}) { id } \
            d: createLead(input: {name: \"y\", email: \"info@nordwinds.example\"}) { id } \
            e: createLead(input: {name: \"Nordwindpark am Meer\"}) { id } \
            f: createAccount(input: {name: \"Nordwind Energie\"}) { id } \
            g: createContact(input: {lastName: \"Zeller\", companyName: \"Nordwind\"}) { id } }";
        app.data(&user, leads, json!({})).await;
        let query = "query($in: [ModuleName!], $first: Int) { search(query: \"nordwind\", in: $in, first: $first) { module title rank } }";
        let all = app.data(&user, query, json!({})).await["search"].clone();
        let short: Vec<_> = all
            .as_array()
            .unwrap()
            .iter()
            .map(|hit| format!("{} {} {}", hit["module"], hit["title"], hit["rank"]))
            .collect();
        assert_eq!(
            short,
            [
                r#""Lead" "Nordwind" 1.0"#,
                r#""Lead" "Nordwinde" 1.0"#,
                r#""Account" "Nordwind Energie" 1.0"#,
                r#""Lead" "Nordwindpark am Meer" 0.8"#,
                r#""Lead" "y" 0.4"#,
                r#""Lead" "x" 0.4"#,
                r#""Contact" "Zeller" 0.2"#,
            ],
            "{backend:?}"
        );
        // The same document with other modules is another plan.
        let one = app.data(&user, query, json!({"in": ["Account"]})).await["search"].clone();
        assert_eq!(one.as_array().unwrap().len(), 1);
        let other = app.data(&user, query, json!({"in": ["Contact"], "first": 5})).await["search"].clone();
        assert_eq!(other[0]["module"], "Contact");
        let single = app.data(&user, query, json!({"in": "Lead", "first": 1})).await["search"].clone();
        assert_eq!(single, json!([all[0]]));
        let nested = "query($m: ModuleName!) { search(query: \"nordwind\", in: [$m]) { module } }";
        for module in ["Account", "Contact"] {
            let hits = app.data(&user, nested, json!({"m": module})).await["search"].clone();
            assert_eq!(hits, json!([{"module": module}]));
        }
        answers.push(all);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_weights_in_the_metadata_change_what_is_stored() {
    let shipped = crate::support::repository().join("config/packages");
    for backend in backends() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("fleet");
        std::fs::create_dir_all(package.join("modules")).unwrap();
        std::fs::write(package.join("package.yaml"), "format: 1\nlabel: Fleet\nversion: 1.0.0\nrequires: [core]\n")
            .unwrap();
        let describe = |fields: &str| {
            let module = format!(
                "format: 1\nmodule: Vehicle\nplural: Vehicles\ntitle: plate\ntraits: [soft_delete]\nblocks:\n  main:\n    fields:\n{fields}"
            );
            std::fs::write(package.join("modules/vehicle.yaml"), module).unwrap();
        };
        let folders = [shipped.to_str().unwrap(), folder.path().to_str().unwrap()];
        describe("      plate: {type: text, required: true}\n      notice: {type: longtext}\n");
        let app = App::over(Database::new(backend), &folders).await;
        let user = app.user("acme").await;
        let create = "mutation { a: createVehicle(input: {plate: \"HH-K 47\", notice: \"Reifen\"}) { id } b: createVehicle(input: {plate: \"Reifen\"}) { id } }";
        app.data(&user, create, json!({})).await;
        assert!(app.ask(&user, "{ vehicles(search: \"x\") { totalCount } }", json!({})).await["errors"].is_array());

        let (mut app, mut changes) = (app, Vec::new());
        for fields in [
            "      plate: {type: text, required: true, search: A}\n      notice: {type: longtext, search: C}\n",
            "      plate: {type: text, required: true, search: D}\n      notice: {type: longtext, search: B}\n",
            "      plate: {type: text, search: D}\n      notice: {type: longtext, search: B}\n",
            "      plate: {type: text}\n      notice: {type: longtext, search: A}\n",
        ] {
            describe(fields);
            let App { engine, database, .. } = app;
            drop(engine);
            app = App::over(database, &folders).await;
            let again = app.engine.store().apply(&app.catalog).await.unwrap();
            assert_eq!(again.changes, Vec::<String>::new(), "{backend:?}");
            let query = "{ search(query: \"reifens\") { title rank } }";
            changes.push(app.data(&user, query, json!({})).await["search"].to_string());
            let update = "mutation { createVehicle(input: {plate: \"neu\", notice: \"frisch\"}) { id } }";
            let id = app.data(&user, update, json!({})).await["createVehicle"]["id"].clone();
            let fresh = app.data(&user, "{ vehicles(search: \"frisch\") { totalCount } }", json!({})).await;
            assert_eq!(fresh["vehicles"]["totalCount"], 1, "{fields} {backend:?}");
            app.data(&user, "mutation($id: ID!) { deleteVehicle(id: $id) { id } }", json!({"id": id})).await;
        }
        let hh = |rank: &str| format!("{{\"title\":\"HH-K 47\",\"rank\":{rank}}}");
        let tyre = |rank: &str| format!("{{\"title\":\"Reifen\",\"rank\":{rank}}}");
        let pair = |first: String, second: String| format!("[{first},{second}]");
        assert_eq!(
            changes,
            [
                pair(tyre("1.0"), hh("0.2")),
                pair(hh("0.4"), tyre("0.1")),
                pair(hh("0.4"), tyre("0.1")),
                format!("[{}]", hh("1.0")),
            ],
            "{backend:?}"
        );
    }
}

/// Numbers that are the same in every run (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn roll<'t>(&mut self, sides: &[&'t str]) -> &'t str {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        sides[usize::try_from(self.0 >> 33).unwrap() % sides.len()]
    }

    fn text(&mut self, sides: &[&str], length: usize) -> String {
        (0..length).map(|_| self.roll(sides)).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_find_the_same_whatever_is_written_and_typed() {
    const PIECES: [&str; 64] = [
        "a",
        "e",
        "n",
        "er",
        "en",
        "ing",
        "ed",
        "s",
        "haus",
        "Häus",
        "MÜLL",
        "comp",
        "anies",
        "ß",
        "ẞ",
        "é",
        "e\u{301}",
        "ﬁ",
        "ﬀ",
        "Ǆ",
        "İ",
        "ı",
        "Σ",
        "ς",
        "σ",
        "Ж",
        "жка",
        "ё",
        "日",
        "本語",
        "한글",
        "ا",
        "ّ",
        "हि",
        "न्दी",
        "ไทย",
        "٣",
        "३",
        "½",
        "²",
        "Ⅷ",
        "①",
        "🅰",
        "ª",
        "1",
        "22",
        "1e5",
        "0x1f",
        "3.14",
        "-7",
        "v2",
        "😀",
        "👨‍👩‍👧",
        "@",
        "a@b.de",
        "http://x.de/y?z=1",
        "#",
        "&amp;",
        "<b>",
        "_",
        "%",
        "'",
        "\u{ad}",
        "\u{200b}",
    ];
    let mut all: Vec<Vec<Vec<String>>> = Vec::new();
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let mut dice = Dice(1);
        let parent = create(&app, &user, "?").await;
        let spaced: Vec<&str> = PIECES.iter().copied().chain([" "; 40]).collect();
        for _ in 0..8 {
            let names: Vec<_> = (0..25).map(|_| format!("x{}", dice.text(&spaced, 16))).collect();
            let creates = names.iter().enumerate().map(|(n, name)| {
                let name = serde_json::to_string(name).unwrap();
                format!("c{n}: createAccount(input: {{name: {name}, parentId: {parent}}}) {{ id }}")
            });
            app.data(&user, &format!("mutation {{ {} }}", creates.collect::<Vec<_>>().join(" ")), json!({})).await;
        }
        let query = "query($q: String!, $p: ID!) { accounts(search: $q, first: 1000, orderBy: [{name: ASC}]) { nodes { name } } \
                     search(query: $q, first: 1000) { title rank } \
                     account(id: $p) { subsidiaries(search: $q, first: 1000, orderBy: [{name: ASC}]) { nodes { name } } } }";
        let mut answers = Vec::new();
        for n in 0..400 {
            let text = dice.text(&spaced, 1 + n % 3);
            let data = app.data(&user, query, json!({"q": text, "p": parent})).await;
            assert_eq!(data["accounts"], data["account"]["subsidiaries"], "{text:?} on {backend:?}");
            let list = |list: &Value| {
                list.as_array().unwrap().iter().map(|hit| format!("{text:?}: {hit}")).collect::<Vec<_>>()
            };
            assert_eq!(list(&data["accounts"]["nodes"]).len(), list(&data["search"]).len(), "{text:?} on {backend:?}");
            answers.push([list(&data["accounts"]["nodes"]), list(&data["search"])].concat());
        }
        assert!(answers.iter().filter(|answer| !answer.is_empty()).count() > 150);
        all.push(answers);
    }
    if let [sqlite, postgres] = all.as_slice() {
        for (sqlite, postgres) in sqlite.iter().zip(postgres) {
            assert_eq!(sqlite, postgres);
        }
    }
}
