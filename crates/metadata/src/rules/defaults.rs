//! A default is a value that the field accepts.

use crate::draft::{DraftType, Set};
use crate::field_type::literal;
use crate::model::FieldType;
use crate::report::{Code, Sink};
use crate::yaml::shown;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for field in set.drafts.iter().flat_map(|d| &d.fields) {
        let (Some(raw), DraftType::Scalar(ty)) = (field.raw(), &field.ty) else { continue };
        let Some(default) = &raw.default else { continue };
        // A default where there is none, or of a picklist without options, is reported as that.
        let options = match ty {
            FieldType::Autonumber { .. } => continue,
            FieldType::Select { options } | FieldType::MultiSelect { options } if options.is_empty() => continue,
            FieldType::Select { options } | FieldType::MultiSelect { options } => Some(options),
            _ => None,
        };
        if let Err(expected) = literal(default, ty) {
            let kind = raw.ty.as_ref().map_or("", |t| &t.value);
            let message = format!("`{}` cannot be the default of {kind} `{}`", shown(default), field.name);
            let problem = sink.at(default.span, Code::BadDefault, message);
            problem.label(format!("expected {expected}"));
            if let (FieldType::MultiSelect { .. }, Some(one)) = (ty, default.as_scalar()) {
                problem.help(format!("write `[{one}]`"));
            } else if let (Some(options), Some(wrong)) = (options, default.as_scalar()) {
                let names: Vec<&str> = options.iter().map(|o| o.name.as_str()).collect();
                problem.help(format!("the options are {}", names.join(", "))).suggest(wrong, names);
            }
        }
    }
}
