use super::Typer;
use crate::draft::{Draft, DraftField, DraftType};
use crate::expr::{Ast, Node, Of, Range, Read, Step, Type};
use crate::model::{Choice, FieldId, FieldType};
use crate::report::Code;
use crate::resolve::{self, field_id};

impl<'s> Typer<'_, 's, '_> {
    /// A field without a prefix.
    pub(super) fn name(&mut self, name: &str, range: Range) -> Option<Type> {
        self.read(self.scope(), self.place.scope, None, name, range)
    }

    /// `stage.probability`, `record.pipeline`, `old.stage.is_won`.
    pub(super) fn path(&mut self, path: &[String], range: Range) -> Option<Type> {
        let places = parts(&self.expr.value.source, range);
        let place = |at: usize| places.get(at).copied().unwrap_or(range);
        let (of, start, names) = match path {
            [first, rest @ ..] if first == "record" => (Of::Record, self.place.record, rest),
            [first, rest @ ..] if first == "old" => {
                self.needs_old("old", place(0))?;
                (Of::Old, self.place.record, rest)
            }
            all => (self.scope(), self.place.scope, all),
        };
        let skipped = path.len() - names.len();
        match names {
            [name] => self.read(of, start, None, name, place(skipped)),
            [relation, name] => {
                let to = self.hop(start, relation, place(skipped))?;
                self.read(of, to, Some((start, relation)), name, place(skipped + 1))
            }
            _ => None,
        }
    }

    /// What a name without a prefix is of.
    fn scope(&self) -> Of {
        if self.place.key == "where" { Of::Linked } else { Of::Record }
    }

    /// Reports what needs the record before the change where there is none.
    pub(super) fn needs_old(&mut self, what: &str, range: Range) -> Option<()> {
        if self.place.old {
            return Some(());
        }
        let message = format!("`{what}` has no meaning in `{}`", self.place.key);
        self.problem(range, Code::NotInThisPlace, message)
            .label("there is no record before the change")
            .help("`old` and `changed(…)` stand in `events` and in the `check` of a rule");
        None
    }

    /// The draft that a relation leads to.
    fn hop(&mut self, from: usize, relation: &str, range: Range) -> Option<usize> {
        let set = self.place.set;
        let draft = &set.drafts[from];
        let Some(field) = draft.field(relation) else {
            return self.unknown(draft, relation, range);
        };
        match &field.ty {
            DraftType::One(to) => Some(*to),
            DraftType::Unknown => None,
            _ => {
                let message = format!("`{relation}` of {} leads to no record", draft.name());
                self.problem(range, Code::UnknownField, message).label("expected a relation to one module");
                None
            }
        }
    }

    fn unknown<T>(&mut self, draft: &Draft<'_>, name: &str, range: Range) -> Option<T> {
        if draft.connection(name).is_some() {
            return self.many(draft, name, range);
        }
        let message = format!("`{name}` is not a field of {}", draft.name());
        self.problem(range, Code::UnknownField, message).label("unknown field").suggest(name, draft.field_names());
        None
    }

    fn many<T>(&mut self, draft: &Draft<'_>, name: &str, range: Range) -> Option<T> {
        let message = format!("`{name}` of {} holds many records, not a value", draft.name());
        self.problem(range, Code::ExpressionType, message)
            .label("expected a value")
            .help("a `rollup` counts or sums up the records of a connection");
        None
    }

    /// Writes the step that reads a field of a draft, or of the record that a relation of another leads to.
    fn read(&mut self, of: Of, draft: usize, via: Option<(usize, &str)>, name: &str, range: Range) -> Option<Type> {
        let set = self.place.set;
        let module = &set.drafts[draft];
        let (field, ty) = match module.fields.iter().position(|f| f.name == name) {
            _ if name == "id" => (FieldId(0), Type::Record(Some(resolve::id(draft)))),
            None => return self.unknown(module, name, range),
            Some(at) => {
                let field = &module.fields[at];
                self.usable(module, field, via.is_some(), of, range)?;
                (field_id(at), value_type(&field.ty)?)
            }
        };
        let via = via
            .and_then(|(from, relation)| set.drafts[from].fields.iter().position(|f| f.name == relation).map(field_id));
        let read = Read { of, via, field, ty };
        let number = self.reads.iter().position(|r| *r == read).unwrap_or_else(|| {
            self.reads.push(read);
            self.reads.len() - 1
        });
        Some(self.push(Step::Read(number), ty))
    }

    /// Reports fields that no expression can use, or not over a relation.
    fn usable(&mut self, module: &Draft<'_>, field: &DraftField<'_>, hopped: bool, of: Of, range: Range) -> Option<()> {
        let name = &field.name;
        if matches!(field.ty, DraftType::Many { .. }) {
            return self.many(module, name, range);
        }
        if field.raw().is_some_and(|raw| raw.secret.as_ref().is_some_and(|s| s.value)) {
            let message = format!("`{name}` of {} is secret, and its value must not get into others", module.name());
            self.problem(range, Code::NotInThisPlace, message).label("secret");
            return None;
        }
        if field.on_read {
            self.uses_now = true;
            if hopped || of != Of::Record {
                let message = format!("`{name}` of {} changes with time and is not stored", module.name());
                self.problem(range, Code::NotInThisPlace, message)
                    .label("known only to the record itself")
                    .help("write its expression here, with the fields of the linked record that it uses");
                return None;
            }
        }
        Some(())
    }

    /// Reports a text that a picklist is compared with and that is not one of its options.
    pub(super) fn options(&mut self, field: &Node, text: &Node) {
        let Ast::Text(value) = &text.ast else { return };
        let Some((name, options)) = self.choices(field) else { return };
        if !options.iter().any(|o| o.name == *value) {
            let message = format!("`{value}` is not an option of `{name}`");
            self.problem(text.range, Code::UnknownOption, message)
                .label("unknown option")
                .suggest(value, options.iter().map(|o| o.name.as_str()));
        }
    }

    /// Name and options of the picklist that a part reads.
    pub(super) fn choices(&self, node: &Node) -> Option<(&'s str, &'s [Choice])> {
        let set = self.place.set;
        let (draft, name) = match &node.ast {
            Ast::Name(name) => (self.place.scope, name),
            Ast::Path(path) => match path.as_slice() {
                [first, name] if first == "record" || first == "old" => (self.place.record, name),
                [first, relation, name] if first == "record" || first == "old" => {
                    (target(&set.drafts[self.place.record], relation)?, name)
                }
                [relation, name] => (target(&set.drafts[self.place.scope], relation)?, name),
                _ => return None,
            },
            _ => return None,
        };
        let field = set.drafts[draft].field(name)?;
        match &field.ty {
            DraftType::Scalar(FieldType::Select { options } | FieldType::MultiSelect { options }) => {
                Some((&field.name, options))
            }
            _ => None,
        }
    }
}

fn target(draft: &Draft<'_>, relation: &str) -> Option<usize> {
    match draft.field(relation).map(|f| &f.ty) {
        Some(DraftType::One(to)) => Some(*to),
        _ => None,
    }
}

/// What a field holds, in an expression; nothing for a field whose type is not known, which has been reported.
pub(crate) fn value_type(ty: &DraftType) -> Option<Type> {
    Some(match ty {
        DraftType::One(to) => Type::Record(Some(resolve::id(*to))),
        DraftType::AnyOf(_) => Type::Record(None),
        DraftType::Many { .. } | DraftType::Unknown => return None,
        DraftType::Scalar(ty) => match ty {
            FieldType::Integer { .. } => Type::Number { scale: 0 },
            FieldType::Decimal { scale, .. } => Type::Number { scale: (*scale).into() },
            FieldType::Float { .. } => Type::Float,
            FieldType::Boolean => Type::Boolean,
            FieldType::Date { .. } => Type::Date,
            FieldType::Time { .. } => Type::Time,
            FieldType::DateTime { .. } => Type::DateTime,
            FieldType::MultiSelect { .. } => Type::Set,
            FieldType::Json { .. } => Type::Json,
            FieldType::Id | FieldType::Relation { .. } | FieldType::Polymorphic { .. } => Type::Record(None),
            FieldType::Many { .. } => return None,
            FieldType::Text { .. }
            | FieldType::LongText { .. }
            | FieldType::Select { .. }
            | FieldType::Email
            | FieldType::Phone
            | FieldType::Url
            | FieldType::Color
            | FieldType::Currency
            | FieldType::Country
            | FieldType::Recurrence
            | FieldType::Autonumber { .. } => Type::Text,
        },
    })
}

/// Where the names of a path stand.
fn parts(source: &str, range: Range) -> Vec<Range> {
    let mut at = range.start;
    source[range.start..range.end]
        .split('.')
        .map(|part| {
            let start = at + (part.len() - part.trim_start().len());
            at += part.len() + 1;
            Range { start, end: start + part.trim().len() }
        })
        .collect()
}
