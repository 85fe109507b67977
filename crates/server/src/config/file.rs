//! The file of settings, read key by key, so that all its mistakes are told at once.

use super::numbers;
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, path::PathBuf};
use toml::{Table, Value};

/// What a file sets. Each field is a section, each of theirs a key.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) server: Server,
    pub(super) cors: Cors,
    pub(super) documents: Documents,
    pub(super) files: Files,
    pub(super) database: Database,
    pub(super) metadata: Metadata,
    pub(super) auth: Auth,
    pub(super) oidc: Oidc,
    pub(super) mail: Mail,
    pub(super) events: Events,
    pub(super) retention: Retention,
    pub(super) log: Log,
    pub(super) introspection: Introspection,
    pub(super) plans: Option<BTreeMap<String, Plan>>,
    /// Those of `limits`, `rates` and `organizations`, by their names.
    pub(super) numbers: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Default)]
pub(super) struct Server {
    pub(super) listen: Option<String>,
    pub(super) body_limit: Option<u64>,
    pub(super) public_url: Option<String>,
    pub(super) explorer: Option<bool>,
    pub(super) trace: Option<bool>,
    pub(super) trusted_proxies: Option<Vec<String>>,
    pub(super) head_timeout: Option<u64>,
    pub(super) body_timeout: Option<u64>,
    pub(super) connections: Option<u64>,
    pub(super) hsts: Option<bool>,
}

#[derive(Debug, Default)]
pub(super) struct Introspection {
    pub(super) roles: Option<Vec<String>>,
}

/// What organizations of a plan may have.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub(super) max_users: Option<u64>,
    pub(super) max_records: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Cors {
    pub(super) origins: Option<Vec<String>>,
}

#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) mode: Option<String>,
    pub(super) manifest: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) folder: Option<String>,
    pub(super) size_limit: Option<u64>,
    pub(super) count_limit: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Database {
    pub(super) url: Option<String>,
    pub(super) connections: Option<u64>,
    pub(super) statement_timeout: Option<u64>,
    pub(super) tenant_role: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) packages: Option<Vec<PathBuf>>,
    pub(super) watch: Option<bool>,
}

#[derive(Debug, Default)]
pub(super) struct Auth {
    pub(super) signing_key: Option<PathBuf>,
    pub(super) encryption_key: Option<PathBuf>,
    pub(super) access_token_minutes: Option<u64>,
    pub(super) session_days: Option<u64>,
    pub(super) pages: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Oidc {
    pub(super) issuer: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<String>,
    pub(super) page: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Mail {
    pub(super) folder: Option<String>,
    pub(super) from: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Events {
    pub(super) retention_days: Option<u64>,
    pub(super) bus: Option<String>,
    pub(super) nats: Nats,
}

#[derive(Debug, Default)]
pub(super) struct Nats {
    pub(super) url: Option<String>,
    pub(super) credentials: Option<String>,
    pub(super) certificates: Option<String>,
    pub(super) stream: Option<String>,
    pub(super) replicas: Option<u64>,
    pub(super) max_bytes: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Retention {
    pub(super) interval_hours: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) format: Option<String>,
    pub(super) filter: Option<String>,
}

impl File {
    /// What the text sets, and what is wrong with it.
    ///
    /// # Errors
    /// When the text is no TOML.
    pub(super) fn parse(text: &str) -> Result<(Self, Vec<String>), toml::de::Error> {
        let mut sections: Table = toml::from_str(text)?;
        let mut mistakes = Vec::new();
        let mut numbers = BTreeMap::new();
        for name in ["limits", "rates"] {
            section(&mut sections, &mut mistakes, name, |s| {
                numbers.extend(numbers::keys(name).filter_map(|(name, key)| Some((name, s.key(key)?))));
            });
        }
        let plans = section(&mut sections, &mut mistakes, "organizations", |s| {
            numbers.extend(numbers::keys("organizations").filter_map(|(name, key)| Some((name, s.key(key)?))));
            s.key("plans")
        });
        let file = Self {
            plans,
            numbers,
            server: section(&mut sections, &mut mistakes, "server", |s| Server {
                listen: s.key("listen"),
                body_limit: s.key("body_limit"),
                public_url: s.key("public_url"),
                explorer: s.key("explorer"),
                trace: s.key("trace"),
                trusted_proxies: s.key("trusted_proxies"),
                head_timeout: s.key("head_timeout"),
                body_timeout: s.key("body_timeout"),
                connections: s.key("connections"),
                hsts: s.key("hsts"),
            }),
            cors: section(&mut sections, &mut mistakes, "cors", |s| Cors { origins: s.key("origins") }),
            documents: section(&mut sections, &mut mistakes, "documents", |s| Documents {
                mode: s.key("mode"),
                manifest: s.key("manifest"),
            }),
            files: section(&mut sections, &mut mistakes, "files", |s| Files {
                folder: s.key("folder"),
                size_limit: s.key("size_limit"),
                count_limit: s.key("count_limit"),
            }),
            database: section(&mut sections, &mut mistakes, "database", |s| Database {
                url: s.key("url"),
                connections: s.key("connections"),
                statement_timeout: s.key("statement_timeout"),
                tenant_role: s.key("tenant_role"),
            }),
            metadata: section(&mut sections, &mut mistakes, "metadata", |s| Metadata {
                packages: s.key("packages"),
                watch: s.key("watch"),
            }),
            auth: section(&mut sections, &mut mistakes, "auth", |s| Auth {
                signing_key: s.key("signing_key"),
                encryption_key: s.key("encryption_key"),
                access_token_minutes: s.key("access_token_minutes"),
                session_days: s.key("session_days"),
                pages: s.key("pages"),
            }),
            oidc: section(&mut sections, &mut mistakes, "oidc", |s| Oidc {
                issuer: s.key("issuer"),
                client_id: s.key("client_id"),
                client_secret: s.key("client_secret"),
                page: s.key("page"),
            }),
            mail: section(&mut sections, &mut mistakes, "mail", |s| Mail {
                folder: s.key("folder"),
                from: s.key("from"),
            }),
            events: section(&mut sections, &mut mistakes, "events", |s| Events {
                retention_days: s.key("retention_days"),
                bus: s.key("bus"),
                nats: section(&mut s.values, s.mistakes, "events.nats", |s| Nats {
                    url: s.key("url"),
                    credentials: s.key("credentials"),
                    certificates: s.key("certificates"),
                    stream: s.key("stream"),
                    replicas: s.key("replicas"),
                    max_bytes: s.key("max_bytes"),
                }),
            }),
            retention: section(&mut sections, &mut mistakes, "retention", |s| Retention {
                interval_hours: s.key("interval_hours"),
            }),
            log: section(&mut sections, &mut mistakes, "log", |s| Log {
                format: s.key("format"),
                filter: s.key("filter"),
            }),
            introspection: section(&mut sections, &mut mistakes, "introspection", |s| Introspection {
                roles: s.key("roles"),
            }),
        };
        mistakes.extend(sections.keys().map(|name| format!("there is no setting `{name}`")));
        Ok((file, mistakes))
    }
}

/// A table of the file, from which the known keys are taken.
struct Section<'m> {
    name: &'static str,
    values: Table,
    mistakes: &'m mut Vec<String>,
}

/// Reads a section by the keys that `read` takes; what it leaves is unknown. One in another has both names.
fn section<S>(
    sections: &mut Table,
    mistakes: &mut Vec<String>,
    name: &'static str,
    read: impl FnOnce(&mut Section<'_>) -> S,
) -> S {
    let values = match sections.remove(name.rsplit('.').next().unwrap_or(name)) {
        None => Table::new(),
        Some(Value::Table(values)) => values,
        Some(other) => {
            mistakes.push(format!("{name} is {other}; it must be a section, `[{name}]`"));
            Table::new()
        }
    };
    let mut section = Section { name, values, mistakes };
    let result = read(&mut section);
    let Section { values, mistakes, .. } = section;
    mistakes.extend(values.keys().map(|key| format!("there is no setting `{name}.{key}`")));
    result
}

impl Section<'_> {
    fn key<T: DeserializeOwned + Expected>(&mut self, key: &str) -> Option<T> {
        let value = self.values.remove(key)?;
        let shown = value.to_string();
        let read = value.try_into();
        if read.is_err() {
            self.mistakes.push(format!("{}.{key} is {shown}; it must be {}", self.name, T::EXPECTED));
        }
        read.ok()
    }
}

/// How a type of value is called in a message.
trait Expected {
    const EXPECTED: &'static str;
}

impl Expected for String {
    const EXPECTED: &'static str = "a text in quotes";
}

impl Expected for PathBuf {
    const EXPECTED: &'static str = "a path in quotes";
}

impl Expected for Vec<PathBuf> {
    const EXPECTED: &'static str = "a list of paths in quotes";
}

impl Expected for Vec<String> {
    const EXPECTED: &'static str = "a list of texts in quotes";
}

impl Expected for BTreeMap<String, Plan> {
    const EXPECTED: &'static str =
        "sections such as `[organizations.plans.starter]`, with the whole numbers `max_users` and `max_records`";
}

impl Expected for u64 {
    const EXPECTED: &'static str = "a whole number";
}

impl Expected for bool {
    const EXPECTED: &'static str = "true or false";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_named_and_the_rest_is_read() {
        let text = "log = 1\n[server]\nlisten = 5\nlisen = \"x\"\n[database]\nconnections = \"many\"\nurl = \"sqlite:x\"\n[post]\n";
        let (file, mistakes) = File::parse(text).unwrap();
        assert_eq!(file.database.url.as_deref(), Some("sqlite:x"));
        assert_eq!(
            mistakes,
            [
                "server.listen is 5; it must be a text in quotes",
                "there is no setting `server.lisen`",
                "database.connections is \"many\"; it must be a whole number",
                "log is 1; it must be a section, `[log]`",
                "there is no setting `post`",
            ]
        );
    }
}
