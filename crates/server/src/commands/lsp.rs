//! `kontor lsp`

use crate::{
    cli::Common,
    failure::{Done, Failure},
    lsp,
};

pub(crate) async fn run(common: Common) -> Done {
    // It waits for the editor with a thread of its own.
    let served = tokio::task::spawn_blocking(move || lsp::serve(&common)).await;
    served.map_err(|error| Failure::because("the language server has failed", &error))?
}
