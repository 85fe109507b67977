//! Tables.

use super::{Results, security};
use crate::{
    data::Kind,
    feeds::Feeds,
    growth::Growth,
    measure::{Measured, Side},
    shapes::Target,
};
use std::fmt::Write as _;

/// The tables of a run.
pub(crate) fn markdown(results: &Results) -> String {
    let mut out = format!("\n{}; the demo at scale {}.\n", results.machine, results.scale);
    out.push_str("\n![CPU time per request in multiples of the limit](performance.svg)\n");
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let shapes: Vec<_> = results.shapes.iter().filter(|m| m.database == kind).collect();
        if !shapes.is_empty() {
            table(&mut out, kind, &shapes);
        }
    }
    if let Some(feeds) = &results.feeds {
        self::feeds(&mut out, feeds);
    }
    if let Some(growth) = &results.growth {
        self::growth(&mut out, growth);
    }
    if let Some(attacks) = &results.attacks {
        security::attacks(&mut out, results, attacks);
    }
    if let Some(logins) = &results.logins {
        security::logins(&mut out, results, logins);
    }
    out.push('\n');
    out
}

fn table(out: &mut String, kind: Kind, shapes: &[&Measured]) {
    let parts = if kind == Kind::Postgres { ", server + database" } else { "" };
    let _ = write!(
        out,
        "\n### {}\n\n\
         | shape | at once | Kontor, CPU µs{parts} | limit, CPU µs{parts} | × limit | target | requests/s, Kontor / limit \
         | p50 ms | p99 ms | memory MiB |\n|-|-:|-:|-:|-:|-:|-:|-:|-:|-:|\n",
        kind.name()
    );
    for measured in shapes {
        let Measured { title, connections, ratio, target, share, kontor, limit, .. } = measured;
        let cpu = |side: &Side| match kind {
            Kind::Sqlite => format!("{:.0}", side.server),
            Kind::Postgres => format!("{:.0} + {:.0}", side.server, side.database),
        };
        let (target, kept) = match *target {
            Target::Cpu(most) => (format!("{most:.2}"), *ratio <= most),
            Target::Throughput(least) => (format!("{share:.2} of ≥ {least:.2} requests/s"), *share >= least),
        };
        let missed = if kept { "" } else { " missed" };
        let pair =
            |value: fn(&Side) -> f64, digits: usize| format!("{:.digits$} / {:.digits$}", value(kontor), value(limit));
        let _ = writeln!(
            out,
            "| {title} | {connections} | {} | {} | **{ratio:.2}** | {target}{missed} | {} | {} | {} | {} |",
            cpu(kontor),
            cpu(limit),
            pair(|s| s.throughput, 0),
            pair(|s| s.p50 / 1e3, 2),
            pair(|s| s.p99 / 1e3, 2),
            pair(|s| s.memory, 0),
        );
    }
}

fn feeds(out: &mut String, feeds: &Feeds) {
    let Feeds { database, sockets, message, ratio, limit, kontor } = feeds;
    let _ = write!(
        out,
        "\n### Feeds\n\n{sockets} sockets that are told of each change, over {}, in messages of {message} bytes:\n\n\
         | | CPU µs per message | kB per idle socket | ms until all are told |\n|-|-:|-:|-:|\n",
        database.name()
    );
    for (name, side) in [("Kontor", kontor), ("limit", limit)] {
        let _ = writeln!(out, "| {name} | {:.2} | {:.1} | {:.0} |", side.cpu, side.memory, side.told);
    }
    let _ = writeln!(out, "\nPer message Kontor takes **{ratio:.2}** times the limit (target 2).");
}

fn growth(out: &mut String, growth: &Growth) {
    out.push_str(
        "\n### Growth\n\nCPU µs of a page of 50 by an indexed field, server and database, first, middle and last page:\n\n\
         | rows | database | first | middle | last |\n|-:|-|-:|-:|-:|\n",
    );
    for pages in &growth.pages {
        let _ = writeln!(
            out,
            "| {} | {} | {:.0} | {:.0} | {:.0} |",
            pages.rows,
            pages.database.name(),
            pages.first,
            pages.middle,
            pages.last
        );
    }
    out.push_str(
        "\n| start with the shipped CRM on the filled demo | ms to the first answer | MiB then |\n|-|-:|-:|\n",
    );
    for start in &growth.starts {
        let _ = writeln!(out, "| {} | {:.0} | {:.0} |", start.database.name(), start.first_answer, start.memory);
    }
    let schema = &growth.schema;
    let _ = write!(
        out,
        "\nA catalog of {} modules of {} fields beside the shipped ones: {:.0} ms from YAML to the catalog, {:.0} ms from \
         there to the GraphQL schema.\n",
        schema.modules, schema.fields, schema.load, schema.build
    );
}
