//! Results for people and programs.

mod chart;
mod markdown;
mod security;

pub(crate) use chart::chart;
pub(crate) use markdown::markdown;

use crate::{
    attacks::Attacks, failure::Failure, feeds::Feeds, growth::Growth, login::Logins, measure::Measured,
    statements::Sent,
};
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attacks: Option<Attacks>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) logins: Option<Logins>,
    #[serde(skip)]
    pub(crate) statements: Vec<Sent>,
}

/// Writes the tables into `performance.md` between its marks, the chart and the statements into files beside it. A section
/// that was not measured stays as it is.
pub(crate) fn write(folder: &Path, results: &Results) -> Result<(), Failure> {
    let page = folder.join("performance.md");
    let text = std::fs::read_to_string(&page)?;
    let parts = text
        .split_once(BEGIN)
        .and_then(|(before, rest)| rest.split_once(END).map(|(measured, after)| (before, measured, after)));
    let Some((before, measured, after)) = parts else {
        return Err(Failure::Answer(format!("{} has no place for results: {BEGIN} … {END}", page.display())));
    };
    let measured = merged(measured, &markdown(results), !results.shapes.is_empty());
    std::fs::write(&page, format!("{before}{BEGIN}\n{measured}{END}{after}"))?;
    if !results.shapes.is_empty() {
        std::fs::write(folder.join("performance.svg"), chart(&results.shapes))?;
        std::fs::write(folder.join("performance-statements.md"), crate::statements::markdown(&results.statements))?;
    }
    Ok(())
}

/// The new sections, and the old ones that are not among them, where they were; what stands before all of them if it is of
/// shapes that were measured.
fn merged(old: &str, new: &str, with_head: bool) -> String {
    let sections = |text: &str| -> Vec<(String, String)> {
        let parts = text.trim().split("\n### ").map(str::trim);
        parts.map(|part| (part.lines().next().unwrap_or_default().to_owned(), part.to_owned())).collect()
    };
    let mut kept = sections(old);
    let mut new = sections(new);
    let head = new.remove(0).1;
    if let (Some(first), true) = (kept.first_mut(), with_head) {
        first.1 = head;
    }
    for (title, text) in new {
        match kept.iter_mut().skip(1).find(|(known, _)| *known == title) {
            Some(section) => section.1 = text,
            None => kept.push((title, text)),
        }
    }
    let texts: Vec<_> = kept.into_iter().map(|(_, text)| text).collect();
    format!("\n{}\n\n", texts.join("\n\n### "))
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn sections_that_were_not_measured_stay() {
        let old = "\n\nhere\n\n### A\n\nold\n\n### B\n\nold\n\n";
        let kept = merged(old, "\nthere\n\n### B\n\nnew\n\n", false);
        assert_eq!(kept, "\nhere\n\n### A\n\nold\n\n### B\n\nnew\n\n");
        assert_eq!(
            merged(old, "\nthere\n\n### B\n\nnew\n\n### C\n\nnew\n\n", true),
            "\nthere\n\n### A\n\nold\n\n### B\n\nnew\n\n### C\n\nnew\n\n"
        );
    }
}
