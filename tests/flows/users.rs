//! Users as those see them who administer an organisation, and as they see themselves.

use crate::support::{App, Asking, Backend, Clock, Guest, Post, User, Who, backends};
use serde_json::{Value, json};
use std::sync::Arc;

const LOGIN: &str =
    "mutation($e: String!) { login(email: $e, password: \"battery staple\") { accessToken user { role isActive } } }";
const ROLE: &str = "mutation($u: ID!, $r: UserRole!) { changeUserRole(id: $u, role: $r) { role } }";
const DEACTIVATE: &str = "mutation($u: ID!) { deactivateUser(id: $u) { isActive } }";
const REACTIVATE: &str = "mutation($u: ID!) { reactivateUser(id: $u) { isActive } }";
const UPDATE: &str = "mutation($u: ID!, $i: UserUpdateInput!) { updateUser(id: $u, input: $i) { jobTitle team { name } manager { email } } }";

/// An administrator who is signed in, and Grace, whom it has invited.
struct Place {
    app: App,
    admin: User,
    grace: Value,
}

impl Place {
    async fn new(backend: Backend) -> Self {
        let (clock, post) = (Clock::new(), Arc::new(Post::default()));
        let mailer = post.clone();
        let app = App::with_identity(backend, &clock, |identity| identity.with_mailer(mailer, None)).await;
        let admin = app.user("acme").await;
        let mut place = Self { app, admin, grace: Value::Null };
        let invite = "mutation { inviteUser(email: \"grace@acme.example\", role: SALES_REP) { id } }";
        place.grace = place.boss().await.data(invite).await["inviteUser"]["id"].clone();
        let accept =
            "mutation($t: String!) { acceptInvitation(token: $t, password: \"battery staple\") { user { id } } }";
        let token = Post::token(&post.next().await);
        let accepted = Guest::of(&place.app).ask(accept, json!({"t": token})).await;
        assert_eq!(accepted["data"]["acceptInvitation"]["user"]["id"], place.grace, "{accepted}");
        place
    }

    async fn boss(&self) -> Guest<'_> {
        let login = "mutation { login(email: \"admin@acme.example\", password: \"correct horse\") { accessToken } }";
        let session = Guest::of(&self.app).data(login).await["login"].clone();
        Guest::of(&self.app).with_token(session["accessToken"].as_str().unwrap())
    }

    /// Grace's session, or null.
    async fn login(&self) -> Value {
        Guest::of(&self.app).ask(LOGIN, json!({"e": "grace@acme.example"})).await["data"]["login"].clone()
    }

    async fn grace(&self) -> (String, Guest<'_>) {
        let token = self.login().await["accessToken"].as_str().unwrap().to_owned();
        let guest = Guest::of(&self.app).with_token(&token);
        (token, guest)
    }

    fn is_good(&self, token: &str) -> bool {
        self.app.engine.keys().verify(token).is_some()
    }
}

/// An API key of somebody.
async fn key(of: &Guest<'_>) -> String {
    let create = "mutation { createApiKey(name: \"Import\", role: SALES_REP) { key } }";
    of.data(create).await["createApiKey"]["key"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_role_holds_at_once() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let boss = place.boss().await;
        let (token, grace) = place.grace().await;
        let key = key(&grace).await;
        let to = |role: &str| json!({"u": place.grace, "r": role});

        // Nothing changes where nothing is to change.
        assert_eq!(boss.ask(ROLE, to("SALES_REP")).await["data"]["changeUserRole"]["role"], "SALES_REP", "{backend:?}");
        assert!(place.is_good(&token) && place.is_good(&key), "{backend:?}");
        assert_eq!(boss.ask(ROLE, to("MANAGER")).await["data"]["changeUserRole"]["role"], "MANAGER", "{backend:?}");
        assert!(!place.is_good(&token) && !place.is_good(&key), "{backend:?}");
        assert_eq!(place.login().await["user"], json!({"role": "MANAGER", "isActive": true}), "{backend:?}");
        boss.ask(ROLE, to("READONLY")).await;
        assert!(!place.is_good(&key), "{backend:?}");
        boss.ask(ROLE, to("SALES_REP")).await;
        assert!(place.is_good(&key), "{backend:?}");

        // Nobody gives more than they have, nor to themselves, nor takes it from who has more.
        let (_, grace) = place.grace().await;
        assert_eq!(grace.code(ROLE, to("ADMIN")).await, "BAD_USER_INPUT", "{backend:?}");
        let me = json!({"u": place.admin.id, "r": "READONLY"});
        assert_eq!(grace.code(ROLE, me.clone()).await, "FORBIDDEN", "{backend:?}");
        assert_eq!(boss.code(ROLE, me).await, "BAD_USER_INPUT", "{backend:?}");
        assert_eq!(boss.code(ROLE, to("SUPER_ADMIN")).await, "FORBIDDEN", "{backend:?}");
        let theirs = place.app.user("theirs").await;
        let foreign = json!({"u": theirs.id, "r": "READONLY"});
        assert_eq!(boss.code(ROLE, foreign).await, "NOT_FOUND", "{backend:?}");
        let program = Guest::of(&place.app).with_token(&key);
        assert_eq!(program.code(ROLE, to("READONLY")).await, "UNAUTHENTICATED", "{backend:?}");

        let log = "{ auditLog(first: 100) { nodes { action record { ... on User { id } } } } }";
        let log = place.app.data(&place.admin, log, json!({})).await;
        let entry = json!({"action": "user_role_changed", "record": {"id": place.grace}});
        let count = log["auditLog"]["nodes"].as_array().unwrap().iter().filter(|of| **of == entry).count();
        assert_eq!(count, 3, "{backend:?} {log}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_active_comes_in_by_no_door() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let boss = place.boss().await;
        let (token, grace) = place.grace().await;
        let key = key(&grace).await;
        let other = place.app.gateway().await;
        let her = json!({"u": place.grace});
        assert_eq!(boss.ask(DEACTIVATE, her.clone()).await["data"]["deactivateUser"]["isActive"], false, "{backend:?}");
        assert!(!place.is_good(&token) && !place.is_good(&key), "{backend:?}");
        other.learn_admission().await.unwrap();
        assert!(other.keys().verify(&token).is_none() && other.keys().verify(&key).is_none(), "{backend:?}");
        assert_eq!(place.login().await, Value::Null, "{backend:?}");
        assert_eq!(boss.ask(REACTIVATE, her).await["data"]["reactivateUser"]["isActive"], true, "{backend:?}");
        assert!(place.login().await["accessToken"].is_string() && place.is_good(&key), "{backend:?}");
        assert!(!place.is_good(&token), "{backend:?}");
        assert_eq!(boss.code(DEACTIVATE, json!({"u": place.admin.id})).await, "BAD_USER_INPUT", "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_administrators_who_make_an_end_of_each_other_one_is_left() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let boss = place.boss().await;
        let role = json!({"u": place.grace, "r": "ADMIN"});
        assert_eq!(boss.ask(ROLE, role).await["data"]["changeUserRole"]["role"], "ADMIN", "{backend:?}");
        let (_, grace) = place.grace().await;
        let (of_her, of_him) = tokio::join!(
            boss.ask(DEACTIVATE, json!({"u": place.grace})),
            grace.ask(DEACTIVATE, json!({"u": place.admin.id}))
        );
        let done = [&of_her, &of_him].iter().filter(|answer| answer["errors"].is_null()).count();
        assert_eq!(done, 1, "{backend:?} {of_her} {of_him}");
        let left = place.app.number("SELECT count(*) FROM users WHERE is_active").await;
        assert_eq!(left, 1, "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_keep_their_own_profile_and_administrators_say_where_they_belong() {
    for backend in backends() {
        let app = App::new(backend).await;
        let admin = app.user("acme").await;
        let ada = app.colleague(&admin, "ada.lovelace").await;
        let (boss, rep) = (Who::of(&admin, "admin"), Who::of(&ada, "sales_rep"));
        let (boss, rep) = (Asking::new(&app, admin.org, &boss), Asking::new(&app, admin.org, &rep));
        let team = boss.data("mutation { createTeam(input: {name: \"North\"}) { id } }", json!({})).await;
        let team = team["createTeam"]["id"].clone();
        let own = |input: Value| json!({"u": ada.id, "i": input});

        let changed = rep.data(UPDATE, own(json!({"jobTitle": "Analyst", "timezone": "Europe/Berlin"}))).await;
        assert_eq!(changed["updateUser"]["jobTitle"], "Analyst", "{backend:?}");
        for (input, field) in [(json!({"teamId": team}), "team"), (json!({"managerId": admin.id}), "manager")] {
            let answer = rep.ask(UPDATE, own(input.clone())).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{backend:?} {answer}");
            assert!(error["message"].as_str().unwrap().contains(field), "{answer}");
        }
        let join = json!({"teams": {"link": [team]}});
        assert_eq!(rep.code(UPDATE, own(join)).await.as_deref(), Some("FORBIDDEN"), "{backend:?}");
        let of_boss = json!({"u": admin.id, "i": {"jobTitle": "Analyst"}});
        assert_eq!(rep.code(UPDATE, of_boss).await.as_deref(), Some("FORBIDDEN"), "{backend:?}");
        for input in [
            json!({"role": "ADMIN"}),
            json!({"isActive": false}),
            json!({"isSuperuser": true}),
            json!({"organizationId": admin.org}),
            json!({"email": "a@b.example"}),
            json!({"mfaEnabled": false}),
        ] {
            assert_eq!(boss.code(UPDATE, own(input)).await.as_deref(), Some("BAD_USER_INPUT"), "{backend:?}");
        }
        let placed = boss.data(UPDATE, own(json!({"teamId": team, "managerId": admin.id}))).await;
        let expected =
            json!({"jobTitle": "Analyst", "team": {"name": "North"}, "manager": {"email": "admin@acme.example"}});
        assert_eq!(placed["updateUser"], expected, "{backend:?}");
        // All see who belongs where, and teams are of the organisation of who makes them.
        let seen = rep.data("{ me { team { name organization { slug } } } }", json!({})).await;
        assert_eq!(seen["me"]["team"], json!({"name": "North", "organization": {"slug": "acme"}}), "{backend:?}");
        let theirs = app.user("theirs").await;
        let foreign = json!({"u": theirs.id, "i": {"jobTitle": "Spy"}});
        assert_eq!(boss.code(UPDATE, foreign).await.as_deref(), Some("NOT_FOUND"), "{backend:?}");
        let moved = "mutation($o: ID!, $t: ID!) { updateTeam(id: $t, input: {organizationId: $o}) { id } }";
        let code = boss.code(moved, json!({"o": theirs.org, "t": team})).await;
        assert_eq!(code.as_deref(), Some("BAD_USER_INPUT"), "{backend:?}");
    }
}
