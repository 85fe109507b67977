//! The `kontor` binary: settings, commands, wiring. Everything that it does is done by the crates below it.

mod cli;
mod commands;
mod config;
mod explorer;
mod failure;
mod lsp;
mod open;
mod reload;

use clap::Parser as _;
use cli::{Cli, Command};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { common, command } = Cli::parse();
    let done = match command {
        Command::Serve(args) => commands::serve::run(&common, &args).await,
        Command::Check(args) => commands::check::run(&common, &args),
        Command::Apply => commands::apply::run(&common).await,
        Command::Plan(args) => commands::plan::run(&common, &args).await,
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
    };
    done.unwrap_or_else(|failure| failure.report())
}
