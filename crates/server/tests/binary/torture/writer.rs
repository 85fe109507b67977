use super::{
    Fleet,
    log::{CITIES, EMPLOYEES},
};
use crate::support::Answer;
use kontor_tests::Random;
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

const CREATE: &str = "mutation($i: AccountCreateInput!) { createAccount(input: $i) { id } }";
const UPDATE: &str = "mutation($id: ID!, $i: AccountUpdateInput!) { updateAccount(id: $id, input: $i) { id } }";
const DELETE: &str = "mutation($id: ID!) { deleteAccount(id: $id) { id } }";
const RESTORE: &str = "mutation($id: ID!) { restoreAccount(id: $id) { id } }";

/// Changes records until it is to stop; gives the number of changes that were acknowledged.
pub(super) fn write(fleet: &Fleet, n: usize, stop: &AtomicBool) -> usize {
    let mut random = Random::new(1_000 + n as u64);
    let mut records: Vec<Value> = Vec::new();
    let mut acknowledged = 0;
    while !stop.load(Ordering::Relaxed) {
        let input =
            json!({"name": format!("{n}"), "city": random.pick(&CITIES), "employeeCount": random.below(EMPLOYEES)});
        let (query, variables) = if records.is_empty() || random.chance(30) {
            (CREATE, json!({"i": input}))
        } else {
            let id = random.pick(&records).clone();
            match random.below(10) {
                0 => (DELETE, json!({"id": id})),
                1 => (RESTORE, json!({"id": id})),
                _ => (UPDATE, json!({"id": id, "i": input})),
            }
        };
        if let Some(data) = ask(fleet, &mut random, query, &variables) {
            acknowledged += 1;
            if let Some(id) = data["createAccount"].get("id") {
                records.push(id.clone());
            }
        }
        std::thread::sleep(Duration::from_millis(random.below(400) as u64));
    }
    acknowledged
}

/// Makes a record, however often it has to be tried.
pub(super) fn create(fleet: &Fleet, name: &str) {
    let mut random = Random::new(3);
    while ask(fleet, &mut random, CREATE, &json!({"i": {"name": name}})).is_none() {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The data of an answer, if the change was made as far as one can tell.
fn ask(fleet: &Fleet, random: &mut Random, query: &str, variables: &Value) -> Option<Value> {
    let body = json!({"query": query, "variables": variables}).to_string();
    let answer = Answer::of(&fleet.any(random), "POST", "/graphql", Some(&fleet.token), &body).ok()?;
    let mut answer: Value = serde_json::from_str(&answer.body).ok()?;
    Some(answer["data"].take()).filter(|data| !data.is_null())
}
