//! Passwords as argon2id hashes (RFC 9106), with the parameters that OWASP's Password Storage Cheat Sheet advises:
//! 19 MiB, two passes, one lane.

use super::Refusal;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Semaphore;

/// A hash that no password has, with the parameters of today.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlz$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Longest wait for a core.
const PATIENCE: Duration = Duration::from_secs(5);

fn params() -> Params {
    Params::new(19 * 1024, 2, 1, None).expect("the parameters are constants within the limits")
}

fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params())
}

/// The PHC string of a password, with a fresh salt.
#[must_use]
pub fn hash(password: &str) -> String {
    hasher().hash_password(password.as_bytes()).expect("argon2id takes any password of this length").to_string()
}

/// Whether a password is that of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is not.
    Wrong,
    /// It is.
    Right,
    /// It is, but the hash should be made anew with the parameters of today.
    Outdated,
}

/// Whether the password is the one of the hash. Without a hash the work is done all the same, so that the time taken
/// does not tell whether an account exists.
fn verify(password: &str, hash: Option<&str>) -> Verdict {
    let Some(parsed) = hash.and_then(|hash| PasswordHash::new(hash).ok()) else {
        let nobody = PasswordHash::new(NOBODY).expect("it is a constant of the right form");
        let _ = hasher().verify_password(password.as_bytes(), &nobody);
        return Verdict::Wrong;
    };
    if hasher().verify_password(password.as_bytes(), &parsed).is_err() {
        return Verdict::Wrong;
    }
    let today = params();
    let weaker = Params::try_from(&parsed)
        .is_ok_and(|p| p.m_cost() < today.m_cost() || p.t_cost() < today.t_cost() || p.p_cost() < today.p_cost());
    if weaker { Verdict::Outdated } else { Verdict::Right }
}

/// Hashing, away from the threads that answer requests, on half of the cores at a time: a flood of sign-ins takes neither
/// all cores nor all memory.
pub(super) struct Passwords {
    cores: Arc<Semaphore>,
    hashed: AtomicU64,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { cores: Arc::new(Semaphore::new((cores / 2).max(1))), hashed: AtomicU64::new(0) }
    }
}

impl Passwords {
    /// See [`hash`].
    pub(super) async fn hash(&self, password: &str) -> Result<String, Refusal> {
        let password = password.to_owned();
        self.work(move || hash(&password)).await
    }

    /// Whether a password is that of a hash; the work is the same where there is no hash.
    pub(super) async fn verify(&self, password: &str, hash: Option<String>) -> Result<Verdict, Refusal> {
        let password = password.to_owned();
        self.work(move || verify(&password, hash.as_deref())).await
    }

    /// How many hashes were computed so far.
    pub(super) fn computed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        let Ok(Ok(core)) = tokio::time::timeout(PATIENCE, self.cores.clone().acquire_owned()).await else {
            return Err(Refusal::Throttled(PATIENCE));
        };
        self.hashed.fetch_add(1, Ordering::Relaxed);
        // Whoever goes without waiting leaves the work behind, which takes its core until it is done.
        let work = move || {
            let done = work();
            drop(core);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_fits_its_hash() {
        let hashed = hash("correct horse");
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(verify("correct horse", Some(&hashed)), Verdict::Right);
        assert_eq!(verify("wrong horse", Some(&hashed)), Verdict::Wrong);
        assert_eq!(verify("correct horse", None), Verdict::Wrong);
        assert_eq!(verify("correct horse", Some("no hash")), Verdict::Wrong);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_keeps_its_core() {
        let passwords = Passwords::default();
        let cores = passwords.cores.available_permits();
        let (begin, begun) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let work = passwords.work(move || {
            begin.send(()).unwrap();
            let _ = ended.recv();
        });
        tokio::select! {
            biased;
            _ = work => panic!("it ends later"),
            () = std::future::ready(()) => {}
        }
        begun.recv().unwrap();
        assert_eq!(passwords.cores.available_permits(), cores - 1);
        drop(end);
        let all = u32::try_from(cores).unwrap();
        assert!(passwords.cores.acquire_many(all).await.is_ok());
    }

    #[test]
    fn a_hash_of_weaker_parameters_is_outdated() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).unwrap());
        let hashed = weak.hash_password(b"correct horse").unwrap().to_string();
        assert_eq!(verify("correct horse", Some(&hashed)), Verdict::Outdated);
        assert_eq!(verify("wrong horse", Some(&hashed)), Verdict::Wrong);
    }

    #[test]
    fn nobody_costs_as_much_as_somebody() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let somebody = hash("x");
        let somebody = PasswordHash::new(&somebody).unwrap();
        assert_eq!(nobody.params, somebody.params);
        assert_eq!(nobody.hash.map(|h| h.len()), somebody.hash.map(|h| h.len()));
    }
}
