//! Reminders of what is to be done.

use crate::support::{App, Notifier, User, backends, killed};
use kontor_domain::calendar::parse_timestamp;
use serde_json::{Value, json};

const CREATE: &str = "mutation($i: ActivityCreateInput!) { createActivity(input: $i) { id } }";
const UPDATE: &str = "mutation($id: ID!, $i: ActivityUpdateInput!) { updateActivity(id: $id, input: $i) { id } }";

/// A moment of a day to come.
fn at(time: &str) -> i64 {
    parse_timestamp(&text(time)).unwrap()
}

fn text(time: &str) -> String {
    format!("2099-01-01T{time}:00Z")
}

async fn create(app: &App, user: &User, input: Value) -> Value {
    app.data(user, CREATE, json!({"i": input})).await["createActivity"]["id"].clone()
}

async fn update(app: &App, user: &User, id: &Value, input: Value) {
    app.data(user, UPDATE, json!({"id": id, "i": input})).await;
}

/// Subjects that a user was reminded of.
async fn reminded(app: &App, user: &User) -> Vec<String> {
    let reminders = app.told(user).await.into_iter().filter(|(kind, _)| kind == "reminder");
    reminders.map(|(_, message)| message.replace("Reminder: Activity ", "")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moment_is_told_once_when_it_has_come() {
    for backend in backends() {
        let app = App::new(backend).await;
        let boss = app.user("acme").await;
        let ada = app.colleague(&boss, "ada.lovelace").await;
        let notifiers = [Notifier::new(&app), Notifier::new(&app), Notifier::new(&app)];
        let [first, second, third] = &notifiers;
        let call = json!({"subject": "Call", "reminderAt": text("10:00"), "assignedToId": ada.id});
        let call = create(&app, &boss, call).await;
        create(&app, &boss, json!({"subject": "Own", "reminderAt": text("12:00")})).await;
        create(&app, &boss, json!({"subject": "None"})).await;
        first.catch_up().await;
        assert_eq!(first.remind(at("09:59")).await, Some(at("10:00")), "{backend:?}");
        assert!(reminded(&app, &ada).await.is_empty());
        tokio::join!(first.remind(at("10:00")), second.remind(at("10:00")), third.remind(at("10:00")));
        assert_eq!(first.remind(at("11:00")).await, Some(at("12:00")));
        assert_eq!(reminded(&app, &ada).await, ["“Call”"]);

        update(&app, &boss, &call, json!({"description": "Soon"})).await;
        update(&app, &boss, &call, json!({"reminderAt": text("11:00")})).await;
        first.catch_up().await;
        assert_eq!(first.remind(at("11:00")).await, Some(at("12:00")));
        assert_eq!(reminded(&app, &ada).await, ["“Call”", "“Call”"], "another moment is another reminder");
        assert_eq!(first.remind(at("13:00")).await, None);
        assert_eq!((reminded(&app, &ada).await.len(), reminded(&app, &boss).await), (2, vec!["“Own”".to_owned()]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_deleted_or_put_off_is_not_reminded_of() {
    for backend in backends() {
        let app = App::new(backend).await;
        let boss = app.user("acme").await;
        let notifier = Notifier::new(&app);
        let mut ids = Vec::new();
        for subject in ["Done", "Deleted", "Put off", "Without", "Open"] {
            let input = json!({"subject": subject, "reminderAt": text("10:00")});
            ids.push(create(&app, &boss, input).await);
        }
        notifier.catch_up().await;
        let [done, deleted, put_off, without, _] = &ids[..] else { unreachable!() };
        // Nobody has seen these in the log yet when the moment comes.
        update(&app, &boss, done, json!({"status": "COMPLETED"})).await;
        app.data(&boss, "mutation($id: ID!) { deleteActivity(id: $id) { id } }", json!({"id": deleted})).await;
        update(&app, &boss, put_off, json!({"reminderAt": text("12:00")})).await;
        update(&app, &boss, without, json!({"reminderAt": null})).await;
        notifier.remind(at("10:00")).await;
        assert_eq!(reminded(&app, &boss).await, ["“Open”"], "{backend:?}");

        app.data(&boss, "mutation($id: ID!) { restoreActivity(id: $id) { id } }", json!({"id": deleted})).await;
        update(&app, &boss, done, json!({"status": "PLANNED"})).await;
        notifier.catch_up().await;
        assert_eq!(
            notifier.remind(at("11:00")).await,
            Some(at("12:00")),
            "a moment that has passed does not come again"
        );
        notifier.remind(at("12:00")).await;
        assert_eq!(reminded(&app, &boss).await, ["“Open”", "“Put off”"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reminders_outlive_kills_and_are_found_without_the_log() {
    for backend in backends() {
        let app = App::new(backend).await;
        let boss = app.user("acme").await;
        let notifier = Notifier::new(&app);
        for n in 0..12 {
            create(&app, &boss, json!({"subject": format!("Call {n}"), "reminderAt": text("10:00")})).await;
        }
        // The log has not been looked at yet: as after a load past it.
        notifier.add_missing(at("09:00")).await;
        for polls in 1..30 {
            killed(notifier.remind(at("10:00")), polls).await;
        }
        notifier.remind(at("10:00")).await;
        notifier.catch_up().await;
        notifier.add_missing(at("09:00")).await;
        assert_eq!(notifier.remind(at("11:00")).await, None, "{backend:?}");
        let mut told = reminded(&app, &boss).await;
        told.sort_unstable();
        told.dedup();
        assert_eq!((told.len(), reminded(&app, &boss).await.len()), (12, 12));
    }
}
