//! Values of records, from the argument of a mutation to the domain's inputs. What cannot be read as a value of its field is
//! noted beside it, so that all that is wrong with a record is told at once.

use crate::{
    error::{Error, is_german},
    limits,
    lower::{self, Leaf},
    schema::model::{InputBind, InputField, TypeTable},
};
use async_graphql::indexmap::IndexMap;
use async_graphql_value::{ConstValue, Name};
use kontor_domain::{
    mutation::{Assignment, Becomes, Becoming, Input, Links, Step, Violation},
    value::Value,
};
use kontor_metadata::{
    model::{Catalog, ConnectionId, ConversionTarget, FieldId, FieldType, Module, ModuleId, Via},
    naming,
};

/// Most records that one operation may hold the values of.
const MOST_RECORDS: usize = 10_000;
/// Most levels of new records within new records.
const DEEPEST: usize = 10;

/// Reads inputs.
pub(crate) struct Reader<'a> {
    /// The modules.
    pub(crate) catalog: &'a Catalog,
    /// The types of inputs.
    pub(crate) types: &'a TypeTable,
    /// The caller's language.
    pub(crate) language: &'a str,
    /// Records that the operation has held so far.
    pub(crate) records: &'a mut usize,
}

impl Reader<'_> {
    /// The values of one record, from an input of this type that stands at this path, so many records deep.
    ///
    /// # Errors
    /// When the operation has more records than allowed, or they are nested deeper.
    pub(crate) fn record(
        &mut self,
        module: ModuleId,
        ty: &str,
        given: &ConstValue,
        path: Vec<Step>,
        depth: usize,
    ) -> Result<Input, Error> {
        *self.records += 1;
        if *self.records > MOST_RECORDS {
            let message = format!("The operation writes more than {MOST_RECORDS} records: send several.");
            return Err(limits::exceeded("recordsToWrite", *self.records as u64, MOST_RECORDS as u64, message));
        }
        if depth > DEEPEST {
            let message = format!("New records are nested more than {DEEPEST} levels deep.");
            return Err(limits::exceeded("recordsDeep", depth as u64, DEEPEST as u64, message));
        }
        let module = self.catalog.module(module);
        let mut input = Input { path, ..Input::default() };
        let (ConstValue::Object(given), Some(ty)) = (given, self.types.inputs.get(ty)) else { return Ok(input) };
        for (key, value) in given {
            let Some(key) = ty.fields.get_key_value(key.as_str()) else { continue };
            match key.1.bind {
                // The other key of the relation decides.
                InputBind::Field(field) if is_null(Some(value)) && !is_null(given.get(&*module.field(field).gql)) => {}
                InputBind::Field(field) => {
                    let leaf = Leaf::of(module, module.field(field));
                    self.assign(module, &mut input, &[key.0], (field, false), &leaf, value);
                }
                InputBind::TypeOf(field) => {
                    let leaf = Leaf::Enum("ModuleName".to_owned());
                    self.assign(module, &mut input, &[key.0], (field, true), &leaf, value);
                }
                // The number of an upload, which is replaced by the place of the file.
                InputBind::Upload(field) => {
                    self.assign(module, &mut input, &[key.0], (field, false), &Leaf::Text, value);
                }
                InputBind::Link(field) => self.link(module, &mut input, key, field, (given, value), depth)?,
                InputBind::Links(connection) => self.links(module, &mut input, key, connection, value, depth)?,
                _ => {}
            }
        }
        Ok(input)
    }

    /// What is said of the records that another becomes, in the order of its conversion.
    ///
    /// # Errors
    /// As [`Reader::record`].
    pub(crate) fn becoming(
        &mut self,
        module: &Module,
        given: Option<&ConstValue>,
        path: &[Step],
    ) -> Result<Vec<Becoming>, Error> {
        let Some(conversion) = &module.conversion else { return Ok(Vec::new()) };
        let said = |key: &str| match given {
            Some(ConstValue::Object(said)) => said.get(key),
            _ => None,
        };
        let mut becoming = Vec::with_capacity(conversion.targets.len());
        for target in &conversion.targets {
            let path = beneath(path, &[&target.gql]);
            let what = match said(&target.gql) {
                Some(ConstValue::Object(said)) => self.becomes(module, target, said, path.clone())?,
                _ => Becomes::AsFits,
            };
            becoming.push(Becoming { path, what });
        }
        Ok(becoming)
    }

    fn becomes(
        &mut self,
        module: &Module,
        target: &ConversionTarget,
        said: &IndexMap<Name, ConstValue>,
        path: Vec<Step>,
    ) -> Result<Becomes, Error> {
        let said = said.iter().filter(|(_, value)| !matches!(value, ConstValue::Null | ConstValue::Boolean(false)));
        let said: Vec<_> = said.map(|(verb, value)| (verb.as_str(), value)).collect();
        let refused = |rule: &'static str, message: &str| {
            Becomes::Unreadable(Violation { path: path.clone(), rule: rule.into(), message: message.to_owned() })
        };
        Ok(match said.as_slice() {
            [] => Becomes::AsFits,
            [("create", value)] => {
                let ty = naming::convert_create_input_type(&module.name, &self.catalog.module(target.module).name);
                Becomes::New(Box::new(self.record(target.module, &ty, value, path, 1)?))
            }
            [("link", value)] => match lower::convert(self.types, &Leaf::Id, value) {
                Ok(Value::Uuid(id)) => Becomes::There(id),
                Ok(_) => Becomes::AsFits,
                Err(unreadable) => refused(unreadable.rule, unreadable.message(self.german())),
            },
            [("skip", _)] => Becomes::Nothing,
            _ if self.german() => refused("exclusive", "Anzugeben ist eines von create, link und skip."),
            _ => refused("exclusive", "Give one of create, link and skip."),
        })
    }

    /// What is said of the record that a relation leads to.
    fn link(
        &mut self,
        module: &Module,
        input: &mut Input,
        (key, declared): (&String, &InputField),
        relation: FieldId,
        (given, value): (&IndexMap<Name, ConstValue>, &ConstValue),
        depth: usize,
    ) -> Result<(), Error> {
        let field = module.field(relation);
        let by_id = format!("{}Id", field.gql);
        let ConstValue::Object(said) = value else {
            if !given.contains_key(by_id.as_str()) {
                input.values.push(Assignment { field: relation, is_type: false, value: Value::Null });
            }
            return Ok(());
        };
        let said = || said.iter().filter(|(_, value)| !matches!(value, ConstValue::Null | ConstValue::Boolean(false)));
        let twice = !is_null(given.get(by_id.as_str()));
        if twice || said().count() > 1 {
            let message = match (twice, self.german()) {
                (true, false) => format!("give either `{key}` or `{by_id}`."),
                (true, true) => format!("anzugeben ist entweder `{key}` oder `{by_id}`."),
                (false, false) => "give one of `create`, `link` and `unlink`.".to_owned(),
                (false, true) => "anzugeben ist eines von `create`, `link` und `unlink`.".to_owned(),
            };
            self.refuse(module, input, &[key.as_str()], relation, "exclusive", &message);
            return Ok(());
        }
        for (verb, value) in said() {
            match (verb.as_str(), &field.ty) {
                ("create", FieldType::Relation { to, .. }) => {
                    let path = beneath(&input.path, &[key.as_str()]);
                    let ty = self.type_of(&declared.ty.name, verb);
                    let record = self.record(*to, &ty, value, path, depth + 1)?;
                    input.related.push((relation, record));
                }
                ("link", _) => {
                    self.assign(module, input, &[key.as_str(), "link"], (relation, false), &Leaf::Id, value);
                }
                ("unlink", _) => {
                    input.values.push(Assignment { field: relation, is_type: false, value: Value::Null });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What is said of the records that a connection leads to.
    fn links(
        &mut self,
        module: &Module,
        input: &mut Input,
        (key, declared): (&String, &InputField),
        connection: ConnectionId,
        value: &ConstValue,
        depth: usize,
    ) -> Result<(), Error> {
        let ConstValue::Object(said) = value else { return Ok(()) };
        let (target, back) = {
            let connection = module.connection(connection);
            let back = match &connection.via {
                Via::ForeignKey { field } | Via::Polymorphic { field } => Some(*field),
                Via::Junction { .. } => None,
            };
            (connection.targets[0], back)
        };
        let mut links = Links::default();
        for (verb, value) in said {
            for (n, item) in items(value).iter().enumerate() {
                if verb == "create" {
                    let mut path = beneath(&input.path, &[key.as_str()]);
                    path.push(Step::Index(n));
                    let ty = self.type_of(&declared.ty.name, verb);
                    let mut record = self.record(target, &ty, item, path, depth + 1)?;
                    if let Some(back) = back {
                        self.known(target, back, &mut record);
                    }
                    links.create.push(record);
                    continue;
                }
                let into = if verb == "link" { &mut links.link } else { &mut links.unlink };
                match lower::convert(self.types, &Leaf::Id, item) {
                    Ok(Value::Uuid(id)) => into.push(id),
                    Ok(_) => {}
                    Err(unreadable) => {
                        let mut path = beneath(&input.path, &[key.as_str(), verb.as_str()]);
                        path.push(Step::Index(n));
                        let label = module.connection(connection).label.get(self.tongue());
                        let message = format!("{label}: {}", unreadable.message(self.german()));
                        input.unreadable.push(Violation { path, rule: unreadable.rule.into(), message });
                    }
                }
            }
        }
        input.connected.push((connection, links));
        Ok(())
    }

    /// A record that is created under another is linked to it, and says nothing else of that link.
    fn known(&self, module: ModuleId, back: FieldId, record: &mut Input) {
        let module = self.catalog.module(module);
        let before = record.values.len() + record.related.len();
        record.values.retain(|assignment| assignment.field != back);
        record.related.retain(|(field, _)| *field != back);
        if record.values.len() + record.related.len() < before {
            let message = if self.german() {
                "ist der Datensatz, mit dem dieser angelegt wird."
            } else {
                "is the record that this one is created with."
            };
            let key = format!("{}Id", module.field(back).gql);
            self.refuse(module, record, &[&key], back, "exclusive", message);
        }
    }

    /// The name of the type of a key of an input.
    fn type_of(&self, input: &str, key: &str) -> String {
        self.types.inputs[input].fields[key].ty.name.clone()
    }

    /// The value of a field, which stands under these keys of the record's input.
    fn assign(
        &self,
        module: &Module,
        input: &mut Input,
        keys: &[&str],
        (field, is_type): (FieldId, bool),
        leaf: &Leaf,
        value: &ConstValue,
    ) {
        if input.values.iter().any(|given| given.field == field && given.is_type == is_type) {
            let message = match self.german() {
                false => "give it under one of its names.",
                true => "unter nur einem Namen anzugeben.",
            };
            return self.refuse(module, input, keys, field, "exclusive", message);
        }
        match lower::convert(self.types, leaf, value) {
            Ok(value) => input.values.push(Assignment { field, is_type, value }),
            Err(unreadable) => {
                let message = unreadable.message(self.german());
                self.refuse(module, input, keys, field, unreadable.rule, message);
            }
        }
    }

    fn refuse(
        &self,
        module: &Module,
        input: &mut Input,
        keys: &[&str],
        field: FieldId,
        rule: &'static str,
        message: &str,
    ) {
        let path = beneath(&input.path, keys);
        let message = format!("{}: {message}", module.field(field).label.get(self.tongue()));
        input.unreadable.push(Violation { path, rule: rule.into(), message });
    }

    fn german(&self) -> bool {
        is_german(self.language)
    }

    fn tongue(&self) -> &'static str {
        if self.german() { "de" } else { "en" }
    }
}

/// Whether there is no value, or null.
fn is_null(value: Option<&ConstValue>) -> bool {
    value.is_none_or(|value| *value == ConstValue::Null)
}

/// The elements of a list; a single value is a list of one.
fn items(value: &ConstValue) -> &[ConstValue] {
    match value {
        ConstValue::List(items) => items,
        ConstValue::Null => &[],
        single => std::slice::from_ref(single),
    }
}

fn beneath(path: &[Step], keys: &[&str]) -> Vec<Step> {
    path.iter().cloned().chain(keys.iter().map(|key| Step::Key((*key).to_owned()))).collect()
}
