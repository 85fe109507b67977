//! `cargo run --release -p kontor-bench`: what requests cost, beside the least that they could cost.
//!
//! Reading order: [`settings`], [`data`] (the databases), [`shapes`] (the requests), [`limit`] (what Kontor is held
//! against), [`measure`] (the two in turn), [`client`] and [`process`] (how).

mod client;
mod data;
mod failure;
mod limit;
mod measure;
mod process;
mod settings;
mod shapes;

use clap::Parser as _;
use data::Data;
use failure::Failure;
use settings::Settings;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Settings::parse();
    let done = match (&settings.limit, settings.port) {
        (Some(database), Some(port)) => limit::serve(database, port).await,
        _ => run(&settings).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: &Settings) -> Result<(), Failure> {
    std::fs::create_dir_all(&settings.folder)?;
    let mut measured = Vec::new();
    for kind in settings.databases() {
        let data = Data::demo(settings, kind).await?;
        measured.extend(measure::shapes(settings, &data).await?);
        data.tidy().await?;
    }
    Ok(())
}
