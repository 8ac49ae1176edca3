//! The lite side of ICE: checks of paths are answered, and none are made (RFC 8445 section 2.5, RFC 8489 for STUN).
//!
//! Whoever checks knows the password from our description; where its checks come from is where it is.

use std::net::{IpAddr, SocketAddr};

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use tandem_switchboard::ports::media::IceCredentials;

const COOKIE: u32 = 0x2112_A442;
const HEADER: usize = 20;
const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const USERNAME: u16 = 0x0006;
const INTEGRITY: u16 = 0x0008;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
/// What the checksum is combined with (RFC 8489 section 14.7).
const FINGERPRINT_XOR: u32 = 0x5354_554E;

/// A check that proved to be the peer's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Check {
    pub response: Vec<u8>,
    /// The peer has chosen this path.
    pub nominates: bool,
}

/// Whether a datagram is STUN and no RTP or DTLS (RFC 7983).
pub(super) fn is_stun(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| *first < 4)
}

/// Answers a check; `None` for what is no check, or not made with our credentials.
pub(super) fn answer(
    datagram: &[u8],
    from: SocketAddr,
    ours: &IceCredentials,
    theirs: &str,
) -> Option<Check> {
    let header: &[u8; HEADER] = datagram.first_chunk()?;
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let length = usize::from(word(2));
    if word(0) != BINDING_REQUEST || header[4..8] != COOKIE.to_be_bytes() || datagram.len() != HEADER + length
    {
        return None;
    }
    let (mut named, mut proven, mut nominates) = (false, false, false);
    let mut at = HEADER;
    while at < datagram.len() {
        let head: &[u8; 4] = datagram[at..].first_chunk()?;
        let (kind, size) =
            (u16::from_be_bytes([head[0], head[1]]), usize::from(u16::from_be_bytes([head[2], head[3]])));
        let value = datagram.get(at + 4..at + 4 + size)?;
        match kind {
            USERNAME => named = value == format!("{}:{theirs}", ours.ufrag).as_bytes(),
            USE_CANDIDATE => nominates = true,
            INTEGRITY => {
                proven = is_sealed(&datagram[..at], value, ours.password.as_str());
                // What follows is not covered by it.
                break;
            }
            _ => {}
        }
        at += 4 + size.next_multiple_of(4);
    }
    (named && proven).then(|| Check { response: response(header, from, ours.password.as_str()), nominates })
}

/// The keyed hash of everything before its attribute, where the length in the header counts that one in and no more.
fn keyed(before: &[u8], password: &str) -> Option<Hmac<Sha1>> {
    let length = u16::try_from(before.len() - HEADER + 24).ok()?;
    let mut mac = Hmac::<Sha1>::new_from_slice(password.as_bytes()).ok()?;
    mac.update(&before[..2]);
    mac.update(&length.to_be_bytes());
    mac.update(&before[4..]);
    Some(mac)
}

fn is_sealed(before: &[u8], told: &[u8], password: &str) -> bool {
    keyed(before, password).is_some_and(|mac| mac.verify_slice(told).is_ok())
}

fn response(request: &[u8; HEADER], from: SocketAddr, password: &str) -> Vec<u8> {
    let mut message = BINDING_SUCCESS.to_be_bytes().to_vec();
    message.extend([0, 0]);
    message.extend(&request[4..]);
    attribute(&mut message, XOR_MAPPED_ADDRESS, &mapped(from, request));
    let seal = keyed(&message, password).map(|mac| mac.finalize().into_bytes());
    attribute(&mut message, INTEGRITY, seal.as_ref().map_or(&[], |seal| seal.as_slice()));
    let length = (message.len() - HEADER + 8) as u16;
    message[2..4].copy_from_slice(&length.to_be_bytes());
    let checksum = crc32(&message) ^ FINGERPRINT_XOR;
    attribute(&mut message, FINGERPRINT, &checksum.to_be_bytes());
    message
}

fn attribute(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    message.extend(kind.to_be_bytes());
    message.extend((value.len() as u16).to_be_bytes());
    message.extend(value);
    message.resize(message.len().next_multiple_of(4), 0);
    let length = (message.len() - HEADER) as u16;
    message[2..4].copy_from_slice(&length.to_be_bytes());
}

/// Where the check came from, hidden from gateways that rewrite addresses (RFC 8489 section 14.2).
fn mapped(from: SocketAddr, request: &[u8; HEADER]) -> Vec<u8> {
    let port = from.port() ^ (COOKIE >> 16) as u16;
    let (family, ip) = match from.ip().to_canonical() {
        IpAddr::V4(ip) => (1, ip.octets().to_vec()),
        IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let mut value = vec![0, family];
    value.extend(port.to_be_bytes());
    value.extend(ip.iter().zip(&request[4..]).map(|(byte, mask)| byte ^ mask));
    value
}

/// The checksum of Ethernet (ITU-T V.42); a check comes a few times a minute, so a table is not worth its room.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xEDB8_8320 } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    use tandem_foundation::Pii;

    use super::*;

    /// RFC 5769 section 2.1: a check of "evtj:h6vY" with the password below.
    const SAMPLE: &str = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74\
                          002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56\
                          781ef2b5b2d3f249c1b571a280280004e57a3bcf";

    fn sample() -> Vec<u8> {
        let digits: Vec<u8> = SAMPLE.bytes().filter(u8::is_ascii_hexdigit).collect();
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16).expect("hex");
        digits.chunks(2).map(byte).collect()
    }

    fn ours(password: &str) -> IceCredentials {
        IceCredentials { ufrag: "evtj".to_owned(), password: Pii::new(password.to_owned()) }
    }

    const PASSWORD: &str = "VOkJxbRl1RmTxUk/WvJxBt";

    fn from() -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], 32_853))
    }

    #[test]
    fn the_samples_check_is_answered_as_its_response_says() {
        let check = answer(&sample(), from(), &ours(PASSWORD), "h6vY").expect("made with our password");
        assert!(!check.nominates);
        let response = check.response;
        assert_eq!((&response[..2], &response[4..20]), (&[1, 1][..], &sample()[4..20]));
        // RFC 5769 section 2.2 has this address, masked by the same transaction.
        assert_eq!(response[20..32], [0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43]);
        assert!(is_sealed(&response[..32], &response[36..56], PASSWORD));
        let told = u32::from_be_bytes(*response.last_chunk().expect("a checksum"));
        assert_eq!(crc32(&response[..response.len() - 8]) ^ FINGERPRINT_XOR, told);
        assert_eq!(usize::from(u16::from_be_bytes([response[2], response[3]])), response.len() - HEADER);
    }

    #[test]
    fn the_samples_checksum_is_right() {
        let sample = sample();
        let told = u32::from_be_bytes(*sample.last_chunk().expect("a checksum"));
        assert_eq!(crc32(&sample[..sample.len() - 8]) ^ FINGERPRINT_XOR, told);
    }

    #[test]
    fn what_was_not_made_with_our_credentials_is_not_answered() {
        let sample = sample();
        assert_eq!(answer(&sample, from(), &ours("another password here"), "h6vY"), None);
        assert_eq!(answer(&sample, from(), &ours(PASSWORD), "else"), None);
        for at in 0..80 {
            let mut forged = sample.clone();
            forged[at] ^= 0x40;
            assert_eq!(answer(&forged, from(), &ours(PASSWORD), "h6vY"), None, "byte {at}");
        }
        for length in 0..sample.len() {
            assert_eq!(answer(&sample[..length], from(), &ours(PASSWORD), "h6vY"), None);
        }
    }

    #[test]
    fn a_path_is_chosen_by_a_check_that_says_so_under_its_seal() {
        let mut message = sample()[..HEADER].to_vec();
        attribute(&mut message, USERNAME, b"evtj:h6vY");
        attribute(&mut message, USE_CANDIDATE, &[]);
        let seal = keyed(&message, PASSWORD).expect("a key").finalize().into_bytes();
        attribute(&mut message, INTEGRITY, &seal);
        let check = answer(&message, from(), &ours(PASSWORD), "h6vY").expect("sealed");
        assert!(check.nominates);
        let v6 = SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 32_853));
        let check = answer(&message, v6, &ours(PASSWORD), "h6vY").expect("sealed");
        assert_eq!(check.response[20..26], [0, 0x20, 0, 20, 0, 2]);
    }
}
