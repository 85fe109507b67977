//! `kontor explain`

use crate::{
    cli::ExplainArgs,
    failure::{Done, Failure, print},
};

pub(crate) fn run(args: &ExplainArgs) -> Done {
    let code = args.code.to_uppercase();
    match kontor_metadata::explain(&code) {
        Some(text) => print(&format!("{code}\n\n{}\n", text.trim())),
        None => Err(Failure::new(format!("there is no diagnostic {code}")).help("codes are such as KON021")),
    }
}
