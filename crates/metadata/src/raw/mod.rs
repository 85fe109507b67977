//! What the author wrote, with the place of everything: YAML nodes taken apart, nothing looked up yet.

mod expression;
mod extension;
mod field;
mod label;
mod logic;
mod module;
mod package;
mod privacy;

pub(crate) use expression::{RawExpr, expression};
pub(crate) use extension::{RawAdjustment, RawExtension, read_extension};
pub(crate) use field::{RawField, RawOption, RawReplacement, RawRequired, RawTarget};
pub(crate) use label::RawText;
pub(crate) use logic::{RawAccess, RawBoard, RawConvert, RawEvent, RawRollup, RawRule};
pub(crate) use module::{RawBlock, RawModule, read_module};
pub(crate) use package::{RawPackage, read_package};
pub(crate) use privacy::{RawConsent, RawRetention};

use crate::report::{Code, Sink};
use crate::yaml::{Reader, Span};

/// The one version of the format that exists.
const FORMAT: &str = "1";

/// Every file begins with `format: 1`, so that a later format can be told from a mistake.
fn read_format(reader: &mut Reader<'_>, at: Span, sink: &mut Sink) {
    let first = reader.keys().next().map(|key| key.span);
    let Some(node) = reader.take("format") else {
        if let (Some(problem), Some(first)) = (reader.missing("format", at, sink), first) {
            let before = Span { end_line: first.line, end_column: first.column, ..first };
            problem.help("begin with `format: 1`").replace(before, "format: 1\n");
        }
        return;
    };
    if node.as_number() != Some(FORMAT) {
        sink.at(node.span, Code::UnsupportedFormat, format!("format {} is not known", crate::yaml::shown(node)))
            .label("this version reads format 1")
            .help("write `format: 1`, or use a newer kontor");
    }
}
