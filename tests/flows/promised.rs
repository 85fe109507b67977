//! Limits of days and times, links to many with conditions, JSON with a schema, fields that are visible at times.

use crate::support::{App, User, backends};
use kontor_gateway::{
    auth::Caller,
    engine::{Asker, GraphQlRequest},
};
use serde_json::{Value, json};
use uuid::Uuid;

const FOLDERS: [&str; 2] = ["config/packages", "tests/packages"];

/// The violations of an answer: rule, path, message.
fn violations(answer: &Value) -> Vec<Value> {
    let list = answer["errors"][0]["extensions"]["violations"].as_array().unwrap_or_else(|| panic!("{answer}"));
    list.iter().map(|v| json!([v["rule"], v["path"], v["message"]])).collect()
}

/// The answer to somebody who asks in German.
async fn in_german(app: &App, user: &User, query: &str, variables: Value) -> Value {
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    let request = GraphQlRequest { query: query.to_owned(), variables, ..GraphQlRequest::default() };
    let caller = Some(Caller::signed_in(user.id, user.org, "admin", Uuid::nil()));
    let asker = Asker { caller, language: "de".to_owned(), request_id: "test".to_owned(), ..Asker::default() };
    serde_json::from_slice(&app.engine.execute(request, &asker).await.body).unwrap()
}

async fn create(app: &App, user: &User, input: Value) -> Value {
    let query = "mutation($i: CourseCreateInput!) { createCourse(input: $i) { id heldOn opens bookedAt } }";
    app.ask(user, query, json!({"i": input})).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_and_times_stay_between_their_limits() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        // Limits are values themselves; a moment is compared as what it is, not as it is written.
        let first =
            json!({"name": "First", "heldOn": "2020-01-01", "opens": "08:00", "bookedAt": "2020-01-01T00:00:00Z"});
        let made = create(&app, &user, first).await["data"]["createCourse"].clone();
        assert_eq!(made["heldOn"], "2020-01-01", "{backend:?}");
        let last = json!({"name": "Last", "heldOn": "2039-12-31", "opens": "18:30:00.000", "bookedAt": null});
        assert_eq!(create(&app, &user, last).await["data"]["createCourse"]["opens"], "18:30:00");

        let early = json!({"name": "Early", "heldOn": "2019-12-31", "opens": "07:59:59.999999",
            "bookedAt": "2020-01-01T00:59:59+01:00"});
        let answer = create(&app, &user, early).await;
        assert_eq!(
            violations(&answer),
            [
                json!(["min", ["input", "heldOn"], "Day is before 2020-01-01."]),
                json!(["min", ["input", "opens"], "Opens is before 08:00:00."]),
                json!(["min", ["input", "bookedAt"], "Booked is before 2020-01-01T00:00:00Z."]),
            ]
        );
        let update =
            "mutation($id: ID!) { updateCourse(id: $id, input: {heldOn: \"2040-01-01\", opens: \"18:30:01\"}) { id } }";
        let answer = in_german(&app, &user, update, json!({"id": made["id"]})).await;
        assert_eq!(
            violations(&answer),
            [
                json!(["max", ["input", "heldOn"], "Tag liegt nach 2039-12-31."]),
                json!(["max", ["input", "opens"], "Beginnt liegt nach 18:30:00."]),
            ]
        );
        let fields = "{ module(name: Course) { fields { name min max } } }";
        let told = app.data(&user, fields, json!({})).await["module"]["fields"].clone();
        let of = |name: &str| told.as_array().unwrap().iter().find(|field| field["name"] == name).cloned();
        assert_eq!(of("heldOn"), Some(json!({"name": "heldOn", "min": "2020-01-01", "max": "2039-12-31"})));
        assert_eq!(of("bookedAt"), Some(json!({"name": "bookedAt", "min": "2020-01-01T00:00:00Z", "max": null})));
        assert_eq!(of("name"), Some(json!({"name": "name", "min": null, "max": "255"})));
    }
}

/// The rule and path of every violation.
fn places(answer: &Value) -> Vec<Value> {
    violations(answer).iter().map(|violation| json!([violation[0], violation[1]])).collect()
}

async fn trainer(app: &App, user: &User, name: &str, certified: bool, language: &str) -> Value {
    let create = "mutation($i: TrainerCreateInput!) { createTrainer(input: $i) { id } }";
    let input = json!({"name": name, "certified": certified, "language": language});
    app.data(user, create, json!({"i": input})).await["createTrainer"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_to_many_meet_their_condition() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        let (ada, bea, cem) = (
            trainer(&app, &user, "Ada", true, "en").await,
            trainer(&app, &user, "Bea", false, "en").await,
            trainer(&app, &user, "Cem", true, "de").await,
        );
        let query = "mutation($i: CourseCreateInput!) { createCourse(input: $i) { id trainers { nodes { name } } } }";
        // By id, and with new ones; two of them do not meet it, and are both named.
        let links = json!({"link": [ada, bea, cem], "create": [{"name": "Dan", "certified": true, "language": "en"},
            {"name": "Eve", "language": "en"}]});
        let answer = app.ask(&user, query, json!({"i": {"name": "Rust", "language": "en", "trainers": links}})).await;
        assert_eq!(
            violations(&answer),
            [
                json!([
                    "where",
                    ["input", "trainers", "link", 1],
                    "Trainers names a Trainer for which `certified && \
                    (record.language == null || language == record.language)` does not hold."
                ]),
                json!([
                    "where",
                    ["input", "trainers", "link", 2],
                    "Trainers names a Trainer for which `certified && \
                    (record.language == null || language == record.language)` does not hold."
                ]),
                json!([
                    "where",
                    ["input", "trainers", "create", 1],
                    "Trainers names a Trainer for which `certified && \
                    (record.language == null || language == record.language)` does not hold."
                ]),
            ],
            "{backend:?}"
        );
        assert_eq!(app.data(&user, "{ courses { totalCount } }", json!({})).await["courses"]["totalCount"], 0);

        let links = json!({"link": [ada], "create": [{"name": "Dan", "certified": true, "language": "en"}]});
        let input = json!({"i": {"name": "Rust", "language": "en", "trainers": links}});
        let course = app.data(&user, query, input).await["createCourse"].clone();
        assert_eq!(course["trainers"]["nodes"].as_array().unwrap().len(), 2);
        let update = "mutation($id: ID!, $i: CourseUpdateInput!) { updateCourse(id: $id, input: $i) { language } }";
        let change = |input: Value| app.ask(&user, update, json!({"id": course["id"], "i": input}));
        let answer = change(json!({"trainers": {"link": [cem]}})).await;
        assert_eq!(places(&answer), [json!(["where", ["input", "trainers", "link", 0]])]);

        // A change of the record asks for the links that it has already, as they are after the change.
        let answer = change(json!({"language": "de"})).await;
        assert_eq!(places(&answer), [json!(["where", ["input", "trainers"]])]);
        let all = "query($id: ID!) { course(id: $id) { trainers { nodes { id } } } }";
        let linked = app.data(&user, all, json!({"id": course["id"]})).await["course"]["trainers"]["nodes"].clone();
        let linked: Vec<Value> = linked.as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
        let answer = change(json!({"language": "de", "trainers": {"unlink": linked, "link": [cem]}})).await;
        assert_eq!(answer["data"]["updateCourse"]["language"], "de", "{answer}");
        assert_eq!(change(json!({"name": "Rust II"})).await["errors"], Value::Null);

        // From the other side.
        let back = "mutation($id: ID!, $c: ID!) { updateTrainer(id: $id, input: {courses: {link: [$c]}}) { id } }";
        let answer = app.ask(&user, back, json!({"id": ada, "c": course["id"]})).await;
        assert_eq!(
            violations(&answer),
            [json!([
                "where",
                ["input", "courses", "link", 0],
                "Courses names a Course whose Trainers need `certified && \
                (record.language == null || language == record.language)` to hold."
            ])]
        );
        // As with links to one, what is linked may change later.
        let later = "mutation($id: ID!) { updateTrainer(id: $id, input: {certified: false}) { certified } }";
        assert_eq!(app.data(&user, later, json!({"id": cem})).await["updateTrainer"]["certified"], false);
        assert_eq!(change(json!({"name": "Rust III"})).await["errors"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conditions_of_links_to_many_look_one_relation_further() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        let query = "mutation($i: [CourseCreateInput!]!) { createCourses(inputs: $i) { sponsors { totalCount } } }";
        let sponsor = |name: &str, industry: Value| json!({"create": [{"name": name, "account": {"create": {"name": name, "industry": industry}}}]});
        let good = json!({"name": "Rust", "sponsors": sponsor("Acme", json!("software"))});
        let made = app.data(&user, query, json!({"i": [good, good]})).await;
        assert_eq!(made["createCourses"][1]["sponsors"]["totalCount"], 1, "{backend:?}");
        let bad = json!({"name": "Steel", "sponsors": sponsor("Forge", json!("steel"))});
        let nobody = json!({"name": "None", "sponsors": {"create": [{"name": "Nobody"}]}});
        let answer = app.ask(&user, query, json!({"i": [good, bad, nobody]})).await;
        let place = |n: usize| json!(["where", ["inputs", n, "sponsors", "create", 0]]);
        assert_eq!(places(&answer), [place(1), place(2)]);
    }
}

/// However many are linked, they are asked for in one statement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_links_are_asked_at_once() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        let mut statements = Vec::new();
        for count in [2, 5] {
            let mut trainers = Vec::new();
            for n in 0..count {
                trainers.push(trainer(&app, &user, &format!("T{n}"), true, "en").await);
            }
            let create = "mutation($t: [ID!]!) { createCourse(input: {name: \"Rust\", trainers: {link: $t}}) { id } }";
            let answer = app.traced(&user, create, json!({"t": trainers})).await;
            assert_eq!(answer["errors"], Value::Null);
            statements.push(answer["extensions"]["trace"]["statements"].as_array().map(Vec::len));
        }
        assert!(statements[0].is_some(), "{statements:?}");
        assert_eq!(statements[0], statements[1], "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_meets_its_schema() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        let query = "mutation($i: CourseCreateInput!) { createCourse(input: $i) { id agenda } }";
        let agenda =
            json!([{"topic": "Ownership", "minutes": 45, "kind": "talk", "day": "2026-11-21"}, {"topic": "Lunch"}]);
        let made = app.data(&user, query, json!({"i": {"name": "Rust", "agenda": agenda}})).await;
        assert_eq!(made["createCourse"]["agenda"], agenda, "{backend:?}");
        app.data(&user, query, json!({"i": {"name": "Rust", "agenda": null}})).await;

        let wrong = json!([{"topic": "", "minutes": 4.5}, {"minutes": 600, "speaker": "Ada"}, {"topic": "x", "kind": "nap"},
            {"topic": "y", "day": "2026-02-30"}]);
        let input = json!({"i": {"name": "Rust", "heldOn": "1999-01-01", "agenda": wrong}});
        let mut found = violations(&app.ask(&user, query, input.clone()).await);
        found.sort_by_key(Value::to_string);
        let at = |place: &[Value]| Value::Array([&[json!("input"), json!("agenda")], place].concat());
        let mut expected = vec![
            json!(["min", ["input", "heldOn"], "Day is before 2020-01-01."]),
            json!(["schema", at(&[]), "Agenda takes at most 3."]),
            json!(["schema", at(&[json!(0), json!("topic")]), "Agenda at 0.topic is shorter than 1 characters."]),
            json!(["schema", at(&[json!(0), json!("minutes")]), "Agenda at 0.minutes is not of type integer."]),
            json!(["schema", at(&[json!(0), json!("minutes")]), "Agenda at 0.minutes is less than 5."]),
            json!(["schema", at(&[json!(1)]), "Agenda at 1 lacks topic."]),
            json!(["schema", at(&[json!(1)]), "Agenda at 1 takes no speaker."]),
            json!(["schema", at(&[json!(1), json!("minutes")]), "Agenda at 1.minutes is greater than 480."]),
            json!(["schema", at(&[json!(2), json!("kind")]), "Agenda at 2.kind is none of talk, exercise, break."]),
            json!(["schema", at(&[json!(3), json!("day")]), "Agenda at 3.day is no valid date."]),
        ];
        expected.sort_by_key(Value::to_string);
        assert_eq!(found, expected);
        let german = in_german(&app, &user, query, json!({"i": {"name": "Rust", "agenda": {"topic": "x"}}})).await;
        assert_eq!(violations(&german), [json!(["schema", ["input", "agenda"], "Ablauf ist nicht vom Typ array."])]);
        // What is told of one value has an end.
        let many = json!({"i": {"name": "Rust", "agenda": vec![json!({}); 500]}});
        assert_eq!(violations(&app.ask(&user, query, many).await).len(), 20);

        let fields = "{ module(name: Course) { fields { name schema } } }";
        let told = app.data(&user, fields, json!({})).await["module"]["fields"].clone();
        let told = told.as_array().unwrap().iter().find(|field| field["name"] == "agenda").cloned().unwrap();
        assert_eq!(told["schema"]["$defs"]["part"]["properties"]["minutes"]["maximum"], 480);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_visible_is_not_demanded() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        let query = "mutation($i: BookingCreateInput!) { createBooking(input: $i) { id room link thanks } }";
        let create = |input: Value| app.ask(&user, query, json!({"i": input}));
        let required = |field: &str| json!(["required", ["input", field]]);
        assert_eq!(places(&create(json!({"name": "A"})).await), [required("room")], "{backend:?}");
        // Both conditions of one field: visible, and required.
        assert_eq!(places(&create(json!({"name": "A", "online": true})).await), [required("password")]);
        let day = create(json!({"name": "Open day", "online": true})).await;
        assert_eq!(day["data"]["createBooking"]["room"], Value::Null, "{day}");
        // Over a relation.
        let sponsor = trainer(&app, &user, "Ada", true, "en").await;
        let input = json!({"name": "Open day", "online": true, "sponsorId": sponsor});
        assert_eq!(places(&create(input).await), [required("thanks")]);

        // What becomes visible is demanded then; what becomes invisible keeps its value.
        let booking = day["data"]["createBooking"]["id"].clone();
        let update =
            "mutation($id: ID!, $i: BookingUpdateInput!) { updateBooking(id: $id, input: $i) { online room link } }";
        let change = |input: Value| app.ask(&user, update, json!({"id": booking, "i": input}));
        assert_eq!(places(&change(json!({"online": false})).await), [required("room")]);
        let link = "https://meet.example/1";
        let kept = change(json!({"online": false, "room": "B 12", "link": link})).await;
        assert_eq!(kept["data"]["updateBooking"], json!({"online": false, "room": "B 12", "link": link}), "{kept}");
        assert_eq!(places(&change(json!({"room": null})).await), [required("room")]);
        let online = change(json!({"online": true})).await;
        assert_eq!(online["data"]["updateBooking"]["room"], "B 12");
        assert_eq!(change(json!({"room": null})).await["errors"], Value::Null);

        let fields = "{ module(name: Booking) { fields { name required requiredWhen { expression } visible { expression fields } } } }";
        let told = app.data(&user, fields, json!({})).await["module"]["fields"].clone();
        let of = |name: &str| told.as_array().unwrap().iter().find(|field| field["name"] == name).cloned().unwrap();
        assert_eq!(of("room")["visible"], json!({"expression": "!online", "fields": ["online"]}));
        assert_eq!(
            (&of("room")["required"], &of("room")["requiredWhen"]),
            (&json!(false), &json!({"expression": "!online"}))
        );
        assert_eq!(of("thanks")["visible"]["fields"], json!(["sponsor.certified"]));
        assert_eq!((&of("name")["visible"], &of("name")["required"]), (&Value::Null, &json!(true)));
    }
}
