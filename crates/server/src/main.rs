//! The `kontor` binary: settings, commands, wiring. Everything that it does is done by the crates below it.

mod cli;
mod commands;
mod config;
mod explorer;
mod failure;
mod lsp;
mod open;
mod reload;
mod terminal;
mod wording;

use cli::{Cli, Command};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { common, command } = cli::parse();
    let done = match command {
        Command::Serve(args) => commands::serve::run(&common, &args).await,
        Command::Check(args) => commands::check::run(&common, &args),
        Command::Apply(args) => commands::apply::run(&common, &args).await,
        Command::Diff(args) => commands::diff::run(&common, &args),
        Command::Plan(args) => commands::plan::run(&common, &args).await,
        Command::Rollback(args) => commands::rollback::run(&common, &args).await,
        Command::Verify(args) => commands::verify::run(&common, &args).await,
        Command::Retention(args) => commands::retention::run(&common, &args).await,
        Command::Schema(args) => commands::schema::run(&common, &args),
        Command::Generate(args) => commands::generate::run(&common, &args),
        Command::Demo(args) => commands::demo::run(&common, &args).await,
        Command::Org(args) => commands::org::run(&common, args).await,
        Command::User(args) => commands::user::run(&common, args).await,
        Command::Lsp => commands::lsp::run(common).await,
        Command::Keys(args) => commands::keys::run(&common, &args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Describe(args) => commands::describe::run(&common, &args),
        Command::Docs(args) => commands::docs::run(&common, &args),
        Command::Erd(args) => commands::erd::run(&common, &args),
        Command::Man(args) => commands::man::run(&args),
        Command::New(args) => commands::new::run(&common, args),
    };
    done.unwrap_or_else(|failure| failure.report())
}
