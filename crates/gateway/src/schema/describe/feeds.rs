//! The root fields of subscriptions.

use super::{LANGUAGE, aggregates, input, output, platform::enumeration};
use crate::schema::model::{Bind, EnumType, EnumValue, EventPart, InputField, ObjectType, OutputField, Ref, TypeTable};
use indexmap::IndexMap;
use kontor_metadata::{
    model::{Catalog, Module, Trait},
    naming,
};

/// Whether changes of a module's records are told of: the logs are no records that change.
fn has_feed(module: &Module) -> bool {
    module.operations.read && !(module.system && module.has(Trait::AppendOnly))
}

/// Whether changes of any are.
pub(super) fn has_any(catalog: &Catalog) -> bool {
    catalog.modules.iter().any(has_feed)
}

pub(super) fn subscription(table: &mut TypeTable, catalog: &Catalog) {
    let mut fields = IndexMap::new();
    for module in catalog.modules.iter().filter(|module| has_feed(module)) {
        fields.insert(naming::subscription_field(&module.name), events(table, catalog, module));
        let ty = Ref::required_list(naming::aggregate_type(&module.name));
        let many = module.plural_label.get(LANGUAGE);
        let description =
            format!("{many} in groups, and what is computed of each: at once, and again whenever that has changed.");
        let arguments = aggregates::arguments(module);
        let watched = OutputField { arguments, ..output(ty, Bind::AggregateEvents(module.id), description) };
        fields.insert(naming::aggregate_subscription_field(&module.name), watched);
    }
    if !has_any(catalog) {
        return;
    }
    if catalog.modules.iter().any(|module| module.has(Trait::Feed)) {
        fields.insert("activityFeed".to_owned(), activity_feed(table, catalog));
    }
    if let Some(module) = catalog.find("Notification").filter(|module| module.operations.read) {
        fields.insert("notifications".to_owned(), notifications(module));
    }
    enumerations(table);
    let description = "What happens, as it happens.".to_owned();
    table.objects.insert("Subscription".to_owned(), ObjectType { description, implements: Vec::new(), fields });
}

fn events(table: &mut TypeTable, catalog: &Catalog, module: &Module) -> OutputField {
    let ty = naming::event_type(&module.name);
    let mut parts = parts(&module.name);
    let mut arguments = Vec::new();
    let filter = "Only changes of records that meet these conditions before or after the change. What is said of related records is looked up as they are then.";
    arguments.push(("filter".to_owned(), input(Ref::new(naming::filter_type(&module.name)), filter)));
    arguments.push(("kinds".to_owned(), input(Ref::list("EventKind"), "Only these kinds of changes.")));
    if !module.events.is_empty() {
        let names = naming::event_name_type(&module.name);
        let what = "Only changes that were one of these.";
        arguments.push(("events".to_owned(), input(Ref::list(&names), what)));
        let what = "What the change was, by the names that the module has for it.";
        parts.push(("events", Ref::list(&names), EventPart::Named, what.to_owned()));
        named(table, module, names);
    }
    arguments.extend(going_on());
    let images = "as a JSON object with the names of this API";
    parts.push(("before", Ref::new("JSON"), EventPart::Before, format!("The record before the change, {images}.")));
    parts.push(("after", Ref::new("JSON"), EventPart::After, format!("The record after the change, {images}.")));
    let description = format!("A change of a {}; of a gap only the cursor is told.", module.label.get(LANGUAGE));
    object(table, catalog, &ty, description, parts);
    let many = module.plural_label.get(LANGUAGE);
    let description = format!("Changes of {many}, each once and in the order in which they were made.");
    OutputField { arguments, ..output(Ref::required(ty), Bind::Events(module.id), description) }
}

fn activity_feed(table: &mut TypeTable, catalog: &Catalog) -> OutputField {
    let mut parts = parts("Node");
    parts.push(("module", Ref::new("ModuleName"), EventPart::Module, "Module of the record.".to_owned()));
    let description =
        "Something that happens around records: a note, a call, an e-mail. Of a gap only the cursor is told.";
    object(table, catalog, "FeedItem", description.to_owned(), parts);
    let feeding = catalog.modules.iter().filter(|module| module.has(Trait::Feed));
    let feeding: Vec<_> = feeding.map(|module| module.plural_label.get(LANGUAGE)).collect();
    let all = format!("Only records of these modules; else {}.", feeding.join(", "));
    let mut arguments = vec![
        ("record".to_owned(), input(Ref::new("ID"), "Only what is linked to this record.")),
        ("following".to_owned(), input(Ref::new("Boolean"), "Only what the caller follows, and what is linked to it.")),
        ("modules".to_owned(), input(Ref::list("ModuleName"), all)),
        ("kinds".to_owned(), input(Ref::list("EventKind"), "Only these kinds of changes.")),
    ];
    arguments.extend(going_on());
    let description = "What happens around records, in one stream in the order in which it was done.";
    OutputField { arguments, ..output(Ref::required("FeedItem"), Bind::ActivityFeed, description) }
}

fn notifications(module: &Module) -> OutputField {
    let [_, after] = going_on();
    let description = "What the caller is told: mentions, assignments, reminders, changes of what one follows. The cursor of each is in the `extensions` of its answer. Where some are missing, since they are not kept any more, the answer is an error of the code GAP, and the feed goes on.";
    OutputField { arguments: vec![after], ..output(Ref::required(&module.name), Bind::Inbox(module.id), description) }
}

/// Where a feed begins, and how it goes on.
fn going_on() -> [(String, InputField); 2] {
    let coalesce = "Whether a subscriber that is behind may be told all changes of a record that wait as one. After a reconnection some may be told again.";
    let after = "Everything behind this event first, then what happens; else what happens from now on.";
    [
        ("coalesce".to_owned(), input(Ref::new("Boolean"), coalesce)),
        ("after".to_owned(), input(Ref::new("EventCursor"), after)),
    ]
}

type Parts = Vec<(&'static str, Ref, EventPart, String)>;

/// What every event has, with the type of its record.
fn parts(record: &str) -> Parts {
    let cursor =
        "The place of the event in the log: `after` goes on behind it. It is in the `extensions` of the answer, too.";
    let now = "The record as it is when the event is delivered, where it is there.";
    vec![
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
        ("record", Ref::new(record), EventPart::Record, now.to_owned()),
        (
            "transactionId",
            Ref::new("ID"),
            EventPart::TransactionId,
            "The same for all changes of one operation.".to_owned(),
        ),
        ("occurredAt", Ref::new("DateTime"), EventPart::OccurredAt, "When the operation began.".to_owned()),
        ("actorId", Ref::new("ID"), EventPart::ActorId, "Id of the user who has done it.".to_owned()),
    ]
}

fn object(table: &mut TypeTable, catalog: &Catalog, name: &str, description: String, mut parts: Parts) {
    if catalog.find("User").is_some() {
        parts.push(("actor", Ref::new("User"), EventPart::Actor, "Who has done it.".to_owned()));
    }
    let fields = parts.into_iter().map(|(name, ty, part, text)| (name.to_owned(), output(ty, Bind::Event(part), text)));
    let fields = fields.collect();
    table.objects.insert(name.to_owned(), ObjectType { description, implements: Vec::new(), fields });
}

/// The names of a module's own events.
fn named(table: &mut TypeTable, module: &Module, name: String) {
    let values = module.events.iter().map(|event| EnumValue {
        name: naming::enum_value(&event.name),
        stored: event.name.clone(),
        description: naming::label(&event.name),
        deprecated: false,
    });
    let description = format!("What a change of a {} can be.", module.label.get(LANGUAGE));
    table.enums.insert(name, EnumType { description, values: values.collect() });
}

fn enumerations(table: &mut TypeTable) {
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
}
