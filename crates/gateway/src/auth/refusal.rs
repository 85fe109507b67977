//! Why somebody is not let in, or may not do this.

use super::Weakness;
use kontor_domain::{error::StoreError, mutation::WriteError};
use std::time::Duration;

/// Why an operation on identity was refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The address or the password is wrong, or the account is not active: the three are not told apart.
    #[error("the e-mail address or the password is wrong")]
    Wrong,
    /// The password is right, and a code is wanted too.
    #[error("the second factor is missing")]
    CodeMissing,
    /// The code is wrong, or was used already.
    #[error("the code is wrong")]
    Code,
    /// The token is not known, has ended or was used already.
    #[error("the token is not good any more")]
    Token,
    /// It was tried too often; how long to wait.
    #[error("it was tried too often")]
    Throttled(Duration),
    /// The password breaks rules: all of them.
    #[error("the password is too weak")]
    Weak(Vec<Weakness>),
    /// The caller may not do this.
    #[error("the caller may not do this")]
    Forbidden,
    /// An argument makes no sense, and why.
    #[error("an argument makes no sense")]
    Input(String),
    /// A record was not written.
    #[error(transparent)]
    Write(#[from] Box<WriteError>),
    /// The message with a token was not taken.
    #[error("a message was not taken")]
    Mail(#[from] std::io::Error),
    /// Who signed in elsewhere is no user here.
    #[error("who signed in elsewhere is no user here")]
    Stranger,
    /// Somebody was not signed in elsewhere; the log has the rest.
    #[error("nobody was signed in elsewhere")]
    Elsewhere,
    /// An argument that is no text of this API.
    #[error("U+0000 is in an argument")]
    NoText,
    /// Nobody is signed in, or a program is where a person has to be.
    #[error("nobody is signed in")]
    NobodySignedIn,
    /// The packages were not taken, and why.
    #[error("the packages were not taken")]
    Metadata(String),
    /// The program itself failed.
    #[error("the program failed")]
    Failed,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
