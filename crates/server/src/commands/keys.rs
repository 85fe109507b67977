//! `kontor keys`

use crate::{
    cli::{Common, KeyKind, KeysArgs, KeysCommand},
    config,
    failure::{Done, Failure, print},
};
use kontor_gateway::auth;

/// Signing keys that stay known behind the one in use: tokens end long before there is another.
const SIGNING_KEYS: usize = 2;

pub(crate) fn run(common: &Common, args: &KeysArgs) -> Done {
    let KeysCommand::Rotate(args) = &args.command;
    let settings = config::resolve(common, None)?;
    let (path, known) = match args.kind {
        KeyKind::Signing => (&settings.signing_key, SIGNING_KEYS),
        // What was encrypted with a key needs it as long as it is there.
        KeyKind::Encryption => (&settings.encryption_key, usize::MAX),
    };
    auth::rotate(path, args.prepare, known).map_err(Failure::new)?;
    let path = path.display();
    print(&match args.prepare {
        true => format!(
            "{path} holds a key that is not in use yet. Restart every gateway, then run this again without --prepare.\n"
        ),
        false => format!("{path} holds a new key; the one before is still known. Restart every gateway to use it.\n"),
    })
}
