//! What happens when a linked record is deleted is possible.

use crate::draft::Set;
use crate::report::{Code, Sink};

const CHOICES: [&str; 3] = ["restrict", "set_null", "cascade"];

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for raw in set.drafts.iter().flat_map(|d| d.raw.fields()) {
        let Some(written) = &raw.on_delete else { continue };
        if !CHOICES.contains(&written.value.as_str()) {
            sink.at(written.span, Code::BadOnDelete, format!("`{}` cannot happen on delete", written.value))
                .label("expected restrict, set_null or cascade")
                .suggest(&written.value, CHOICES);
        } else if written.value == "set_null" && raw.is_required() {
            sink.at(written.span, Code::BadOnDelete, format!("`{}` is required and cannot be cleared", raw.name.value))
                .label("would leave it empty")
                .help("use restrict or cascade, or make the relation optional");
        }
    }
}
