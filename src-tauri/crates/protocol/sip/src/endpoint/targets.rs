//! What a name was found to mean: servers to try, one after the other (RFC 3263 section 4.2, RFC 2782).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::Transport;

/// What is to be found out of the name service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lookup {
    /// A name, never an address.
    pub host: String,
    /// A port that was given takes the place of SRV records.
    pub port: Option<u16>,
    /// `None`: whatever the domain prefers (NAPTR, then SRV), else UDP.
    pub transport: Option<Transport>,
}

/// What the name service said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// In any order.
    pub targets: Vec<Target>,
    /// How long this may be used.
    pub life: Duration,
}

/// A server of the name: one SRV record, or the name's own addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub transport: Transport,
    /// Tried in this order.
    pub addresses: Vec<SocketAddr>,
    /// The lowest is tried first.
    pub priority: u16,
    /// The share of requests among those of one priority.
    pub weight: u16,
}

/// Whom the certificate at the other end of a TLS connection has to name: one of these names or addresses. The first
/// is the one to ask for.
pub type ServerNames = Arc<[String]>;

/// The order in which targets are tried, one address after the other: by priority, and by chance within it, as the
/// weights have it. `below(n)` draws a number under `n`.
pub(super) fn in_turn(targets: &[Target], mut below: impl FnMut(u64) -> u64) -> Vec<(Transport, SocketAddr)> {
    let mut left: Vec<&Target> = targets.iter().collect();
    // Those without weight come first, so that they have a chance at all (RFC 2782).
    left.sort_by_key(|target| (target.priority, target.weight > 0));
    let mut order = Vec::new();
    while let Some(priority) = left.first().map(|target| target.priority) {
        let peers = left.iter().take_while(|target| target.priority == priority);
        let total: u64 = peers.map(|target| u64::from(target.weight)).sum();
        let mut drawn = below(total + 1);
        let chosen = left.iter().position(|target| {
            let weight = u64::from(target.weight);
            let found = drawn <= weight;
            drawn = drawn.saturating_sub(weight);
            found
        });
        let target = left.remove(chosen.unwrap_or(0));
        order.extend(target.addresses.iter().map(|address| (target.transport, *address)));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(last: u8, priority: u16, weight: u16) -> Target {
        let addresses = vec![SocketAddr::from(([10, 0, 0, last], 5060))];
        Target { transport: Transport::Udp, addresses, priority, weight }
    }

    fn hosts(order: &[(Transport, SocketAddr)]) -> Vec<u8> {
        let last =
            |ip| if let std::net::IpAddr::V4(v4) = ip { std::net::Ipv4Addr::octets(&v4)[3] } else { 0 };
        order.iter().map(|(_, address)| last(address.ip())).collect()
    }

    #[test]
    fn priorities_come_before_weights_and_each_target_comes_once() {
        let targets = [target(3, 20, 0), target(1, 10, 60), target(2, 10, 40)];
        assert_eq!(hosts(&in_turn(&targets, |_| 0)), [1, 2, 3]);
        assert_eq!(hosts(&in_turn(&targets, |limit| limit - 1)), [2, 1, 3]);
    }

    #[test]
    fn weights_are_shares() {
        let targets = [target(1, 0, 75), target(2, 0, 25)];
        let first = |drawn: u64| hosts(&in_turn(&targets, |limit| drawn.min(limit - 1)))[0];
        let ones = (0..=100).filter(|drawn| first(*drawn) == 1).count();
        assert_eq!(ones, 76);
    }

    #[test]
    fn without_weights_the_order_stays_and_all_addresses_of_a_target_are_tried() {
        let mut both = target(1, 0, 0);
        both.addresses.push(SocketAddr::from(([10, 0, 0, 9], 5060)));
        assert_eq!(hosts(&in_turn(&[both, target(2, 0, 0)], |_| 0)), [1, 9, 2]);
    }
}
