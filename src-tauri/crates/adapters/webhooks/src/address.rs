//! Which addresses may be connected to on somebody's word.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an outgoing request may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Loopback as well (the sandbox).
    AlsoLoopback,
}

impl Reach {
    /// Whether an address may be connected to.
    pub fn allows(self, address: IpAddr) -> bool {
        let address = unmapped(address);
        (self == Self::AlsoLoopback && address.is_loopback()) || is_public(address)
    }

    /// Whether a port may be connected to: those of the web alone, so that no other service is spoken to.
    pub fn allows_port(self, port: u16) -> bool {
        self == Self::AlsoLoopback || matches!(port, 80 | 443)
    }
}

/// IPv4 in IPv6's clothes is judged as IPv4.
fn unmapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().or_else(|| nat64(v6)).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// `64:ff9b::/96` (RFC 6052).
fn nat64(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = v6.segments();
    (segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0]).then(|| {
        let [a, b] = segments[6].to_be_bytes();
        let [c, d] = segments[7].to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    })
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                // Shared address space (RFC 6598), protocol assignments (RFC 6890), benchmarking (RFC 2544).
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (b == 18 || b == 19)))
        }
        IpAddr::V6(v6) => {
            let segments = v6.segments();
            // Global unicast is 2000::/3 (RFC 4291, section 2.4); of that, not what leads to IPv4 by a way of its own
            // (Teredo, 2001::/32; 6to4, 2002::/16) nor what is for documentation (2001:db8::/32, 3fff::/20).
            segments[0] & 0xe000 == 0x2000
                && segments[..2] != [0x2001, 0]
                && segments[0] != 0x2002
                && segments[..2] != [0x2001, 0x0db8]
                && (segments[0] != 0x3fff || segments[1] & 0xf000 != 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_special_addresses_are_out_of_reach() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "192.0.0.192",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2001:db8::1",
            "2002:a00:1::",
            "fec0::1",
            "::127.0.0.1",
            "::ffff:0:7f00:1",
            "3fff::1",
            "64:ff9b:1::1",
            "2001:0:a00:1::",
        ] {
            assert!(!Reach::Public.allows(address.parse().expect(address)), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_within_reach_and_loopback_where_allowed() {
        assert!(Reach::Public.allows("93.184.216.34".parse().expect("address")));
        assert!(Reach::Public.allows("2606:2800:220:1::1".parse().expect("address")));
        assert!(Reach::AlsoLoopback.allows("::ffff:127.0.0.1".parse().expect("address")));
        assert!(!Reach::AlsoLoopback.allows("10.0.0.1".parse().expect("address")));
    }

    #[test]
    fn only_the_webs_ports_are_within_reach() {
        for port in [22, 25, 6379, 8080] {
            assert!(!Reach::Public.allows_port(port) && Reach::AlsoLoopback.allows_port(port), "{port}");
        }
        assert!(Reach::Public.allows_port(80) && Reach::Public.allows_port(443));
    }
}
