//! What the image of a record cannot answer, asked of the database: conditions on the records that it is linked to.

use super::{
    Statement,
    condition::Conditions,
    sql::{Params, literal, quote},
};
use crate::{
    column::{ColumnType, Dialect},
    query::{Deleted, Filter, Operand},
    rights::Rights,
};
use kontor_metadata::model::{Catalog, Module, ModuleId};

/// A condition on the records that a record is linked to: [`Filter::One`], [`Filter::Many`], [`Filter::In`],
/// [`Filter::Readable`] or [`Filter::Shared`].
#[derive(Debug, Clone, Copy)]
pub struct Question<'f> {
    /// Whose rights hold for the records that it is linked to.
    pub rights: &'f Rights,
    /// Module of the record.
    pub module: ModuleId,
    /// The condition.
    pub condition: &'f Filter,
    /// What the values are counted from that the condition's operands name.
    pub first: u32,
    /// The value that the record is linked by: the id that the relation holds, or else its own.
    pub link: Operand,
}

/// Compiles one statement that answers questions, as one row of as many booleans. The record itself need not be there
/// any more.
#[must_use]
pub fn ask(catalog: &Catalog, dialect: Dialect, questions: &[Question<'_>]) -> Statement {
    let mut params = Params::new(dialect);
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        let mut conditions = Conditions::new(catalog, question.rights);
        let column = quote(link_column(catalog.module(question.module), question.condition));
        params.first = 0;
        let link = params.operand(question.link, ColumnType::Uuid);
        params.first = question.first;
        let condition = conditions.filter(&mut params, question.module, "t0", question.condition);
        let ty = link_type(catalog, question);
        answers.push(format!("EXISTS (SELECT 1 FROM (SELECT {link} AS {column}{ty}) t0 WHERE {condition})"));
    }
    Statement { sql: format!("SELECT {}", answers.join(", ")).into(), params: params.list }
}

/// Compiles one statement that tells which of some conditions a record meets, deleted or not, as one row of as many
/// booleans.
#[must_use]
pub fn judge(
    catalog: &Catalog,
    dialect: Dialect,
    rights: &Rights,
    (module, id): (ModuleId, Operand),
    conditions: &[Filter],
) -> Statement {
    let mut params = Params::new(dialect);
    let of = catalog.module(module);
    let id = params.operand(id, ColumnType::Uuid);
    let answers = conditions.iter().map(|condition| {
        let mut writer = Conditions::new(catalog, rights);
        let confined = writer.confined(&mut params, of, "t0", Deleted::Include);
        let condition = writer.filter(&mut params, module, "t0", condition);
        format!("EXISTS (SELECT 1 FROM {} t0 WHERE t0.\"id\" = {id} AND {confined} AND {condition})", quote(&of.table))
    });
    let answers: Vec<_> = answers.collect();
    Statement { sql: format!("SELECT {}", answers.join(", ")).into(), params: params.list }
}

/// The column that the condition looks at.
fn link_column<'m>(module: &'m Module, condition: &Filter) -> &'m str {
    match condition {
        Filter::One(field, _) | Filter::In(field, _) | Filter::Readable(field, _) => &module.field(*field).column,
        _ => "id",
    }
}

/// The other column that a condition looks at which is about a record of one of several modules: an id is one of one
/// module only, so that it may be looked for in the one that is asked about.
fn link_type(catalog: &Catalog, question: &Question<'_>) -> String {
    match question.condition {
        Filter::Readable(field, target) => {
            let column = catalog.module(question.module).field(*field).type_column().unwrap_or_default();
            format!(", {} AS {}", literal(&catalog.module(*target).name), quote(&column))
        }
        _ => String::new(),
    }
}
