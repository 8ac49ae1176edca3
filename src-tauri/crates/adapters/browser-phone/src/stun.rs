//! As much of STUN as it takes to tell whose check a datagram is (RFC 8489, section 5; RFC 8445, section 7.1.3).

/// Bytes of a message's header.
const HEADER: usize = 20;
/// In the header of every message since RFC 5389.
const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
/// A Binding request.
const BINDING: [u8; 2] = [0x00, 0x01];
/// The attribute USERNAME.
const USERNAME: [u8; 2] = [0x00, 0x06];

/// The username fragment of whom a connectivity check is meant for; absent in everything else.
///
/// Whether the check is right is not looked at: that takes the password, which the peer's own agent has.
pub(crate) fn meant_for(datagram: &[u8]) -> Option<&str> {
    let header = datagram.get(..HEADER)?;
    if header[..2] != BINDING || header[4..8] != COOKIE {
        return None;
    }
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let mut rest = datagram.get(HEADER..HEADER + length)?;
    while let Some((head, after)) = rest.split_at_checked(4) {
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let value = after.get(..length)?;
        if head[..2] == USERNAME {
            return std::str::from_utf8(value).ok()?.split(':').next().filter(|part| !part.is_empty());
        }
        rest = after.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(username: &str) -> Vec<u8> {
        let padded = username.len().next_multiple_of(4);
        let mut bytes = [&BINDING[..], &((12 + padded) as u16).to_be_bytes(), &COOKIE, &[7; 12]].concat();
        // PRIORITY before it, as some send it.
        bytes.extend([0x00, 0x24, 0, 4, 1, 2, 3, 4]);
        bytes.extend(USERNAME);
        bytes.extend((username.len() as u16).to_be_bytes());
        bytes.extend(username.as_bytes());
        bytes.resize(HEADER + 12 + padded, 0);
        bytes
    }

    #[test]
    fn a_check_tells_whom_it_is_meant_for() {
        assert_eq!(meant_for(&check("ours:theirs")), Some("ours"));
        assert_eq!(meant_for(&check("ab:c")), Some("ab"));
    }

    #[test]
    fn everything_else_and_every_cut_tells_nothing() {
        let whole = check("ours:theirs");
        for cut in 0..whole.len() {
            assert_eq!(meant_for(&whole[..cut]), None, "cut at {cut}");
        }
        let mut answer = whole.clone();
        answer[0] = 0x01;
        assert_eq!(meant_for(&answer), None);
        let mut lying = whole;
        lying[HEADER + 11] = 200;
        assert_eq!(meant_for(&lying), None, "an attribute longer than the message");
        assert_eq!(meant_for(&check("")), None);
        assert_eq!(meant_for(&[0x80; 172]), None, "RTP");
        assert_eq!(meant_for(&[22, 254, 253, 0, 0]), None, "DTLS");
    }
}
