//! Signing in, staying signed in, and ending it.

use crate::support::{App, Clock, Guest, backends};
use kontor_gateway::auth::Identity;
use serde_json::{Value, json};
use std::{net::IpAddr, sync::Arc};

const LOGIN: &str = "mutation($e: String!, $p: String!) { login(email: $e, password: $p) { accessToken expiresAt refreshToken user { id email role } } }";
const REFRESH: &str =
    "mutation($t: String!) { refreshToken(refreshToken: $t) { accessToken refreshToken user { id } } }";

async fn sign_in(guest: &Guest<'_>) -> Value {
    let answer = guest.ask(LOGIN, json!({"e": "admin@acme.example", "p": "correct horse"})).await;
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"]["login"].clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// Actions in the audit log of the user, oldest first.
async fn deeds(app: &App, user: &crate::support::User) -> Vec<String> {
    let log = app.data(user, "{ auditLog(first: 1000) { nodes { action } } }", json!({})).await;
    let nodes = log["auditLog"]["nodes"].as_array().unwrap();
    nodes.iter().rev().map(|node| text(&node["action"]).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_right_password_gives_a_token_and_nothing_else_does() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let session = app.bytes(None, LOGIN, json!({"e": "Admin@ACME.example ", "p": "correct horse"})).await;
        let session: Value = serde_json::from_str(&session).unwrap();
        let session = &session["data"]["login"];
        assert_eq!(session["user"], json!({"id": user.id, "email": "admin@acme.example", "role": "ADMIN"}));
        let caller = app.engine.keys().verify(text(&session["accessToken"])).unwrap();
        assert_eq!((caller.user, caller.org), (user.id, user.org));
        let inactive = app.user("inactive").await;
        app.execute("UPDATE users SET is_active = false WHERE email = 'admin@inactive.example'").await;
        let wrong = app.bytes(None, LOGIN, json!({"e": "admin@acme.example", "p": "wrong horse"})).await;
        let unknown = app.bytes(None, LOGIN, json!({"e": "nobody@acme.example", "p": "correct horse"})).await;
        let locked = app.bytes(None, LOGIN, json!({"e": "admin@inactive.example", "p": "correct horse"})).await;
        assert_eq!((&wrong, &wrong), (&unknown, &locked));
        assert!(wrong.contains("UNAUTHENTICATED"));
        assert!(deeds(&app, &user).await.contains(&"sign_in".to_owned()));
        assert!(deeds(&app, &inactive).await.is_empty());
    }
}

/// What could tell by its time whether there is a user is the same: the hashes that are computed, and the statements.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_there_costs_as_much_as_who_is() {
    for backend in backends() {
        let app = App::new(backend).await;
        app.user("acme").await;
        let mut costs = Vec::new();
        for email in ["admin@acme.example", "nobody@acme.example"] {
            let before = app.engine.identity().hashed_passwords();
            app.statements.lock().unwrap().clear();
            app.bytes(None, LOGIN, json!({"e": email, "p": "wrong horse"})).await;
            let mut statements = std::mem::take(&mut *app.statements.lock().unwrap());
            // Written beside the answer.
            statements.retain(|sql| !sql.contains("audit_logs"));
            costs.push((app.engine.identity().hashed_passwords() - before, statements));
        }
        assert_eq!(costs[0], costs[1]);
        assert_eq!(costs[0].0, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hash_of_weaker_parameters_is_made_anew() {
    for backend in backends() {
        let app = App::new(backend).await;
        app.user("acme").await;
        // argon2id of `correct horse`: 8 MiB, one pass.
        let weak = "$argon2id$v=19$m=8192,t=1,p=1$c29tZSBzYWx0IG9mIDE2$XMlFN8JjIzeMsDlNqGFyhKhOHjD5lXR9AAOAwBHp5+M";
        app.execute(&format!("UPDATE users SET password_hash = '{weak}'")).await;
        sign_in(&Guest::of(&app)).await;
        let hash = app.text("SELECT password_hash FROM users").await;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        sign_in(&Guest::of(&app)).await;
        assert_eq!(app.text("SELECT password_hash FROM users").await, hash);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_is_good_once_and_a_thief_is_found_out() {
    for backend in backends() {
        let clock = Clock::new();
        let app = App::with_identity(backend, &clock, |identity| identity).await;
        let user = app.user("acme").await;
        let guest = Guest::of(&app);
        let first = sign_in(&guest).await;
        let exchange = |token: String| {
            let guest = &guest;
            async move { guest.ask(REFRESH, json!({"t": token})).await }
        };
        let second = exchange(text(&first["refreshToken"]).to_owned()).await["data"]["refreshToken"].clone();
        assert_eq!(second["user"]["id"], json!(user.id));
        assert_ne!(first["refreshToken"], second["refreshToken"]);
        // Another tab shows the same token in the same moment: it gets the same successor.
        let again = exchange(text(&first["refreshToken"]).to_owned()).await["data"]["refreshToken"].clone();
        assert_eq!(again["refreshToken"], second["refreshToken"]);
        let third = exchange(text(&second["refreshToken"]).to_owned()).await["data"]["refreshToken"].clone();
        assert!(app.engine.keys().verify(text(&third["accessToken"])).is_some());
        // The successor was used: who shows the first now has stolen it, or was robbed.
        let thief = exchange(text(&first["refreshToken"]).to_owned()).await;
        assert_eq!(thief["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{thief}");
        for dead in [&second, &third] {
            let refused = exchange(text(&dead["refreshToken"]).to_owned()).await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused}");
            assert!(app.engine.keys().verify(text(&dead["accessToken"])).is_none());
        }
        assert_eq!(deeds(&app, &user).await, ["sign_in", "refresh_token_reused"]);
        // Too late is as bad as a used successor.
        let first = sign_in(&guest).await;
        let second = exchange(text(&first["refreshToken"]).to_owned()).await["data"]["refreshToken"].clone();
        clock.advance(11);
        exchange(text(&first["refreshToken"]).to_owned()).await;
        let refused = exchange(text(&second["refreshToken"]).to_owned()).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused}");
        for made_up in ["", "x", &"A".repeat(43)] {
            let refused = exchange(made_up.to_owned()).await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_that_race_get_one_successor() {
    for backend in backends() {
        let app = Arc::new(App::new(backend).await);
        app.user("acme").await;
        let first = sign_in(&Guest::of(&app)).await;
        let racing: Vec<_> = (0..8)
            .map(|_| {
                let (app, token) = (app.clone(), first["refreshToken"].clone());
                tokio::spawn(async move { Guest::of(&app).ask(REFRESH, json!({"t": token})).await })
            })
            .collect();
        let mut successors = Vec::new();
        for racer in racing {
            let answer = racer.await.unwrap();
            successors.push(text(&answer["data"]["refreshToken"]["refreshToken"]).to_owned());
        }
        successors.dedup();
        assert_eq!(successors.len(), 1);
        assert_eq!(app.number("SELECT count(*) FROM refresh_tokens").await, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_end_when_their_user_says_so_on_every_gateway() {
    for backend in backends() {
        let app = App::new(backend).await;
        app.user("acme").await;
        let other = app.gateway().await;
        let guest = Guest::of(&app);
        let (mine, phone, laptop) = (sign_in(&guest).await, sign_in(&guest).await, sign_in(&guest).await);
        let me = Guest::of(&app).with_token(text(&mine["accessToken"]));
        let list = me.data("{ mySessions { id method current ipAddress userAgent } }").await["mySessions"].clone();
        let list = list.as_array().unwrap();
        assert_eq!(list.iter().map(|s| s["current"] == true).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!((&list[0]["method"], &list[0]["ipAddress"]), (&json!("password"), &json!("192.0.2.1")));
        let end = format!("mutation {{ endSession(id: {}) }}", list[0]["id"]);
        assert_eq!(me.data(&end).await["endSession"], true);
        assert_eq!(me.data(&end).await["endSession"], false);
        let good = |session: &Value| app.engine.keys().verify(text(&session["accessToken"])).is_some();
        let elsewhere = |session: &Value| other.keys().verify(text(&session["accessToken"])).is_some();
        assert!(!good(&laptop) && good(&phone) && good(&mine));
        // The other gateway has not heard of it yet, and then it has.
        assert!(elsewhere(&laptop));
        other.learn_admission().await.unwrap();
        assert!(!elsewhere(&laptop) && elsewhere(&phone));
        assert_eq!(me.data("mutation { logout }").await["logout"], true);
        assert!(!good(&mine) && good(&phone));
        let logout = "mutation($t: String) { logout(refreshToken: $t) }";
        let answer = guest.ask(logout, json!({"t": phone["refreshToken"]})).await;
        assert_eq!(answer["data"]["logout"], true, "{answer}");
        assert!(!good(&phone));
        let (first, second) = (sign_in(&guest).await, sign_in(&guest).await);
        let me = Guest::of(&app).with_token(text(&second["accessToken"]));
        assert_eq!(me.data("mutation { logoutEverywhere }").await["logoutEverywhere"], 2);
        assert!(!good(&first) && !good(&second));
        assert_eq!(guest.code("mutation { logout }", json!({})).await, "UNAUTHENTICATED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_ends_or_sees_the_sessions_of_others() {
    for backend in backends() {
        let app = App::new(backend).await;
        app.user("acme").await;
        app.user("other").await;
        let mine = sign_in(&Guest::of(&app)).await;
        let theirs = Guest::of(&app).ask(LOGIN, json!({"e": "admin@other.example", "p": "correct horse"})).await;
        let them = Guest::of(&app).with_token(text(&theirs["data"]["login"]["accessToken"]));
        let id = app.engine.keys().verify(text(&mine["accessToken"])).unwrap().session().unwrap();
        assert_eq!(them.data("{ mySessions { id } }").await["mySessions"].as_array().unwrap().len(), 1);
        assert_eq!(them.data(&format!("mutation {{ endSession(id: \"{id}\") }}")).await["endSession"], false);
        assert!(app.engine.keys().verify(text(&mine["accessToken"])).is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_sign_in_any_more_is_out() {
    for backend in backends() {
        let app = App::new(backend).await;
        app.user("acme").await;
        let session = sign_in(&Guest::of(&app)).await;
        app.execute("UPDATE users SET is_active = false").await;
        app.execute("UPDATE admission SET version = version + 1").await;
        app.engine.learn_admission().await.unwrap();
        assert!(app.engine.keys().verify(text(&session["accessToken"])).is_none());
        let refused = Guest::of(&app).ask(REFRESH, json!({"t": session["refreshToken"]})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_guesses_waits_longer_each_time_and_locks_nobody_out() {
    for backend in backends() {
        let clock = Clock::new();
        let app = App::with_identity(backend, &clock, |identity: Identity| identity).await;
        app.user("acme").await;
        sign_in(&Guest::of(&app)).await;
        let from = |n: u8| IpAddr::from([198, 51, 100, n]);
        let guess = async |address| {
            let guest = Guest::of(&app).at(address);
            let answer = guest.ask(LOGIN, json!({"e": "admin@acme.example", "p": "wrong horse"})).await;
            let extensions = &answer["errors"][0]["extensions"];
            (text(&extensions["code"]).to_owned(), extensions["retryAfter"].as_u64())
        };
        for _ in 0..5 {
            assert_eq!(guess(from(1)).await.0, "UNAUTHENTICATED");
        }
        assert_eq!(guess(from(1)).await, ("RATE_LIMITED".to_owned(), Some(1)));
        clock.advance(1);
        assert_eq!(guess(from(1)).await.0, "UNAUTHENTICATED");
        assert_eq!(guess(from(1)).await, ("RATE_LIMITED".to_owned(), Some(2)));
        // From many addresses the account itself gets slow, though never for longer than a minute …
        for n in 2..=15 {
            assert_eq!(guess(from(n)).await.0, "UNAUTHENTICATED", "{n}");
        }
        assert_eq!(guess(from(99)).await, ("RATE_LIMITED".to_owned(), Some(1)));
        // … and its user comes in from where it has been before.
        sign_in(&Guest::of(&app)).await;
        // Whether there is such an account makes no difference.
        for _ in 0..5 {
            Guest::of(&app).at(from(200)).ask(LOGIN, json!({"e": "nobody@acme.example", "p": "x"})).await;
        }
        let refused = Guest::of(&app).at(from(200)).ask(LOGIN, json!({"e": "nobody@acme.example", "p": "x"})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_once_are_no_more_than_one_after_the_other() {
    for backend in backends() {
        let app = Arc::new(App::with_identity(backend, &Clock::new(), |identity| identity).await);
        app.user("acme").await;
        let guesses: Vec<_> = (0..20)
            .map(|_| {
                let app = app.clone();
                let given = json!({"e": "admin@acme.example", "p": "wrong horse"});
                tokio::spawn(async move { Guest::of(&app).ask(LOGIN, given).await })
            })
            .collect();
        let mut tried = 0;
        for guess in guesses {
            let answer = guess.await.unwrap();
            tried += usize::from(answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED");
        }
        assert_eq!(tried, 5);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_not_in_the_schema() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        for field in ["passwordHash", "mfaSecret"] {
            let answer = app.ask(&user, &format!("{{ me {{ {field} }} }}"), json!({})).await;
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains("Unknown field"), "{answer}");
        }
    }
}
