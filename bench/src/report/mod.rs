//! Results for people and programs.

mod chart;
mod markdown;

pub(crate) use chart::chart;
pub(crate) use markdown::markdown;

use crate::{failure::Failure, feeds::Feeds, growth::Growth, measure::Measured, statements::Sent};
use std::path::Path;

/// Where the results stand in `performance.md`.
const BEGIN: &str = "<!-- measured: written by kontor-bench -->";
const END: &str = "<!-- end of measured -->";

/// Everything that one run found out.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Results {
    /// What was measured where.
    pub(crate) machine: String,
    /// Size of the demo.
    pub(crate) scale: u32,
    pub(crate) shapes: Vec<Measured>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) feeds: Option<Feeds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) growth: Option<Growth>,
    #[serde(skip)]
    pub(crate) statements: Vec<Sent>,
}

/// Writes the tables into `performance.md` between its marks, the chart and the statements into files beside it.
pub(crate) fn write(folder: &Path, results: &Results) -> Result<(), Failure> {
    let page = folder.join("performance.md");
    let text = std::fs::read_to_string(&page)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        return Err(Failure::Answer(format!("{} has no place for results: {BEGIN} … {END}", page.display())));
    };
    std::fs::write(&page, format!("{before}{BEGIN}\n{}{END}{after}", markdown(results)))?;
    std::fs::write(folder.join("performance.svg"), chart(&results.shapes))?;
    std::fs::write(folder.join("performance-statements.md"), crate::statements::markdown(&results.statements))?;
    Ok(())
}
