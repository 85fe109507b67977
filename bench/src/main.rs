//! `cargo run --release -p kontor-bench`: what requests cost, beside the least that they could cost.
//!
//! Reading order: [`settings`], [`data`] (the databases), [`shapes`] (the requests), [`limit`] (what Kontor is held
//! against), [`measure`] (the two in turn), [`feeds`], [`growth`], [`attacks`], [`login`], [`statements`], [`report`];
//! [`client`], [`socket`] and [`process`] (how).

mod attacks;
mod client;
mod data;
mod failure;
mod feeds;
mod growth;
mod limit;
mod login;
mod measure;
mod process;
mod report;
mod settings;
mod shapes;
mod socket;
mod statements;

use clap::Parser as _;
use data::Data;
use failure::Failure;
use report::Results;
use settings::Settings;
use std::{io::Write as _, process::ExitCode};

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
    let (mut shapes, mut statements) = (Vec::new(), Vec::new());
    for kind in settings.databases().into_iter().filter(|_| settings.wants_shapes()) {
        let data = Data::demo(settings, kind).await?;
        let (measured, sent) = measure::shapes(settings, &data).await?;
        shapes.extend(measured);
        statements.extend(sent);
        data.tidy().await?;
    }
    let growth = if settings.no_growth || !settings.wants_shapes() { None } else { Some(growth::all(settings).await?) };
    let feeds = if settings.wants("feeds") { Some(feeds::measure(settings).await?) } else { None };
    let attacks = if settings.wants("attacks") { Some(attacks::measure(settings).await?) } else { None };
    let logins = if settings.wants("login") { Some(login::measure(settings).await?) } else { None };
    let results =
        Results { machine: machine(), scale: settings.scale, shapes, feeds, growth, attacks, logins, statements };
    if let Some(folder) = &settings.docs {
        report::write(folder, &results)?;
    }
    let mut out = std::io::stdout().lock();
    if settings.json {
        serde_json::to_writer_pretty(&mut out, &results).map_err(std::io::Error::from)?;
    } else {
        out.write_all(report::markdown(&results).as_bytes())?;
    }
    Ok(())
}

/// The processor and how many of it, as Linux names them.
fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name);
    let cores = info.lines().filter(|line| line.starts_with("processor")).count();
    format!("{cores} cores of {}", name.unwrap_or("an unknown processor"))
}
