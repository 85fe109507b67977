//! Consents: one that is given has a time and a source, one that is not has neither. Who gave it and withdrew it, when and
//! by what, is told by the audit log.

use super::{
    layout::{Layout, Row},
    message::Broken,
    settle::Record,
};
use crate::value::Value;
use kontor_metadata::model::{Consent, Field, FieldId, Module, Trait};

/// Sets what follows from the consents of a record that somebody writes; gives what is wrong with them.
pub(super) fn settle<'m>(
    module: &'m Module,
    layout: &Layout,
    record: &mut Record,
    now: i64,
) -> Vec<(&'m Field, Broken)> {
    let mut broken = Vec::new();
    for consent in &module.consents {
        let parts = [consent.given, consent.at, consent.source];
        if parts.iter().any(|part| layout.differs(record.old.as_ref(), &record.new, module.field(*part))) {
            broken.extend(one(consent, layout, record, now).map(|(part, found)| (module.field(part), found)));
        }
    }
    broken
}

fn one(consent: &Consent, layout: &Layout, record: &mut Record, now: i64) -> Option<(FieldId, Broken)> {
    let is_given = |row: &Row| *layout.value(row, consent.given) == Value::Boolean(true);
    if !is_given(&record.new) {
        layout.set(&mut record.new, consent.at, Value::Null);
        layout.set(&mut record.new, consent.source, Value::Null);
        return None;
    }
    let before = record.old.as_ref().filter(|old| is_given(old));
    let source = layout.value(&record.new, consent.source);
    let blank = matches!(source, Value::Text(text) if text.trim().is_empty()) || source.is_null();
    // A source that is left from before was that of another consent.
    if blank || (before.is_none() && !record.given.contains(&consent.source)) {
        return Some((consent.source, Broken::Required));
    }
    let renewed = before.is_none_or(|before| layout.value(before, consent.source) != source);
    let told = record.given.contains(&consent.at) && !layout.value(&record.new, consent.at).is_null();
    if !told && (renewed || layout.value(&record.new, consent.at).is_null()) {
        layout.set(&mut record.new, consent.at, Value::Timestamp(now));
    }
    match layout.value(&record.new, consent.at) {
        Value::Timestamp(at) if *at > now => Some((consent.at, Broken::Future)),
        _ => None,
    }
}

/// Personal fields that get a value again, though the person that the record is was erased.
pub(super) fn regained<'m>(module: &'m Module, layout: &Layout, record: &Record) -> Vec<&'m Field> {
    let erased_at = module.has(Trait::Person).then(|| module.find("erased_at")).flatten();
    let (Some(erased_at), Some(old)) = (erased_at, &record.old) else { return Vec::new() };
    if layout.value(old, erased_at.id).is_null() {
        return Vec::new();
    }
    let gains = |field: &&Field| {
        let value = layout.value(&record.new, field.id);
        field.personal && field.logic.compute.is_none() && !value.is_null() && value != layout.value(old, field.id)
    };
    module.fields.iter().filter(gains).collect()
}
