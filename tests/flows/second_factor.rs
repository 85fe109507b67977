//! Second factors: codes from an app, and what stands in for them.

use crate::support::{App, Asking, Backend, Clock, Guest, User, Who, backends};
use kontor_gateway::auth::Vault;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

const LOGIN: &str = "mutation($c: String) { login(email: \"admin@acme.example\", password: \"correct horse\", code: $c) { accessToken } }";
const ENROL: &str = "mutation($p: String!) { enrolTotp(password: $p) { secret url } }";
const CONFIRM: &str = "mutation($c: String!) { confirmTotp(code: $c) }";
const DISABLE: &str = "mutation($c: String!) { disableTotp(password: \"correct horse\", code: $c) }";

struct Place {
    app: App,
    user: User,
    clock: Clock,
}

impl Place {
    async fn new(backend: Backend) -> Self {
        let clock = Clock::new();
        let vault = Vault::from_keys(&[[1; 32]]);
        let app = App::with_identity(backend, &clock, |identity| identity.with_vault(vault)).await;
        let user = app.user("acme").await;
        Self { app, user, clock }
    }

    async fn login(&self, code: Option<&str>) -> Value {
        Guest::of(&self.app).ask(LOGIN, json!({"c": code})).await
    }

    async fn signed_in(&self, code: Option<&str>) -> Guest<'_> {
        let answer = self.login(code).await;
        let token = answer["data"]["login"]["accessToken"].as_str().unwrap_or_else(|| panic!("{answer}"));
        Guest::of(&self.app).with_token(token)
    }

    /// What the app shows now.
    fn code(&self, totp: &Totp) -> String {
        totp.generate(u64::try_from(self.clock.now() / 1_000_000).unwrap()).to_string()
    }

    /// Sets up a second factor; gives the app and the recovery codes.
    async fn enrolled(&self) -> (Totp, Vec<String>) {
        let me = self.signed_in(None).await;
        assert_eq!(me.code(ENROL, json!({"p": "wrong horse"})).await, "UNAUTHENTICATED");
        let answer = me.ask(ENROL, json!({"p": "correct horse"})).await;
        let enrolment = &answer["data"]["enrolTotp"];
        let secret = enrolment["secret"].as_str().unwrap_or_else(|| panic!("{answer}"));
        let url = enrolment["url"].as_str().unwrap();
        assert!(url.starts_with("otpauth://totp/Kontor:admin%40acme.example?secret="), "{url}");
        let totp = Builder::new()
            .with_secret(Secret::try_from_base32(secret).unwrap())
            .with_account_name("x")
            .build()
            .unwrap();
        // Nothing is asked for before it was confirmed.
        self.signed_in(None).await;
        assert_eq!(me.code(CONFIRM, json!({"c": "000000"})).await, "UNAUTHENTICATED");
        let answer = me.ask(CONFIRM, json!({"c": self.code(&totp)})).await;
        let codes = answer["data"]["confirmTotp"].as_array().unwrap_or_else(|| panic!("{answer}"));
        (totp, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
    }
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_asked_for_and_good_once() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let (totp, recovery) = place.enrolled().await;
        assert_eq!(recovery.len(), 10);
        assert_eq!(code(&place.login(None).await), "SECOND_FACTOR_REQUIRED");
        // The code that confirmed it was used with that.
        assert_eq!(code(&place.login(Some(&place.code(&totp))).await), "UNAUTHENTICATED");
        place.clock.advance(30);
        let now = place.code(&totp);
        let (first, second) = tokio::join!(place.login(Some(&now)), place.login(Some(&now)));
        let good = [&first, &second].iter().filter(|answer| answer["data"]["login"].is_object()).count();
        assert_eq!(good, 1, "{first} {second}");
        place.clock.advance(3_600);
        // A clock that is half a minute late is near enough.
        let late = place.code(&totp);
        place.clock.advance(30);
        place.signed_in(Some(&format!("{} {}", &late[..3], &late[3..]))).await;
        place.signed_in(Some(&place.code(&totp))).await;
        place.clock.advance(3_600);
        assert_eq!(code(&place.login(Some(&late)).await), "UNAUTHENTICATED");
        assert_eq!(code(&place.login(Some("")).await), "UNAUTHENTICATED");
        let me = place.app.data(&place.user, "{ me { mfaEnabled } }", json!({})).await;
        assert_eq!(me["me"]["mfaEnabled"], true);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_code_stands_in_once() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let (totp, recovery) = place.enrolled().await;
        let typed = recovery[3].to_uppercase().replace('-', " ");
        let me = place.signed_in(Some(&typed)).await;
        assert_eq!(code(&place.login(Some(&recovery[3])).await), "UNAUTHENTICATED");
        assert_eq!(me.code(ENROL, json!({"p": "correct horse"})).await, "BAD_USER_INPUT");
        assert_eq!(me.code(DISABLE, json!({"c": "000000"})).await, "UNAUTHENTICATED");
        place.clock.advance(30);
        let answer = me.ask(DISABLE, json!({"c": place.code(&totp)})).await;
        assert_eq!(answer["data"]["disableTotp"], true, "{answer}");
        place.signed_in(None).await;
        assert_eq!(place.app.number("SELECT count(*) FROM recovery_codes").await, 0);
        let log =
            place.app.data(&place.user, "{ auditLog(first: 100) { nodes { action } } }", json!({})).await.to_string();
        for action in ["totp_enabled", "recovery_code_used", "totp_disabled"] {
            assert!(log.contains(&format!("\"{action}\"")), "{action}: {log}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_secret_is_encrypted_and_follows_the_keys() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let (totp, _) = place.enrolled().await;
        let stored = place.app.text("SELECT mfa_secret FROM users").await;
        let secret = totp.secret().to_base32();
        assert!(stored.starts_with("v1.") && !stored.contains(&secret), "{stored}");
        let Place { app, clock, .. } = place;
        let vault = Vault::from_keys(&[[2; 32], [1; 32]]);
        let rotated = App::reopened(app, &clock, |identity| identity.with_vault(vault)).await;
        clock.advance(30);
        let now = totp.generate(u64::try_from(clock.now() / 1_000_000).unwrap()).to_string();
        let answer = Guest::of(&rotated).ask(LOGIN, json!({"c": now})).await;
        assert!(answer["data"]["login"].is_object(), "{answer}");
        let again = rotated.text("SELECT mfa_secret FROM users").await;
        assert_ne!(again[..12], stored[..12]);
    }
}

const RESET: &str = "mutation($u: ID!) { resetTotp(user: $u) { id mfaEnabled } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_second_factor_is_ended_by_an_administrator() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let (_, recovery) = place.enrolled().await;
        let session = place.signed_in(Some(&recovery[0])).await;
        let lost = json!({"u": place.user.id});
        let app = &place.app;
        let other = app.colleague(&place.user, "ada.lovelace").await;
        let stranger = app.user("umbrella").await;
        let of = |user: &User, role: &str| (Who::of(user, role), user.org);
        let refused =
            async |(who, org): (Who, _), user: &Value| Asking::new(app, org, &who).code(RESET, user.clone()).await;
        assert_eq!(refused(of(&other, "manager"), &lost).await.as_deref(), Some("FORBIDDEN"), "{backend:?}");
        assert_eq!(refused(of(&stranger, "admin"), &lost).await.as_deref(), Some("NOT_FOUND"));
        assert_eq!(refused(of(&stranger, "super_admin"), &lost).await.as_deref(), Some("NOT_FOUND"));
        assert_eq!(refused(of(&other, "admin"), &json!({"u": "x"})).await.as_deref(), Some("NOT_FOUND"));
        assert_eq!(refused(of(&place.user, "admin"), &lost).await.as_deref(), Some("BAD_USER_INPUT"));
        assert_eq!(refused(of(&place.user, "admin"), &json!({"u": other.id})).await.as_deref(), Some("BAD_USER_INPUT"));
        let admin = Who::of(&other, "admin");
        let key =
            Asking::new(app, other.org, &admin).by_key(json!([{"actions": ["READ", "CREATE", "UPDATE", "DELETE"]}]));
        assert_eq!(key.code(RESET, lost.clone()).await.as_deref(), Some("UNAUTHENTICATED"), "{backend:?}");
        app.set_user(&place.user, "role = 'super_admin'").await;
        assert_eq!(refused(of(&other, "admin"), &lost).await.as_deref(), Some("FORBIDDEN"), "a higher role");
        app.set_user(&place.user, "role = 'admin'").await;
        assert_eq!(code(&place.login(None).await), "SECOND_FACTOR_REQUIRED");
        let answer = app.data(&other, RESET, lost.clone()).await;
        assert_eq!(answer["resetTotp"], json!({"id": place.user.id, "mfaEnabled": false}), "{backend:?}");
        // The sessions that were there are over, and so are the codes; a password is enough until there is a new factor.
        assert_eq!(session.code("{ me { id } }", json!({})).await, "UNAUTHENTICATED", "{backend:?}");
        assert_eq!(app.number("SELECT count(*) FROM recovery_codes").await, 0);
        assert_eq!(app.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL").await, 0);
        place.signed_in(None).await;
        let log = "{ auditLog(filter: {action: {eq: \"totp_reset\"}}) { nodes { userId recordId recordType } } }";
        let log = app.data(&other, log, json!({})).await["auditLog"]["nodes"].clone();
        assert_eq!(log, json!([{"userId": other.id, "recordId": place.user.id, "recordType": "User"}]), "{backend:?}");
        assert_eq!(app.code(&other, RESET, lost).await, "BAD_USER_INPUT", "there is none any more");
        place.enrolled().await;
    }
}
