//! What stands where in the files of packages and what it is about: names, where they are given and where they are used,
//! and keys. Editors jump, rename and explain by it. It is made of what can be read, whatever else is wrong.
//!
//! The walk follows the table of the format: what a key takes says what the names behind it are.

mod build;
mod describe;
mod expressions;
mod former;
mod walk;

pub use former::Former;

use crate::{source::Source, yaml::Span};
use std::collections::HashMap;

/// Something that a place is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A module, by its name.
    Module(String),
    /// A field of a module.
    Field(String, String),
    /// An option of a field of a module.
    Choice(String, String, String),
    /// The connection of a module that leads to the records that have a relation to it.
    Connection(String, String),
    /// A type of field.
    Type(String),
    /// A key of something, as the reference calls it.
    Key(&'static str, &'static str),
}

/// A range of a file; lines and columns in characters, from 1, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extent {
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column of the end.
    pub end_column: u32,
}

impl From<Span> for Extent {
    fn from(span: Span) -> Self {
        Self { line: span.line, column: span.column, end_line: span.end_line, end_column: span.end_column }
    }
}

impl Extent {
    fn holds(&self, line: u32, column: u32) -> bool {
        (self.line, self.column) <= (line, column) && (line, column) <= (self.end_line, self.end_column)
    }
}

/// A place and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Index of the file among the sources.
    pub file: usize,
    /// The name itself.
    pub extent: Extent,
    /// What it is about.
    pub subject: Subject,
    /// For the place where its subject is described: how far the description reaches.
    pub describes: Option<Extent>,
    /// Where a former name of what is described here is written, if one can be.
    pub former: Option<Former>,
}

/// Every place of some files.
#[derive(Debug, Default)]
pub struct Places {
    places: Vec<Place>,
    /// What is said about a subject, in Markdown.
    told: HashMap<Subject, String>,
}

impl Places {
    /// Those of the files of packages.
    #[must_use]
    pub fn of(sources: &[Source]) -> Self {
        build::build(sources)
    }

    /// The place at a line and column of a file.
    #[must_use]
    pub fn at(&self, file: usize, line: u32, column: u32) -> Option<&Place> {
        let here = self.places.iter().filter(|place| place.file == file && place.extent.holds(line, column));
        // Of two that touch there, the one that begins there.
        here.max_by_key(|place| (place.extent.line, place.extent.column))
    }

    /// Where a subject is described.
    #[must_use]
    pub fn definition(&self, subject: &Subject) -> Option<&Place> {
        self.all(subject).find(|place| place.describes.is_some())
    }

    /// Every place that is about a subject.
    pub fn all(&self, subject: &Subject) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(move |place| place.subject == *subject)
    }

    /// What is described in a file, in its order.
    pub fn described(&self, file: usize) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(move |place| place.file == file && place.describes.is_some())
    }

    /// What there is to say about a subject, in Markdown.
    #[must_use]
    pub fn tell(&self, subject: &Subject) -> Option<String> {
        match subject {
            Subject::Key(thing, key) => describe::key(thing, key),
            Subject::Type(name) => describe::type_of_field(name),
            other => self.told.get(other).cloned(),
        }
    }
}
