//! Nonces that need no memory until they are used: a time stamp and a MAC over it (RFC 7616 section 5.4).

use std::collections::HashMap;

use subtle::ConstantTimeEq;

use super::random::{Random, hex, hmac};

/// Seconds for which a nonce may be used.
const LIFE: u64 = 300;

/// Issues nonces and watches that no nonce count is used twice.
#[derive(Debug)]
pub(super) struct Nonces {
    secret: [u8; 32],
    /// Nonces in use, with the highest count seen and the second they were issued in.
    used: HashMap<String, (u32, u64)>,
}

/// What a nonce in credentials is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    Good,
    /// Ours, but too old, or the count was used before: the client may try again with a new one.
    Stale,
    Foreign,
}

impl Nonces {
    pub fn new(secret: [u8; 32]) -> Nonces {
        Nonces { secret, used: HashMap::new() }
    }

    /// A new nonce. `second` counts from any fixed moment.
    pub fn issue(&self, second: u64, random: &mut Random) -> String {
        let stamp = format!("{second:010x}{}", &random.token()[..8]);
        let mac = self.mac(&stamp);
        stamp + &mac
    }

    /// Whether the nonce is ours, fresh, and `count` is used with it for the first time. Only a right response may be
    /// noted with [`Nonces::note`].
    pub fn weigh(&self, second: u64, nonce: &str, count: u32) -> Worth {
        let Some((stamp, mac)) = nonce.split_at_checked(18) else { return Worth::Foreign };
        if !bool::from(self.mac(stamp).as_bytes().ct_eq(mac.as_bytes())) {
            return Worth::Foreign;
        }
        let issued = u64::from_str_radix(&stamp[..10], 16).unwrap_or(0);
        let fresh = issued + LIFE >= second;
        let new = self.used.get(nonce).is_none_or(|(highest, _)| count > *highest);
        if fresh && new { Worth::Good } else { Worth::Stale }
    }

    /// Remembers that `count` was used.
    pub fn note(&mut self, second: u64, nonce: &str, count: u32) {
        self.used.retain(|_, (_, noted)| *noted + LIFE >= second);
        // A nonce may be noted at the end of its life, so it is remembered for as long again.
        self.used.insert(nonce.to_owned(), (count, second));
    }

    fn mac(&self, stamp: &str) -> String {
        hex(&hmac(&self.secret, &[stamp.as_bytes()])[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_once_per_count_until_it_is_too_old() {
        let mut random = Random::new([1; 32]);
        let mut nonces = Nonces::new(random.key(b"nonce"));
        let nonce = nonces.issue(100, &mut random);
        assert_eq!(nonces.weigh(101, &nonce, 1), Worth::Good);
        nonces.note(101, &nonce, 1);
        assert_eq!(nonces.weigh(101, &nonce, 1), Worth::Stale, "replayed");
        assert_eq!(nonces.weigh(101, &nonce, 2), Worth::Good);
        assert_eq!(nonces.weigh(401, &nonce, 2), Worth::Stale, "too old");
    }

    #[test]
    fn a_nonce_of_another_secret_or_time_is_foreign() {
        let mut random = Random::new([1; 32]);
        let nonces = Nonces::new([7; 32]);
        let nonce = Nonces::new([8; 32]).issue(100, &mut random);
        assert_eq!(nonces.weigh(100, &nonce, 1), Worth::Foreign);
        let own = nonces.issue(100, &mut random);
        let moved = format!("{:010x}{}", 4000, &own[10..]);
        assert_eq!(nonces.weigh(4000, &moved, 1), Worth::Foreign, "the time stamp is under the MAC");
        assert_eq!(nonces.weigh(100, "é", 1), Worth::Foreign);
    }
}
