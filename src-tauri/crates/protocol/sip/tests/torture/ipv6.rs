//! The messages of RFC 5118.

use std::net::{IpAddr, Ipv6Addr};

use tandem_sip::message::{Host, Message, Request, parse_datagram};

use crate::fixtures::{rfc5118, rfc5118_names};

fn v6(text: &str) -> Ipv6Addr {
    text.parse().expect("an address")
}

fn request(name: &str) -> Request {
    match parse_datagram(&rfc5118(name)) {
        Ok(Message::Request(request)) => {
            request.check().unwrap_or_else(|fault| panic!("{name}: {fault}"));
            request
        }
        other => panic!("{name} is a request: {other:?}"),
    }
}

#[test]
fn all_but_the_one_without_brackets_are_read_and_written_back() {
    let names = rfc5118_names();
    assert_eq!(names.len(), 12);
    for name in names.into_iter().filter(|name| *name != "ipv6-bad") {
        let read = request(name);
        assert_eq!(parse_datagram(&read.to_bytes()), Ok(Message::Request(read)), "{name}");
    }
}

/// Section 4.2.
#[test]
fn an_address_without_brackets_is_answered_400() {
    let error = parse_datagram(&rfc5118("ipv6-bad")).unwrap_err();
    assert_eq!(error.reply.map(|reply| reply.code), Some(400));
}

/// Sections 4.1, 4.3 and 4.4: what stands within the brackets is the address, and only what follows them the port.
#[test]
fn a_port_stands_after_the_brackets() {
    for (name, address, port) in [
        ("ipv6-good", "2001:db8::10", None),
        ("port-ambiguous", "2001:db8::10:5070", None),
        ("port-unambiguous", "2001:db8::10", Some(5070)),
    ] {
        let uri = request(name).uri;
        assert_eq!((uri.host, uri.port), (Host::V6(v6(address)), port), "{name}");
    }
    let good = request("ipv6-good").headers;
    assert_eq!(good.top_via().unwrap().host, Host::V6(v6("2001:db8::9:1")));
    assert_eq!(good.contacts().unwrap().list()[0].uri.host, Host::V6(v6("2001:db8::1")));
}

/// Section 4.5.
#[test]
fn received_is_read_with_brackets_and_without() {
    for name in ["via-received-param-with-delim", "via-received-param-no-delim"] {
        let via = request(name).headers.top_via().unwrap();
        assert_eq!(via.received(), Some(IpAddr::V6(v6("2001:db8::9:255"))), "{name}");
    }
}

/// Sections 4.7 and 4.9.
#[test]
fn both_families_stand_beside_each_other() {
    let ips = |name: &str| -> Vec<IpAddr> {
        request(name).headers.vias().unwrap().iter().map(|via| via.host.ip().unwrap()).collect()
    };
    let mixed: [IpAddr; 3] = ["2001:db8::9:1", "192.0.2.1", "2001:db8::9:255"].map(|ip| ip.parse().unwrap());
    assert_eq!(ips("mult-ip-in-header"), mixed);
    let vias = request("mult-ip-in-header").headers.vias().unwrap();
    assert_eq!((vias[0].port, vias[2].received()), (Some(6050), Some("192.0.2.200".parse().unwrap())));
    assert_eq!(
        ips("ipv4-mapped-ipv6"),
        ["::ffff:192.0.2.10", "::ffff:192.0.2.2"].map(|ip| IpAddr::V6(v6(ip)))
    );
}

/// Sections 4.6, 4.8 and 4.9.
#[test]
fn bodies_are_taken_whole() {
    for name in ["ipv6-in-sdp", "mult-ip-in-sdp", "ipv4-mapped-ipv6"] {
        let body = request(name).body;
        assert!(body.starts_with(b"v=0\r\n") && body.ends_with(b"H263-1998/90000\r\n"), "{name}");
    }
}

/// Section 4.10: RFC 3261's grammar has a colon too many before an embedded IPv4 address, and both forms mean the same.
#[test]
fn three_colons_before_an_ipv4_address_are_read_as_two() {
    let (three, two) = (request("ipv6-bug-abnf-3-colons"), request("ipv6-correct-abnf-2-colons"));
    assert_eq!(three.uri.host, Host::V6(v6("2001:db8::192.0.2.1")));
    assert_eq!((&three.uri, three.headers.to()), (&two.uri, two.headers.to()));
    for wrong in ["[2001:db8:::1]", "[2001:db8::::192.0.2.1]", "[1::2:::192.0.2.1]", "[:::]", "[:::192.0.2]"]
    {
        assert_eq!(Host::parse(wrong), None, "{wrong}");
    }
    assert_eq!(Host::parse("[:::192.0.2.1]"), Some(Host::V6(v6("::192.0.2.1"))));
}
