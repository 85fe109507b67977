//! Search over several modules: the best of each, together in order, are the rows of one level.

use super::{Builder, Draft, Encoder, Item, Key, ObjectTemplate, prefix};
use crate::{
    column::{ColumnType, Dialect},
    plan::{
        search::{asked, ranked},
        sql::{Params, literal, quote},
    },
    query::{Deleted, HitPart, Hits, Operand},
};
use kontor_metadata::model::{Module, ModuleId};

/// The columns of a hit, by name.
const COLUMNS: [(&str, ColumnType); 4] =
    [("module", ColumnType::Text), ("id", ColumnType::Uuid), ("title", ColumnType::Text), ("rank", ColumnType::Float)];

impl Builder<'_> {
    /// Opens the level of the hits; what to write of each.
    pub(super) fn hits(&mut self, hits: &Hits) -> ObjectTemplate {
        let alias = format!("t{}", self.drafts.len());
        let mut params = self.open_params();
        let asked = asked(&mut params, hits.query);
        let modules: Vec<_> =
            hits.modules.iter().map(|module| self.best(&mut params, *module, hits.query, hits.size)).collect();
        let key = |name: &str, ty, descending| Key {
            expression: format!("{alias}.{}", quote(name)),
            name: name.to_owned(),
            ty,
            descending,
            nulls_first: false,
            nullable: false,
        };
        let draft = Draft {
            parent: None,
            params: Params::new(self.dialect),
            from: format!("({asked}{}) {alias}", modules.join(" UNION ALL ")),
            condition: "TRUE".to_owned(),
            columns: Vec::new(),
            keys: vec![
                key("rank", ColumnType::Float, true),
                key("length", ColumnType::Integer, false),
                key("id", ColumnType::Uuid, true),
            ],
            alias,
            backward: false,
            limit: Some(hits.size as usize),
            offset: None,
            total: false,
            groups: None,
            joins: Vec::new(),
            time: Vec::new(),
        };
        let level = self.push(draft, params, u64::from(hits.size));
        let [module, id, title, rank] = COLUMNS.map(|(name, ty)| (self.column_of(level, name, ty), ty));
        let mut items = Vec::with_capacity(hits.parts.len());
        for (n, (key, part)) in hits.parts.iter().enumerate() {
            let prefix = prefix(n == 0, key);
            let (column, ty) = match part {
                HitPart::Constant(json) => {
                    items.push(Item::Constant([&prefix[..], json.as_bytes()].concat().into()));
                    continue;
                }
                HitPart::Record(cases) => {
                    let cases = cases.iter().map(|case| self.related(level, id.0, Some(module.0), case)).collect();
                    items.push(Item::AnyOf { prefix, cases });
                    continue;
                }
                HitPart::Module => module,
                HitPart::Id => id,
                HitPart::Title => title,
                HitPart::Rank => rank,
            };
            items.push(Item::Column { prefix, column, encoder: Encoder::Plain(ty) });
        }
        ObjectTemplate { items }
    }

    /// The best hits of one module: of those of the same rank first the ones with the shortest title, then the newest.
    /// Only so many of each module are put together and ordered again.
    fn best(&mut self, params: &mut Params, module: ModuleId, query: Operand, size: u32) -> String {
        let module = self.catalog.module(module);
        let alias = self.conditions.alias();
        let found = ranked(params, module, &alias, query);
        let scope = self.conditions.scope(params, module, &alias, Deleted::Exclude);
        let shown = self.conditions.may_read_all(module.id, module.title);
        let (name, title) = (literal(&module.name), title(module, &alias).filter(|_| shown));
        let (text, null) = match self.dialect {
            Dialect::Postgres => ("::text", "NULL::text"),
            Dialect::Sqlite => ("", "NULL"),
        };
        let title = title.unwrap_or_else(|| null.to_owned());
        format!(
            "SELECT * FROM (SELECT {name}{text} \"module\", {alias}.\"id\" \"id\", {title} \"title\", {} \"rank\", \
             coalesce(length({title}), 0) \"length\" FROM {} WHERE {} AND {scope} \
             ORDER BY 4 DESC, 5, 2 DESC LIMIT {size}) {alias}",
            found.rank, found.from, found.condition
        )
    }
}

/// The field that stands for a record, where it is a text.
fn title(module: &Module, alias: &str) -> Option<String> {
    let title = module.field(module.title);
    (ColumnType::of(title) == Some(ColumnType::Text)).then(|| format!("{alias}.{}", quote(&title.column)))
}
