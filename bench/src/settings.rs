//! What to measure.

use crate::data::Kind;
use std::path::PathBuf;

/// Measures what requests cost, beside the least that they could cost. Linux only: it reads /proc.
#[derive(Debug, clap::Parser)]
pub(crate) struct Settings {
    /// Size of the demo: 100 is about half a million records.
    #[arg(long, default_value_t = 100)]
    pub(crate) scale: u32,
    /// Databases; both unless said otherwise.
    #[arg(long, value_enum)]
    pub(crate) database: Vec<Kind>,
    /// A PostgreSQL server on this machine on which databases may be made.
    #[arg(long, env = "KONTOR_TEST_POSTGRES", default_value = "postgres://postgres@127.0.0.1:5432/postgres")]
    pub(crate) postgres: String,
    /// Keeps the databases between runs.
    #[arg(long, default_value = "target/bench")]
    pub(crate) folder: PathBuf,
    /// The program that is measured; the one beside this one unless said otherwise.
    #[arg(long)]
    pub(crate) kontor: Option<PathBuf>,
    /// Seconds of one round; each server has `rounds` of them for a shape and a number of connections.
    #[arg(long, default_value_t = 0.4)]
    pub(crate) seconds: f64,
    /// Rounds, in which limit and Kontor take turns; what is told are medians.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Sockets of the feeds that are measured; each needs a file descriptor here and at the server.
    #[arg(long, default_value_t = 5_000)]
    pub(crate) sockets: usize,
    /// Only these shapes; `feeds`, `attacks` and `login` stand for those sections.
    #[arg(long, value_name = "SHAPE")]
    pub(crate) only: Vec<String>,
    /// Leaves out the growth curves.
    #[arg(long)]
    pub(crate) no_growth: bool,
    /// Prints JSON instead of Markdown.
    #[arg(long)]
    pub(crate) json: bool,
    /// Writes the results into performance.md of this folder, with the chart and the statements beside it.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) docs: Option<PathBuf>,
    /// Serves the limit instead, over this database.
    #[arg(long, hide = true, requires = "port")]
    pub(crate) limit: Option<String>,
    /// Where the limit listens.
    #[arg(long, hide = true)]
    pub(crate) port: Option<u16>,
}

impl Settings {
    /// The program that is measured.
    pub(crate) fn program(&self) -> PathBuf {
        let beside = || std::env::current_exe().map(|this| this.with_file_name("kontor")).unwrap_or_default();
        self.kontor.clone().unwrap_or_else(beside)
    }

    /// Whether a shape is to be measured.
    pub(crate) fn wants(&self, shape: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == shape)
    }

    /// Whether any shape is to be measured, and with them how they grow.
    pub(crate) fn wants_shapes(&self) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| !matches!(name.as_str(), "feeds" | "attacks" | "login"))
    }

    /// The databases to measure.
    pub(crate) fn databases(&self) -> Vec<Kind> {
        if self.database.is_empty() { vec![Kind::Sqlite, Kind::Postgres] } else { self.database.clone() }
    }
}
