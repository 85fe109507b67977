//! The root fields of subscriptions.

use super::{LANGUAGE, input, output, platform::enumeration};
use crate::schema::model::{Bind, EventPart, ObjectType, OutputField, Ref, TypeTable};
use indexmap::IndexMap;
use kontor_metadata::{
    model::{Catalog, Module, Trait},
    naming,
};

pub(super) fn subscription(table: &mut TypeTable, catalog: &Catalog) {
    let mut fields = IndexMap::new();
    // What is not audited writes no events.
    for module in catalog.modules.iter().filter(|m| m.operations.read && m.has(Trait::Audited)) {
        event(table, catalog, module);
        let many = module.plural_label.get(LANGUAGE);
        let description = format!("Changes of {many}, each once and in the order in which they were made.");
        let filter = "Only changes of records that meet these conditions before or after the change; conditions on stored fields of the record itself, not on related records.";
        let after = "Everything behind this event first, then what happens; else what happens from now on.";
        let arguments = vec![
            ("filter".to_owned(), input(Ref::new(naming::filter_type(&module.name)), filter)),
            ("kinds".to_owned(), input(Ref::list("EventKind"), "Only these kinds of changes.")),
            ("after".to_owned(), input(Ref::new("EventCursor"), after)),
        ];
        let ty = Ref::required(naming::event_type(&module.name));
        let field = OutputField { arguments, ..output(ty, Bind::Events(module.id), description) };
        fields.insert(naming::subscription_field(&module.name), field);
    }
    if fields.is_empty() {
        return;
    }
    enumeration(
        table,
        "EventKind",
        "What happened to a record.",
        &[
            ("CREATED", "It was created."),
            ("UPDATED", "It was changed."),
            ("DELETED", "It was deleted."),
            ("RESTORED", "It came back."),
            ("PURGED", "It was removed for good."),
            ("GAP", "Events are missing here, since they are not kept any more: read the records anew."),
        ],
    );
    enumeration(
        table,
        "EventTransition",
        "What a change means for what the subscription is to: records that are there and meet its filter.",
        &[
            ("ENTERED", "The record is among them now."),
            ("UPDATED", "The record was and is among them."),
            ("LEFT", "The record is not among them any more; nothing but its id is told of it."),
        ],
    );
    let description = "What happens, as it happens.".to_owned();
    table.objects.insert("Subscription".to_owned(), ObjectType { description, implements: Vec::new(), fields });
}

fn event(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    let cursor = "The place of the event in the log: `after` goes on behind it.";
    let images = "as a JSON object with the names of this API";
    let mut parts = vec![
        ("cursor", Ref::required("EventCursor"), EventPart::Cursor, cursor.to_owned()),
        ("kind", Ref::required("EventKind"), EventPart::Kind, "What happened.".to_owned()),
        ("transition", Ref::new("EventTransition"), EventPart::Transition, "What it means here.".to_owned()),
        ("recordId", Ref::new("ID"), EventPart::RecordId, "Id of the record.".to_owned()),
        (
            "changedFields",
            Ref::list("String"),
            EventPart::ChangedFields,
            "Names of the fields that have changed.".to_owned(),
        ),
        ("before", Ref::new("JSON"), EventPart::Before, format!("The record before the change, {images}.")),
        ("after", Ref::new("JSON"), EventPart::After, format!("The record after the change, {images}.")),
        (
            "record",
            Ref::new(&module.name),
            EventPart::Record,
            "The record as it is when the event is delivered, where it is there.".to_owned(),
        ),
        (
            "transactionId",
            Ref::new("ID"),
            EventPart::TransactionId,
            "The same for all changes of one operation.".to_owned(),
        ),
        ("occurredAt", Ref::new("DateTime"), EventPart::OccurredAt, "When the operation began.".to_owned()),
        ("actorId", Ref::new("ID"), EventPart::ActorId, "Id of the user who has done it.".to_owned()),
    ];
    if catalog.find("User").is_some() {
        parts.push(("actor", Ref::new("User"), EventPart::Actor, "Who has done it.".to_owned()));
    }
    let fields = parts
        .into_iter()
        .map(|(name, ty, part, text)| (name.to_owned(), output(ty, Bind::Event(part), text)))
        .collect();
    let description = format!("A change of a {}; of a gap only the cursor is told.", module.label.get(LANGUAGE));
    table.objects.insert(naming::event_type(&module.name), ObjectType { description, implements: Vec::new(), fields });
}
