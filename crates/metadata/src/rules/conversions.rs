//! `convert` names modules and fields that exist on both sides.

use crate::draft::Set;
use crate::report::{Code, Sink};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        for convert in &draft.raw.convert {
            let to = &convert.to;
            let Some(target) = set.by_name.get(to.value.as_str()) else {
                let mut names: Vec<&str> = set.by_name.keys().copied().collect();
                names.sort_unstable();
                sink.at(to.span, Code::UnknownModule, format!("there is no module `{}`", to.value))
                    .label("unknown module")
                    .suggest(&to.value, names);
                continue;
            };
            for (field, from) in &convert.fields {
                super::is_field(&set.drafts[*target], field, sink);
                super::is_field(draft, from, sink);
            }
        }
    }
}
