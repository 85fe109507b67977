//! Users.

use super::{
    organization::columns,
    statement::{self, Row},
};
use crate::{
    calendar,
    column::{ColumnType, Dialect},
    context::Whose,
    error::StoreError,
    mutation::insert_rows,
    store::{Args, Store, Transaction},
    value::Value,
};
use uuid::Uuid;

/// A user to be.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Its organisation.
    pub org: Uuid,
    /// E-mail address, which is the name to sign in with; kept in small letters.
    pub email: String,
    /// PHC string of the password; none for who is invited to choose one.
    pub password_hash: Option<String>,
    /// Role name.
    pub role: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
}

/// Creates a user; gives its id.
///
/// # Errors
/// See [`StoreError`]; an address that is taken, anywhere in the installation, is a violated constraint.
pub async fn create_user(transaction: &mut Transaction<'_>, user: NewUser) -> Result<Uuid, StoreError> {
    let id = Uuid::now_v7();
    let now = Value::Timestamp(calendar::now());
    let text = |value: Option<String>| value.map_or(Value::Null, Value::Text);
    let columns = columns(&[
        ("id", ColumnType::Uuid),
        ("org", ColumnType::Uuid),
        ("email", ColumnType::Text),
        ("password_hash", ColumnType::Text),
        ("role", ColumnType::Text),
        ("first_name", ColumnType::Text),
        ("last_name", ColumnType::Text),
        ("created_at", ColumnType::Timestamp),
        ("updated_at", ColumnType::Timestamp),
    ]);
    let row = vec![
        Value::Uuid(id),
        Value::Uuid(user.org),
        Value::Text(normal_address(&user.email)),
        text(user.password_hash),
        Value::Text(user.role),
        text(user.first_name),
        text(user.last_name),
        now.clone(),
        now,
    ];
    insert_rows(transaction, "users", &columns, vec![row]).await?;
    Ok(id)
}

/// What a sign-in needs to know of a user.
#[derive(Debug, Clone)]
pub struct Account {
    /// The user.
    pub user: Uuid,
    /// Its organisation.
    pub org: Uuid,
    /// Its role.
    pub role: String,
    /// E-mail address.
    pub email: String,
    /// First and last name.
    pub names: [Option<String>; 2],
    /// PHC string of its password; none while it has none.
    pub password_hash: Option<String>,
    /// Whether a second factor is asked for.
    pub has_second_factor: bool,
    /// Whether it may sign in: neither it nor its organisation is deleted or inactive.
    pub is_active: bool,
}

const ACCOUNT: &str = "SELECT u.id, u.org, u.role, u.email, u.first_name, u.last_name, u.password_hash, u.mfa_enabled, \
     u.is_active AND o.is_active AND o.deleted_at IS NULL \
     FROM users u JOIN organizations o ON o.id = u.org WHERE u.deleted_at IS NULL AND";
const COLUMNS: [ColumnType; 9] = [
    ColumnType::Uuid,
    ColumnType::Uuid,
    ColumnType::Text,
    ColumnType::Text,
    ColumnType::Text,
    ColumnType::Text,
    ColumnType::Text,
    ColumnType::Boolean,
    ColumnType::Boolean,
];

/// An address as it is stored and looked for: without spaces around it, in small letters.
#[must_use]
pub fn normal_address(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The user with this address, whether it may sign in or not.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_account(store: &Store, email: &str) -> Result<Option<Account>, StoreError> {
    let sql = format!("{ACCOUNT} lower(u.email) = ?");
    let rows =
        statement::read(store, Whose::Platform, &sql, &[statement::text(normal_address(email))], &COLUMNS).await?;
    Ok(rows.into_iter().next().and_then(read_account))
}

/// The user with this id, whether it may sign in or not.
///
/// # Errors
/// See [`StoreError`].
pub async fn account(store: &Store, user: Uuid) -> Result<Option<Account>, StoreError> {
    let rows =
        statement::read(store, Whose::Platform, &format!("{ACCOUNT} u.id = ?"), &[statement::id(user)], &COLUMNS)
            .await?;
    Ok(rows.into_iter().next().and_then(read_account))
}

/// The user with this id, who stays locked until the transaction ends.
///
/// # Errors
/// See [`StoreError`].
pub async fn lock_account(transaction: &mut Transaction<'_>, user: Uuid) -> Result<Option<Account>, StoreError> {
    let lock = if transaction.dialect() == Dialect::Postgres { " FOR UPDATE OF u" } else { "" };
    let sql = format!("{ACCOUNT} u.id = ?{lock}");
    let rows = statement::query(transaction, &sql, &[statement::id(user)], &COLUMNS).await?;
    Ok(rows.into_iter().next().and_then(read_account))
}

fn read_account(row: Vec<Value>) -> Option<Account> {
    let mut row = Row::new(row);
    Some(Account {
        user: row.id()?,
        org: row.id()?,
        role: row.text()?,
        email: row.text()?,
        names: [row.text(), row.text()],
        password_hash: row.text(),
        has_second_factor: row.truth(),
        is_active: row.truth(),
    })
}

/// Gives a user another password, if it still has the one of `before`.
///
/// # Errors
/// See [`StoreError`].
pub async fn set_password(
    transaction: &mut Transaction<'_>,
    (org, user): (Uuid, Uuid),
    hash: &str,
    before: Option<&str>,
) -> Result<bool, StoreError> {
    let values = [statement::text(hash), statement::id(org), statement::id(user), statement::maybe_text(before)];
    let is = if transaction.dialect() == Dialect::Postgres { "IS NOT DISTINCT FROM" } else { "IS" };
    let sql = format!("UPDATE users SET password_hash = ? WHERE org = ? AND id = ? AND password_hash {is} ?");
    statement::execute(transaction, &sql, &values).await.map(|changed| changed == 1)
}

/// Addresses and labels of some users of an organisation, one per role, administrators first: what a demo offers at
/// its sign-in.
///
/// # Errors
/// See [`StoreError`].
pub async fn demo_users(transaction: &mut Transaction<'_>, slug: &str) -> Result<Vec<(String, String)>, StoreError> {
    let slug = Value::Text(slug.to_owned());
    let mut args = Args::new(transaction.dialect());
    let sql = format!(
        "SELECT u.email, u.first_name, u.last_name, u.role FROM users u JOIN organizations o ON o.id = u.org \
         WHERE o.slug = {} AND u.is_active AND u.deleted_at IS NULL ORDER BY u.id LIMIT 200",
        args.add(ColumnType::Text, &slug)
    );
    let rows = transaction.query(&sql, &args, &[ColumnType::Text; 4]).await?;
    let mut users: Vec<(usize, String, String)> = Vec::new();
    for row in rows {
        let [Value::Text(email), first, last, Value::Text(role)] = row.as_slice() else { continue };
        let text = |value: &Value| if let Value::Text(text) = value { text.clone() } else { String::new() };
        let rank = ["admin", "manager", "sales_rep", "marketing", "readonly"].iter().position(|r| r == role);
        if let Some(rank) = rank
            && !users.iter().any(|(known, ..)| *known == rank)
        {
            users.push((rank, email.clone(), format!("{} {} ({role})", text(first), text(last))));
        }
    }
    users.sort();
    Ok(users.into_iter().map(|(_, email, label)| (email, label)).collect())
}
