//! `kontor completions`

use crate::{
    cli::{self, CompletionsArgs},
    failure::{Done, print},
};

pub(crate) fn run(args: &CompletionsArgs) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::command(), "kontor", &mut script);
    print(&String::from_utf8_lossy(&script))
}
