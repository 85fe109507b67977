//! Who somebody is: passwords, access tokens, sign-in.

mod login;
mod password;
mod token;

pub use login::{LoginError, login};
pub use password::{hash, verify};
pub use token::{Claims, KeyError, Keys};

use uuid::Uuid;

/// A signed-in user, as its token says.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user.
    pub user: Uuid,
    /// Its organisation.
    pub org: Uuid,
    /// Its role.
    pub role: String,
}
