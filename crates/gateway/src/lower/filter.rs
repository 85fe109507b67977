//! Filters.

use super::{Leaf, Lowering, OperandSource, argument::Argument};
use crate::{error::Error, schema::model::InputBind};
use kontor_domain::{
    query::{Filter, LikeForm, Quantifier, Test},
    value::Value,
};
use kontor_metadata::{
    model::{ConnectionId, FieldId, FieldType, Module, ModuleId},
    naming,
};

impl<'a> Lowering<'a> {
    /// A filter over a module; all its keys must hold.
    pub(super) fn filter(&mut self, module: ModuleId, argument: &Argument<'a>) -> Result<Filter, Error> {
        self.count(1)?;
        let module = self.catalog.module(module);
        let mut parts = Vec::new();
        for (key, value) in self.entries(argument) {
            let bind = self.types.inputs[&naming::filter_type(&module.name)].fields.get(key).map(|f| f.bind);
            match (bind, key) {
                (Some(InputBind::Field(field)), _) => {
                    self.permit_field(module, field)?;
                    let leaf = Leaf::of(module, module.field(field));
                    self.tests(key, &value, &leaf, &mut parts, &|test| Filter::Field(field, test))?;
                }
                (Some(InputBind::TypeOf(field)), _) => {
                    self.permit_field(module, field)?;
                    let leaf = Leaf::Enum("ModuleName".to_owned());
                    self.tests(key, &value, &leaf, &mut parts, &|test| Filter::TypeOf(field, test))?;
                }
                (Some(InputBind::Related(relation)), _) => parts.push(self.related(module, relation, &value)?),
                (Some(InputBind::Connection(connection)), _) => {
                    self.connected(module, connection, &value, &mut parts)?;
                }
                _ if value.is_null() => {}
                (_, "and" | "or") => {
                    let inner: Result<Vec<_>, _> =
                        self.items(&value).iter().map(|f| self.filter(module.id, f)).collect();
                    parts.push(if key == "and" { Filter::All(inner?) } else { Filter::Any(inner?) });
                }
                (_, "not") => parts.push(Filter::Not(Box::new(self.filter(module.id, &value)?))),
                _ => return Err(Error::input(format!("There is no filter \"{key}\"."))),
            }
        }
        Ok(Filter::All(parts))
    }

    fn related(&mut self, module: &Module, relation: FieldId, value: &Argument<'a>) -> Result<Filter, Error> {
        self.permit_field(module, relation)?;
        if value.is_null() {
            return Ok(Filter::Field(relation, Test::IsNull(true)));
        }
        let FieldType::Relation { to, .. } = module.field(relation).ty else { unreachable!("bound to relations only") };
        self.permit_module(to)?;
        Ok(Filter::One(relation, Box::new(self.filter(to, value)?)))
    }

    fn connected(
        &mut self,
        module: &Module,
        connection: ConnectionId,
        value: &Argument<'a>,
        parts: &mut Vec<Filter>,
    ) -> Result<(), Error> {
        let target = module.connection(connection).targets[0];
        self.permit_module(target)?;
        self.permit_links(module, connection)?;
        let ty = naming::list_filter_type(&self.catalog.module(target).name);
        for (key, value) in self.entries(value).into_iter().filter(|(_, v)| !v.is_null()) {
            if let Some(InputBind::Tagged(name)) = self.types.inputs[&ty].fields.get(key).map(|f| f.bind) {
                parts.push(self.tagged(connection, name, key, &value)?);
                continue;
            }
            let quantifier = match key {
                "some" => Quantifier::Some,
                "every" => Quantifier::Every,
                _ => Quantifier::None,
            };
            parts.push(Filter::Many(connection, quantifier, Box::new(self.filter(target, &value)?)));
        }
        Ok(())
    }

    /// A condition on the names of tags.
    fn tagged(
        &mut self,
        connection: ConnectionId,
        name: FieldId,
        key: &str,
        value: &Argument<'a>,
    ) -> Result<Filter, Error> {
        let some = |filter| Filter::Many(connection, Quantifier::Some, Box::new(filter));
        let named = |test| some(Filter::Field(name, test));
        self.count(1)?;
        Ok(match key {
            "has" => named(Test::Eq(self.operand(value, Leaf::Sought)?)),
            "hasAny" => named(Test::In(self.operand(value, Leaf::List(Box::new(Leaf::Sought)))?)),
            "hasAll" => {
                let mut wanted = Vec::new();
                for tag in self.items(value) {
                    self.count(1)?;
                    wanted.push(named(Test::Eq(self.operand(&tag, Leaf::Sought)?)));
                }
                Filter::All(wanted)
            }
            _ => {
                let any = some(Filter::All(Vec::new()));
                if value.boolean().unwrap_or(true) { Filter::Not(Box::new(any)) } else { any }
            }
        })
    }

    /// The operators given for one field.
    pub(super) fn tests<T>(
        &mut self,
        field: &str,
        argument: &Argument<'a>,
        leaf: &Leaf,
        parts: &mut Vec<T>,
        wrap: &dyn Fn(Test) -> T,
    ) -> Result<(), Error> {
        if argument.is_null() {
            parts.push(wrap(Test::IsNull(true)));
            return Ok(());
        }
        if matches!(leaf, Leaf::Json) {
            return self.json_tests(field, argument, parts, wrap);
        }
        for (operator, value) in self.entries(argument) {
            if value.is_null() {
                let test = match operator {
                    "eq" => Test::IsNull(true),
                    "ne" => Test::IsNull(false),
                    _ => {
                        return Err(Error::input(format!(
                            "\"{field}.{operator}\" needs a value: leave the operator out where there is none, or use `isNull`."
                        )));
                    }
                };
                parts.push(wrap(test));
                continue;
            }
            self.test(field, operator, &value, leaf, parts, wrap)?;
        }
        Ok(())
    }

    /// Tests of a JSON value: at a path, or as a whole.
    fn json_tests<T>(
        &mut self,
        field: &str,
        argument: &Argument<'a>,
        parts: &mut Vec<T>,
        wrap: &dyn Fn(Test) -> T,
    ) -> Result<(), Error> {
        let entries = self.entries(argument);
        let given = |name: &str| entries.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
        let path = match given("path") {
            Some(path) if !path.is_null() => self.operand(path, Leaf::JsonPath)?,
            _ => self.constant(Value::List(Vec::new())),
        };
        if let Some(wanted) = given("isNull").and_then(Argument::boolean) {
            parts.push(wrap(Test::IsNull(wanted)));
        }
        if let Some(wanted) = given("exists").and_then(Argument::boolean) {
            parts.push(wrap(Test::JsonHas { path, wanted }));
        }
        if let Some(value) = given("eq") {
            let value = if value.is_null() {
                self.constant(Value::Json("null".to_owned()))
            } else {
                self.operand(value, Leaf::Json)?
            };
            parts.push(wrap(Test::JsonIs { path, value }));
        }
        if given("path").is_some() && given("eq").or(given("exists")).is_none() {
            return Err(Error::input(format!("\"{field}.path\" needs `eq` or `exists` beside it.")));
        }
        Ok(())
    }

    fn test<T>(
        &mut self,
        field: &str,
        operator: &str,
        value: &Argument<'a>,
        leaf: &Leaf,
        parts: &mut Vec<T>,
        wrap: &dyn Fn(Test) -> T,
    ) -> Result<(), Error> {
        self.count(1)?;
        let element = || leaf.clone().element().sought();
        let list = || Leaf::List(Box::new(element()));
        let test = match operator {
            "eq" => Test::Eq(self.operand(value, element())?),
            "ne" => Test::Ne(self.operand(value, element())?),
            "lt" => Test::Lt(self.operand(value, element())?),
            "lte" => Test::Lte(self.operand(value, element())?),
            "gt" => Test::Gt(self.operand(value, element())?),
            "gte" => Test::Gte(self.operand(value, element())?),
            "in" => Test::In(self.operand(value, list())?),
            "notIn" => Test::NotIn(self.operand(value, list())?),
            "has" => Test::Has(self.operand(value, element())?),
            "hasAny" => Test::HasAny(self.operand(value, list())?),
            "hasAll" => Test::HasAll(self.operand(value, list())?),
            "isNull" | "isEmpty" => {
                let wanted = value.boolean().unwrap_or(true);
                if operator == "isNull" { Test::IsNull(wanted) } else { Test::IsEmpty(wanted) }
            }
            "within" => {
                let range = value.name().unwrap_or_default().to_owned();
                let moment = matches!(leaf, Leaf::Timestamp);
                let from = self.push(OperandSource::Relative { range: range.clone(), end: false, moment });
                let to = self.push(OperandSource::Relative { range, end: true, moment });
                parts.push(wrap(Test::Gte(from)));
                Test::Lt(to)
            }
            "between" => {
                let Some([from, to]) = self.pair(value) else {
                    return Err(Error::input(format!("\"{field}.between\" needs exactly two values.")));
                };
                let (from, to) = (self.operand(&from, element())?, self.operand(&to, element())?);
                parts.push(wrap(Test::Gte(from)));
                Test::Lte(to)
            }
            _ => match like(operator) {
                Some((form, insensitive)) => {
                    Test::Like { operand: self.operand(value, Leaf::Part)?, form, insensitive }
                }
                None => return Err(Error::input(format!("There is no operator \"{operator}\" for \"{field}\"."))),
            },
        };
        parts.push(wrap(test));
        Ok(())
    }
}

fn like(operator: &str) -> Option<(LikeForm, bool)> {
    Some(match operator {
        "like" => (LikeForm::Pattern, false),
        "ilike" => (LikeForm::Pattern, true),
        "contains" => (LikeForm::Contains, false),
        "icontains" => (LikeForm::Contains, true),
        "startsWith" => (LikeForm::StartsWith, false),
        "istartsWith" => (LikeForm::StartsWith, true),
        "endsWith" => (LikeForm::EndsWith, false),
        "iendsWith" => (LikeForm::EndsWith, true),
        _ => return None,
    })
}
