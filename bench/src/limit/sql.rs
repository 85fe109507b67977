//! The statements, the best we know for each shape and database. Where PostgreSQL and SQLite agree on one it is there
//! once: both take `$1`, and SQLite counts such names in the order in which they are first met.

/// By id: the account, the organisation.
pub(super) const BY_ID: &str = "SELECT id, name, domain, industry, account_type, website, phone, city, country, \
     employee_count, annual_revenue, created_at FROM accounts WHERE id = $1 AND org = $2 AND deleted_at IS NULL";

/// A filtered list: the organisation, the status, the least score.
pub(super) const LIST: &str = "SELECT id, name, status, company, email, phone, score, grade, estimated_value, created_at \
     FROM leads WHERE org = $1 AND deleted_at IS NULL AND status = $2 AND score >= $3 ORDER BY id LIMIT 51";

/// Three levels at once on PostgreSQL: the organisation, the industry. Each row has its level and its parent's number.
pub(super) const NESTED: &str = "WITH a AS MATERIALIZED (SELECT (row_number() OVER ())::int4 o, x.* FROM \
     (SELECT id, name, city FROM accounts WHERE org = $1 AND deleted_at IS NULL AND industry = $2 \
     ORDER BY id LIMIT 20) x), \
     c AS MATERIALIZED (SELECT a.o p, (row_number() OVER ())::int4 o, x.* FROM a CROSS JOIN LATERAL \
     (SELECT id, name, email FROM contacts WHERE account_id = a.id AND org = $1 AND deleted_at IS NULL \
     ORDER BY id LIMIT 10) x) \
     SELECT 0::int2, 0::int4, id, name, city, NULL::timestamptz FROM a \
     UNION ALL SELECT 1::int2, p, id, name, email, NULL::timestamptz FROM c \
     UNION ALL SELECT 2::int2, c.o, x.* FROM c CROSS JOIN LATERAL \
     (SELECT id, subject, status, due_at FROM activities WHERE contact_id = c.id AND org = $1 AND deleted_at IS NULL \
     ORDER BY id LIMIT 5) x";

/// The levels on SQLite, where a statement stepped inside the row of another is the cheapest join.
pub(super) const NESTED_ACCOUNTS: &str = "SELECT id, name, city FROM accounts \
     WHERE org = $1 AND deleted_at IS NULL AND industry = $2 ORDER BY id LIMIT 20";
/// The organisation, the account.
pub(super) const NESTED_CONTACTS: &str = "SELECT id, name, email FROM contacts \
     WHERE org = $1 AND account_id = $2 AND deleted_at IS NULL ORDER BY id LIMIT 10";
/// The organisation, the contact.
pub(super) const NESTED_ACTIVITIES: &str = "SELECT id, subject, status, due_at FROM activities \
     WHERE org = $1 AND contact_id = $2 AND deleted_at IS NULL ORDER BY id LIMIT 5";

/// Opportunities with three relations: the organisation, the first date.
pub(super) const JOINED: &str = "SELECT o.id, o.name, o.amount, o.status, o.expected_close_date, a.id, a.name, \
     c.id, c.name, c.email, u.id, u.first_name, u.last_name \
     FROM (SELECT * FROM opportunities WHERE org = $1 AND deleted_at IS NULL AND expected_close_date >= $2 \
     ORDER BY expected_close_date, id LIMIT 100) o \
     LEFT JOIN accounts a ON a.id = o.account_id AND a.org = $1 AND a.deleted_at IS NULL \
     LEFT JOIN contacts c ON c.id = o.contact_id AND c.org = $1 AND c.deleted_at IS NULL \
     LEFT JOIN users u ON u.id = o.owner_id AND u.org = $1 AND u.deleted_at IS NULL \
     ORDER BY o.expected_close_date, o.id";

/// Contacts by the name of their account, and how many, on PostgreSQL: the organisation, the pattern.
pub(super) const SEARCH: &str = "WITH f AS MATERIALIZED (SELECT id, name FROM accounts WHERE org = $1 \
     AND deleted_at IS NULL AND (name COLLATE \"und-x-icu\") ILIKE $2), \
     m AS MATERIALIZED (SELECT c.id, c.account_id FROM contacts c JOIN f ON f.id = c.account_id \
     WHERE c.org = $1 AND c.deleted_at IS NULL) \
     SELECT c.id, c.name, c.email, f.name, (SELECT count(*) FROM m) FROM \
     (SELECT * FROM m ORDER BY id LIMIT 20) p JOIN contacts c ON c.id = p.id JOIN f ON f.id = p.account_id ORDER BY p.id";

/// The same on SQLite, whose LIKE takes ASCII letters of either case for equal.
pub(super) const SEARCH_SQLITE: &str = "WITH f AS MATERIALIZED (SELECT id, name FROM accounts WHERE org = $1 \
     AND deleted_at IS NULL AND name LIKE $2), \
     m AS MATERIALIZED (SELECT c.id, c.account_id FROM f CROSS JOIN contacts c ON c.account_id = f.id AND c.org = $1 \
     WHERE c.deleted_at IS NULL) \
     SELECT c.id, c.name, c.email, a.name, (SELECT count(*) FROM m) FROM \
     (SELECT * FROM m ORDER BY id LIMIT 20) p CROSS JOIN contacts c ON c.id = p.id \
     CROSS JOIN accounts a ON a.id = p.account_id ORDER BY p.id";

/// Groups of opportunities: the organisation, the least amount.
pub(super) const GROUP: &str = "SELECT stage_id, count(*), sum(amount) FROM opportunities WHERE org = $1 \
     AND deleted_at IS NULL AND amount >= $2 GROUP BY stage_id ORDER BY stage_id";

/// A page in the depth: the organisation, the name and the id before it.
pub(super) const DEEP: &str = "SELECT id, name, city, country FROM accounts WHERE org = $1 AND deleted_at IS NULL \
     AND (name, id) > ($2, $3) ORDER BY name, id LIMIT 51";
