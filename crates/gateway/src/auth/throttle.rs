//! How often a sign-in may be tried. Three counts stand in the way of who guesses: that of the account from this network
//! address, that of the account from anywhere, and that of the address for whichever account. Behind a few free attempts
//! each doubles the wait before the next one.
//!
//! A count of the account alone would let anybody lock somebody out. So it is lenient, waits no longer than a minute, and
//! does not count against an address from which the user has signed in before.

use super::Refusal;
use kontor_domain::{
    context::Whose,
    processes::{self, Attempts},
    store::Store,
};
use sha2::{Digest as _, Sha256};
use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

const SECOND: i64 = 1_000_000;
/// Failures are forgotten so long after the last.
const FORGOTTEN: i64 = 3_600 * SECOND;
/// Rows are kept so long after the last attempt: a known address stays known.
pub(super) const KEPT: i64 = 90 * 86_400 * SECOND;

/// What one count allows.
#[derive(Clone, Copy)]
struct Limit {
    /// Failures that cost no wait.
    free: i64,
    /// Longest wait, in seconds.
    longest: i64,
}

const PAIR: Limit = Limit { free: 4, longest: 900 };
const ACCOUNT: Limit = Limit { free: 19, longest: 60 };
const ADDRESS: Limit = Limit { free: 49, longest: 60 };

/// An attempt that is under way, and counted as a failure until it succeeds.
pub(super) struct Attempt {
    keys: [String; 3],
}

impl Attempt {
    /// Counts an attempt of what an account is called by from a network address, unless it is too early for one. It is
    /// counted before it is known to fail: a hundred at once are no more than a hundred one after the other.
    pub(super) async fn begin(
        store: &Store,
        account: &str,
        address: Option<IpAddr>,
        now: i64,
    ) -> Result<Self, Refusal> {
        let address = address.map(|address| named(network(address))).unwrap_or_default();
        let keys = [key(&["pair", account, &address]), key(&["account", account]), key(&["address", &address])];
        let mut transaction = store.begin(Whose::Platform).await?;
        let found = processes::lock_attempts(&mut transaction, keys.each_ref().map(String::as_str), now).await?;
        let mut limits = vec![(0, PAIR), (2, ADDRESS)];
        if !found[0].known {
            limits.push((1, ACCOUNT));
        }
        let wait = limits.iter().map(|(n, _)| found[*n].free_at - now).max().unwrap_or_default();
        if wait > 0 {
            transaction.rollback().await?;
            return Err(Refusal::Throttled(Duration::from_micros(wait.unsigned_abs())));
        }
        for (n, limit) in limits {
            processes::store_attempts(&mut transaction, &keys[n], &counted(found[n], limit, now)).await?;
        }
        transaction.commit().await?;
        Ok(Self { keys })
    }

    /// It succeeded: the user is known at this address, and the account's failures are forgotten. Those of the address
    /// are not, since one good account among them would let others be guessed from there.
    pub(super) async fn succeeded(
        self,
        transaction: &mut kontor_domain::store::Transaction<'_>,
        now: i64,
    ) -> Result<(), Refusal> {
        let keys = self.keys.each_ref().map(String::as_str);
        let [pair, account, address] = processes::lock_attempts(transaction, keys, now).await?;
        let clear = |attempts| Attempts { failures: 0, last_at: now, free_at: now, ..attempts };
        processes::store_attempts(transaction, keys[0], &Attempts { known: true, ..clear(pair) }).await?;
        processes::store_attempts(transaction, keys[1], &clear(account)).await?;
        let fewer = Attempts { failures: (address.failures - 1).max(0), free_at: now, ..address };
        processes::store_attempts(transaction, keys[2], &fewer).await?;
        Ok(())
    }
}

/// With one more failure.
fn counted(before: Attempts, limit: Limit, now: i64) -> Attempts {
    let failures = if now - before.last_at > FORGOTTEN { 1 } else { before.failures + 1 };
    let wait = match failures - limit.free {
        ..=0 => 0,
        beyond => 1_i64.checked_shl(u32::try_from(beyond - 1).unwrap_or(u32::MAX)).unwrap_or(i64::MAX),
    };
    let wait = if wait < 0 { limit.longest } else { wait.min(limit.longest) };
    Attempts { failures, last_at: now, free_at: now + wait * SECOND, known: before.known }
}

/// What counts as one address: an IPv6 subscriber has 2^64 of them.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// As it is counted under.
fn named(network: IpAddr) -> String {
    match network {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => address.segments()[..4].iter().map(|s| format!("{s:x}:")).collect(),
    }
}

fn key(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    super::secret::hexadecimal(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_are_forgotten() {
        let mut attempts = Attempts::default();
        let mut now = 10 * FORGOTTEN;
        let waits: Vec<i64> = (0..16)
            .map(|_| {
                attempts = counted(attempts, PAIR, now);
                now = attempts.free_at;
                (attempts.free_at - attempts.last_at) / SECOND
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        let many = counted(Attempts { failures: 1_000_000, last_at: now, ..attempts }, ACCOUNT, now);
        assert_eq!(many.free_at - now, 60 * SECOND);
        assert_eq!(counted(attempts, PAIR, now + FORGOTTEN + 1).failures, 1);
    }

    #[test]
    fn an_ipv6_subscriber_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
