//! Random streams. ChaCha is specified to the bit, and every draw below is made here, so that no new version of a
//! library changes the data.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What a stream is for: streams of different purposes have nothing to do with each other.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Staff = 1,
    Offering,
    Campaigns,
    Company,
    Plan,
    Text,
    Prospect,
    Internal,
    Tags,
    Sequences,
}

/// A stream of random numbers.
pub(super) struct Rng(ChaCha8Rng);

impl Rng {
    /// The stream of the `index`th thing of a purpose.
    pub(super) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[16..24].copy_from_slice(&index.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Any 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// From `low` to `high`, both included.
    pub(super) fn range(&mut self, low: i64, high: i64) -> i64 {
        let span = (high - low + 1).max(1) as u128;
        low + ((u128::from(self.bits()) * span) >> 64) as i64
    }

    /// An index below `len`.
    pub(super) fn index(&mut self, len: usize) -> usize {
        self.range(0, len as i64 - 1) as usize
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.range(0, 99) < percent
    }

    /// Any of them, each as likely.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    /// An index of `weights`, each as likely as its weight says.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut rest = self.range(0, weights.iter().map(|w| i64::from(*w)).sum::<i64>() - 1);
        for (index, weight) in weights.iter().enumerate() {
            rest -= i64::from(*weight);
            if rest < 0 {
                return index;
            }
        }
        0
    }

    /// The pattern with a digit for each `#`.
    pub(super) fn digits(&mut self, pattern: &str) -> String {
        pattern.chars().map(|c| if c == '#' { char::from(b'0' + self.range(0, 9) as u8) } else { c }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_never_changes() {
        let mut rng = Rng::new(7, Purpose::Staff, 3);
        let drawn: Vec<i64> = (0..8).map(|_| rng.range(1, 100)).collect();
        let mut again = Rng::new(7, Purpose::Staff, 3);
        assert_eq!(drawn, (0..8).map(|_| again.range(1, 100)).collect::<Vec<_>>());
        let mut other = Rng::new(7, Purpose::Staff, 4);
        assert_ne!(drawn, (0..8).map(|_| other.range(1, 100)).collect::<Vec<_>>());
    }

    #[test]
    fn draws_stay_in_range_and_follow_weights() {
        let mut rng = Rng::new(1, Purpose::Text, 0);
        let mut seen = [0; 3];
        for _ in 0..1000 {
            assert!((-2..=2).contains(&rng.range(-2, 2)));
            seen[rng.weighted(&[0, 1, 3])] += 1;
        }
        assert_eq!(seen[0], 0);
        assert!(seen[2] > seen[1]);
    }
}
