//! Failed sign-ins: a delay that grows with each, per person and address, so that nobody can lock out somebody else.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Failures that cost nothing yet.
const FREE: u32 = 5;
/// Failures from one address, over all names, that cost nothing yet.
const FREE_PER_ADDRESS: u32 = 50;
const LONGEST: Duration = Duration::from_secs(300);
const FORGET_AFTER: Duration = Duration::from_secs(900);
const MOST_REMEMBERED: usize = 10_000;

/// Remembers failures. An attempt is counted when it begins, so that parallel guesses count as well.
#[derive(Debug, Default)]
pub(crate) struct Attempts(HashMap<(Option<String>, IpAddr), Failures>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Attempts {
    /// Counts an attempt as failed until [`Attempts::succeeded`] says otherwise.
    ///
    /// # Errors
    /// How long to wait, when the next attempt is not allowed yet; it is not counted then.
    pub(crate) fn begin(&mut self, name: &str, from: IpAddr, now: Instant) -> Result<(), Duration> {
        self.forget(now);
        let keys = keys(name, from);
        for (key, free) in keys.iter().zip([FREE, FREE_PER_ADDRESS]) {
            let Some(failures) = self.0.get(key) else { continue };
            let until = failures.last + delay(failures.count, free);
            if until > now {
                return Err(until - now);
            }
        }
        for key in keys {
            let failures = self.0.entry(key).or_insert(Failures { count: 0, last: now });
            failures.count += 1;
            failures.last = now;
        }
        Ok(())
    }

    /// The attempt was good: what was held against this name from this address is forgotten.
    pub(crate) fn succeeded(&mut self, name: &str, from: IpAddr) {
        let [person, address] = keys(name, from);
        let forgiven = self.0.remove(&person).map_or(0, |failures| failures.count);
        if let Some(failures) = self.0.get_mut(&address) {
            failures.count = failures.count.saturating_sub(forgiven);
        }
    }

    fn forget(&mut self, now: Instant) {
        if self.0.len() < MOST_REMEMBERED {
            return;
        }
        self.0.retain(|_, failures| now.duration_since(failures.last) < FORGET_AFTER);
        if self.0.len() >= MOST_REMEMBERED
            && let Some(oldest) = self.0.iter().min_by_key(|(_, failures)| failures.last)
        {
            let key = oldest.0.clone();
            self.0.remove(&key);
        }
    }
}

fn keys(name: &str, from: IpAddr) -> [(Option<String>, IpAddr); 2] {
    [(Some(crate::secret::sha256(&name.to_lowercase())), from), (None, from)]
}

fn delay(failures: u32, free: u32) -> Duration {
    match failures.checked_sub(free) {
        None => Duration::ZERO,
        Some(more) => Duration::from_secs(1 << more.min(9)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn the_delay_grows_and_success_forgives() {
        let (mut attempts, start) = (Attempts::default(), Instant::now());
        for _ in 0..FREE {
            attempts.begin("ann@x", HERE, start).expect("free");
        }
        assert_eq!(attempts.begin("ANN@x", HERE, start), Err(Duration::from_secs(1)));
        attempts.begin("ann@x", HERE, start + Duration::from_secs(1)).expect("waited");
        let again = attempts.begin("ann@x", HERE, start + Duration::from_secs(1));
        assert_eq!(again, Err(Duration::from_secs(2)), "each failure doubles the wait");
        attempts.succeeded("ann@x", HERE);
        attempts.begin("ann@x", HERE, start + Duration::from_secs(1)).expect("forgiven");
    }

    #[test]
    fn others_are_not_locked_out_but_one_address_cannot_try_everybody() {
        let (mut attempts, start) = (Attempts::default(), Instant::now());
        for _ in 0..FREE {
            attempts.begin("ann@x", HERE, start).expect("free");
        }
        let elsewhere = IpAddr::from([10, 0, 0, 1]);
        attempts.begin("ann@x", elsewhere, start).expect("another address");
        attempts.begin("bob@x", HERE, start).expect("another person");
        for n in 0..FREE_PER_ADDRESS {
            let _ = attempts.begin(&format!("guess{n}@x"), HERE, start);
        }
        assert!(attempts.begin("carol@x", HERE, start).is_err());
    }
}
