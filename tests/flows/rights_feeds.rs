//! What every feed tells, and what it counts, held against the naive reading.

use super::rights_world::{demo, id};
use crate::support::{Asking, Who, backends, told};
use kontor_gateway::engine::Told;
use kontor_metadata::{
    model::{Action, Field, FieldType, Level, Module},
    naming,
};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// A text that may be anything.
fn text(module: &Module) -> Option<&Field> {
    module.fields.iter().find(|field| {
        let plain = matches!(&field.ty, FieldType::Text { pattern: None, .. } | FieldType::LongText { .. });
        let free = field.logic.compute.is_none() && field.logic.depends_on.is_none();
        let unique = module.indexes.iter().any(|index| index.unique && index.fields.contains(&field.id));
        plain && free && !unique && !field.secret && !field.generated && !field.immutable && field.access.is_empty()
    })
}

/// Each feed of a module tells of the changes of records that its subscriber may read, and of no others; what counts them
/// counts those.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_feed_tells_of_what_the_role_may_read() {
    for backend in backends() {
        let (app, org, world, people) = demo(backend).await;
        let admin = Who { id: people[0].id, role: "admin".to_owned(), modules: None };
        let all = Asking::new(&app, org, &admin);
        let (mut told_of, mut kept_back) = (0, 0);
        for module in world.catalog.modules.iter().filter(|module| module.operations.read) {
            for who in people.iter().filter(|who| world.level(who, module, Action::Read) > Level::None) {
                let field = naming::aggregate_subscription_field(&module.name);
                let begun =
                    Asking::new(&app, org, who).follow(&format!("subscription {{ {field} {{ count }} }}")).await;
                let Ok(mut counted) = begun else { continue };
                let state = tokio::time::timeout(Duration::from_secs(60), counted.next()).await.unwrap();
                let Told::State(state) = state else { panic!("{state:?}") };
                let state: Value = serde_json::from_slice(&state).unwrap();
                assert_eq!(
                    state["data"][&field][0]["count"],
                    world.visible(who, module).len(),
                    "{backend:?} {who:?} {field}"
                );
            }
            let Some(field) = text(module).filter(|_| module.operations.update) else { continue };
            let start = all.data("{ eventCursor }", json!({})).await["eventCursor"].clone();
            let update = format!(
                "mutation($id: ID!) {{ update{}(id: $id, input: {{{}: \"seen\"}}) {{ id }} }}",
                module.name, field.gql
            );
            let mut changed = Vec::new();
            for who in &people {
                let (seen, hidden): (Vec<Uuid>, Vec<Uuid>) = world.rows[&module.id]
                    .iter()
                    .filter(|(_, row)| !row.deleted)
                    .map(|(id, _)| *id)
                    .partition(|id| world.is_visible(who, module, *id));
                changed.extend(hidden.into_iter().take(2).chain(seen.into_iter().take(2)));
            }
            changed.dedup();
            let mut done = Vec::new();
            for record in changed {
                if all.code(&update, json!({"id": record})).await.is_none() {
                    done.push(record);
                }
            }
            // Behind all others everybody is told of a change that it sees, so that nobody stops listening before.
            let mut last = None;
            for (n, who) in people.iter().enumerate() {
                let Some(record) = done.iter().rfind(|id| world.is_visible(who, module, **id)) else { continue };
                let text = format!("last {n}");
                let update = update.replace("seen", &text);
                if all.code(&update, json!({"id": record})).await.is_none() {
                    last = Some(text);
                }
            }
            let Some(last) = last else { continue };
            let feed = naming::subscription_field(&module.name);
            let feed = |told: &str| format!("subscription {{ {feed}(kinds: [UPDATED], after: {start}) {{ {told} }} }}");
            let mut everything = all.follow(&feed("recordId after")).await.unwrap();
            let mut events = Vec::new();
            loop {
                let event = told(&mut everything).await;
                events.push(id(&event["recordId"]));
                if event["after"][&field.gql] == json!(last) {
                    break;
                }
            }
            let feed = feed("recordId record { id }");
            for who in people.iter().filter(|who| world.level(who, module, Action::Read) > Level::None) {
                let expected: Vec<Uuid> =
                    events.iter().copied().filter(|id| world.is_visible(who, module, *id)).collect();
                kept_back += events.len() - expected.len();
                let mut feed = Asking::new(&app, org, who).follow(&feed).await.unwrap();
                for record in expected {
                    let event = told(&mut feed).await;
                    assert_eq!(
                        event,
                        json!({"recordId": record, "record": {"id": record}}),
                        "{backend:?} {who:?} {}",
                        module.name
                    );
                    told_of += 1;
                }
            }
        }
        assert!(told_of > 100 && kept_back > 10, "{told_of} {kept_back}");
    }
}
