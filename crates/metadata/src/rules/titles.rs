//! Every module has a field that stands for the record.

use crate::draft::Set;
use crate::report::{Code, Sink};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        match &draft.raw.title {
            Some(title) => {
                if super::is_field(draft, title, sink) && draft.field(&title.value).is_some_and(|f| !f.is_stored()) {
                    sink.at(
                        title.span,
                        Code::NoColumn,
                        format!("`{}` has no column to stand for the record", title.value),
                    )
                    .label("expected a field with a stored value");
                }
            }
            None if draft.knows("name") || draft.knows("subject") => {}
            None => {
                sink.at(draft.raw.at, Code::MissingTitle, format!("{} has no title", draft.name()))
                    .label("which field stands for the record?")
                    .help("write `title: field`; only `name` and `subject` are taken without being told");
            }
        }
    }
}
