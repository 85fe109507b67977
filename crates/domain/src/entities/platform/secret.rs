//! Texts that must not appear in logs.

use sea_orm::DeriveValueType;
use std::fmt;

/// A stored secret, such as a password hash; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_it() {
        assert_eq!(format!("{:?}", Some(Secret("$argon2id$".to_owned()))), "Some(Secret(…))");
    }
}
