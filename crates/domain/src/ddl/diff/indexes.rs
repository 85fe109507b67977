//! Indexes and search: kept under another name where only the name is another.

use super::{Changes, Pair, Step};
use crate::ddl::schema::{Index, Search};
use std::collections::BTreeMap;

impl Changes<'_> {
    pub(super) fn indexes(&mut self, pair: &Pair<'_>, was: &str) {
        let mut left: BTreeMap<&String, &Index> = pair.was.indexes.iter().collect();
        let mut wanting: Vec<(&String, &Index)> = Vec::new();
        for (name, index) in &pair.wanted.indexes {
            match left.get(name) {
                Some(same) if *same == index => drop(left.remove(name)),
                _ => wanting.push((name, index)),
            }
        }
        for (name, index) in wanting {
            let other = left.iter().find(|(_, other)| **other == index).map(|(name, _)| *name);
            let table = pair.name.to_owned();
            if let Some(from) = other {
                left.remove(from);
                let (from, to, index) = (from.clone(), name.clone(), index.clone());
                self.steps.renamed.push(Step::RenameIndex { table, from, to, index });
            } else {
                let (name, index) = (name.clone(), index.clone());
                self.steps.indexed.push(Step::CreateIndex { name, table, index });
            }
        }
        for (name, index) in left {
            let (table, name, index) = (was.to_owned(), name.clone(), index.clone());
            self.steps.unindexed.push(Step::DropIndex { table, name, index });
        }
    }

    /// Compares what is searched; gives the search that stays, for a table that is given another name.
    pub(super) fn search(&mut self, was: &str, pair: &Pair<'_>) -> Option<Search> {
        if pair.was.search == pair.wanted.search {
            return pair.was.search.clone();
        }
        if let Some(search) = pair.was.search.clone() {
            self.steps.unindexed.push(Step::DropSearch { table: was.to_owned(), search });
        }
        if let Some(search) = pair.wanted.search.clone() {
            self.steps.indexed.push(Step::CreateSearch { table: pair.name.to_owned(), search });
        }
        None
    }
}
