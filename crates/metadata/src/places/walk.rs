use super::{Extent, Former, Place, Subject, expressions::Scope, former};
use crate::{
    draft::{DraftType, Set},
    format::{Takes, Thing},
    yaml::{Kind, Node, Span, Spanned},
};

/// Keys whose values name what is not there any more.
const FORMER: [&str; 2] = ["renamed_from", "removed"];

/// Goes through a file and takes note of every place.
pub(super) struct Walk<'a, 's> {
    pub(super) set: &'a Set<'s>,
    pub(super) file: usize,
    pub(super) text: &'a str,
    pub(super) places: &'a mut Vec<Place>,
}

/// What a thing is of.
#[derive(Clone, Copy, Default)]
struct Within<'n> {
    /// The module, as an index of drafts.
    draft: Option<usize>,
    /// Its name, which may be of no draft.
    module: &'n str,
    /// The field.
    field: Option<&'n str>,
}

impl Walk<'_, '_> {
    pub(super) fn package(&mut self, node: &Node) {
        self.thing(node, Thing::Package, Within::default());
    }

    pub(super) fn module(&mut self, node: &Node) {
        let Kind::Map(entries) = &node.kind else { return };
        let name = entries.iter().find(|(key, _)| key.value == "module").map(|(_, name)| name);
        let Some((name, text)) = name.and_then(|name| Some((name, name.as_scalar()?))) else { return };
        // A former name stands behind the name, or beside those that there are.
        let at = entries.iter().position(|(key, _)| key.value == "module").unwrap_or(0);
        let has_former = entries.iter().any(|(key, _)| FORMER[0] == key.value);
        let former = former::of_map(if has_former { entries } else { &entries[at..] }, node.span, self.text);
        self.describe(self.inner(name.span), node.span, Subject::Module(text.to_owned()), former);
        self.thing(node, Thing::Module, self.within(text));
    }

    pub(super) fn extension(&mut self, node: &Node) {
        let Kind::Map(entries) = &node.kind else { return };
        let extended = entries.iter().find(|(key, _)| key.value == "extend").and_then(|(_, node)| node.as_scalar());
        let name = extended.map_or("", |text| text.rsplit('/').next().unwrap_or(text));
        self.thing(node, Thing::Extension, self.within(name));
    }

    fn within<'n>(&self, module: &'n str) -> Within<'n> {
        Within { draft: self.set.by_name.get(module).copied(), module, field: None }
    }

    /// The keys of a thing and what stands behind them.
    fn thing(&mut self, node: &Node, thing: Thing, of: Within<'_>) {
        let Kind::Map(entries) = &node.kind else { return };
        let keys = thing.keys();
        for (name, value) in entries {
            let Some(key) = keys.iter().find(|key| key.name == name.value) else { continue };
            self.refer(name.span, Subject::Key(thing.name(), key.name));
            if FORMER.contains(&key.name) {
                continue;
            }
            match (thing, key.name) {
                (Thing::Extension, "extend") => self.extended(value, of),
                (Thing::History, "of") => {
                    let parent = of.draft.and_then(|draft| self.set.drafts[draft].parent);
                    self.named_field(value, parent);
                }
                (Thing::Field, "copy_from") => self.plain_path(value, of.draft),
                (Thing::Field, "where") => {
                    self.expression(value, Scope { plain: self.target(of), record: of.draft });
                }
                (Thing::Field | Thing::Child, "inverse") => self.inverse(value, of),
                (Thing::Rollup, "count" | "sum" | "min" | "max" | "avg") => {
                    let target = self.connection_path(value, of.draft);
                    let condition = entries.iter().find(|(key, _)| key.value == "where");
                    if let Some((_, condition)) = condition {
                        self.expression(condition, Scope { plain: target, record: of.draft });
                    }
                }
                (Thing::Rollup, "where") => {}
                _ => self.value(value, key.takes, of),
            }
        }
    }

    fn value(&mut self, node: &Node, takes: Takes, of: Within<'_>) {
        match takes {
            Takes::Field | Takes::FieldOrFields | Takes::Fields | Takes::FieldLists => {
                for name in scalars(node) {
                    self.named_field(name, of.draft);
                }
            }
            Takes::Type => self.named(node, |name| Subject::Type(name.to_owned())),
            Takes::Target if !matches!(node.kind, Kind::Map(_)) => {
                for name in scalars(node) {
                    self.named(name, |name| Subject::Module(name.to_owned()));
                }
            }
            Takes::Expression | Takes::Condition => self.expression(node, Scope::of(of.draft)),
            Takes::Conditions => {
                for (_, condition) in entries(node) {
                    self.expression(condition, Scope::of(of.draft));
                }
            }
            Takes::Value => {
                if let (Some(field), Some(text)) = (of.field, node.as_scalar()) {
                    self.choice(self.inner(node.span), of.draft, field, text);
                }
            }
            Takes::Conversion => self.conversions(node, of),
            Takes::Options => self.choices(node, of),
            Takes::OptionMap => {
                let Some(field) = of.field else { return };
                for (from, to) in entries(node) {
                    self.choice(self.inner(from.span), of.draft, field, &from.value);
                    self.options(to, of.draft, field);
                }
            }
            Takes::Dependence => {
                for (name, map) in entries(node) {
                    self.field(name.span, of.draft, &name.value);
                    for (option, left) in entries(map) {
                        self.choice(self.inner(option.span), of.draft, &name.value, &option.value);
                        self.options(left, of.draft, of.field.unwrap_or_default());
                    }
                }
            }
            Takes::One(thing) => self.thing(node, thing, of),
            Takes::Map(thing) => {
                for (name, inner) in entries(node) {
                    self.entry(name, inner, thing, of);
                }
            }
            _ => {}
        }
    }

    /// Something under its name.
    fn entry(&mut self, name: &Spanned<String>, node: &Node, thing: Thing, of: Within<'_>) {
        match thing {
            Thing::Field => {
                let subject = Subject::Field(of.module.to_owned(), name.value.clone());
                let former = former::of_entry(name, node, self.text);
                self.describe(self.inner(name.span), node.span, subject, former);
                self.thing(node, thing, Within { field: Some(&name.value), ..of });
            }
            Thing::Child => {
                let former = former::of_entry(name, node, self.text);
                self.describe(self.inner(name.span), node.span, Subject::Module(name.value.clone()), former);
                self.thing(node, thing, self.within(&name.value));
            }
            Thing::Adjustment => {
                self.field(name.span, of.draft, &name.value);
                self.thing(node, thing, Within { field: Some(&name.value), ..of });
            }
            _ => self.thing(node, thing, of),
        }
    }

    fn choices(&mut self, node: &Node, of: Within<'_>) {
        let Some(field) = of.field else { return };
        let subject = |name: &str| Subject::Choice(of.module.to_owned(), field.to_owned(), name.to_owned());
        match &node.kind {
            Kind::Map(entries) => {
                for (name, inner) in entries {
                    let former = former::of_entry(name, inner, self.text);
                    self.describe(self.inner(name.span), inner.span, subject(&name.value), former);
                    self.thing(inner, Thing::Choice, of);
                }
            }
            _ => {
                for name in scalars(node) {
                    if let Some(text) = name.as_scalar() {
                        self.describe(self.inner(name.span), name.span, subject(text), None);
                    }
                }
            }
        }
    }

    fn options(&mut self, node: &Node, draft: Option<usize>, field: &str) {
        for name in scalars(node) {
            if let Some(text) = name.as_scalar() {
                self.choice(self.inner(name.span), draft, field, text);
            }
        }
    }

    /// `core/Opportunity`
    fn extended(&mut self, node: &Node, of: Within<'_>) {
        let Some(text) = node.as_scalar() else { return };
        let skipped = text.len() - of.module.len();
        let inner = self.inner(node.span);
        let column = inner.column + u32::try_from(text[..skipped].chars().count()).unwrap_or(0);
        self.refer(Span { column, ..inner }, Subject::Module(of.module.to_owned()));
    }

    /// The connection that leads back is of the module that the relation leads to; that of a child is of its parent.
    fn inverse(&mut self, node: &Node, of: Within<'_>) {
        let owner = match of.field {
            Some(_) => self.target(of),
            None => of.draft.and_then(|draft| self.set.drafts[draft].parent),
        };
        if let (Some(name), Some(owner)) = (node.as_scalar(), owner) {
            let subject = Subject::Connection(self.set.drafts[owner].name().to_owned(), name.to_owned());
            self.describe(self.inner(node.span), node.span, subject, None);
        }
    }

    /// The module that the relation leads to.
    fn target(&self, of: Within<'_>) -> Option<usize> {
        match self.set.drafts[of.draft?].field(of.field?)?.ty {
            DraftType::One(to) | DraftType::Many { to, .. } => Some(to),
            _ => None,
        }
    }

    /// Modules that a record becomes, with their fields and those that they are filled from.
    fn conversions(&mut self, node: &Node, of: Within<'_>) {
        for (module, fields) in entries(node) {
            self.refer(self.inner(module.span), Subject::Module(module.value.clone()));
            let to = self.set.by_name.get(module.value.as_str()).copied();
            for (field, from) in entries(fields) {
                self.field(self.inner(field.span), to, &field.value);
                self.plain_path(from, of.draft);
            }
        }
    }

    fn named_field(&mut self, node: &Node, draft: Option<usize>) {
        if let Some(name) = node.as_scalar() {
            self.field(self.inner(node.span), draft, name);
        }
    }

    fn named(&mut self, node: &Node, subject: impl FnOnce(&str) -> Subject) {
        if let Some(name) = node.as_scalar() {
            self.refer(self.inner(node.span), subject(name));
        }
    }

    /// A field of a module where there is one of this name.
    pub(super) fn field(&mut self, span: Span, draft: Option<usize>, name: &str) {
        let Some(draft) = draft.map(|draft| &self.set.drafts[draft]) else { return };
        if draft.field(name).is_some() {
            self.refer(span, Subject::Field(draft.name().to_owned(), name.to_owned()));
        }
    }

    /// An option of a picklist where there is one of this name.
    pub(super) fn choice(&mut self, span: Span, draft: Option<usize>, field: &str, name: &str) {
        let Some(draft) = draft.map(|draft| &self.set.drafts[draft]) else { return };
        let options = draft.field(field).and_then(|field| field.raw()).and_then(|raw| raw.options.as_ref());
        if options.is_some_and(|options| options.value.iter().any(|option| option.name.value == name)) {
            let subject = Subject::Choice(draft.name().to_owned(), field.to_owned(), name.to_owned());
            self.refer(span, subject);
        }
    }

    pub(super) fn refer(&mut self, span: Span, subject: Subject) {
        let place = Place { file: self.file, extent: span.into(), subject, describes: None, former: None };
        self.places.push(place);
    }

    fn describe(&mut self, name: Span, of: Span, subject: Subject, former: Option<Former>) {
        let (start, end) = (Extent::from(name), Extent::from(of));
        let describes = match (end.line, end.column) < (start.line, start.column) {
            // What describes a module begins before its name.
            true => end,
            false => Extent { line: start.line, column: start.column, ..end },
        };
        let place = Place { file: self.file, extent: start, subject, describes: Some(describes), former };
        self.places.push(place);
    }

    /// A name without its quotes.
    fn inner(&self, span: Span) -> Span {
        match self.is_quoted(span) && span.line == span.end_line {
            true => Span { column: span.column + 1, end_column: span.end_column - 1, ..span },
            false => span,
        }
    }

    pub(super) fn is_quoted(&self, span: Span) -> bool {
        let line = self.text.lines().nth(span.line.saturating_sub(1) as usize);
        let first = line.and_then(|line| line.chars().nth(span.column.saturating_sub(1) as usize));
        matches!(first, Some('"' | '\''))
    }
}

fn entries(node: &Node) -> &[(Spanned<String>, Node)] {
    match &node.kind {
        Kind::Map(entries) => entries,
        _ => &[],
    }
}

/// The scalar that a node is, or those in its lists.
fn scalars(node: &Node) -> Vec<&Node> {
    match &node.kind {
        Kind::Scalar { .. } => vec![node],
        Kind::List(items) => items.iter().flat_map(scalars).collect(),
        _ => Vec::new(),
    }
}
