//! Documents.

use super::{Case, Generator};

impl Generator<'_> {
    /// Another document.
    pub(in crate::property) fn document(&mut self) -> Case {
        self.variables.clear();
        self.fragments.clear();
        self.keys.clear();
        self.names = 0;
        self.budget = 4 + self.random.below(36);
        let mut roots = Vec::new();
        for _ in 0..1 + self.random.below(2) {
            roots.push(self.root());
        }
        if self.random.chance(5) {
            let spread = self.fragment("Query", 0);
            roots.push(spread);
        }
        let mut document = self.header();
        document.push_str(&format!("{{ {} }}\n", roots.join(" ")));
        for fragment in &self.fragments {
            let body = fragment.body.as_ref().expect("every fragment was finished");
            document.push_str(&format!("fragment {} on {} {body}\n", fragment.name, fragment.on));
        }
        let variables = self.values();
        Case { document, variables }
    }

    /// Other values for the variables of the last document.
    pub(in crate::property) fn again(&mut self, case: &Case) -> Case {
        Case { document: case.document.clone(), variables: self.values() }
    }

    fn header(&self) -> String {
        if self.variables.is_empty() {
            return "query Q ".to_owned();
        }
        let declared: Vec<_> = self.variables.iter().map(super::Declared::definition).collect();
        format!("query Q({}) ", declared.join(", "))
    }

    /// A root field.
    pub(super) fn root(&mut self) -> String {
        let fields = &self.world.schema.get_object("Query").unwrap().fields;
        let names: Vec<_> = fields.values().filter(|field| self.is_known("Query", field)).map(|f| &f.name).collect();
        let name = *self.random.pick(&names);
        if self.random.chance(2) { "__typename".to_owned() } else { self.field("Query", &fields[name], 0) }
    }
}
