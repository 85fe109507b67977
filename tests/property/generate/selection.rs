//! Selections: fields, aliases, fragments, directives.

use super::{super::oracle::applies, Fragment, Generator};
use apollo_compiler::{
    Schema,
    schema::{ExtendedType, FieldDefinition},
};
use std::collections::{HashMap, HashSet};

/// Levels of selections.
const DEEPEST: usize = 7;

impl<'w> Generator<'w> {
    /// `{ … }` on a type, never empty.
    pub(super) fn selection(&mut self, ty: &str, depth: usize) -> String {
        let mut items: Vec<String> = Vec::new();
        for _ in 0..1 + self.random.below(5) {
            let item = match self.random.below(100) {
                0..6 => self.typename(),
                6..16 if depth < DEEPEST => self.inline(ty, depth),
                16..26 if depth < DEEPEST => self.fragment(ty, depth),
                // The same once more: both are merged.
                26..32 if !items.is_empty() => self.random.pick(&items).clone(),
                _ => self.item(ty, depth),
            };
            items.push(item);
        }
        format!("{{ {} }}", items.join(" "))
    }

    fn typename(&mut self) -> String {
        if self.random.chance(30) { format!("{}: __typename", self.name("t")) } else { "__typename".to_owned() }
    }

    /// A field, or for a union a fragment on a member.
    fn item(&mut self, ty: &str, depth: usize) -> String {
        let world = self.world;
        let fields = match &world.schema.types[ty] {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) if self.random.chance(40) => &interface.fields,
            _ if depth < DEEPEST => return self.inline(ty, depth),
            _ => return "__typename".to_owned(),
        };
        let leaf = |field: &FieldDefinition| is_leaf(&world.schema, field.ty.inner_named_type());
        let leaves_only = self.budget == 0 || depth >= DEEPEST || self.random.chance(40);
        let wanted = fields.values().filter(|f| leaf(f) || !leaves_only);
        let wanted: Vec<_> = wanted.filter(|field| self.is_known(ty, field)).collect();
        match wanted.is_empty() {
            true => "__typename".to_owned(),
            false => {
                let field = *self.random.pick(&wanted);
                self.field(ty, field, depth)
            }
        }
    }

    /// A field with alias, arguments, directives and what is selected below.
    pub(super) fn field(&mut self, ty: &str, field: &FieldDefinition, depth: usize) -> String {
        self.budget = self.budget.saturating_sub(1);
        let world = self.world;
        let below = field.ty.inner_named_type();
        let composite = !is_leaf(&world.schema, below);
        let alias = self.alias(ty, field, composite);
        let (given, groups) = match below.ends_with("Aggregate") {
            true => self.groups(field, depth),
            false => (Vec::new(), String::new()),
        };
        let arguments = self.arguments(field, given, depth);
        let directive = self.directive();
        let alias = if alias == field.name.as_str() { String::new() } else { format!("{alias}: ") };
        let head = format!("{alias}{}{arguments}{directive}", field.name);
        if !composite {
            return head;
        }
        if !groups.is_empty() {
            return format!("{head} {groups}");
        }
        let once = format!("{head} {}", self.selection(below, depth + 1));
        if self.random.chance(8) && self.budget > 0 {
            // The same field with another selection: both are merged.
            return format!("{once} {head} {}", self.selection(below, depth + 1));
        }
        once
    }

    /// A response key that no other field has, or one whose values are of the same type. What clashes all the same is
    /// found when the document is validated.
    fn alias(&mut self, ty: &str, field: &FieldDefinition, composite: bool) -> String {
        let world = self.world;
        let same_type = |keys: &HashMap<String, String>, key: &str| {
            keys.get(key).is_none_or(|known| *known == field.ty.to_string())
        };
        let mut key = field.name.to_string();
        if !composite
            && self.random.chance(3)
            && let Some(object) = world.schema.get_object(ty)
        {
            // The name of another field.
            let names: Vec<_> = object.fields.keys().collect();
            key = self.random.pick(&names).to_string();
        }
        let own = !field.arguments.is_empty() && !self.random.chance(4) || self.random.chance(12);
        if own || !same_type(&self.keys, &key) {
            key = self.name("f");
        }
        self.keys.insert(key.clone(), field.ty.to_string());
        key
    }

    /// `... on T { … }`
    fn inline(&mut self, ty: &str, depth: usize) -> String {
        let directive = self.directive();
        if self.random.chance(25) {
            return format!("...{directive} {}", self.selection(ty, depth + 1));
        }
        let on = self.condition(ty);
        format!("... on {on}{directive} {}", self.selection(&on, depth + 1))
    }

    /// `...F`: a fragment that is there, or a new one.
    pub(super) fn fragment(&mut self, ty: &str, depth: usize) -> String {
        // One that is still being made would use itself.
        let fitting = &self.conditions[ty];
        let fits = |f: &&Fragment| f.body.is_some() && fitting.contains(&f.on);
        let there: Vec<_> = self.fragments.iter().filter(fits).map(|f| f.name.clone()).collect();
        let directive = self.directive();
        if !there.is_empty() && self.random.chance(60) {
            return format!("...{}{directive}", self.random.pick(&there));
        }
        let on = self.condition(ty);
        let name = self.name("F");
        self.fragments.push(Fragment { name: name.clone(), on: on.clone(), body: None });
        let body = if on == "Query" { format!("{{ {} }}", self.root()) } else { self.selection(&on, depth + 1) };
        self.fragments.iter_mut().find(|f| f.name == name).expect("it was pushed").body = Some(body);
        format!("...{name}{directive}")
    }

    /// A type that something of a type may be: itself, a member, an interface or union with common members.
    fn condition(&mut self, ty: &str) -> String {
        if self.random.chance(30) { ty.to_owned() } else { self.random.pick(&self.conditions[ty]).clone() }
    }

    /// Nothing, `@include` or `@skip`, or both.
    fn directive(&mut self) -> String {
        let mut text = String::new();
        for name in ["include", "skip"] {
            if self.random.chance(5) {
                text.push_str(&format!(" @{name}(if: {})", self.condition_value(name)));
            }
        }
        text
    }
}

fn is_leaf(schema: &Schema, ty: &str) -> bool {
    matches!(schema.types[ty], ExtendedType::Scalar(_) | ExtendedType::Enum(_))
}

/// For every type that has fields, those that something of it may be too.
pub(in crate::property) fn conditions(schema: &Schema) -> HashMap<String, Vec<String>> {
    let objects: Vec<_> = schema.types.values().filter(|t| t.is_object()).map(|t| t.name().as_str()).collect();
    let composite = schema.types.values().filter(|t| t.is_object() || t.is_interface() || t.is_union());
    let members = |ty: &str| objects.iter().copied().filter(|object| applies(schema, ty, object)).collect();
    let types: Vec<(&str, HashSet<&str>)> = composite.map(|t| (t.name().as_str(), members(t.name()))).collect();
    let fitting = |of: &HashSet<&str>| {
        types.iter().filter(|(_, members)| !members.is_disjoint(of)).map(|(name, _)| (*name).to_owned()).collect()
    };
    types.iter().map(|(name, members)| ((*name).to_owned(), fitting(members))).collect()
}
