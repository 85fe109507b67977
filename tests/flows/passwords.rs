//! Passwords that are changed, forgotten, and chosen for the first time.

use crate::support::{App, Clock, Guest, Post, User, backends};
use serde_json::{Value, json};
use std::sync::Arc;

const LOGIN: &str =
    "mutation($e: String!, $p: String!) { login(email: $e, password: $p) { accessToken refreshToken } }";
const CHANGE: &str = "mutation($c: String!, $n: String!) { changePassword(currentPassword: $c, newPassword: $n) }";
const RESET: &str = "mutation($t: String!, $n: String!) { resetPassword(token: $t, newPassword: $n) }";
const REQUEST: &str = "mutation($e: String!) { requestPasswordReset(email: $e) }";
const INVITE: &str = "mutation($e: String!) { inviteUser(email: $e, role: SALES_REP, firstName: \"Grace\", lastName: \"Hopper\") { id email role firstName } }";
const ACCEPT: &str = "mutation($t: String!, $p: String!) { acceptInvitation(token: $t, password: $p) { accessToken user { email role } } }";

struct Place {
    app: App,
    user: User,
    clock: Clock,
    post: Arc<Post>,
}

impl Place {
    async fn new(backend: crate::support::Backend) -> Self {
        let (clock, post) = (Clock::new(), Arc::new(Post::default()));
        let mailer = post.clone();
        let pages = Some("https://crm.example.com".to_owned());
        let app = App::with_identity(backend, &clock, |identity| identity.with_mailer(mailer, pages)).await;
        let user = app.user("acme").await;
        Self { app, user, clock, post }
    }

    fn guest(&self) -> Guest<'_> {
        Guest::of(&self.app)
    }

    async fn login(&self, password: &str) -> Value {
        let given = json!({"e": "admin@acme.example", "p": password});
        self.guest().ask(LOGIN, given).await["data"]["login"].clone()
    }

    async fn signed_in(&self, password: &str) -> Guest<'_> {
        let session = self.login(password).await;
        self.guest().with_token(session["accessToken"].as_str().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_knows_the_old_password_chooses_a_new_one() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let other = place.login("correct horse").await;
        let me = place.signed_in("correct horse").await;
        let change = |current: &str, new: &str| json!({"c": current, "n": new});
        assert_eq!(me.code(CHANGE, change("wrong horse", "battery staple")).await, "UNAUTHENTICATED");
        let weak = me.ask(CHANGE, change("correct horse", "acme")).await;
        assert_eq!(weak["errors"][0]["extensions"]["code"], "VALIDATION_FAILED", "{weak}");
        let rules = weak["errors"][0]["extensions"]["violations"].as_array().unwrap();
        assert_eq!(rules.iter().map(|v| v["rule"].as_str().unwrap()).collect::<Vec<_>>(), ["min_length", "common"]);
        let done = me.ask(CHANGE, change("correct horse", "battery staple")).await;
        assert_eq!(done["data"]["changePassword"], true, "{done}");
        // This session goes on, the others do not.
        me.data("{ mySessions { id } }").await;
        assert!(place.app.engine.keys().verify(other["accessToken"].as_str().unwrap()).is_none());
        assert_eq!(place.login("correct horse").await, Value::Null);
        assert!(place.login("battery staple").await["accessToken"].is_string());
        let nobody = place.guest();
        assert_eq!(nobody.code(CHANGE, change("battery staple", "correct horse")).await, "UNAUTHENTICATED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_forgot_the_password_gets_a_token_that_is_good_once() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let session = place.login("correct horse").await;
        let guest = place.guest();
        let unknown = guest.ask(REQUEST, json!({"e": "nobody@acme.example"})).await;
        let known = guest.ask(REQUEST, json!({"e": " Admin@Acme.example"})).await;
        assert_eq!(unknown, known);
        let mail = place.post.next().await;
        assert_eq!(mail.to, "admin@acme.example");
        let token = Post::token(&mail);
        assert!(
            mail.text.contains(&format!("https://crm.example.com/reset-password#token={token}\n")),
            "{}",
            mail.text
        );
        let reset = |token: &str, new: &str| json!({"t": token, "n": new});
        assert_eq!(guest.code(RESET, reset("made up", "battery staple")).await, "UNAUTHENTICATED");
        assert_eq!(guest.code(ACCEPT, json!({"t": token, "p": "battery staple"})).await, "UNAUTHENTICATED");
        // A password that is refused leaves the token good.
        assert_eq!(guest.code(RESET, reset(&token, "short")).await, "VALIDATION_FAILED");
        let both = tokio::join!(
            guest.ask(RESET, reset(&token, "battery staple")),
            guest.ask(RESET, reset(&token, "staple battery"))
        );
        let done = [&both.0, &both.1].iter().filter(|answer| answer["data"]["resetPassword"] == true).count();
        assert_eq!(done, 1, "{both:?}");
        assert!(place.app.engine.keys().verify(session["accessToken"].as_str().unwrap()).is_none());
        assert_eq!(place.login("correct horse").await, Value::Null);
        // Another is good for an hour, and only the newest is.
        guest.ask(REQUEST, json!({"e": "admin@acme.example"})).await;
        let older = Post::token(&place.post.next().await);
        guest.ask(REQUEST, json!({"e": "admin@acme.example"})).await;
        let newer = Post::token(&place.post.next().await);
        assert_eq!(guest.code(RESET, reset(&older, "correct horse")).await, "UNAUTHENTICATED");
        place.clock.advance(3_601);
        assert_eq!(guest.code(RESET, reset(&newer, "correct horse")).await, "UNAUTHENTICATED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_invited_chooses_a_password_and_is_in() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let me = place.signed_in("correct horse").await;
        let invited = me.ask(INVITE, json!({"e": "Grace@acme.example"})).await;
        let expected = json!({"email": "grace@acme.example", "role": "SALES_REP", "firstName": "Grace"});
        let mut user = invited["data"]["inviteUser"].clone();
        let id = user.as_object_mut().unwrap_or_else(|| panic!("{invited}")).remove("id");
        assert_eq!(user, expected);
        let older = Post::token(&place.post.next().await);
        // Until she has chosen one, she may be invited again.
        assert_eq!(me.ask(INVITE, json!({"e": "grace@acme.example"})).await["data"]["inviteUser"]["id"], id.unwrap());
        let token = Post::token(&place.post.next().await);
        let guest = place.guest();
        let accept = |token: &str, password: &str| json!({"t": token, "p": password});
        assert_eq!(guest.code(ACCEPT, accept(&older, "battery staple")).await, "UNAUTHENTICATED");
        assert_eq!(guest.code(ACCEPT, accept(&token, "gracehopper12")).await, "VALIDATION_FAILED");
        let session = guest.ask(ACCEPT, accept(&token, "battery staple")).await;
        let session = &session["data"]["acceptInvitation"];
        assert_eq!(session["user"], json!({"email": "grace@acme.example", "role": "SALES_REP"}));
        assert_eq!(guest.code(ACCEPT, accept(&token, "battery staple")).await, "UNAUTHENTICATED");
        assert_eq!(me.code(INVITE, json!({"e": "grace@acme.example"})).await, "UNIQUE_VIOLATION");
        place.app.user("other").await;
        assert_eq!(me.code(INVITE, json!({"e": "admin@other.example"})).await, "UNIQUE_VIOLATION");
        assert_eq!(me.code(INVITE, json!({"e": "no address"})).await, "VALIDATION_FAILED");
        // She may not invite others.
        let grace = place.guest().with_token(session["accessToken"].as_str().unwrap());
        assert_eq!(grace.code(INVITE, json!({"e": "ada@acme.example"})).await, "FORBIDDEN");
        let log =
            place.app.data(&place.user, "{ auditLog(first: 100) { nodes { action } } }", json!({})).await.to_string();
        for action in ["user_invited", "invitation_accepted", "create"] {
            assert!(log.contains(&format!("\"{action}\"")), "{action}: {log}");
        }
    }
}
