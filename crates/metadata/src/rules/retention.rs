//! Rules of retention are about a time that passes, and do what the module can.

use crate::draft::{Draft, DraftType, Set};
use crate::model::{FieldType, Period, RetentionAction, Trait};
use crate::raw::RawRetention;
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        for rule in &draft.raw.retention {
            if !super::names::is_snake(&rule.name.value) {
                let message = format!("`{}` cannot be the name of a rule of retention", rule.name.value);
                sink.at(rule.name.span, Code::SnakeCase, message).label("expected snake_case");
            }
            if draft.raw.is_system() {
                let message = format!("{} has a hand-made table, which the program clears by itself", draft.name());
                sink.at(rule.name.span, Code::BadRetention, message).label("not for system modules");
            }
            time(draft, rule, sink);
            if let Some(action) = &rule.action {
                done(draft, action, sink);
            }
        }
    }
}

fn time(draft: &Draft<'_>, rule: &RawRetention, sink: &mut Sink) {
    if let Some(after) = rule.after.as_ref().filter(|after| Period::parse(&after.value).is_none()) {
        sink.at(after.span, Code::BadRetention, format!("`{}` is not a length of time", after.value))
            .label("expected a duration of ISO 8601 in years, months, weeks or days")
            .help("for example `P24M` or `P90D`");
    }
    if let Some(of) = rule.of.as_ref().filter(|of| super::is_field(draft, of, sink)) {
        let fits = draft.field(&of.value).is_some_and(|field| {
            field.is_stored()
                && matches!(
                    field.ty,
                    DraftType::Unknown | DraftType::Scalar(FieldType::Date { .. } | FieldType::DateTime { .. })
                )
        });
        if !fits {
            sink.at(of.span, Code::BadRetention, format!("no time passes since `{}`", of.value))
                .label("expected a stored date or datetime");
        }
    }
}

fn done(draft: &Draft<'_>, written: &Spanned<String>, sink: &mut Sink) {
    let Some(action) = RetentionAction::parse(&written.value) else {
        let names = RetentionAction::ALL.map(RetentionAction::name);
        sink.at(written.span, Code::BadRetention, format!("`{}` is nothing that is done", written.value))
            .label(format!("expected {}", names.join(", ")))
            .suggest(&written.value, names);
        return;
    };
    let missing = match action {
        RetentionAction::Erase => Trait::Person,
        RetentionAction::Delete => Trait::SoftDelete,
        RetentionAction::Purge => return,
    };
    if !draft.has(missing) {
        let message =
            format!("`{}` needs the trait `{}`, which {} has not", action.name(), missing.name(), draft.name());
        sink.at(written.span, Code::BadRetention, message)
            .label("cannot be done")
            .help("`purge` removes the records for good");
    }
}
