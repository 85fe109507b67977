//! Access tokens: JWT (RFC 7519) signed with Ed25519 (RFC 8037).

use super::Caller;
use ed25519_dalek::SigningKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use std::{io::Write as _, path::Path, time::Duration};
use uuid::Uuid;

const ISSUER: &str = "kontor";
/// Seconds that clocks may differ by.
const LEEWAY: u64 = 5;
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
    /// Who made the token.
    pub iss: String,
    /// When it was made, seconds since 1970.
    pub iat: i64,
    /// When it ends, seconds since 1970.
    pub exp: i64,
}

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("the signing key {path} cannot be read or made: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file does not hold a key.
    #[error(
        "{0} does not hold a signing key (64 hexadecimal digits): remove it and a new one is made; who is signed in must then sign in again"
    )]
    Malformed(String),
}

/// The signing key of this installation. All gateways of one database need the same.
pub struct Keys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    lifetime: Duration,
    /// Tokens whose signature was found good, and what they say: checking one costs more than most requests. Those of
    /// others never come in here, so nobody can crowd out good ones.
    verified: Cache<String, Claims>,
}

impl Keys {
    /// The key in a file, made there where it is missing, readable by its owner only.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn load_or_create(path: &Path, lifetime: Duration) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.display().to_string(), source };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(path).map_err(failed)?,
            Err(error) => return Err(failed(error)),
        };
        let seed = parse(text.trim()).ok_or_else(|| KeyError::Malformed(path.display().to_string()))?;
        Ok(Self::from_seed(&seed, lifetime))
    }

    /// The key that a seed of 32 random bytes gives.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32], lifetime: Duration) -> Self {
        let public = SigningKey::from_bytes(seed).verifying_key();
        let private = [&PKCS8_PREFIX[..], seed].concat();
        Self {
            encoding: EncodingKey::from_ed_der(&private),
            decoding: DecodingKey::from_ed_der(public.as_bytes()),
            lifetime,
            verified: Cache::new(VERIFIED),
        }
    }

    /// A token for a user, and when it ends, in seconds since 1970.
    #[must_use]
    pub fn issue(&self, caller: &Caller) -> (String, i64) {
        let now = chrono::Utc::now().timestamp();
        let exp = now + i64::try_from(self.lifetime.as_secs()).unwrap_or(0);
        let claims = Claims {
            sub: caller.user,
            org: caller.org,
            role: caller.role.clone(),
            iss: ISSUER.to_owned(),
            iat: now,
            exp,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.encoding);
        (token.expect("claims of plain values are signed with a key of the right kind"), exp)
    }

    /// The caller that a token names; `None` where it is not ours, was changed, or has ended.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Caller> {
        let claims = match self.verified.get(token) {
            Some(claims) if i64::try_from(jsonwebtoken::get_current_timestamp()).ok()? < claims.exp => claims,
            _ => {
                let claims = self.decode(token)?;
                self.verified.insert(token.to_owned(), claims.clone());
                claims
            }
        };
        Some(Caller { user: claims.sub, org: claims.org, role: claims.role })
    }

    fn decode(&self, token: &str) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = LEEWAY;
        jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation).ok().map(|data| data.claims)
    }
}

fn create(path: &Path) -> std::io::Result<String> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let seed: [u8; 32] = rand::random();
    let text: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| text),
        // Another process was faster: its key is the key.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => std::fs::read_to_string(path),
        Err(error) => Err(error),
    }
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (n, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Caller {
        Caller { user: Uuid::from_u128(1), org: Uuid::from_u128(2), role: "admin".to_owned() }
    }

    #[test]
    fn a_token_names_its_user_and_no_other_key_makes_one() {
        let keys = Keys::from_seed(&[7; 32], Duration::from_secs(60));
        let (token, _) = keys.issue(&caller());
        assert_eq!(keys.verify(&token).unwrap().user, caller().user);
        let others = Keys::from_seed(&[8; 32], Duration::from_secs(60));
        assert!(others.verify(&token).is_none());
        let mut tampered = token.clone();
        tampered.replace_range(40..41, if &token[40..41] == "A" { "B" } else { "A" });
        assert!(keys.verify(&tampered).is_none());
        assert!(keys.verify("not.a.token").is_none());
    }

    #[test]
    fn what_is_remembered_ends_too() {
        let keys = Keys::from_seed(&[7; 32], Duration::from_secs(60));
        let now = chrono::Utc::now().timestamp();
        let claims = |exp| Claims {
            sub: caller().user,
            org: caller().org,
            role: caller().role,
            iss: ISSUER.to_owned(),
            iat: 0,
            exp,
        };
        keys.verified.insert("remembered".to_owned(), claims(now + 60));
        assert!(keys.verify("remembered").is_some());
        keys.verified.insert("remembered".to_owned(), claims(now - 1));
        assert!(keys.verify("remembered").is_none());
    }
}
