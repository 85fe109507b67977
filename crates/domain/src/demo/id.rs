//! Ids that follow the clock (UUID v7, RFC 9562) and depend on nothing but what is given.

use uuid::{Builder, Uuid};

/// An id of a record created at `created`: in order of creation to the microsecond, unlike any other by `bits`. The
/// organisation is mixed in, since ids are unique across all of them.
pub(super) fn at(created: i64, bits: u64, org: Uuid) -> Uuid {
    let (high, low) = org.as_u64_pair();
    // Multiplication by an odd constant spreads the organisation's bits; the version bits are overwritten anyway.
    let mixed = bits ^ (high ^ low.rotate_left(31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let fraction = (created.rem_euclid(1_000) * 4_096 / 1_000) as u16;
    let mut random = [0; 10];
    random[..2].copy_from_slice(&fraction.to_be_bytes());
    random[2..].copy_from_slice(&mixed.to_be_bytes());
    Builder::from_unix_timestamp_millis(created.div_euclid(1_000).max(0) as u64, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_follows_the_clock() {
        let early = at(1_700_000_000_123_456, u64::MAX, Uuid::nil());
        let late = at(1_700_000_000_123_457, 0, Uuid::nil());
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
        assert_ne!(early, at(1_700_000_000_123_456, u64::MAX, Uuid::from_u128(9)));
    }
}
