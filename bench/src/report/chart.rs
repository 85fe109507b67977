//! The chart: a bar per shape and database, as long as Kontor's CPU time in multiples of the limit's.

use crate::{data::Kind, measure::Measured, shapes::Target};
use std::fmt::Write as _;

const LEFT: f64 = 330.0;
const UNIT: f64 = 190.0;
const MOST: f64 = 2.4;
const ROW: f64 = 46.0;
const TOP: f64 = 64.0;

/// An SVG of the ratios over one connection.
pub(crate) fn chart(shapes: &[Measured]) -> String {
    let shapes: Vec<_> = shapes.iter().filter(|m| m.connections == 1).collect();
    let mut titles: Vec<(&str, Target)> = Vec::new();
    for measured in &shapes {
        if !titles.iter().any(|(title, _)| *title == measured.title) {
            titles.push((measured.title, measured.target));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a dozen shapes")]
    let (width, height) = (LEFT + MOST * UNIT + 60.0, TOP + titles.len() as f64 * ROW + 34.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"14\" y=\"24\" font-size=\"16\">CPU time per request, in multiples of the limit (server + database)</text>\n\
         <rect x=\"14\" y=\"36\" width=\"12\" height=\"12\" fill=\"#2f6fb2\"/><text x=\"31\" y=\"47\">SQLite</text>\n\
         <rect x=\"94\" y=\"36\" width=\"12\" height=\"12\" fill=\"#5aa469\"/><text x=\"111\" y=\"47\">PostgreSQL</text>\n\
         <line x1=\"204\" y1=\"35\" x2=\"204\" y2=\"49\" stroke=\"#c0392b\" stroke-width=\"2\"/>\
         <text x=\"212\" y=\"47\">target</text>\n"
    );
    for step in [0.0, 0.5, 1.0, 1.5, 2.0] {
        let x = LEFT + step * UNIT;
        let color = if step == 1.0 { "#555" } else { "#ddd" };
        let _ = writeln!(
            out,
            "<line x1=\"{x}\" y1=\"{TOP}\" x2=\"{x}\" y2=\"{:.0}\" stroke=\"{color}\"/>\
             <text x=\"{x}\" y=\"{:.0}\" text-anchor=\"middle\" fill=\"#555\">{step} ×</text>",
            height - 28.0,
            height - 10.0
        );
    }
    let mut y = TOP + 6.0;
    for (title, target) in titles {
        let _ = writeln!(out, "<text x=\"{}\" y=\"{:.0}\" text-anchor=\"end\">{title}</text>", LEFT - 10.0, y + 21.0);
        for (kind, color, below) in [(Kind::Sqlite, "#2f6fb2", 0.0), (Kind::Postgres, "#5aa469", 17.0)] {
            let Some(measured) = shapes.iter().find(|m| m.title == title && m.database == kind) else { continue };
            let length = measured.ratio.min(MOST) * UNIT;
            let _ = writeln!(
                out,
                "<rect x=\"{LEFT}\" y=\"{:.0}\" width=\"{length:.1}\" height=\"15\" fill=\"{color}\"/>\
                 <text x=\"{:.1}\" y=\"{:.0}\" font-size=\"11\">{:.2}</text>",
                y + below,
                LEFT + length + 4.0,
                y + below + 11.5,
                measured.ratio
            );
        }
        let Target::Cpu(target) = target else {
            y += ROW;
            continue;
        };
        let x = LEFT + target * UNIT;
        let _ = writeln!(
            out,
            "<line x1=\"{x}\" y1=\"{:.0}\" x2=\"{x}\" y2=\"{:.0}\" stroke=\"#c0392b\" stroke-width=\"2\"/>",
            y - 3.0,
            y + 35.0
        );
        y += ROW;
    }
    out.push_str("</svg>\n");
    out
}
