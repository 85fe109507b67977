//! Who somebody is.
//!
//! Reading order: [`Caller`] (what the rest of the gateway knows of it), [`Keys`] (a token becomes a caller, without a
//! query), `admission` (what revokes it before it ends), [`Identity`] and
//! [`Door`] (sign-ins, sessions, passwords, invitations, keys), `throttle`.

mod admission;
mod caller;
mod change_password;
mod elsewhere;
mod identity;
mod key_file;
mod mail;
mod oidc;
mod password;
mod records;
mod refusal;
mod rules;
mod scope;
mod second_factor;
mod secret;
mod session;
mod sign_in;
mod throttle;
mod token;
mod users;
mod vault;

pub use caller::{Caller, Credential};
pub use identity::{Clock, Door, Identity, Origin};
pub use key_file::{KeyError, rotate};
pub use mail::{Mail, MailFolder, Mailer, NoMail};
pub use oidc::{Issuer, Oidc, OidcError};
pub use password::hash;
pub use records::{Invitation, NewKey, Records};
pub use refusal::Refusal;
pub use rules::{LONGEST, SHORTEST, Weakness, weaknesses};
pub use scope::{Grant, Scope, ScopeAction};
pub use session::{Opened, sweep};
pub(crate) use throttle::network;
pub use token::{Claims, Keys};
pub use users::UserChange;
pub use vault::Vault;
