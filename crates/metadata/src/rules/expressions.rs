//! Expressions name fields and options that exist.

use crate::draft::{Draft, DraftType, Set};
use crate::expr::{Ast, Binary, Node, Range};
use crate::model::FieldType;
use crate::raw::{RawExpr, RawRequired};
use crate::report::{Code, Sink};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for (at, draft) in set.drafts.iter().enumerate() {
        for (scope, expr) in expressions(draft, at) {
            let look = Look { set, record: draft, scope: &set.drafts[scope], expr };
            expr.value.ast.walk(&mut |node| look.node(node, sink));
        }
    }
}

/// Every expression of a module, with the module whose fields it names.
fn expressions<'s>(draft: &'s Draft<'_>, at: usize) -> Vec<(usize, &'s RawExpr)> {
    let mut found: Vec<(usize, &RawExpr)> = Vec::new();
    for field in &draft.fields {
        let Some(raw) = field.raw() else { continue };
        let required = match &raw.required {
            Some(RawRequired::When(when)) => Some(when),
            _ => None,
        };
        found.extend([raw.compute.as_ref(), raw.visible.as_ref(), required].into_iter().flatten().map(|e| (at, e)));
        // A condition on the linked record is about that record's fields.
        if let (Some(condition), DraftType::One(to) | DraftType::Many { to, .. }) = (&raw.condition, &field.ty) {
            found.push((*to, condition));
        }
        if let Some(rollup) = &raw.rollup
            && let Some(condition) = &rollup.condition
            && let Some(connection) = draft.connection(rollup.path.value.split('.').next().unwrap_or_default())
            && let [target] = connection.targets.as_slice()
        {
            found.push((*target, condition));
        }
    }
    found.extend(draft.raw.rules.iter().filter_map(|r| r.check.as_ref()).map(|e| (at, e)));
    found.extend(draft.raw.events.iter().filter_map(|e| e.when.as_ref()).map(|e| (at, e)));
    found
}

struct Look<'s, 'a> {
    set: &'s Set<'a>,
    /// What `record` and `old` mean.
    record: &'s Draft<'a>,
    /// What a bare name means.
    scope: &'s Draft<'a>,
    expr: &'s RawExpr,
}

impl<'s, 'a> Look<'s, 'a> {
    fn node(&self, node: &Node, sink: &mut Sink) {
        match &node.ast {
            Ast::Name(name) => {
                self.field(self.scope, name, node.range, sink);
            }
            Ast::Path(path) => {
                self.path(path, node.range, sink);
            }
            Ast::Binary { operator: Binary::Equal | Binary::NotEqual, left, right } => {
                self.option(left, right, sink);
                self.option(right, left, sink);
            }
            Ast::In { value, list } => list.iter().for_each(|item| self.option(value, item, sink)),
            _ => {}
        }
    }

    /// Whether a module knows a name; reports it otherwise.
    fn field(&self, module: &Draft<'_>, name: &str, range: Range, sink: &mut Sink) -> bool {
        let known = module.knows(name) || module.connection(name).is_some();
        if !known {
            let message = format!("`{name}` is not a field of {}", module.name());
            sink.at(self.expr.place(range), Code::UnknownField, message)
                .label("unknown field")
                .suggest(name, module.field_names());
        }
        known
    }

    fn path(&self, path: &[String], range: Range, sink: &mut Sink) {
        let ranges = parts(&self.expr.value.source, range);
        let (mut module, names) = match path {
            [first, rest @ ..] if first == "record" || first == "old" => (self.record, rest),
            all => (self.scope, all),
        };
        let skipped = path.len() - names.len();
        for (at, name) in names.iter().enumerate() {
            let place = ranges.get(at + skipped).copied().unwrap_or(range);
            if !self.field(module, name, place, sink) || at + 1 == names.len() {
                return;
            }
            match module.field(name).map(|f| &f.ty) {
                Some(DraftType::One(to)) => module = &self.set.drafts[*to],
                // What stands behind a link to several modules depends on the record.
                Some(DraftType::AnyOf(_) | DraftType::Unknown) => return,
                _ => {
                    let message = format!("`{name}` of {} leads to no record", module.name());
                    sink.at(self.expr.place(place), Code::UnknownField, message)
                        .label("expected a relation to one module");
                    return;
                }
            }
        }
    }

    /// A text that a picklist is compared with is one of its options.
    fn option(&self, field: &Node, text: &Node, sink: &mut Sink) {
        let Ast::Text(value) = &text.ast else { return };
        let found = match &field.ast {
            Ast::Name(name) => self.scope.field(name),
            Ast::Path(path) => match path.as_slice() {
                [first, name] if first == "record" || first == "old" => self.record.field(name),
                [first, name] => match self.scope.field(first).map(|f| &f.ty) {
                    Some(DraftType::One(to)) => self.set.drafts[*to].field(name),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        let Some(DraftType::Scalar(FieldType::Select { options })) = found.map(|f| &f.ty) else { return };
        if !options.iter().any(|o| o.name == *value) {
            let name = found.map_or("", |f| f.name.as_str());
            let message = format!("`{value}` is not an option of `{name}`");
            sink.at(self.expr.place(text.range), Code::UnknownOption, message)
                .label("unknown option")
                .suggest(value, options.iter().map(|o| o.name.as_str()));
        }
    }
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
