//! Aggregates: keys, conditions on groups, their order, and what is selected of them.

use super::{Leaf, Lowering, Selected, argument::Argument, operand::OperandSource};
use crate::{
    error::Error,
    limits,
    schema::model::{Bind, Calculation, GroupBind, InputBind},
};
use async_graphql::parser::types::SelectionSet;
use kontor_domain::{
    column::ColumnType,
    plan,
    query::{
        Operand,
        aggregate::{Aggregation, Bucket, GroupOrder, GroupPart, Having, Key, KeyValue, Measure, OrderedBy},
    },
};
use kontor_metadata::{
    model::{FieldId, FieldType, Module, ModuleId},
    naming,
};

/// Groups unless said otherwise.
const DEFAULT_GROUPS: u32 = 1_000;
/// Most keys of a group, and most relations in them: SQLite joins 64 tables at most.
const MOST_KEYS: usize = 20;

impl<'a> Lowering<'a> {
    /// Groups of the records of a module.
    pub(super) fn aggregation(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Aggregation, Error> {
        self.scans += 1;
        let filter = self.filter_argument(module, selected)?;
        let zone = match self.optional_operand(selected, "timeZone", Leaf::TimeZone)? {
            Some(zone) => zone,
            None => self.push(OperandSource::Zone),
        };
        let mut keys = Vec::new();
        if let Some(group_by) = self.argument(selected.field, "groupBy") {
            for key in self.items(&group_by) {
                keys.push(self.group_key(module, &key, Vec::new(), zone)?);
            }
        }
        let joins: usize = keys.iter().map(|key| key.path.len()).sum();
        if keys.len() > MOST_KEYS || joins > MOST_KEYS {
            let message = format!("`groupBy` may have {MOST_KEYS} keys and go through {MOST_KEYS} relations at most.");
            return Err(limits::exceeded("groupKeys", keys.len().max(joins) as u64, MOST_KEYS as u64, message));
        }
        let having = match self.argument(selected.field, "having") {
            Some(having) if !having.is_null() => Some(self.having(module, &having)?),
            _ => None,
        };
        let mut order = Vec::new();
        if let Some(order_by) = self.argument(selected.field, "orderBy") {
            for one in self.items(&order_by) {
                order.push(self.group_order(module, &one, &keys)?);
            }
        }
        if order.len() > MOST_KEYS {
            let message = format!("`orderBy` may have {MOST_KEYS} keys at most.");
            return Err(limits::exceeded("orderKeys", order.len() as u64, MOST_KEYS as u64, message));
        }
        let size = self.size(selected, "first")?.unwrap_or(DEFAULT_GROUPS);
        let offset = self.offset(selected)?;
        let deleted = self.deleted(selected);
        let parts = self.group_parts(module, &selected.sets, &keys)?;
        self.count(keys.len() + joins)?;
        Ok(Aggregation { module, filter, deleted, keys, having, order, size, offset, parts })
    }

    fn group_key(
        &mut self,
        module: ModuleId,
        key: &Argument<'a>,
        mut path: Vec<FieldId>,
        zone: Operand,
    ) -> Result<Key, Error> {
        let module = self.catalog.module(module);
        let entries = self.entries(key);
        let [(name, value)] = entries.as_slice() else {
            return Err(Error::input(
                "Each key of `groupBy` must be an object with exactly one key, as in [{industry: true}, {createdAt: MONTH}].",
            ));
        };
        let ty = &self.types.inputs[&naming::group_by_type(&module.name)];
        let Some(field) = ty.fields.get(*name) else {
            return Err(Error::input(format!("There is no group by \"{name}\".")));
        };
        let value = match (field.bind, field.ty.name.as_str()) {
            (InputBind::Related(relation), _) => {
                let FieldType::Relation { to, .. } = module.field(relation).ty else {
                    unreachable!("bound to relations only")
                };
                self.permit_field(module, relation)?;
                self.permit_module(to)?;
                path.push(relation);
                return self.group_key(to, value, path, zone);
            }
            (InputBind::Field(field), "DateBucket" | "DateTimeBucket") => {
                let bucket = value.name().and_then(Bucket::find).ok_or_else(|| {
                    Error::input(format!("The period of \"{name}\" is missing, such as {{{name}: MONTH}}."))
                })?;
                KeyValue::Bucket { field, bucket, zone }
            }
            (bind, _) => {
                if value.boolean() != Some(true) {
                    let message = format!("To group by \"{name}\" say `{{{name}: true}}`; leave it out not to.");
                    return Err(Error::input(message));
                }
                match bind {
                    InputBind::TypeOf(field) => KeyValue::TypeOf(field),
                    InputBind::Field(field) => KeyValue::Field(field),
                    _ => return Err(Error::input(format!("There is no group by \"{name}\"."))),
                }
            }
        };
        self.permit_field(module, field_of(value))?;
        Ok(Key { path, value })
    }

    fn having(&mut self, module: ModuleId, argument: &Argument<'a>) -> Result<Having, Error> {
        self.count(1)?;
        let own = naming::having_type(&self.catalog.module(module).name);
        let mut parts = Vec::new();
        for (key, value) in self.entries(argument).into_iter().filter(|(_, value)| !value.is_null()) {
            match (self.types.inputs[&own].fields.get(key).map(|f| (f.bind, &f.ty.name)), key) {
                (Some((InputBind::Each(calculation), ty)), _) => {
                    for (name, conditions) in self.entries(&value) {
                        let Some(InputBind::Field(field)) = self.types.inputs[ty].fields.get(name).map(|f| f.bind)
                        else {
                            return Err(Error::input(format!("There is no condition on \"{key}.{name}\".")));
                        };
                        self.permit_field(self.catalog.module(module), field)?;
                        let measure = measure(calculation, field);
                        self.measured(&format!("{key}.{name}"), module, measure, &conditions, &mut parts)?;
                    }
                }
                (_, "count") => self.measured(key, module, Measure::Count, &value, &mut parts)?,
                (_, "and" | "or") => {
                    let inner: Result<Vec<_>, _> = self.items(&value).iter().map(|h| self.having(module, h)).collect();
                    parts.push(if key == "and" { Having::All(inner?) } else { Having::Any(inner?) });
                }
                (_, "not") => parts.push(Having::Not(Box::new(self.having(module, &value)?))),
                _ => return Err(Error::input(format!("There is no condition \"{key}\" on groups."))),
            }
        }
        Ok(Having::All(parts))
    }

    fn measured(
        &mut self,
        name: &str,
        module: ModuleId,
        measure: Measure,
        conditions: &Argument<'a>,
        parts: &mut Vec<Having>,
    ) -> Result<(), Error> {
        let leaf = leaf(plan::measured(self.catalog, module, measure));
        self.tests(name, conditions, &leaf, parts, &|test| Having::Test(measure, test))
    }

    fn group_order(&mut self, module: ModuleId, one: &Argument<'a>, keys: &[Key]) -> Result<GroupOrder, Error> {
        let entries = self.entries(one);
        let [(name, value)] = entries.as_slice() else {
            return Err(Error::input(
                "Each key of `orderBy` must be an object with exactly one key, as in [{count: DESC}, {sum: {amount: DESC}}].",
            ));
        };
        let own = naming::aggregate_order_type(&self.catalog.module(module).name);
        let field = self.types.inputs[&own].fields.get(*name);
        match (field.map(|f| (f.bind, &f.ty.name)), *name) {
            (Some((InputBind::Each(calculation), ty)), _) => {
                let inner = self.entries(value);
                let [(name, direction)] = inner.as_slice() else {
                    return Err(Error::input(format!("`{name}` in `orderBy` must have exactly one key.")));
                };
                match self.types.inputs[ty].fields.get(*name).map(|f| f.bind) {
                    Some(InputBind::Field(field)) => {
                        self.permit_field(self.catalog.module(module), field)?;
                        ordered(name, direction, OrderedBy::Measure(measure(calculation, field)))
                    }
                    _ => Err(Error::input(format!("There is no order by \"{name}\"."))),
                }
            }
            (_, "count") => ordered(name, value, OrderedBy::Measure(Measure::Count)),
            (_, "group") => {
                let key = self.order_key(module, value, Vec::new())?;
                let number = keys.iter().position(|k| k.path == key.path && field_of(k.value) == key.field);
                let number = number.ok_or_else(|| {
                    Error::input(
                        "`orderBy` has a `group` that `groupBy` has not: groups are ordered by their own keys.",
                    )
                })?;
                let by = OrderedBy::Key(number);
                Ok(GroupOrder { by, descending: key.descending, nulls_first: key.nulls_first })
            }
            _ => Err(Error::input(format!("There is no order by \"{name}\"."))),
        }
    }

    fn group_parts(
        &mut self,
        module: ModuleId,
        sets: &[&'a SelectionSet],
        keys: &[Key],
    ) -> Result<Vec<(String, GroupPart)>, Error> {
        let ty = naming::aggregate_type(&self.catalog.module(module).name);
        let mut parts = Vec::new();
        for selected in self.collect(&ty, sets) {
            let name = selected.field.name.node.as_str();
            let field = self.types.objects[&ty].fields.get(name);
            let part = match field.map(|f| (f.bind, &f.ty.name)) {
                Some((Bind::Group(GroupBind::Keys), _)) => GroupPart::Keys,
                Some((Bind::Group(GroupBind::Key), _)) => {
                    GroupPart::Object(self.group_keys(self.catalog.module(module), &selected.sets, &[], keys)?)
                }
                Some((Bind::Group(GroupBind::Count), _)) => GroupPart::Measure(Measure::Count),
                Some((Bind::Group(GroupBind::Each(calculation)), ty)) => {
                    let mut inner = Vec::new();
                    for part in self.collect(ty, &selected.sets) {
                        let value = match self.types.objects[ty].fields.get(part.field.name.node.as_str()) {
                            Some(field) => match field.bind {
                                Bind::Column(field) => {
                                    self.permit_field(self.catalog.module(module), field)?;
                                    GroupPart::Measure(measure(calculation, field))
                                }
                                _ => GroupPart::Constant(format!("\"{ty}\"")),
                            },
                            None => GroupPart::Constant(format!("\"{ty}\"")),
                        };
                        self.count(1)?;
                        inner.push((part.key, value));
                    }
                    GroupPart::Object(inner)
                }
                _ => GroupPart::Constant(format!("\"{ty}\"")),
            };
            parts.push((selected.key, part));
        }
        Ok(parts)
    }

    fn group_keys(
        &mut self,
        module: &Module,
        sets: &[&'a SelectionSet],
        path: &[FieldId],
        keys: &[Key],
    ) -> Result<Vec<(String, GroupPart)>, Error> {
        let ty = naming::group_type(&module.name);
        let mut parts = Vec::new();
        for selected in self.collect(&ty, sets) {
            let name = selected.field.name.node.as_str();
            let (field, is_type) = match self.types.objects[&ty].fields.get(name).map(|f| f.bind) {
                Some(Bind::Related(relation)) => {
                    let FieldType::Relation { to, .. } = module.field(relation).ty else {
                        unreachable!("bound to relations only")
                    };
                    let path = [path, &[relation]].concat();
                    let inner = self.group_keys(self.catalog.module(to), &selected.sets, &path, keys)?;
                    parts.push((selected.key, GroupPart::Object(inner)));
                    continue;
                }
                Some(Bind::Column(field)) => (field, false),
                Some(Bind::TypeOf(field)) => (field, true),
                _ => {
                    parts.push((selected.key, GroupPart::Constant(format!("\"{ty}\""))));
                    continue;
                }
            };
            let number = keys.iter().position(|k| {
                k.path == path
                    && match k.value {
                        KeyValue::Field(f) => f == field && !is_type,
                        KeyValue::TypeOf(f) => f == field && is_type,
                        KeyValue::Bucket { field: f, bucket, .. } => f == field && !bucket.is_cyclic(),
                    }
            });
            let number = number.ok_or_else(|| {
                let message = format!(
                    "\"{name}\" is not what the groups have in common: add it to `groupBy`, or select it in `keys` if it is a number."
                );
                Error::input(message).at(selected.pos)
            })?;
            parts.push((selected.key, GroupPart::Key(number)));
        }
        Ok(parts)
    }
}

fn measure(calculation: Calculation, field: FieldId) -> Measure {
    match calculation {
        Calculation::CountValues => Measure::CountValues(field),
        Calculation::CountDistinct => Measure::CountDistinct(field),
        Calculation::Sum => Measure::Sum(field),
        Calculation::Avg => Measure::Avg(field),
        Calculation::Min => Measure::Min(field),
        Calculation::Max => Measure::Max(field),
    }
}

fn field_of(value: KeyValue) -> FieldId {
    match value {
        KeyValue::Field(field) | KeyValue::TypeOf(field) | KeyValue::Bucket { field, .. } => field,
    }
}

fn ordered(name: &str, direction: &Argument<'_>, by: OrderedBy) -> Result<GroupOrder, Error> {
    let (descending, nulls_first) = super::list::direction(name, direction)?;
    Ok(GroupOrder { by, descending, nulls_first })
}

/// How operands of conditions on a computed value are read.
fn leaf(ty: ColumnType) -> Leaf {
    match ty {
        ColumnType::Integer | ColumnType::BigInt => Leaf::Integer,
        ColumnType::Decimal(scale) => Leaf::Decimal(scale),
        ColumnType::Float => Leaf::Float,
        ColumnType::Date => Leaf::Date,
        ColumnType::Time => Leaf::Time,
        ColumnType::Timestamp => Leaf::Timestamp,
        _ => Leaf::Text,
    }
}
