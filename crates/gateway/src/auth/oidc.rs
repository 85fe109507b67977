//! Sign-in elsewhere: the authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636), `state` and `nonce`.

use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse as _,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata},
    reqwest,
};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long what an issuer says of itself is believed, its keys among it.
const BELIEVED: Duration = Duration::from_secs(3_600);
/// Longest wait for an issuer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who signs users in, and as what this program is known there.
#[derive(Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Its address, `https://login.example.com`.
    pub url: String,
    /// What this program is called there.
    pub client_id: String,
    /// By what it proves to be that.
    pub client_secret: String,
    /// Where it sends users back to: `/auth/oidc/callback` of this server.
    pub callback: String,
    /// The page that users are on before and after.
    pub page: String,
}

impl std::fmt::Debug for Issuer {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").field("url", &self.url).field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// Why somebody was not signed in elsewhere.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The issuer does not answer, or not as it should.
    #[error("the issuer does not answer as it should: {0}")]
    Issuer(String),
    /// What it says of the user is not to be believed.
    #[error("the issuer's token is not good: {0}")]
    Token(String),
    /// A setting is no address.
    #[error("a setting is no address: {0}")]
    Setting(String),
}

/// A sign-in that is under way elsewhere, kept by the browser, encrypted.
#[derive(Serialize, Deserialize)]
pub(crate) struct UnderWay {
    pub(crate) state: String,
    nonce: String,
    verifier: String,
    /// Hash of what the page will show to get its session.
    pub(crate) challenge: String,
    /// µs since 1970.
    pub(crate) expires_at: i64,
}

/// Somebody, as the issuer says.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    /// Address, if the issuer has made sure of it.
    pub(crate) verified_email: Option<String>,
}

/// An issuer, and what is known of it.
pub struct Oidc {
    issuer: Issuer,
    http: reqwest::Client,
    discovered: Mutex<Option<(Instant, CoreProviderMetadata)>>,
}

impl Oidc {
    /// It is asked for what it says of itself with the first sign-in.
    ///
    /// # Errors
    /// When an address is none.
    pub fn new(issuer: Issuer) -> Result<Self, OidcError> {
        let wrong = |error: &dyn std::error::Error| OidcError::Setting(crate::error::chain(error));
        IssuerUrl::new(issuer.url.clone()).map_err(|e| wrong(&e))?;
        RedirectUrl::new(issuer.callback.clone()).map_err(|e| wrong(&e))?;
        // An issuer that redirects could lead this server to any address within its network.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
        let http = http.build().map_err(|e| wrong(&e))?;
        Ok(Self { issuer, http, discovered: Mutex::new(None) })
    }

    /// Who it is.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    async fn metadata(&self, anew: bool) -> Result<CoreProviderMetadata, OidcError> {
        let mut discovered = self.discovered.lock().await;
        if let Some((at, metadata)) = &*discovered
            && at.elapsed() < BELIEVED
            && !anew
        {
            return Ok(metadata.clone());
        }
        let url = IssuerUrl::new(self.issuer.url.clone()).map_err(|e| OidcError::Setting(e.to_string()))?;
        let metadata = CoreProviderMetadata::discover_async(url, &self.http).await;
        let metadata = metadata.map_err(|error| OidcError::Issuer(crate::error::chain(&error)))?;
        *discovered = Some((Instant::now(), metadata.clone()));
        Ok(metadata)
    }

    /// Where the browser goes, and what it keeps meanwhile.
    pub(crate) async fn begin(&self, challenge: String, expires_at: i64) -> Result<(String, UnderWay), OidcError> {
        let metadata = self.metadata(false).await?;
        let (pkce, verifier) = PkceCodeChallenge::new_random_sha256();
        let redirect = RedirectUrl::new(self.issuer.callback.clone()).map_err(|e| OidcError::Setting(e.to_string()))?;
        let (url, state, nonce) = CoreClient::from_provider_metadata(metadata, self.client_id(), self.client_secret())
            .set_redirect_uri(redirect)
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(pkce)
            .url();
        let under_way = UnderWay {
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            challenge,
            expires_at,
        };
        Ok((url.to_string(), under_way))
    }

    /// Who has come back with a code.
    pub(crate) async fn finish(&self, under_way: UnderWay, code: String) -> Result<Person, OidcError> {
        let failed = |error: &dyn std::error::Error| OidcError::Issuer(crate::error::chain(error));
        let redirect = RedirectUrl::new(self.issuer.callback.clone()).map_err(|e| OidcError::Setting(e.to_string()))?;
        let metadata = self.metadata(false).await?;
        let client = CoreClient::from_provider_metadata(metadata, self.client_id(), self.client_secret());
        let client = client.set_redirect_uri(redirect);
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|e| failed(&e))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(under_way.verifier));
        let tokens = request.request_async(&self.http).await.map_err(|e| failed(&e))?;
        let token = tokens.id_token().ok_or_else(|| OidcError::Token("there is none".to_owned()))?;
        let nonce = Nonce::new(under_way.nonce);
        let claims = match token.claims(&client.id_token_verifier(), &nonce) {
            Ok(claims) => claims.clone(),
            // The issuer may sign with another key since it was asked.
            Err(_) => {
                let metadata = self.metadata(true).await?;
                let client = CoreClient::from_provider_metadata(metadata, self.client_id(), self.client_secret());
                let claims = token.claims(&client.id_token_verifier(), &nonce);
                claims.map_err(|error| OidcError::Token(crate::error::chain(&error)))?.clone()
            }
        };
        let email = claims.email().filter(|_| claims.email_verified() == Some(true));
        Ok(Person {
            issuer: claims.issuer().to_string(),
            subject: claims.subject().to_string(),
            verified_email: email.map(|email| email.to_string()),
        })
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.issuer.client_id.clone())
    }

    fn client_secret(&self) -> Option<ClientSecret> {
        Some(ClientSecret::new(self.issuer.client_secret.clone()))
    }
}
