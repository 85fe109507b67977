//! Scalars: mostly values that some record has, so that filters find something.

use super::{Generator, Hint, literal::Literal};
use crate::property::oracle::{Cell, Kind, NOBODY, decimal};
use chrono::{DateTime, FixedOffset};
use kontor_metadata::model::{Field, FieldType, Module};
use serde_json::{Value as Json, json};

impl<'w> Generator<'w> {
    pub(super) fn scalar(&mut self, name: &str, hint: Hint<'w>) -> Literal {
        match (name, hint.key) {
            ("Int", "size") => return self.number(&[0, 1, 2, 3, 5, 10, 30, 1000], 2),
            ("Int", "small") => return self.number(&[0, 1, 1, 2, 2, 3, 4], 1),
            ("Int", "offset") => return self.number(&[0, 1, 2, 3, 7, 100], 2),
            ("Boolean", "group") => return Literal::Boolean(true),
            ("String", "timeZone") => {
                let zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"];
                return Literal::Text((*self.random.pick(&zones)).to_owned());
            }
            ("Boolean", _) => return Literal::Boolean(self.random.chance(50)),
            ("JSON", _) => return Literal::of(self.random.pick(&crate::property::seed::documents())),
            ("ID", _) => return self.id(hint),
            _ => {}
        }
        let used = hint.field.map(|field| (field, self.used(field)));
        let cell = used.as_ref().map_or(&Cell::Null, |(_, cell)| cell);
        match (name, cell) {
            ("Int", Cell::Integer(integer)) => {
                let near = integer + i64::from(self.random.chance(30));
                Literal::Number(near.clamp(i64::from(i32::MIN), i64::from(i32::MAX)).to_string())
            }
            ("Int", _) => self.number(&[0, 1, 2, -1, 42, 2_147_483_647], 0),
            ("Float", Cell::Float(float)) => Literal::of(&json!(float)),
            ("Float", _) => Literal::Number((*self.random.pick(&["0", "1", "0.5", "-1.25", "1e3"])).to_owned()),
            ("Decimal", cell) => self.decimal(hint.field, cell),
            ("Date", Cell::Date(date)) => Literal::Text(date.to_string()),
            ("Date", _) => Literal::Text("2026-06-15".to_owned()),
            ("Time", Cell::Time(time)) => Literal::Text(time.format("%H:%M:%S%.6f").to_string()),
            ("Time", _) => Literal::Text((*self.random.pick(&["04:19", "12:00:00", "23:59:59.999999"])).to_owned()),
            ("DateTime", Cell::Moment(at))
                if self.random.chance(30) && at.timestamp() > 0 && at.timestamp() < 1 << 36 =>
            {
                let east = FixedOffset::east_opt(5 * 3600 + 1800).unwrap();
                let at: DateTime<FixedOffset> = at.with_timezone(&east);
                Literal::Text(at.to_rfc3339())
            }
            ("DateTime", Cell::Moment(at)) => Literal::Text(at.to_rfc3339()),
            ("DateTime", _) => Literal::Text("2026-06-15T12:00:00Z".to_owned()),
            (_, cell) => Literal::Text(self.text(hint.key, cell.text().unwrap_or("Acme"))),
        }
    }

    fn number(&mut self, of: &[i64], wrong: usize) -> Literal {
        let wrong = self.random.chance(wrong);
        Literal::Number(if wrong { "-1".to_owned() } else { self.random.pick(of).to_string() })
    }

    fn id(&mut self, hint: Hint<'w>) -> Literal {
        let catalog = &self.world.catalog;
        let of: Vec<&Module> = match hint.field.map(|f| &f.ty) {
            Some(FieldType::Relation { to, .. }) => vec![catalog.module(*to)],
            Some(FieldType::Polymorphic { to }) => to.iter().map(|to| catalog.module(*to)).collect(),
            Some(field) => catalog.modules.iter().filter(|m| std::ptr::eq(&m.fields[0].ty, field)).collect(),
            None => catalog.modules.iter().collect(),
        };
        let module = *self.random.pick(&of);
        let id = match self.random.below(20) {
            0 => NOBODY.to_string(),
            _ => self.random.pick(self.world.rows(module))["id"].id().unwrap().to_string(),
        };
        Literal::Text(match self.random.below(40) {
            0 => id.to_uppercase(),
            1 => id.replace('-', ""),
            2 => "no id".to_owned(),
            _ => id,
        })
    }

    fn decimal(&mut self, field: Option<&Field>, cell: &Cell) -> Literal {
        let scale = match field.map(Kind::of) {
            Some(Kind::Decimal(scale)) => scale,
            _ => 0,
        };
        let units = if let Cell::Decimal(units, _) = cell { *units } else { 100 };
        let text = decimal(units, scale);
        let short = units.abs() < 1_000_000_000;
        match self.random.below(10) {
            0..3 if short => Literal::Number(text),
            3 if short => Literal::Number((units / 10_i128.pow(u32::from(scale))).to_string()),
            4 => Literal::Text(text + if scale == 0 { ".0" } else { "0" }),
            _ => Literal::Text(text),
        }
    }

    /// A text to look for: as it is, or a piece of it.
    fn text(&mut self, operator: &str, value: &str) -> String {
        let characters: Vec<char> = value.chars().collect();
        let from = self.random.below(characters.len() + 1);
        let piece: String = characters[from..][..self.random.below(characters.len() - from + 1)].iter().collect();
        let other = |text: String, random: &mut crate::support::Random| match random.below(3) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text,
        };
        match operator {
            "like" | "ilike" => {
                let ends = ["", "%", "_", "%%", "\\", "\\%", "_%"];
                let pattern = format!("{}{piece}{}", self.random.pick(&ends), self.random.pick(&ends));
                if operator == "ilike" { other(pattern, &mut self.random) } else { pattern }
            }
            "contains" | "startsWith" | "endsWith" => {
                if self.random.chance(20) {
                    value.to_owned()
                } else {
                    piece
                }
            }
            "icontains" | "istartsWith" | "iendsWith" => other(piece, &mut self.random),
            _ => value.to_owned(),
        }
    }

    /// A value that some record has in a field.
    fn used(&mut self, field: &Field) -> Cell {
        let of = self.world.catalog.modules.iter().find(|m| m.fields.iter().any(|f| std::ptr::eq(f, field)));
        let Some(module) = of else { return Cell::Null };
        let column = field.column.clone();
        let rows = self.world.rows(module);
        let found: Vec<_> = rows.iter().map(|row| &row[&column]).filter(|cell| !cell.is_null()).collect();
        if found.is_empty() { Cell::Null } else { (*self.random.pick(&found)).clone() }
    }

    /// The name in GraphQL of an option, or of a module, that some record has in a field.
    pub(super) fn stored(&mut self, field: &Field) -> Option<String> {
        match self.used(field).json(field) {
            Json::String(text) => Some(text),
            Json::Array(options) => options.first().and_then(|o| o.as_str()).map(str::to_owned),
            _ => None,
        }
    }
}
