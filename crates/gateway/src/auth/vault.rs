//! Secrets at rest: encrypted with a key that is not in the database (XChaCha20-Poly1305).

use super::key_file::{self, Key, KeyError};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use uuid::Uuid;

const VERSION: &str = "v1";
/// Bytes of a nonce, long enough to be random.
const NONCE: usize = 24;

/// The keys: the first encrypts, all decrypt.
pub struct Vault {
    keys: Vec<(String, XChaCha20Poly1305)>,
}

impl Vault {
    /// The keys of a file, made there where it is missing, readable by its owner only.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        key_file::load_or_create(path).map(|keys| Self::from_keys(&keys))
    }

    /// With these keys.
    #[must_use]
    pub fn from_keys(keys: &[Key]) -> Self {
        let named = |key: &Key| {
            let name = super::secret::hexadecimal(&Sha256::digest(key)[..4]);
            (name, XChaCha20Poly1305::new(&(*key).into()))
        };
        Self { keys: keys.iter().map(named).collect() }
    }

    /// A secret of a user as text that says nothing without the key, and is of no use for another user.
    pub(super) fn seal(&self, user: Uuid, secret: &[u8]) -> String {
        let (name, cipher) = &self.keys[0];
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: secret, aad: user.as_bytes() };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).expect("a few bytes are encrypted in memory");
        format!("{VERSION}.{name}.{}", BASE64.encode([&nonce[..], &sealed].concat()))
    }

    /// A secret of a user, and whether it was sealed with a key that is in use no more.
    pub(super) fn open(&self, user: Uuid, sealed: &str) -> Option<(Vec<u8>, bool)> {
        let (name, text) = sealed.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')?;
        let bytes = BASE64.decode(text).ok()?;
        let (nonce, text) = bytes.split_first_chunk::<NONCE>()?;
        let (n, (_, cipher)) = self.keys.iter().enumerate().find(|(_, (known, _))| known == name)?;
        let payload = Payload { msg: text, aad: user.as_bytes() };
        cipher.decrypt(&XNonce::from(*nonce), payload).ok().map(|secret| (secret, n > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_opened_with_its_key_for_its_user_only() {
        let (old, new) = (Vault::from_keys(&[[1; 32]]), Vault::from_keys(&[[2; 32], [1; 32]]));
        let user = Uuid::from_u128(1);
        let sealed = old.seal(user, b"secret");
        assert_eq!(old.open(user, &sealed), Some((b"secret".to_vec(), false)));
        assert_eq!(new.open(user, &sealed), Some((b"secret".to_vec(), true)));
        assert_eq!(old.open(user, &new.seal(user, b"secret")), None);
        assert_eq!(old.open(Uuid::from_u128(2), &sealed), None);
        assert_ne!(old.seal(user, b"secret"), sealed);
        for at in 0..sealed.len() - 1 {
            let mut tampered = sealed.clone();
            tampered.replace_range(at..=at, if &sealed[at..=at] == "A" { "B" } else { "A" });
            assert_eq!(old.open(user, &tampered), None, "{at}");
        }
    }
}
