//! Signing in elsewhere, at a small issuer of the test's own.

use crate::support::{App, Backend, Clock, Guest, User, backends};
use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{Request, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kontor_gateway::{
    auth::{Issuer, Keys, Oidc},
    http::{Options, Transport},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tower::ServiceExt as _;

const FINISH: &str =
    "mutation($t: String!, $v: String!) { finishSignIn(token: $t, verifier: $v) { accessToken user { email } } }";
const VERIFIER: &str = "a secret of the page that nobody else knows";

/// What the issuer says, by code.
#[derive(Clone, Default)]
struct Says {
    url: String,
    claims: Arc<Mutex<HashMap<String, Value>>>,
    seen: Arc<Mutex<Vec<String>>>,
}

/// The issuer's keys are made like ours.
fn published() -> Value {
    Keys::from_seeds(&[[5; 32]], Duration::from_secs(60)).published().clone()
}

fn signed(claims: &Value) -> String {
    let prefix = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let private = [&prefix[..], &[5; 32]].concat();
    let kid = published()["keys"][0]["kid"].as_str().map(str::to_owned);
    let header = Header { kid, ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_ed_der(&private)).unwrap()
}

async fn issuer() -> Says {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let says = Says { url, ..Says::default() };
    let configuration = json!({
        "issuer": says.url, "authorization_endpoint": format!("{}/authorize", says.url),
        "token_endpoint": format!("{}/token", says.url), "jwks_uri": format!("{}/jwks", says.url),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    });
    let token = async |State(says): State<Says>, body: String| {
        says.seen.lock().unwrap().push(body.clone());
        let code = body.split('&').find_map(|pair| pair.strip_prefix("code=")).unwrap_or_default().to_owned();
        let claims = says.claims.lock().unwrap().remove(&code);
        match claims {
            Some(claims) => (
                StatusCode::OK,
                Json(json!({"access_token": "x", "token_type": "Bearer", "id_token": signed(&claims)})),
            ),
            None => (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))),
        }
    };
    let app = Router::new()
        .route("/.well-known/openid-configuration", get(async move || Json(configuration)))
        .route("/jwks", get(async || Json(published())))
        .route("/token", post(token))
        .with_state(says.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    says
}

struct Place {
    app: App,
    user: User,
    says: Says,
    transport: Transport,
}

impl Place {
    async fn new(backend: Backend) -> Self {
        let says = issuer().await;
        let issuer = Issuer {
            url: says.url.clone(),
            client_id: "kontor".to_owned(),
            client_secret: "secret".to_owned(),
            callback: "http://kontor.test/auth/oidc/callback".to_owned(),
            page: "http://kontor.test/".to_owned(),
        };
        let oidc = Oidc::new(issuer).unwrap();
        let app = App::with_identity(backend, &Clock::new(), |identity| identity.with_oidc(oidc)).await;
        let user = app.user("acme").await;
        let transport = Transport::new(app.engine.clone(), Options::default());
        Self { app, user, says, transport }
    }

    async fn get(&self, address: &str, cookie: Option<&str>) -> Response {
        let mut request = Request::get(address);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, format!("other=1; {cookie}"));
        }
        self.transport.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// Begins at the page; gives the parameters that the issuer is sent, and the cookie.
    async fn begin(&self) -> (HashMap<String, String>, String) {
        let challenge = BASE64.encode(Sha256::digest(VERIFIER));
        let response = self.get(&format!("/auth/oidc/login?challenge={challenge}"), None).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(
            cookie.starts_with("__Host-kontor-oidc=v1.")
                && cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let location = response.headers()[header::LOCATION].to_str().unwrap();
        let (endpoint, query) = location.split_once('?').unwrap();
        assert_eq!(endpoint, format!("{}/authorize", self.says.url));
        let parameters = query.split('&').filter_map(|pair| pair.split_once('='));
        (parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), cookie)
    }

    /// Has the issuer say this for a code; the nonce is that of the sign-in unless it is given.
    fn say(&self, code: &str, parameters: &HashMap<String, String>, claims: Value) {
        let now = kontor_domain::calendar::now() / 1_000_000;
        let mut all = json!({"iss": self.says.url, "aud": "kontor", "sub": "ada", "iat": now, "exp": now + 60, "nonce": parameters["nonce"]});
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        self.says.claims.lock().unwrap().insert(code.to_owned(), all);
    }

    /// Signs in with what the issuer says; the status and the token for the page.
    async fn come_back(&self, claims: Value) -> (StatusCode, Option<String>) {
        let (parameters, cookie) = self.begin().await;
        self.say("c1", &parameters, claims);
        let response =
            self.get(&format!("/auth/oidc/callback?code=c1&state={}", parameters["state"]), Some(&cookie)).await;
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        (response.status(), location.and_then(|to| to.strip_prefix("http://kontor.test/#signIn=")).map(str::to_owned))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_signs_in_elsewhere_and_is_linked() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let known = json!({"email": "Admin@acme.example", "email_verified": true});
        let (status, token) = place.come_back(known).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let guest = Guest::of(&place.app);
        let token = token.unwrap();
        // The token alone is of no use to who has seen it.
        assert_eq!(guest.code(FINISH, json!({"t": token, "v": "another"})).await, "UNAUTHENTICATED");
        let session = guest.ask(FINISH, json!({"t": token, "v": VERIFIER})).await;
        assert_eq!(session["data"]["finishSignIn"]["user"]["email"], "admin@acme.example", "{session}");
        assert_eq!(guest.code(FINISH, json!({"t": token, "v": VERIFIER})).await, "UNAUTHENTICATED");
        let sent = place.says.seen.lock().unwrap().join("");
        assert!(sent.contains("code_verifier=") && sent.contains("grant_type=authorization_code"), "{sent}");
        // From now on the issuer's name counts, whatever the address.
        let (status, _) = place.come_back(json!({"email": "other@example.com", "email_verified": false})).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        // Somebody else of the issuer who has got the address is not that user.
        let (status, token) =
            place.come_back(json!({"sub": "eve", "email": "admin@acme.example", "email_verified": true})).await;
        assert_eq!((status, token), (StatusCode::FORBIDDEN, None));
        let log =
            place.app.data(&place.user, "{ auditLog(first: 100) { nodes { action } } }", json!({})).await.to_string();
        assert!(log.contains("identity_linked") && log.contains("sign_in"), "{log}");
        assert_eq!(place.app.text("SELECT method FROM sessions").await, "oidc");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_and_forgeries_are_refused() {
    for backend in backends() {
        let place = Place::new(backend).await;
        let verified = |claims: Value| {
            let mut all = json!({"email": "admin@acme.example", "email_verified": true});
            all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
            all
        };
        for (claims, expected) in [
            (verified(json!({"email": "nobody@acme.example"})), StatusCode::FORBIDDEN),
            (verified(json!({"email_verified": false})), StatusCode::FORBIDDEN),
            (verified(json!({"nonce": "another"})), StatusCode::BAD_GATEWAY),
            (verified(json!({"aud": "another"})), StatusCode::BAD_GATEWAY),
            (verified(json!({"iss": "https://another.example"})), StatusCode::BAD_GATEWAY),
            (verified(json!({"exp": 1})), StatusCode::BAD_GATEWAY),
        ] {
            assert_eq!(place.come_back(claims.clone()).await, (expected, None), "{claims}");
        }
        let (parameters, cookie) = place.begin().await;
        place.say("c2", &parameters, verified(json!({})));
        let back = |state: &str| format!("/auth/oidc/callback?code=c2&state={state}");
        let state = &parameters["state"];
        for (address, cookie) in [
            (back("another"), Some(&*cookie)),
            (back(state), None),
            (back(state), Some("__Host-kontor-oidc=v1.x.y")),
            ("/auth/oidc/callback?error=access_denied".to_owned(), Some(&*cookie)),
        ] {
            assert_eq!(place.get(&address, cookie).await.status(), StatusCode::FORBIDDEN, "{address}");
        }
        // Not even the code was shown to the issuer.
        assert!(place.says.claims.lock().unwrap().contains_key("c2"));
        assert_eq!(place.get("/auth/oidc/login?challenge=x", None).await.status(), StatusCode::BAD_REQUEST);
        assert_eq!(place.app.number("SELECT count(*) FROM user_identities").await, 0);
    }
}
