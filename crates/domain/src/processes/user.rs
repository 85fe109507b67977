//! Users.

use super::organization::columns;
use crate::{
    calendar,
    column::ColumnType,
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
    /// PHC string of the password.
    pub password_hash: String,
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
        Value::Text(user.email.trim().to_lowercase()),
        Value::Text(user.password_hash),
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
    /// PHC string of its password.
    pub password_hash: String,
}

/// The active user of an active organisation with this address. A transaction that is already open is asked rather than
/// another connection, of which there may be none left.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_account(
    store: &Store,
    open: Option<&mut Transaction<'_>>,
    email: &str,
) -> Result<Option<Account>, StoreError> {
    let address = Value::Text(email.trim().to_lowercase());
    let mut args = Args::new(store.dialect());
    let sql = format!(
        "SELECT u.id, u.org, u.role, u.password_hash FROM users u JOIN organizations o ON o.id = u.org \
         WHERE lower(u.email) = {} AND u.is_active AND o.is_active AND u.deleted_at IS NULL AND o.deleted_at IS NULL",
        args.add(ColumnType::Text, &address)
    );
    let columns = [ColumnType::Uuid, ColumnType::Uuid, ColumnType::Text, ColumnType::Text];
    let rows = match open {
        Some(open) => open.query(&sql, &args, &columns).await?,
        None => store.query(&sql, &args, &columns).await?,
    };
    Ok(rows.into_iter().next().and_then(|row| match <[Value; 4]>::try_from(row) {
        Ok([Value::Uuid(user), Value::Uuid(org), Value::Text(role), Value::Text(password_hash)]) => {
            Some(Account { user, org, role, password_hash })
        }
        _ => None,
    }))
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
