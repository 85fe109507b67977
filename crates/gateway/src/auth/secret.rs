//! Tokens that nobody guesses, and what is stored of them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use sha2::{Digest as _, Sha256};

/// 256 random bits as text, 43 characters of base64url (RFC 4648 §5).
pub(super) fn random() -> String {
    BASE64.encode(rand::random::<[u8; 32]>())
}

/// What is stored of a token: its SHA-256, hexadecimal. A token of 256 random bits needs no slow hash.
pub(super) fn hash(token: &str) -> String {
    hexadecimal(&Sha256::digest(token.as_bytes()))
}

/// The refresh token that follows another: the same each time, so that a client that asks twice at once gets one
/// successor, and nobody can make it who has but the token or but the database.
pub(super) fn successor(token: &str, salt: &str) -> String {
    let mut hash = Sha256::new();
    for part in ["kontor refresh token", token, salt] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    BASE64.encode(hash.finalize())
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_successor_needs_both_the_token_and_the_salt() {
        let (token, salt) = (random(), random());
        assert_eq!(token.len(), 43);
        assert_eq!(successor(&token, &salt), successor(&token, &salt));
        assert_ne!(successor(&token, &salt), successor(&token, &random()));
        assert_ne!(successor(&token, &salt), successor(&random(), &salt));
        assert_ne!(successor("ab", "c"), successor("a", "bc"));
    }
}
