//! Records before they are written: what is copied and computed, and every rule that they break.
//!
//! Only what depends on something that changes is computed and asked, so that a rule that came later does not stand in
//! the way of every change of an older record.

use super::{
    WriteError, consent,
    input::Step,
    layout::{Layout, Row},
    linked::{Linked, Needs},
    message::{self, Broken, Violation},
    picklist,
    session::Session,
    shape, validate,
};
use crate::{
    column::ColumnType,
    context::Moment,
    expression::{Datum, evaluate},
    value::Value,
};
use kontor_metadata::{
    expr::{Formula, Of, Read, Type},
    model::{Field, FieldId, FieldType, Module, ModuleId},
};
use std::{borrow::Cow, collections::HashSet};
use uuid::Uuid;

/// A record that is being written.
pub(super) struct Record {
    pub(super) id: Uuid,
    /// As it was; nothing for a new one.
    pub(super) old: Option<Row>,
    /// As it will be.
    pub(super) new: Row,
    /// Fields that the caller gave values for.
    pub(super) given: Vec<FieldId>,
    /// Computed fields that may be out of date whatever changes.
    pub(super) stale: Vec<FieldId>,
    /// Where its input stands among the arguments.
    pub(super) path: Vec<Step>,
    /// Names of the module's events that the change is.
    pub(super) events: Vec<String>,
}

/// Why records are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// They are new.
    Create,
    /// A caller changes them.
    Update,
    /// Something else that they depend on has changed. What is demanded of the writer's own input is not asked then;
    /// the rules of the record hold all the same.
    Follow,
    /// The person that they are about is erased. Nothing stands in the way of that, and no time is touched by it.
    Erase,
}

impl Purpose {
    /// Whether rules are asked that are about what somebody gives.
    fn asks(self) -> bool {
        matches!(self, Self::Create | Self::Update)
    }
}

/// What a batch of records makes necessary.
#[derive(Default)]
struct Affected<'m> {
    /// In the order in which they can be computed.
    computed: Vec<(&'m Field, &'m Formula)>,
    required: Vec<(&'m Field, &'m Formula)>,
    rules: Vec<&'m kontor_metadata::model::Rule>,
    events: Vec<&'m kontor_metadata::model::Event>,
    links: Vec<&'m Field>,
    copies: Vec<Copy<'m>>,
}

/// A field that is copied from where a relation leads.
struct Copy<'m> {
    to: &'m Field,
    relation: FieldId,
    module: ModuleId,
    from: &'m Field,
}

/// Fills in what follows from the values of the records, and adds the rules that they break to the session's.
pub(super) async fn settle<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    records: &mut [Record],
    purpose: Purpose,
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    let affected = affected(session, module, layout, records, purpose);
    let needs = needs(module, &affected);
    let linked = Linked::load(session, module, &needs, records).await?;
    let language = session.language();
    let mut violations = Vec::new();
    for record in records.iter_mut() {
        let mut broken = Vec::new();
        let state = State { session, module, layout, linked: &linked, moment: session.context.moment };
        state.copy(record, &affected);
        state.touch(record, purpose);
        if purpose.asks() {
            let told = consent::settle(module, layout, record, session.context.moment.now);
            broken.extend(told.into_iter().map(|(field, found)| Told::Field(field, found)));
            let regained = consent::regained(module, layout, record);
            broken.extend(regained.into_iter().map(|field| Told::Field(field, Broken::Erased)));
        }
        state.compute(record, &affected, &mut broken);
        state.check(record, &affected, purpose, &mut broken);
        let changed = changed(layout, record);
        for event in &affected.events {
            if purpose != Purpose::Create && !depends(module, &event.when, &changed) {
                continue;
            }
            if state.holds(record, &event.when, None) && !record.events.contains(&event.name) {
                record.events.push(event.name.clone());
            }
        }
        let told = broken.into_iter().map(|broken| match broken {
            Told::Field(field, broken) => message::violation(field, &broken, language),
            Told::Rule(rule) => message::broken_rule(module, rule, language),
        });
        violations.extend(told.map(|violation: Violation| violation.under(&record.path)));
    }
    session.violations.extend(violations);
    Ok(())
}

/// Gives records the value of a formula in a field, whatever else they break.
pub(super) async fn fill<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    (field, formula): (&'s Field, &'s Formula),
    records: &mut [Record],
) -> Result<(), WriteError> {
    let mut needs = Needs::default();
    needs.formula(module, formula, true);
    let linked = Linked::load(session, module, &needs, records).await?;
    let layout = session.layout(module.id);
    let affected = Affected { computed: vec![(field, formula)], ..Affected::default() };
    let state = State { session, module, layout, linked: &linked, moment: session.context.moment };
    let mut broken = Vec::new();
    records.iter_mut().for_each(|record| state.compute(record, &affected, &mut broken));
    let language = session.language();
    session.violations.extend(broken.into_iter().filter_map(|broken| match broken {
        Told::Field(field, broken) => Some(message::violation(field, &broken, language)),
        Told::Rule(_) => None,
    }));
    session.check()
}

/// A broken rule, of a field or of the record.
enum Told<'m> {
    Field(&'m Field, Broken),
    Rule(&'m kontor_metadata::model::Rule),
}

/// The fields in which a record differs from what it was.
fn changed<'l>(layout: &'l Layout, record: &Record) -> Cow<'l, HashSet<FieldId>> {
    layout.changed(record.old.as_ref(), &record.new)
}

fn affected<'m>(
    session: &Session<'m, '_>,
    module: &'m Module,
    layout: &Layout,
    records: &[Record],
    purpose: Purpose,
) -> Affected<'m> {
    let creating = purpose == Purpose::Create;
    let mut changing: HashSet<FieldId> = HashSet::new();
    if creating {
        changing.extend(&layout.stored);
    } else {
        for record in records {
            changing.extend(changed(layout, record).iter());
            changing.extend(&record.stale);
        }
    }
    let mut copies = Vec::new();
    for field in &module.fields {
        let Some((relation, from)) = &field.logic.copy_from else { continue };
        let Some(relation) = module.find(relation).filter(|relation| changing.contains(&relation.id)) else { continue };
        let FieldType::Relation { to, .. } = relation.ty else { continue };
        if let Some(from) = catalog_field(session, to, from) {
            changing.insert(field.id);
            copies.push(Copy { to: field, relation: relation.id, module: to, from });
        }
    }
    for field in &module.fields {
        if field.logic.touch.iter().any(|touched| changing.contains(touched)) {
            changing.insert(field.id);
        }
    }
    for consent in &module.consents {
        if [consent.given, consent.at, consent.source].iter().any(|field| changing.contains(field)) {
            changing.extend([consent.at, consent.source]);
        }
    }
    let mut computed = Vec::new();
    for id in &module.computed {
        let field = module.field(*id);
        let stale = records.iter().any(|record| record.stale.contains(id));
        let wanted = |formula: &&Formula| creating || stale || depends(module, formula, &changing);
        if let Some(formula) = field.logic.compute.as_ref().filter(wanted) {
            changing.insert(*id);
            computed.push((field, formula));
        }
    }
    let required = module.fields.iter().filter_map(|field| {
        let formula = field.logic.required.as_ref().filter(|_| purpose.asks())?;
        (creating || demanding(module, field, formula, &changing)).then_some((field, formula))
    });
    let links = module.fields.iter().filter(|field| {
        let link = matches!(field.ty, FieldType::Relation { .. } | FieldType::Polymorphic { .. });
        let asked = field.logic.condition.as_ref().is_some_and(|condition| depends(module, condition, &changing));
        // The program's own links hold.
        link && !field.generated && field.column != module.tenant && (changing.contains(&field.id) || asked)
    });
    Affected {
        required: required.collect(),
        rules: module
            .rules
            .iter()
            .filter(|_| purpose != Purpose::Erase)
            .filter(|r| creating || depends(module, &r.check, &changing))
            .collect(),
        events: module.events.iter().filter(|e| creating || depends(module, &e.when, &changing)).collect(),
        links: links.filter(|_| purpose.asks()).collect(),
        computed,
        copies,
    }
}

fn catalog_field<'m>(session: &Session<'m, '_>, module: ModuleId, name: &str) -> Option<&'m Field> {
    session.module(module).find(name)
}

fn needs(module: &Module, affected: &Affected<'_>) -> Needs {
    let mut needs = Needs::default();
    affected.computed.iter().for_each(|(_, formula)| needs.formula(module, formula, true));
    for (field, formula) in &affected.required {
        needs.formula(module, formula, false);
        field.logic.visible.iter().for_each(|visible| needs.formula(module, visible, false));
    }
    affected.rules.iter().for_each(|rule| needs.formula(module, &rule.check, false));
    affected.events.iter().for_each(|event| needs.formula(module, &event.when, false));
    affected.copies.iter().for_each(|copy| needs.copy(copy.relation, copy.from.id));
    for field in &affected.links {
        needs.check(field.id);
        if let Some(condition) = &field.logic.condition {
            needs.condition(module, field.id, condition);
        }
    }
    needs
}

/// Whether a change of these fields may make a field required, or be of it.
fn demanding(module: &Module, field: &Field, required: &Formula, changed: &HashSet<FieldId>) -> bool {
    changed.contains(&field.id)
        || depends(module, required, changed)
        || field.logic.visible.as_ref().is_some_and(|visible| depends(module, visible, changed))
}

/// Whether a linked record meets the condition of a relation of a record.
pub(super) fn meets<'s>(
    session: &Session<'s, '_>,
    module: &'s Module,
    linked: &Linked,
    record: &Record,
    condition: &Formula,
    (to, id): (ModuleId, Uuid),
) -> bool {
    let layout = session.layout(module.id);
    let state = State { session, module, layout, linked, moment: session.context.moment };
    state.holds(record, condition, Some((to, id)))
}

/// Whether a formula uses one of these fields of its own record.
pub(super) fn depends(module: &Module, formula: &Formula, changed: &HashSet<FieldId>) -> bool {
    formula.reads.iter().filter(|read| read.of != Of::Linked).any(|read| {
        let own = read.via.unwrap_or(read.field);
        let inner = module.field(own).on_read().filter(|_| read.via.is_none());
        changed.contains(&own) || inner.is_some_and(|inner| depends(module, inner, changed))
    })
}

/// What a record is looked at with.
struct State<'a, 's, 't> {
    session: &'a Session<'s, 't>,
    module: &'s Module,
    layout: &'a Layout,
    linked: &'a Linked,
    moment: Moment,
}

impl<'s> State<'_, 's, '_> {
    /// Copies fields of linked records whose link is new, where the caller gave no value.
    fn copy(&self, record: &mut Record, affected: &Affected<'_>) {
        for copy in &affected.copies {
            let relation = self.module.field(copy.relation);
            let relinked = self.layout.differs(record.old.as_ref(), &record.new, relation);
            if !relinked || record.given.contains(&copy.to.id) {
                continue;
            }
            let Value::Uuid(id) = *self.layout.value(&record.new, copy.relation) else { continue };
            let value = self.linked.value(self.session, copy.module, id, copy.from.id);
            self.layout.set(&mut record.new, copy.to.id, converted(value, copy.from, copy.to));
        }
    }

    /// Sets fields that say when others changed.
    fn touch(&self, record: &mut Record, purpose: Purpose) {
        let touching = |field: &&Field| !field.logic.touch.is_empty() && purpose != Purpose::Erase;
        for field in self.module.fields.iter().filter(touching) {
            let touched = field.logic.touch.iter().any(|touched| match purpose {
                Purpose::Create => !self.layout.value(&record.new, *touched).is_null(),
                _ => self.layout.differs(record.old.as_ref(), &record.new, self.module.field(*touched)),
            });
            if touched && !record.given.contains(&field.id) {
                let now = match field.ty {
                    FieldType::Date { .. } => Value::Date(self.moment.today),
                    _ => Value::Timestamp(self.moment.now),
                };
                self.layout.set(&mut record.new, field.id, now);
            }
        }
    }

    fn compute(&self, record: &mut Record, affected: &Affected<'s>, broken: &mut Vec<Told<'s>>) {
        for (field, formula) in &affected.computed {
            let Some(ty) = ColumnType::of(field) else { continue };
            match evaluate(&formula.steps, &self.reads(record, formula, None), self.moment).stored(ty) {
                Ok(value) => self.layout.set(&mut record.new, field.id, value),
                Err(_) => broken.push(Told::Field(field, Broken::TooLarge)),
            }
        }
    }

    /// Every rule that the record breaks.
    fn check(&self, record: &Record, affected: &Affected<'s>, purpose: Purpose, broken: &mut Vec<Told<'s>>) {
        let changed = changed(self.layout, record);
        let module = self.module;
        for field in module.fields.iter().filter(|field| field.is_stored() && !field.secret) {
            if field.generated && field.logic.compute.is_none() {
                continue;
            }
            let controlled = field.logic.depends_on.as_ref().is_some_and(|(other, _)| changed.contains(other));
            if !changed.contains(&field.id) && !controlled {
                continue;
            }
            let value = self.layout.value(&record.new, field.id);
            if let Some(found) = validate::check(field, value) {
                broken.push(Told::Field(field, found));
            } else if purpose.asks()
                && let Some(found) = picklist::check(module, field, self.layout, record)
            {
                broken.push(Told::Field(field, found));
            } else if purpose.asks() {
                broken.extend(shape::check(field, value).into_iter().map(|found| Told::Field(field, found)));
            }
        }
        for field in &affected.links {
            if let Some(found) = self.link(record, field, &changed) {
                broken.push(Told::Field(field, found));
            }
        }
        let creating = purpose == Purpose::Create;
        for (field, formula) in &affected.required {
            let asked = creating || demanding(self.module, field, formula, &changed);
            let visible = || field.logic.visible.as_ref().is_none_or(|visible| self.holds(record, visible, None));
            let empty = self.layout.value(&record.new, field.id).is_null();
            if asked && empty && self.holds(record, formula, None) && visible() {
                broken.push(Told::Field(field, Broken::Required));
            }
        }
        for rule in &affected.rules {
            if (creating || depends(self.module, &rule.check, &changed)) && !self.holds(record, &rule.check, None) {
                broken.push(Told::Rule(rule));
            }
        }
    }

    /// What is wrong with a link.
    fn link(&self, record: &Record, field: &Field, changed: &HashSet<FieldId>) -> Option<Broken> {
        let value = self.layout.value(&record.new, field.id);
        let is_new = changed.contains(&field.id);
        match &field.ty {
            FieldType::Relation { to, .. } => {
                let Value::Uuid(id) = *value else { return None };
                let there = self.session.fresh.contains(&id) || self.linked.is_alive(*to, id);
                if is_new && !there {
                    return Some(Broken::Missing(self.session.module(*to).name.clone()));
                }
                let condition = field.logic.condition.as_ref()?;
                if !is_new && !depends(self.module, condition, changed) {
                    return None;
                }
                let holds = self.holds(record, condition, Some((*to, id)));
                (!holds).then(|| Broken::Condition {
                    module: self.session.module(*to).name.clone(),
                    condition: condition.source.clone(),
                })
            }
            FieldType::Polymorphic { to } if is_new => {
                let names = || Broken::Target(to.iter().map(|id| self.session.module(*id).name.clone()).collect());
                let ty = self.layout.type_slot(field.id).map(|slot| &record.new[slot]);
                match (value, ty) {
                    (Value::Null, Some(Value::Null)) => None,
                    (Value::Uuid(id), Some(Value::Text(name))) => {
                        let target = to.iter().find(|id| self.session.module(**id).name == *name);
                        let Some(target) = target else { return Some(names()) };
                        let there = self.session.fresh.contains(id) || self.linked.is_alive(*target, *id);
                        (!there).then(|| Broken::Missing(name.clone()))
                    }
                    _ => Some(names()),
                }
            }
            _ => None,
        }
    }

    fn holds(&self, record: &Record, formula: &Formula, linked: Option<(ModuleId, Uuid)>) -> bool {
        evaluate(&formula.steps, &self.reads(record, formula, linked), self.moment).holds()
    }

    /// The values that a formula reads, by number. `linked` is the record that a `where` is about.
    fn reads(&self, record: &Record, formula: &Formula, linked: Option<(ModuleId, Uuid)>) -> Vec<Datum> {
        formula.reads.iter().map(|read| self.read(record, read, linked)).collect()
    }

    fn read(&self, record: &Record, read: &Read, linked: Option<(ModuleId, Uuid)>) -> Datum {
        let row = match (read.of, &record.old) {
            (Of::Linked, _) => {
                let Some((module, id)) = linked else { return Datum::Null };
                return self.linked_read(module, id, read);
            }
            (Of::Old, None) => return Datum::Null,
            (Of::Old, Some(old)) => old,
            (Of::Record, _) => &record.new,
        };
        let Some(via) = read.via else {
            if read.field == FieldId(0) {
                return Datum::Record(record.id);
            }
            return match self.module.field(read.field).on_read() {
                Some(inner) => evaluate(&inner.steps, &self.reads(record, inner, None), self.moment),
                None => Datum::of(self.layout.value(row, read.field), read.ty),
            };
        };
        let Value::Uuid(id) = *self.layout.value(row, via) else { return Datum::Null };
        let FieldType::Relation { to, .. } = self.module.field(via).ty else { return Datum::Null };
        if read.field == FieldId(0) {
            return Datum::Record(id);
        }
        Datum::of(&self.linked.value(self.session, to, id, read.field), read.ty)
    }

    /// A field of the record that a `where` is about, or of one that it links to.
    fn linked_read(&self, module: ModuleId, id: Uuid, read: &Read) -> Datum {
        let Some(via) = read.via else {
            if read.field == FieldId(0) {
                return Datum::Record(id);
            }
            return Datum::of(&self.linked.value(self.session, module, id, read.field), read.ty);
        };
        let FieldType::Relation { to, .. } = self.session.module(module).field(via).ty else { return Datum::Null };
        match self.linked.value(self.session, module, id, via) {
            Value::Uuid(third) => Datum::of(&self.linked.value(self.session, to, third, read.field), read.ty),
            _ => Datum::Null,
        }
    }
}

/// A value of one field as another holds it; null where it does not fit.
pub(super) fn converted(value: Value, from: &Field, to: &Field) -> Value {
    let (Some(source), Some(target)) = (ColumnType::of(from), ColumnType::of(to)) else { return Value::Null };
    if source == target {
        return value;
    }
    let scale = match source {
        ColumnType::Decimal(scale) => scale.into(),
        _ => 0,
    };
    Datum::of(&value, Type::Number { scale }).stored(target).unwrap_or(Value::Null)
}
