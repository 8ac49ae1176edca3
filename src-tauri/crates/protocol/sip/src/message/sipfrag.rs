//! A piece of a message as a body, `message/sipfrag` (RFC 3420): of it, the status line alone is of use here.

use bytes::Bytes;

use super::reason::default_reason;

/// The body that says how far a request has come: a response's status line.
pub fn status_fragment(code: u16) -> Bytes {
    Bytes::from(format!("SIP/2.0 {code} {}\r\n", default_reason(code)))
}

/// The code of the status line a fragment begins with; `None` where it begins with something else.
pub fn status_of_fragment(body: &[u8]) -> Option<u16> {
    let line = body.split(|byte| *byte == b'\n').find(|line| !line.iter().all(u8::is_ascii_whitespace))?;
    let mut words = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
    let version = words.next()?;
    let code = words.next()?;
    let known = version.len() > 4 && version.get(..4).is_some_and(|v| v.eq_ignore_ascii_case("SIP/"));
    let digits = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    code.parse().ok().filter(|code| known && digits && (100..700).contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_goes_through_a_fragment_and_comes_out_the_same() {
        for code in [100, 180, 200, 486, 603] {
            assert_eq!(status_of_fragment(&status_fragment(code)), Some(code));
        }
        assert_eq!(status_of_fragment(b"\r\nSIP/2.0 200 OK\r\nContact: <sip:a@h>\r\n\r\nbody"), Some(200));
    }

    #[test]
    fn what_is_no_status_line_says_nothing() {
        for body in [
            &b""[..],
            b"INVITE sip:a@h SIP/2.0",
            b"SIP/2.0",
            b"SIP/2.0 20 OK",
            b"SIP/2.0 900 ?",
            b"\xff\xfe 200",
        ] {
            assert_eq!(status_of_fragment(body), None);
        }
    }
}
