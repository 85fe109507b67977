//! How often anybody may ask: a bucket of points for each user, each API key, and each network address of who is neither.
//! Operations are paid for with points (`cost`); buckets fill up again all the time.

use crate::{
    auth::{Caller, network},
    error::{Code, Error, is_german},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use serde_json::json;
use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use uuid::Uuid;

/// Buckets of a kind above which full ones, which say nothing, are thrown away at once.
const MOST: usize = 100_000;
/// How often their number is looked at.
const LOOK_EVERY: u32 = 1_024;

/// What somebody may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Points that come back within a minute.
    pub per_minute: NonZeroU32,
    /// Points that may be spent at once.
    pub burst: NonZeroU32,
}

/// What everybody may spend. Each gateway counts for itself.
#[derive(Default)]
pub struct Rates {
    users: Option<Buckets<Uuid>>,
    keys: Option<Buckets<Uuid>>,
    addresses: Option<Buckets<IpAddr>>,
}

impl Rates {
    /// Those of users, of API keys, and of the addresses of who is not signed in; none for as much as they like.
    #[must_use]
    pub fn new(user: Option<Rate>, key: Option<Rate>, address: Option<Rate>) -> Self {
        Self {
            users: user.map(|rate| Buckets::new("user", rate)),
            keys: key.map(|rate| Buckets::new("key", rate)),
            addresses: address.map(|rate| Buckets::new("address", rate)),
        }
    }

    /// Spends points of who asks. More than a bucket holds are as many as it holds.
    ///
    /// # Errors
    /// There are too few: RATE_LIMITED.
    pub(crate) fn spend(
        &self,
        caller: Option<&Caller>,
        address: Option<IpAddr>,
        points: u64,
        language: &str,
    ) -> Result<(), Error> {
        let spent = match (caller.map(|caller| (caller.user, caller.api_key())), address) {
            (Some((_, Some(key))), _) => self.keys.as_ref().map(|buckets| buckets.spend(key, points)),
            (Some((user, None)), _) => self.users.as_ref().map(|buckets| buckets.spend(user, points)),
            (None, Some(address)) => self.addresses.as_ref().map(|buckets| buckets.spend(network(address), points)),
            (None, None) => None,
        };
        spent.unwrap_or(Ok(())).map_err(|early| early.told(language))
    }

    /// Forgets who has spent nothing for so long that the bucket is full.
    pub fn sweep(&self) {
        self.users.as_ref().into_iter().for_each(Buckets::sweep);
        self.keys.as_ref().into_iter().for_each(Buckets::sweep);
        self.addresses.as_ref().into_iter().for_each(Buckets::sweep);
    }

    /// How many buckets are kept.
    #[must_use]
    pub fn kept(&self) -> usize {
        let ids = [&self.users, &self.keys].into_iter().flatten().map(|buckets| buckets.limiter.len()).sum::<usize>();
        ids + self.addresses.as_ref().map_or(0, |buckets| buckets.limiter.len())
    }
}

/// The buckets of one kind.
struct Buckets<K: Hash + Eq + Clone> {
    name: &'static str,
    rate: Rate,
    limiter: DefaultKeyedRateLimiter<K>,
    spent: AtomicU32,
}

/// There are too few points.
struct Early {
    name: &'static str,
    rate: Rate,
    wait: Duration,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(name: &'static str, rate: Rate) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(rate.per_minute).allow_burst(rate.burst));
        Self { name, rate, limiter, spent: AtomicU32::new(0) }
    }

    fn spend(&self, whose: K, points: u64) -> Result<(), Early> {
        if self.spent.fetch_add(1, Ordering::Relaxed) % LOOK_EVERY == LOOK_EVERY - 1 && self.limiter.len() > MOST {
            self.sweep();
        }
        let points =
            u32::try_from(points).ok().and_then(NonZeroU32::new).map_or(self.rate.burst, |p| p.min(self.rate.burst));
        let Ok(Err(early)) = self.limiter.check_key_n(&whose, points) else { return Ok(()) };
        Err(Early { name: self.name, rate: self.rate, wait: early.wait_time_from(self.limiter.clock().now()) })
    }

    fn sweep(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

impl Early {
    fn told(&self, language: &str) -> Error {
        let seconds = u64::try_from(self.wait.as_millis().div_ceil(1_000).max(1)).unwrap_or(u64::MAX);
        let message = if is_german(language) {
            format!("Zu viele Anfragen; bitte in {seconds} s erneut versuchen.")
        } else {
            format!("Too many requests: try again in {seconds} s, and ask for fewer records at a time.")
        };
        let limit = json!({"name": self.name, "perMinute": self.rate.per_minute, "burst": self.rate.burst});
        Error::new(Code::RateLimited, message).with("retryAfter", json!(seconds)).with("limit", limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_minute: u32, burst: u32) -> Option<Rate> {
        let number = |n| NonZeroU32::new(n).unwrap();
        Some(Rate { per_minute: number(per_minute), burst: number(burst) })
    }

    fn user(n: u128) -> Caller {
        Caller::signed_in(Uuid::from_u128(n), Uuid::nil(), "admin", Uuid::nil())
    }

    #[test]
    fn each_has_a_bucket_and_nobody_more_than_that() {
        let rates = Rates::new(rate(1, 3), None, rate(1, 2));
        let [one, two] = [user(1), user(2)];
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        let spend = |caller, points| rates.spend(caller, address, points, "en").is_ok();
        assert!(spend(Some(&one), 2) && spend(Some(&one), 1) && !spend(Some(&one), 1));
        // What costs more than all of it takes all of it.
        assert!(spend(Some(&two), 1_000) && !spend(Some(&two), 1));
        assert!(spend(None, 1) && spend(None, 1) && !spend(None, 1));
        assert!(rates.spend(None, None, 1, "en").is_ok());
        assert_eq!(rates.kept(), 3);
        let refused = rates.spend(Some(&one), address, 1, "de").unwrap_err();
        assert!(refused.is(Code::RateLimited) && (1..=60).contains(&refused.retry_after().unwrap()), "{refused:?}");
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let rates = Rates::new(rate(u32::MAX, 1), None, rate(1, 10));
        for n in 0..100 {
            assert!(rates.spend(Some(&user(n)), None, 1, "en").is_ok());
        }
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        assert!(rates.spend(None, address, 5, "en").is_ok());
        rates.sweep();
        assert_eq!(rates.kept(), 1, "one is not full yet");
        assert!(rates.spend(None, address, 6, "en").is_err());
    }
}
