//! The limit over SQLite: a connection for each thread that reads, one that writes, statements prepared once.

use super::{
    Bulk, ById, Caller, Deep, Group, Joined, Limit, List, Nested, Search, Write,
    cells::Cells as _,
    end_page, json,
    replay::{self, Ready, Studio},
    sql,
    writes::{self, Script},
};
use crate::failure::Failure;
use kontor_domain::{calendar, column::Dialect, store::functions};
use rusqlite::{Connection, OpenFlags, Params, Row, config::DbConfig, params};
use std::{
    cell::OnceCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

pub(super) struct Sqlite {
    path: PathBuf,
    writer: Mutex<Connection>,
    caller: Caller,
    scripts: BTreeMap<&'static str, Script>,
}

thread_local! {
    static READER: OnceCell<Connection> = const { OnceCell::new() };
}

impl Sqlite {
    pub(super) async fn open(path: PathBuf) -> Result<Self, Failure> {
        let writer = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let found =
            writer.query_row("SELECT org, id FROM users WHERE email = 'admin@demo.kontor.example'", [], |row| {
                Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, [u8; 16]>(1)?))
            })?;
        let caller = Caller { org: Uuid::from_bytes(found.0), user: Uuid::from_bytes(found.1) };
        let studio = Studio::open(&format!("sqlite:{}", path.display()), caller.org, caller.user).await?;
        let scripts = writes::scripts(&studio).await?;
        Ok(Self { path, writer: Mutex::new(writer), caller, scripts })
    }

    fn read(&self, f: impl FnOnce(&Connection) -> rusqlite::Result<Vec<u8>>) -> Result<Vec<u8>, Failure> {
        READER.with(|reader| {
            let connection = match reader.get() {
                Some(connection) => connection,
                None => {
                    let opened = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                    reader.get_or_init(|| opened)
                }
            };
            Ok(f(connection)?)
        })
    }

    /// Does all of something or nothing of it.
    fn transaction<T>(&self, run: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let done = run(&writer);
        writer.prepare_cached(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?.execute([])?;
        done
    }
}

/// Runs a recorded statement.
fn run(connection: &Connection, statement: &Ready<'_>) -> Result<(), Failure> {
    let mut prepared = connection.prepare_cached(statement.sql)?;
    let arguments = replay::arguments(Dialect::Sqlite, &statement.values);
    arguments.bind(&mut prepared).map_err(std::io::Error::other)?;
    let mut rows = prepared.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 1073741824; \
         PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 10000;",
    )?;
    // Triggers that keep the full-text index call some of them.
    functions::register(&connection)?;
    Ok(connection)
}

fn one(
    connection: &Connection,
    field: &str,
    sql: &str,
    params: impl Params,
    write: impl FnOnce(&mut Vec<u8>, &Row<'_>),
) -> rusqlite::Result<Vec<u8>> {
    let mut out = json::begin(field);
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    match rows.next()? {
        Some(row) => write(&mut out, row),
        None => out.extend_from_slice(b"null"),
    }
    // A statement that writes is done when it says that it is.
    while rows.next()?.is_some() {}
    out.extend_from_slice(b"}}");
    Ok(out)
}

/// Appends the rows of a statement with commas between; gives how many it has, those beyond `size` counted only.
fn rows(
    connection: &Connection,
    out: &mut Vec<u8>,
    size: usize,
    (sql, params): (&str, impl Params),
    mut write: impl FnMut(&mut Vec<u8>, &Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        if count > size {
            break;
        }
        if count > 1 {
            out.push(b',');
        }
        write(out, row)?;
    }
    Ok(count)
}

fn now() -> String {
    let mut out = Vec::with_capacity(27);
    calendar::write_timestamp(&mut out, calendar::now());
    String::from_utf8(out).unwrap_or_default()
}

impl Limit for Sqlite {
    async fn by_id(&self, asked: ById) -> Result<Vec<u8>, Failure> {
        let params = params![asked.id.as_bytes(), self.caller.org.as_bytes()];
        self.read(|connection| one(connection, "account", sql::BY_ID, params, |out, row| json::account(out, row)))
    }

    async fn list(&self, asked: List) -> Result<Vec<u8>, Failure> {
        self.read(|connection| {
            let mut out = Vec::with_capacity(1 << 14);
            out.extend_from_slice(b"{\"data\":{\"leads\":{\"nodes\":[");
            let params = params![self.caller.org.as_bytes(), asked.status.to_lowercase(), asked.score];
            let count = rows(connection, &mut out, 50, (sql::LIST, params), |out, row| {
                json::lead(out, row);
                Ok(())
            })?;
            end_page(&mut out, count > 50);
            Ok(out)
        })
    }

    async fn nested(&self, asked: Nested) -> Result<Vec<u8>, Failure> {
        let org = self.caller.org.as_bytes();
        self.read(|connection| {
            let mut out = Vec::with_capacity(1 << 17);
            out.extend_from_slice(b"{\"data\":{\"accounts\":{\"nodes\":[");
            let accounts = (sql::NESTED_ACCOUNTS, params![org, asked.industry]);
            rows(connection, &mut out, usize::MAX, accounts, |out, account| {
                json::nested_account(out, account, 0);
                out.extend_from_slice(b",\"contacts\":{\"nodes\":[");
                let contacts = (sql::NESTED_CONTACTS, params![org, account.id(0)]);
                rows(connection, out, usize::MAX, contacts, |out, contact| {
                    json::nested_contact(out, contact, 0);
                    out.extend_from_slice(b",\"activities\":{\"nodes\":[");
                    let activities = (sql::NESTED_ACTIVITIES, params![org, contact.id(0)]);
                    rows(connection, out, usize::MAX, activities, |out, activity| {
                        json::nested_activity(out, activity, 0);
                        Ok(())
                    })?;
                    out.extend_from_slice(b"]}}");
                    Ok(())
                })?;
                out.extend_from_slice(b"]}}");
                Ok(())
            })?;
            out.extend_from_slice(b"]}}}");
            Ok(out)
        })
    }

    async fn joined(&self, asked: Joined) -> Result<Vec<u8>, Failure> {
        self.read(|connection| {
            let mut out = Vec::with_capacity(1 << 16);
            out.extend_from_slice(b"{\"data\":{\"opportunities\":{\"nodes\":[");
            let joined = (sql::JOINED, params![self.caller.org.as_bytes(), asked.date]);
            rows(connection, &mut out, usize::MAX, joined, |out, row| {
                json::opportunity(out, row);
                Ok(())
            })?;
            out.extend_from_slice(b"]}}}");
            Ok(out)
        })
    }

    async fn search(&self, asked: Search) -> Result<Vec<u8>, Failure> {
        self.read(|connection| {
            let (mut total, mut nodes) = (0, Vec::with_capacity(1 << 12));
            let search = (sql::SEARCH_SQLITE, params![self.caller.org.as_bytes(), format!("%{}%", asked.text)]);
            rows(connection, &mut nodes, usize::MAX, search, |out, row| {
                total = row.integer(4).unwrap_or(0);
                json::found_contact(out, row);
                Ok(())
            })?;
            let mut out = Vec::with_capacity(nodes.len() + 64);
            out.extend_from_slice(b"{\"data\":{\"contacts\":{\"totalCount\":");
            kontor_domain::json::integer(&mut out, total);
            out.extend_from_slice(b",\"nodes\":[");
            out.extend_from_slice(&nodes);
            out.extend_from_slice(b"]}}}");
            Ok(out)
        })
    }

    async fn group(&self, asked: Group) -> Result<Vec<u8>, Failure> {
        let mut least = asked.least;
        least.rescale(2);
        let cents = i64::try_from(least.mantissa()).map_err(std::io::Error::other)?;
        self.read(|connection| {
            let mut out = Vec::with_capacity(1 << 10);
            out.extend_from_slice(b"{\"data\":{\"opportunitiesAggregate\":[");
            let groups = (sql::GROUP, params![self.caller.org.as_bytes(), cents]);
            rows(connection, &mut out, usize::MAX, groups, |out, row| {
                json::group(out, row);
                Ok(())
            })?;
            out.extend_from_slice(b"]}}");
            Ok(out)
        })
    }

    async fn deep(&self, asked: Deep) -> Result<Vec<u8>, Failure> {
        self.read(|connection| {
            let mut out = Vec::with_capacity(1 << 13);
            out.extend_from_slice(b"{\"data\":{\"accounts\":{\"nodes\":[");
            let deep = (sql::DEEP, params![self.caller.org.as_bytes(), asked.name, asked.id.as_bytes()]);
            let count = rows(connection, &mut out, 50, deep, |out, row| {
                json::page_account(out, row);
                Ok(())
            })?;
            end_page(&mut out, count > 50);
            Ok(out)
        })
    }

    async fn bulk(&self, asked: Bulk) -> Result<Vec<u8>, Failure> {
        let ids: Vec<_> = asked.names.iter().map(|_| Uuid::now_v7()).collect();
        let Caller { org, user } = &self.caller;
        self.transaction(|connection| {
            let mut statement = connection.prepare_cached(&writes::bulk(ids.len()))?;
            statement.raw_bind_parameter(1, org.as_bytes())?;
            statement.raw_bind_parameter(2, user.as_bytes())?;
            statement.raw_bind_parameter(3, now())?;
            for (n, (id, name)) in ids.iter().zip(&asked.names).enumerate() {
                statement.raw_bind_parameter(4 + 2 * n, id.as_bytes())?;
                statement.raw_bind_parameter(5 + 2 * n, name)?;
            }
            statement.raw_execute()?;
            Ok(())
        })?;
        Ok(json::created_accounts(&ids))
    }

    async fn write(&self, shape: &'static str, asked: Write) -> Result<Vec<u8>, Failure> {
        let script = self.scripts.get(shape).ok_or_else(|| Failure::Server(format!("{shape} was not recorded")))?;
        let (statements, written) = script.recorded.ready(&asked.values());
        let org = self.caller.org.as_bytes();
        self.transaction(|connection| {
            let mut found = 0;
            if let Some((find, of)) = script.find {
                found = rows(connection, &mut Vec::new(), usize::MAX, (find, params![org, of]), |_, _| Ok(()))?;
            }
            statements.iter().try_for_each(|statement| run(connection, statement))?;
            let Some(read) = script.read else {
                let mut out = json::begin(script.field);
                json::affected(&mut out, found);
                out.extend_from_slice(b"}}");
                return Ok(out);
            };
            let written = written.unwrap_or_default();
            let params = params![written.as_bytes(), org];
            Ok(one(connection, script.field, read, params, |out, row| json::written(out, script.field, row))?)
        })
    }
}
