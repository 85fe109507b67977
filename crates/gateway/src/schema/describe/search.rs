//! Full-text search over modules.

use super::{input, output};
use crate::schema::model::{Bind, HitField, InputField, ObjectType, OutputField, Ref, TypeTable};
use indexmap::IndexMap;
use kontor_metadata::model::Catalog;

/// How queries are written.
const QUERY: &str = "Words that must all occur, each as it is, as a beginning or in another German or English form; \
    `\"words in quotes\"` occur side by side, `-word` does not occur.";

/// The root field, where there is anything to search.
pub(super) fn root(table: &mut TypeTable, catalog: &Catalog) -> Option<OutputField> {
    if !catalog.modules.iter().any(|module| module.operations.read && module.is_searched()) {
        return None;
    }
    hit(table);
    let mut field = output(
        Ref::required_list("SearchHit"),
        Bind::Search,
        "The records of all searched modules that match best, best first.",
    );
    field.arguments = vec![
        ("query".to_owned(), input(Ref::required("String"), QUERY)),
        ("in".to_owned(), input(Ref::list("ModuleName"), "Only in these modules.")),
        ("first".to_owned(), input(Ref::new("Int"), "At most so many, 0 to 1,000; 20 unless said otherwise.")),
    ];
    Some(field)
}

/// The argument of lists of searched modules.
pub(super) fn argument() -> InputField {
    input(Ref::new("String"), format!("Only records that full-text search finds. {QUERY}"))
}

fn hit(table: &mut TypeTable) {
    let fields = [
        ("module", "ModuleName", true, HitField::Module, "Module of the record."),
        ("id", "ID", true, HitField::Id, "Id of the record."),
        ("title", "String", false, HitField::Title, "What stands for the record, where that is a text."),
        (
            "rank",
            "Float",
            true,
            HitField::Rank,
            "How well it matches, from 1 down, the same scale for every module: by the weight of the fields in which \
             the words occur (1, 0.4, 0.2, 0.1), and a fifth less where a word is only the beginning of another.",
        ),
        ("record", "Node", true, HitField::Record, "The record."),
    ];
    let fields = fields.map(|(name, ty, required, part, description)| {
        (name.to_owned(), output(Ref::maybe(ty, required), Bind::Hit(part), description))
    });
    let ty = ObjectType {
        description: "A record that full-text search found.".to_owned(),
        implements: Vec::new(),
        fields: IndexMap::from(fields),
    };
    table.objects.insert("SearchHit".to_owned(), ty);
}
