//! Tables of what attackers may cost, and of signing in.

use super::Results;
use crate::{
    attacks::{Attacks, MOST},
    login::Logins,
};
use std::fmt::Write as _;

/// What attacks have cost.
pub(super) fn attacks(out: &mut String, Results { machine, scale, .. }: &Results, attacks: &Attacks) {
    let _ = write!(
        out,
        "\n### Attacks\n\nCPU time of the server until it has refused them, over {}, the demo at scale {scale}, on {machine}; target: \
         {MOST:.0} ms.\n\n\
         | attack | CPU ms | bytes answered | answer |\n|-|-:|-:|-|\n",
        attacks.database.name()
    );
    for attack in &attacks.refused {
        let missed = if attack.cpu <= MOST { "" } else { " missed" };
        let _ =
            writeln!(out, "| {} | {:.1}{missed} | {} | {} |", attack.name, attack.cpu, attack.answered, attack.answer);
    }
    out.push_str(
        "\nWhat is allowed is executed, and charged for:\n\n| operation | CPU ms | points | CPU ms per point | bytes answered \
         | answer |\n|-|-:|-:|-:|-:|-|\n",
    );
    for charged in &attacks.allowed {
        #[expect(clippy::cast_precision_loss, reason = "some hundred thousand")]
        let each = charged.cpu / charged.points as f64;
        let _ = writeln!(
            out,
            "| {} | {:.1} | {} | {each:.2} | {} | {} |",
            charged.name, charged.cpu, charged.points, charged.answered, charged.answer
        );
    }
}

/// What signing in costs and tells.
pub(super) fn logins(out: &mut String, Results { machine, scale, .. }: &Results, logins: &Logins) {
    let Logins { database, cpu, known, unknown, p, quiet, flooded, memory } = logins;
    let _ = write!(
        out,
        "\n### Signing in\n\nOver {}, the demo at scale {scale}, on {machine}: {cpu:.1} ms of CPU time for a sign-in, {:.0} per second and core.\n\n\
         | | median ms | spread ms (quartiles) |\n|-|-:|-:|\n| wrong password of a user | {:.2} | {:.2} |\n\
         | password of nobody | {:.2} | {:.2} |\n\nThe medians differ by {:.2} ms; by chance alone ranks differ as much \
         with a probability of {p:.2} (Mann-Whitney, two-sided).\n",
        database.name(),
        1e3 / cpu,
        known.median,
        known.spread,
        unknown.median,
        unknown.spread,
        (known.median - unknown.median).abs()
    );
    out.push_str("\n| reads of a record over two connections | requests/s | p50 ms | p99 ms |\n|-|-:|-:|-:|\n");
    for (name, reads) in [("nobody signs in", quiet), ("32 clients sign in all the time", flooded)] {
        let _ = writeln!(out, "| {name} | {:.0} | {:.2} | {:.2} |", reads.throughput, reads.p50, reads.p99);
    }
    let _ = writeln!(
        out,
        "\nThe server then holds {:.0} MiB at most, and {:.0} MiB while 400 clients sign in and go without waiting.",
        memory[0], memory[1]
    );
}
