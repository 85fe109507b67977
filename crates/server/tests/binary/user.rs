//! `user create`.

use crate::support::{Database, Output, Place, Served, backends};

#[test]
fn a_created_user_can_sign_in() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let create = |email: &str| {
            let args = ["user", "create", "--email", email, "--org", "acme", "--database", &database.url];
            Output::of(place.command(&args).env("KONTOR_USER_PASSWORD", "correct horse"))
        };
        let text = create("Ada@example.com").success();
        assert!(text.contains("the new organization `acme` as admin"), "{text}");
        let text = create("bob@example.com").success();
        assert!(text.contains("the organization `acme` as admin"), "{text}");
        create("ada@EXAMPLE.com").failure(&["there is a user with the address", "nothing was changed"]);

        let served = Served::start(&place, &["--database", &database.url]);
        let token = served.token("ada@example.com", "correct horse");
        let data = served.data(&token, "{ users { totalCount } pipelines { totalCount } }");
        assert_eq!(data, serde_json::json!({"users": {"totalCount": 2}, "pipelines": {"totalCount": 1}}));
        let refused = served.login("ada@example.com", "wrong horse");
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused}");
    }
}

#[test]
fn a_new_password_ends_all_sessions_and_new_keys_end_none() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let run = |args: &[&str], password: &str| {
            let args = [args, &["--database", &database.url]].concat();
            Output::of(place.command(&args).env("KONTOR_USER_PASSWORD", password))
        };
        run(&["user", "create", "--email", "ada@example.com"], "correct horse").success();
        let served = Served::start(&place, &["--database", &database.url]);
        let token = served.token("ada@example.com", "correct horse");
        served.data(&token, "{ me { id } }");
        drop(served);
        let text = run(&["keys", "rotate", "signing"], "").success();
        assert!(text.contains("the one before is still known"), "{text}");
        let served = Served::start(&place, &["--database", &database.url]);
        served.data(&token, "{ me { id } }");
        drop(served);
        let text = run(&["user", "reset-password", "--email", "Ada@Example.com"], "battery staple").success();
        assert!(text.contains("sessions ended: 1"), "{text}");
        run(&["user", "reset-password", "--email", "eve@example.com"], "battery staple")
            .failure(&["no user", "help: "]);
        let served = Served::start(&place, &["--database", &database.url]);
        served.token("ada@example.com", "battery staple");
        let refused = served.login("ada@example.com", "correct horse");
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused}");
    }
}

#[test]
fn a_lost_second_factor_is_ended_from_the_command_line() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let run = |args: &[&str]| {
            let args = [args, &["--email", "Ada@example.com", "--database", &database.url]].concat();
            Output::of(place.command(&args).env("KONTOR_USER_PASSWORD", "correct horse"))
        };
        run(&["user", "reset-totp"]).failure(&["no user with the address", "nothing was changed"]);
        run(&["user", "create"]).success();
        run(&["user", "reset-totp"]).failure(&["has no second factor", "nothing was changed"]);
        let served = Served::start(&place, &["--database", &database.url]);
        let token = served.token("ada@example.com", "correct horse");
        served.data(&token, "mutation { enrolTotp(password: \"correct horse\") { url } }");
        drop(served);
        let text = run(&["user", "reset-totp"]).success();
        assert!(text.contains("without a second factor; sessions ended: 1"), "{text}");
        let served = Served::start(&place, &["--database", &database.url]);
        let token = served.token("ada@example.com", "correct horse");
        let log = "{ auditLog(filter: {action: {eq: \"totp_reset\"}}) { nodes { recordType user { id } } } }";
        let log = served.data(&token, log);
        assert_eq!(log["auditLog"]["nodes"], serde_json::json!([{"recordType": "User", "user": null}]));
    }
}

#[test]
fn what_cannot_be_a_user_is_refused_before_anything_is_made() {
    let place = Place::new();
    let create = |email: &str, role: &str, password: &str| {
        let mut command = place.command(&["user", "create", "--email", email, "--role", role]);
        Output::of(command.env("KONTOR_USER_PASSWORD", password))
    };
    create("ada", "admin", "correct horse").failure(&["`ada` is not an e-mail address", "help: "]);
    create("ada@example.com", "king", "correct horse").failure(&["there is no role `king`", "sales_rep"]);
    create("ada@example.com", "admin", "short").failure(&["shorter than 12", "help: "]);
    assert!(place.names().is_empty());
}
