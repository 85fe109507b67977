//! Of fields that a trait or the platform gives, texts can be adjusted.

use crate::draft::{From, Set};
use crate::report::{Code, Sink};

const TEXTS: [&str; 2] = ["label", "help"];

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        for adjustment in &draft.raw.implied {
            let name = &adjustment.field;
            let implied = draft.field(&name.value).is_some_and(|field| matches!(field.from, From::Implied(_)));
            if !implied {
                super::is_field(draft, name, sink);
                if name.value == "id" {
                    sink.at(name.span, Code::BadAdjustment, "`id` is the platform's").label("cannot be adjusted");
                }
                continue;
            }
            for key in adjustment.keys.iter().filter(|key| !TEXTS.contains(&key.value.as_str())) {
                let message = format!("`{}` comes by itself, so that `{}` cannot be adjusted", name.value, key.value);
                sink.at(key.span, Code::BadAdjustment, message)
                    .label("not of a field that nobody wrote")
                    .help("of fields that traits, parents and the platform give, `label` and `help` can be adjusted");
            }
        }
    }
}
