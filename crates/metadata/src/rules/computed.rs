//! Computed values come to an end: none depends on itself, and none that is computed on read grows beyond measure.

use crate::draft::{Draft, DraftType, Set};
use crate::expr::{Ast, Node};
use crate::report::{Code, Sink};
use crate::typing::MOST_STEPS;
use std::collections::HashSet;

/// A field: index of its draft, and of the field in it.
type At = (usize, usize);

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    let mut walk = Walk { set, path: Vec::new(), done: HashSet::new(), circles: false };
    for (draft, module) in set.drafts.iter().enumerate() {
        for field in 0..module.fields.len() {
            walk.visit((draft, field), sink);
        }
        if !walk.circles {
            sizes(module, sink);
        }
        without_column(module, sink);
    }
}

/// A walk from fields to those that they are computed from.
struct Walk<'s, 'a> {
    set: &'s Set<'a>,
    path: Vec<At>,
    done: HashSet<At>,
    /// Whether a circle was found.
    circles: bool,
}

impl Walk<'_, '_> {
    fn visit(&mut self, at: At, sink: &mut Sink) {
        if let Some(start) = self.path.iter().position(|passed| *passed == at) {
            self.circles = true;
            return report(self.set, &self.path[start..], sink);
        }
        if self.done.contains(&at) {
            return;
        }
        self.path.push(at);
        for next in sources(self.set, at) {
            self.visit(next, sink);
        }
        self.path.pop();
        self.done.insert(at);
    }
}

fn report(set: &Set<'_>, cycle: &[At], sink: &mut Sink) {
    let name =
        |(draft, field): &At| format!("{}.{}", set.drafts[*draft].name(), set.drafts[*draft].fields[*field].name);
    let (draft, field) = cycle[0];
    let field = &set.drafts[draft].fields[field];
    let names: Vec<String> = cycle.iter().chain(&cycle[..1]).map(name).collect();
    let message = format!("`{}` is computed from itself", field.name);
    sink.at(field.span, Code::ComputeCycle, message).label("goes round in a circle").help(names.join(" ← "));
}

/// The fields that a field is computed or rolled up from.
fn sources(set: &Set<'_>, (draft, field): At) -> Vec<At> {
    let module = &set.drafts[draft];
    let Some(raw) = module.fields[field].raw() else { return Vec::new() };
    let mut found = Vec::new();
    let mut add = |draft: usize, name: &str| {
        found.extend(set.drafts[draft].fields.iter().position(|f| f.name == name).map(|field| (draft, field)));
    };
    if let Some(compute) = &raw.compute {
        names(set, draft, draft, &compute.value.ast, &mut add);
    }
    if let Some(rollup) = &raw.rollup
        && let Some((connection, name)) = rollup.path.value.split_once('.')
        && let Some([target]) = module.connection(connection).map(|c| c.targets.as_slice())
    {
        add(*target, name);
        if let Some(condition) = &rollup.condition {
            names(set, draft, *target, &condition.value.ast, &mut add);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Calls `add` with the draft and the name of every field that an expression reads.
fn names(set: &Set<'_>, record: usize, scope: usize, node: &Node, add: &mut impl FnMut(usize, &str)) {
    node.walk(&mut |node| {
        let (from, path) = match &node.ast {
            Ast::Name(name) => return add(scope, name),
            Ast::Path(path) if path[0] == "record" || path[0] == "old" => (record, &path[1..]),
            Ast::Path(path) => (scope, path.as_slice()),
            _ => return,
        };
        match path {
            [name] => add(from, name),
            [relation, name] => {
                add(from, relation);
                if let Some(DraftType::One(to)) = set.drafts[from].field(relation).map(|f| &f.ty) {
                    add(*to, name);
                }
            }
            _ => {}
        }
    });
}

/// Expressions of fields that have no column stand in each other's place when they are read.
fn sizes(module: &Draft<'_>, sink: &mut Sink) {
    for field in module.fields.iter().filter(|f| f.on_read) {
        if size(module, &field.name) > MOST_STEPS {
            let message =
                format!("`{}` and the fields without a column that it uses are too long together", field.name);
            sink.at(field.span, Code::ExpressionType, message)
                .label(format!("more than {MOST_STEPS} steps"))
                .help("fields that do not depend on `now()` or `today()` are stored, and cost nothing here");
        }
    }
}

fn size(module: &Draft<'_>, name: &str) -> usize {
    let Some(field) = module.field(name).filter(|f| f.on_read) else { return 1 };
    let Some(expr) = field.raw().and_then(|raw| raw.compute.as_ref()) else { return 1 };
    let mut steps: usize = 0;
    expr.value.ast.walk(&mut |node| {
        let more = match &node.ast {
            // Enough is enough: a chain of fields may double at each.
            _ if steps > MOST_STEPS => 0,
            Ast::Name(name) => size(module, name),
            Ast::Path(path) if path.len() == 2 && path[0] == "record" => size(module, &path[1]),
            _ => 1,
        };
        steps = steps.saturating_add(more);
    });
    steps
}

/// Keys that need a column, on or about fields that have none.
fn without_column(module: &Draft<'_>, sink: &mut Sink) {
    for field in module.fields.iter().filter(|f| f.on_read) {
        let Some(raw) = field.raw() else { continue };
        for key in ["unique", "indexed", "search", "column"] {
            if raw.keys.iter().any(|k| k.value == key) {
                let message = format!("`{}` depends on the time and has no column for `{key}`", field.name);
                sink.at(raw.key_span(key), Code::NoColumn, message)
                    .label("computed whenever it is read")
                    .help(format!("take `{key}` out; it can be filtered and ordered by all the same"));
            }
        }
    }
}
