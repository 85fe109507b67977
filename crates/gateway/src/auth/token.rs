//! Access tokens: JWT (RFC 7519) signed with Ed25519 (RFC 8037).

use super::{
    Caller, Credential,
    admission::Admission,
    identity::{Clock, system_clock},
    key_file::{self, KeyError},
    records::KEY_PREFIX,
    secret,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::SigningKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kontor_domain::{context::Whose, error::StoreError, processes, store::Store};
use quick_cache::sync::Cache;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{path::Path, time::Duration};
use uuid::Uuid;

const ISSUER: &str = "kontor";
/// Seconds that clocks may differ by.
const LEEWAY: i64 = 5;
/// Tokens remembered as good, about.
const VERIFIED: usize = 4_096;
/// What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410 §7).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The user.
    pub sub: Uuid,
    /// Its organisation.
    pub org: Uuid,
    /// Its role.
    pub role: String,
    /// The session that it belongs to.
    pub sid: Uuid,
    /// Who made the token.
    pub iss: String,
    /// When it was made, seconds since 1970.
    pub iat: i64,
    /// When it ends, seconds since 1970.
    pub exp: i64,
}

/// The door of this installation: the keys that tokens are signed with and known by, and who may not come in though the
/// token is good. All gateways of one database need the same keys.
pub struct Keys {
    /// Name and private half of the key in use.
    signing: (String, EncodingKey),
    /// Every key by its name.
    known: FxHashMap<String, DecodingKey>,
    /// Public halves, as they are told (RFC 7517).
    published: Value,
    lifetime: Duration,
    clock: Clock,
    /// Tokens whose signature was found good, and what they say: checking one costs more than most requests. Those of
    /// others never come in here, so nobody can crowd out good ones.
    verified: Cache<String, Claims>,
    admission: Admission,
}

impl Keys {
    /// The keys of a file, made there where it is missing, readable by its owner only.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn load_or_create(path: &Path, lifetime: Duration) -> Result<Self, KeyError> {
        key_file::load_or_create(path).map(|seeds| Self::from_seeds(&seeds, lifetime))
    }

    /// The keys that seeds of 32 random bytes give; the first signs.
    #[must_use]
    pub fn from_seeds(seeds: &[[u8; 32]], lifetime: Duration) -> Self {
        let public: Vec<_> = seeds.iter().map(|seed| SigningKey::from_bytes(seed).verifying_key()).collect();
        let names: Vec<_> = public.iter().map(|key| BASE64.encode(key.as_bytes())).map(|x| (name(&x), x)).collect();
        let published = names
            .iter()
            .map(|(kid, x)| json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA"}));
        let published = json!({"keys": published.collect::<Vec<_>>()});
        let known = names.iter().zip(&public);
        let known = known.map(|((kid, _), key)| (kid.clone(), DecodingKey::from_ed_der(key.as_bytes()))).collect();
        let private = [&PKCS8_PREFIX[..], &seeds[0]].concat();
        Self {
            signing: (names[0].0.clone(), EncodingKey::from_ed_der(&private)),
            known,
            published,
            lifetime,
            clock: system_clock(),
            verified: Cache::new(VERIFIED),
            admission: Admission::default(),
        }
    }

    /// The same by another clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The public keys, as `/.well-known/jwks.json` tells them (RFC 7517).
    #[must_use]
    pub fn published(&self) -> &Value {
        &self.published
    }

    /// A token for a user who signed in, and when it ends, in seconds since 1970.
    #[must_use]
    pub fn issue(&self, user: Uuid, org: Uuid, role: &str, session: Uuid) -> (String, i64) {
        let now = self.seconds();
        let exp = now + i64::try_from(self.lifetime.as_secs()).unwrap_or(0);
        let role = role.to_owned();
        let claims = Claims { sub: user, org, role, sid: session, iss: ISSUER.to_owned(), iat: now, exp };
        let header = Header { kid: Some(self.signing.0.clone()), ..Header::new(Algorithm::EdDSA) };
        let token = jsonwebtoken::encode(&header, &claims, &self.signing.1);
        (token.expect("claims of plain values are signed with a key of the right kind"), exp)
    }

    /// The caller that an access token or an API key names; `None` where it is not ours, was changed, has ended or was revoked. No query: as
    /// quick as a look into two tables, so it may be asked again as often as one likes.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Caller> {
        if token.starts_with(KEY_PREFIX) {
            return self.admission.key(&secret::hash(token), (self.clock)());
        }
        let claims = match self.verified.get(token) {
            Some(claims) => claims,
            None => {
                let claims = self.decode(token)?;
                self.verified.insert(token.to_owned(), claims.clone());
                claims
            }
        };
        let good = self.seconds() < claims.exp + LEEWAY && !self.admission.has_ended(claims.sid);
        let Claims { sub, org, role, sid, .. } = claims;
        good.then_some(Caller { user: sub, org, role, credential: Credential::Session(sid) })
    }

    /// What a token of ours says, whether it has ended or not.
    fn decode(&self, token: &str) -> Option<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        // By the clock that tokens are made by, each time that one is shown.
        validation.validate_exp = false;
        jsonwebtoken::decode::<Claims>(token, self.known.get(&kid)?, &validation).ok().map(|data| data.claims)
    }

    /// Learns who may not come in any more, if that has changed.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn learn(&self, store: &Store) -> Result<(), StoreError> {
        // As long as a token of an ended session may be shown, and a little for clocks that differ.
        let memory = i64::try_from(self.lifetime.as_micros()).unwrap_or(i64::MAX).saturating_add(300_000_000);
        self.admission.learn(store, (self.clock)().saturating_sub(memory)).await
    }

    /// Stores when API keys were last used, as far as this gateway knows; gives the number of keys.
    ///
    /// # Errors
    /// See [`StoreError`]; then it is not stored.
    pub async fn note_key_uses(&self, store: &Store) -> Result<usize, StoreError> {
        let uses = self.admission.take_uses();
        if uses.is_empty() {
            return Ok(0);
        }
        let mut transaction = store.begin(Whose::Platform).await?;
        for (key, at) in &uses {
            processes::note_key_use(&mut transaction, *key, *at).await?;
        }
        transaction.commit().await.map(|()| uses.len())
    }

    fn seconds(&self) -> i64 {
        (self.clock)().div_euclid(1_000_000)
    }
}

/// The name of a public key: its thumbprint (RFC 7638, with the members of RFC 8037 §2).
fn name(x: &str) -> String {
    BASE64.encode(Sha256::digest(format!("{{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"{x}\"}}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    const MINUTE: Duration = Duration::from_secs(60);

    fn issue(keys: &Keys) -> String {
        keys.issue(Uuid::from_u128(1), Uuid::from_u128(2), "admin", Uuid::from_u128(3)).0
    }

    /// A token with another header or other claims, signed with the key of a seed.
    fn forge(seed: [u8; 32], header: &Value, claims: &Value) -> String {
        use ed25519_dalek::Signer as _;
        let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let signature = SigningKey::from_bytes(&seed).sign(signed.as_bytes());
        format!("{signed}.{}", BASE64.encode(signature.to_bytes()))
    }

    #[test]
    fn a_token_names_its_user_and_no_other_key_makes_one() {
        let keys = Keys::from_seeds(&[[7; 32]], MINUTE);
        let token = issue(&keys);
        let caller = keys.verify(&token).unwrap();
        assert_eq!((caller.user, caller.session()), (Uuid::from_u128(1), Some(Uuid::from_u128(3))));
        assert!(Keys::from_seeds(&[[8; 32]], MINUTE).verify(&token).is_none());
        for at in 0..token.len() {
            let mut tampered = token.clone();
            tampered.replace_range(at..=at, if &token[at..=at] == "A" { "B" } else { "A" });
            // The last character of a signature has bits that say nothing.
            assert!(keys.verify(&tampered).is_none() || at == token.len() - 1, "{at}");
        }
        assert!(keys.verify("not.a.token").is_none());
    }

    #[test]
    fn headers_that_ask_for_less_are_refused() {
        let keys = Keys::from_seeds(&[[7; 32]], MINUTE);
        let kid = &keys.signing.0;
        let now = keys.seconds();
        let claims = json!({"sub": Uuid::from_u128(1), "org": Uuid::from_u128(2), "role": "admin",
            "sid": Uuid::from_u128(3), "iss": "kontor", "iat": now, "exp": now + 60});
        let good = json!({"alg": "EdDSA", "kid": kid});
        assert!(keys.verify(&forge([7; 32], &good, &claims)).is_some());
        for header in [
            json!({"alg": "none", "kid": kid}),
            json!({"alg": "HS256", "kid": kid}),
            json!({"alg": "EdDSA"}),
            json!({"alg": "EdDSA", "kid": "another"}),
            json!({"alg": "EdDSA", "kid": kid, "crit": ["exp"]}),
        ] {
            // `crit` is no error of the signature, and jsonwebtoken does not know it.
            let refused = keys.verify(&forge([7; 32], &header, &claims)).is_none();
            assert!(refused || header.get("crit").is_some(), "{header}");
        }
        let unsigned = forge([7; 32], &json!({"alg": "none", "kid": kid}), &claims);
        let unsigned = format!("{}.", unsigned.rsplit_once('.').unwrap().0);
        assert!(keys.verify(&unsigned).is_none());
        for (key, value) in
            [("iss", json!("other")), ("exp", json!(now - 60)), ("sid", json!(null)), ("sub", json!("x"))]
        {
            let mut claims = claims.clone();
            claims[key] = value;
            assert!(keys.verify(&forge([7; 32], &good, &claims)).is_none(), "{key}");
        }
    }

    #[test]
    fn tokens_end_whether_they_are_remembered_or_not() {
        let now = Arc::new(AtomicI64::new(1_000_000_000));
        let clock = now.clone();
        let keys = Keys::from_seeds(&[[7; 32]], MINUTE).with_clock(Arc::new(move || clock.load(Ordering::Relaxed)));
        let (seen, unseen) = (issue(&keys), issue(&keys));
        assert!(keys.verify(&seen).is_some());
        now.fetch_add(66_000_000, Ordering::Relaxed);
        assert!(keys.verify(&seen).is_none() && keys.verify(&unseen).is_none());
    }

    #[test]
    fn keys_that_are_not_in_use_are_known() {
        let old = Keys::from_seeds(&[[7; 32]], MINUTE);
        let new = Keys::from_seeds(&[[9; 32], [7; 32]], MINUTE);
        assert!(new.verify(&issue(&old)).is_some());
        assert!(old.verify(&issue(&new)).is_none());
        let published = new.published()["keys"].as_array().unwrap();
        assert_eq!(published.len(), 2);
        assert_eq!(published[0]["kid"], new.signing.0);
        assert_eq!(published[0].as_object().unwrap().get("d"), None);
    }
}
