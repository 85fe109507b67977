//! Random edits of a package, each with what it means for the records.

use super::world::{Field, Kind, Module, Record, World};
use kontor_domain::value::Value;
use kontor_tests::Random;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl World {
    /// Changes something; says what.
    pub(super) fn edit(&mut self, random: &mut Random) -> String {
        if self.modules.len() < 2 || (self.modules.len() < 6 && random.chance(12)) {
            return self.add_module(random);
        }
        let module = random.pick(&self.modules).name.clone();
        match random.below(16) {
            0..=2 => self.add_field(&module, random),
            3 => self.rename_module(&module),
            4 => self.new_plural(&module),
            5 | 6 => self.rename_field(&module, random),
            7 => self.remove_field(&module, random),
            8 => self.remove_module(&module),
            9 => self.bring_back(random),
            10 | 11 => self.options(&module, random),
            12 | 13 => self.widen(&module, random),
            14 => self.require(&module, random),
            _ => self.look(&module, random),
        }
    }

    fn name(&mut self, what: &str) -> String {
        self.names += 1;
        format!("{what}{}", self.names)
    }

    fn add_module(&mut self, random: &mut Random) -> String {
        let name = self.name("Thing");
        let plural = format!("{name}s");
        let (former, fields, removed) = (Vec::new(), Vec::new(), BTreeSet::new());
        self.modules.push(Module { name: name.clone(), plural, former, fields, removed });
        self.records.insert(name.clone(), BTreeMap::new());
        for _ in 0..=random.below(4) {
            self.add_field(&name, random);
        }
        format!("add {name}")
    }

    fn add_field(&mut self, module: &str, random: &mut Random) -> String {
        let name = self.name("field_");
        let other = random.pick(&self.modules).name.clone();
        let options = || vec!["red".to_owned(), "green".to_owned(), "blue".to_owned()];
        let kind = match random.below(13) {
            0 => Kind::LongText,
            1 | 2 => Kind::Integer,
            3 | 4 => Kind::Decimal(2),
            5 => Kind::Boolean,
            6 => Kind::Date,
            7 | 8 => Kind::Select(options()),
            9 => Kind::Multi(options()),
            10 => Kind::One(other),
            11 => Kind::Any(self.modules.iter().map(|module| module.name.clone()).collect()),
            12 => Kind::Many(other),
            _ => Kind::Text,
        };
        let indexed =
            random.chance(30) && !matches!(kind, Kind::LongText | Kind::One(_) | Kind::Any(_) | Kind::Many(_));
        let searched = random.chance(30) && matches!(kind, Kind::Text | Kind::LongText);
        let mut field = Field {
            name: name.clone(),
            kind,
            required: false,
            indexed,
            searched,
            past: String::new(),
            renamed: vec![],
        };
        let mut value = empty(&field);
        if field.is_scalar() && random.chance(40) {
            let (given, yaml) = neutral(&field.kind);
            field.required = random.chance(50);
            let filled = if matches!(field.kind, Kind::Multi(_)) { "default" } else { "backfill" };
            field.past = match filled {
                "default" => format!(", default: {yaml}"),
                _ => format!(", backfill: \"{}\"", yaml.replace('"', "'")),
            };
            // A default alone is for records to come.
            if field.required || filled == "backfill" {
                value = given;
            }
        }
        self.module(module).fields.push(field);
        for record in self.records.entry(module.to_owned()).or_default().values_mut() {
            record.insert(name.clone(), value.clone());
        }
        format!("add {module}.{name}")
    }

    fn rename_module(&mut self, module: &str) -> String {
        let name = self.name("Thing");
        let plural = format!("{name}s");
        let renamed = self.module(module);
        (renamed.name, renamed.plural) = (name.clone(), plural);
        renamed.former.push(module.to_owned());
        for field in self.modules.iter_mut().flat_map(|module| &mut module.fields) {
            match &mut field.kind {
                Kind::One(to) | Kind::Many(to) if to == module => to.clone_from(&name),
                Kind::Any(to) => to.iter_mut().filter(|to| *to == module).for_each(|to| to.clone_from(&name)),
                _ => {}
            }
        }
        let records = self.records.remove(module).unwrap_or_default();
        self.records.insert(name.clone(), records);
        let values = self.records.values_mut().flat_map(BTreeMap::values_mut).flat_map(Record::values_mut);
        for value in values {
            if let Value::List(pair) = value
                && let [Value::Text(of), Value::Uuid(_)] = pair.as_mut_slice()
                && of == module
            {
                of.clone_from(&name);
            }
        }
        // What is hidden follows its module; links to a renamed module are not tried again.
        let hidden = std::mem::take(&mut self.hidden);
        self.hidden = hidden
            .into_iter()
            .filter(|(_, (field, _))| field.is_scalar())
            .map(|((of, field), kept)| ((if of == module { name.clone() } else { of }, field), kept))
            .collect();
        format!("rename {module} to {name}")
    }

    fn new_plural(&mut self, module: &str) -> String {
        let plural = self.name("Plenty");
        self.module(module).plural.clone_from(&plural);
        format!("call many {module} {plural}")
    }

    fn rename_field(&mut self, module: &str, random: &mut Random) -> String {
        let new = self.name("field_");
        let fields = &mut self.module(module).fields;
        if fields.is_empty() {
            return String::new();
        }
        let at = random.below(fields.len());
        let old = std::mem::replace(&mut fields[at].name, new.clone());
        fields[at].past = format!(", renamed_from: [{old}]");
        for record in self.records.entry(module.to_owned()).or_default().values_mut() {
            let value = record.remove(&old).expect("it had the field");
            record.insert(new.clone(), value);
        }
        format!("rename {module}.{old} to {new}")
    }

    fn remove_field(&mut self, module: &str, random: &mut Random) -> String {
        let removed = self.module(module);
        if removed.fields.is_empty() {
            return String::new();
        }
        let at = random.below(removed.fields.len());
        let mut field = removed.fields.remove(at);
        field.past.clear();
        let name = field.name.clone();
        removed.removed.insert(name.clone());
        let records = self.records.entry(module.to_owned()).or_default();
        let values = records.iter_mut().map(|(id, record)| (*id, record.remove(&name).expect("it had the field")));
        let values = values.collect();
        self.hidden.insert((module.to_owned(), name.clone()), (field, values));
        format!("remove {module}.{name}")
    }

    fn remove_module(&mut self, module: &str) -> String {
        let leads = |field: &Field| match &field.kind {
            Kind::One(to) | Kind::Many(to) => to == module,
            Kind::Any(to) => to.iter().any(|to| to == module),
            _ => false,
        };
        if self.modules.len() < 4 || self.modules.iter().flat_map(|module| &module.fields).any(leads) {
            return String::new();
        }
        self.modules.retain(|other| other.name != module);
        self.records.remove(module);
        self.hidden.retain(|(of, _), _| of != module);
        self.removed.insert(module.to_owned());
        format!("remove {module}")
    }

    /// A field that was removed is there again, with the values that it had.
    fn bring_back(&mut self, random: &mut Random) -> String {
        let there: Vec<(String, String)> = self
            .hidden
            .iter()
            .filter(|((module, _), (field, _))| field.is_scalar() && self.modules.iter().any(|m| m.name == *module))
            .map(|(key, _)| key.clone())
            .collect();
        if there.is_empty() {
            return String::new();
        }
        let (module, name) = random.pick(&there).clone();
        let (mut field, values) = self.hidden.remove(&(module.clone(), name.clone())).expect("it is there");
        field.required = false;
        for (id, record) in self.records.entry(module.clone()).or_default() {
            let value = values.get(id).cloned().unwrap_or_else(|| empty(&field));
            record.insert(name.clone(), value);
        }
        let back = self.module(&module);
        back.removed.remove(&name);
        back.fields.push(field);
        format!("bring {module}.{name} back")
    }

    /// An option has another name, is replaced, or is new.
    fn options(&mut self, module: &str, random: &mut Random) -> String {
        let new = self.name("option");
        let fields = &mut self.module(module).fields;
        let Some(field) = fields.iter_mut().find(|f| matches!(f.kind, Kind::Select(_) | Kind::Multi(_))) else {
            return String::new();
        };
        let required = field.required;
        let (Kind::Select(options) | Kind::Multi(options)) = &mut field.kind else { return String::new() };
        let old = options[0].clone();
        let name = field.name.clone();
        let by = match random.below(4) {
            0 => {
                options.push(new.clone());
                return format!("add option {new} of {module}.{name}");
            }
            1 => {
                options[0].clone_from(&new);
                field.renamed.push((old.clone(), new.clone()));
                Some(new)
            }
            2 if options.len() > 1 && !required => {
                options.remove(0);
                field.past = format!(", replace: {{{old}: null}}");
                None
            }
            _ if options.len() > 1 => {
                options.remove(0);
                let by = options[0].clone();
                field.past = format!(", replace: {{{old}: {by}}}");
                Some(by)
            }
            _ => return String::new(),
        };
        for record in self.records.entry(module.to_owned()).or_default().values_mut() {
            let value = record.get_mut(&name).expect("it has the field");
            *value = moved(value, &old, by.as_deref());
        }
        format!("option {old} of {module}.{name} becomes {by:?}")
    }

    fn widen(&mut self, module: &str, random: &mut Random) -> String {
        let fields = &mut self.module(module).fields;
        if fields.is_empty() {
            return String::new();
        }
        let at = random.below(fields.len());
        let field = &mut fields[at];
        let (kind, digits) = match field.kind {
            Kind::Text => (Kind::LongText, 0),
            Kind::Integer => (Kind::Decimal(1), 1),
            Kind::Decimal(scale) if scale < 4 => (Kind::Decimal(scale + 1), 1),
            Kind::Select(_) => (Kind::Text, 0),
            _ => return String::new(),
        };
        field.past.clear();
        field.renamed.clear();
        field.kind = kind.clone();
        field.indexed &= kind != Kind::LongText;
        let name = field.name.clone();
        for record in self.records.entry(module.to_owned()).or_default().values_mut() {
            if let Some(Value::Integer(number) | Value::Decimal(number)) = record.get(&name).cloned() {
                record.insert(name.clone(), Value::Decimal(number * 10_i64.pow(digits)));
            }
        }
        format!("widen {module}.{name} to {kind:?}")
    }

    /// A field is required from now on, or not any more.
    fn require(&mut self, module: &str, random: &mut Random) -> String {
        let fields = &mut self.module(module).fields;
        let Some(field) = fields.iter_mut().find(|f| f.is_scalar() && !matches!(f.kind, Kind::Multi(_))) else {
            return String::new();
        };
        field.required = !field.required;
        let (required, name) = (field.required, field.name.clone());
        if required {
            let (value, yaml) = neutral(&field.kind);
            field.past = match random.chance(50) {
                true => format!(", default: {yaml}"),
                false => format!(", backfill: \"{}\"", yaml.replace('"', "'")),
            };
            for record in self.records.entry(module.to_owned()).or_default().values_mut() {
                if record[&name] == Value::Null {
                    record.insert(name.clone(), value.clone());
                }
            }
        }
        format!("{module}.{name} is required: {required}")
    }

    /// Indexes and search.
    fn look(&mut self, module: &str, random: &mut Random) -> String {
        let fields = &mut self.module(module).fields;
        let Some(field) = fields.iter_mut().find(|field| matches!(field.kind, Kind::Text | Kind::LongText)) else {
            return String::new();
        };
        (field.indexed, field.searched) = (random.chance(50), random.chance(50));
        field.indexed &= field.kind != Kind::LongText;
        format!("{module}.{} is indexed: {}, searched: {}", field.name, field.indexed, field.searched)
    }

    /// New records of every module.
    pub(super) fn grow(&mut self, random: &mut Random) -> Vec<(String, Uuid, Record)> {
        let ids: BTreeMap<String, Vec<Uuid>> =
            self.records.iter().map(|(module, records)| (module.clone(), records.keys().copied().collect())).collect();
        let mut grown = Vec::new();
        for module in &self.modules {
            for _ in 0..=random.below(3) {
                let id = Uuid::from_u128(u128::from(random.bits()) << 64 | u128::from(random.bits()));
                let name = ("name".to_owned(), Value::Text(format!("n{}", random.below(100))));
                let values = module.fields.iter().map(|field| (field.name.clone(), value(field, &ids, random)));
                let record: Record = values.chain([name]).collect();
                grown.push((module.name.clone(), id, record));
            }
        }
        for (module, id, record) in &grown {
            self.records.entry(module.clone()).or_default().insert(*id, record.clone());
        }
        grown
    }
}

/// What a field has that nobody has given a value.
fn empty(field: &Field) -> Value {
    if matches!(field.kind, Kind::Many(_)) { Value::List(Vec::new()) } else { Value::Null }
}

/// A value for records that are there, and how the YAML writes it.
fn neutral(kind: &Kind) -> (Value, String) {
    match kind {
        Kind::Integer => (Value::Integer(7), "7".to_owned()),
        Kind::Decimal(scale) => (Value::Decimal(7 * 10_i64.pow(u32::from(*scale))), "7".to_owned()),
        Kind::Boolean => (Value::Boolean(true), "true".to_owned()),
        Kind::Date => (Value::Date(20_454), "\"2026-01-01\"".to_owned()),
        Kind::Select(options) => (Value::Text(options[0].clone()), format!("\"{}\"", options[0])),
        Kind::Multi(options) => (Value::List(vec![Value::Text(options[0].clone())]), format!("[{}]", options[0])),
        _ => (Value::Text("seven".to_owned()), "\"seven\"".to_owned()),
    }
}

fn value(field: &Field, ids: &BTreeMap<String, Vec<Uuid>>, random: &mut Random) -> Value {
    if random.chance(30) {
        return if field.required { neutral(&field.kind).0 } else { empty(field) };
    }
    let whole = i64::try_from(random.below(2_000)).unwrap() - 1_000;
    let id = |module: &String, random: &mut Random| match ids.get(module).map(Vec::as_slice) {
        None | Some([]) => None,
        Some(ids) => Some(*random.pick(ids)),
    };
    match &field.kind {
        Kind::Text | Kind::LongText => Value::Text(format!("word{whole}")),
        Kind::Integer => Value::Integer(whole),
        Kind::Decimal(_) => Value::Decimal(whole),
        Kind::Boolean => Value::Boolean(whole > 0),
        Kind::Date => Value::Date(20_000 + i32::try_from(whole).unwrap()),
        Kind::Select(options) => Value::Text(random.pick(options).clone()),
        Kind::Multi(options) => {
            Value::List(options.iter().filter(|_| random.chance(50)).map(|o| Value::Text(o.clone())).collect())
        }
        Kind::One(to) => id(to, random).map_or(Value::Null, Value::Uuid),
        Kind::Any(to) => {
            let module = random.pick(to);
            let pair = |id| Value::List(vec![Value::Text(module.clone()), Value::Uuid(id)]);
            id(module, random).map_or(Value::Null, pair)
        }
        Kind::Many(to) => {
            let linked: BTreeSet<Uuid> = (0..random.below(3)).filter_map(|_| id(to, random)).collect();
            Value::List(linked.into_iter().map(Value::Uuid).collect())
        }
    }
}

/// A value in which an option is another, or none.
fn moved(value: &Value, old: &str, by: Option<&str>) -> Value {
    match value {
        Value::Text(option) if option == old => by.map_or(Value::Null, |by| Value::Text(by.to_owned())),
        Value::List(options) => {
            let mut kept: Vec<Value> = Vec::new();
            for option in options.iter().map(|option| moved(option, old, by)).filter(|option| *option != Value::Null) {
                if !kept.contains(&option) {
                    kept.push(option);
                }
            }
            Value::List(kept)
        }
        other => other.clone(),
    }
}
