//! Users, as far as they are told of something or have done it.

use super::mentions::Names;
use crate::{
    column::{ColumnType, Dialect},
    error::StoreError,
    store::{Args, Transaction},
    value::Value,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A user.
#[derive(Debug)]
pub(super) struct Person {
    /// What others call it.
    pub(super) name: String,
    /// The language that it is told in, `en` or `de`.
    pub(super) language: &'static str,
    /// Its role.
    pub(super) role: String,
    /// Whether it is there to be told.
    pub(super) active: bool,
}

/// Users of one organisation.
#[derive(Debug, Default)]
pub(super) struct People {
    by_id: HashMap<Uuid, Person>,
    /// What those who are there are called.
    pub(super) names: Names,
}

impl People {
    /// A user of the organisation.
    pub(super) fn get(&self, id: Uuid) -> Option<&Person> {
        self.by_id.get(&id)
    }

    /// Some users of an organisation, or all.
    pub(super) async fn load(
        transaction: &mut Transaction<'_>,
        org: Uuid,
        ids: Option<BTreeSet<Uuid>>,
    ) -> Result<Self, StoreError> {
        let tenant = Value::Uuid(org);
        let list = ids.map(|ids| Value::List(ids.into_iter().map(Value::Uuid).collect()));
        let mut args = Args::new(transaction.dialect());
        let tenant = args.add(ColumnType::Uuid, &tenant);
        let among = match &list {
            None => String::new(),
            Some(list) => {
                let list = args.add_list(ColumnType::Uuid, list);
                match args.dialect() {
                    Dialect::Postgres => format!(" AND u.id = ANY({list})"),
                    Dialect::Sqlite => format!(" AND u.id IN (SELECT unhex(value) FROM json_each({list}))"),
                }
            }
        };
        let sql = format!(
            "SELECT u.id, u.email, u.username, u.first_name, u.last_name, u.locale, o.settings, \
             u.role, u.is_active AND u.deleted_at IS NULL FROM users u JOIN organizations o ON o.id = u.org WHERE u.org = {tenant}{among}"
        );
        let text = ColumnType::Text;
        let types = [ColumnType::Uuid, text, text, text, text, text, ColumnType::Json, text, ColumnType::Boolean];
        let mut people = Self::default();
        for row in transaction.query(&sql, &args, &types).await? {
            people.add(&row);
        }
        Ok(people)
    }

    fn add(&mut self, row: &[Value]) {
        let [Value::Uuid(id), email, username, first, last, locale, settings, role, active] = row else { return };
        let text = |value: &Value| match value {
            Value::Text(text) | Value::Json(text) => text.clone(),
            _ => String::new(),
        };
        let email = text(email);
        let name = format!("{} {}", text(first), text(last)).trim().to_owned();
        let active = matches!(active, Value::Boolean(true) | Value::Integer(1));
        if active {
            self.names.add_handle(&email, *id);
            self.names.add_handle(email.split_once('@').map_or("", |(local, _)| local), *id);
            self.names.add_handle(&text(username), *id);
            self.names.add_name(&name, *id);
        }
        let language = match text(locale).as_str() {
            "" => language(&first_language(&text(settings))),
            locale => language(locale),
        };
        let name = if name.is_empty() { email } else { name };
        self.by_id.insert(*id, Person { name, role: text(role), language, active });
    }
}

/// The first of the organisation's languages, `{"languages": ["de", "en"]}`.
fn first_language(settings: &str) -> String {
    let settings: serde_json::Value = serde_json::from_str(settings).unwrap_or_default();
    settings["languages"][0].as_str().unwrap_or_default().to_owned()
}

/// The language of messages for a BCP 47 tag.
fn language(tag: &str) -> &'static str {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    if primary.eq_ignore_ascii_case("de") { "de" } else { "en" }
}
