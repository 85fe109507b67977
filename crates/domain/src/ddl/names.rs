//! Names in the database that the catalog doesn't give.

/// PostgreSQL cuts identifiers silently after this many bytes.
pub(super) const MAX: usize = 63;

/// `contacts_account_id_fkey`
pub(crate) fn foreign_key(table: &str, column: &str) -> String {
    limited(&format!("{table}_{column}_fkey"))
}

/// `leads_status_check`
pub(super) fn check(table: &str, column: &str) -> String {
    limited(&format!("{table}_{column}_check"))
}

/// `accounts_in_order`, the index behind the order in which lists come when nobody asks for another.
pub(super) fn default_order(table: &str) -> String {
    limited(&format!("{table}_in_order"))
}

/// A name that is too long loses its end to a hash of the whole, so that two long names stay different.
fn limited(name: &str) -> String {
    if name.len() <= MAX {
        return name.to_owned();
    }
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let mut end = MAX - 9;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{hash:08x}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stay_and_long_ones_differ() {
        assert_eq!(foreign_key("contacts", "account_id"), "contacts_account_id_fkey");
        let table = "a".repeat(70);
        assert_eq!(check(&table, "status").len(), MAX);
        assert_ne!(check(&table, "status"), check(&table, "state"));
    }
}
