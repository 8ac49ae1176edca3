//! Reading and writing whom a REFER names (RFC 3515 section 2.1, RFC 3892, RFC 4488).

use std::fmt::Write;

use tandem_foundation::Pii;

use crate::dialog::Replaces;
use crate::message::{Headers, NameAddr, Scheme, Uri, lex};

/// Whom to call instead.
#[derive(Debug)]
pub(super) struct ReferTo {
    /// Without the headers that were embedded in it.
    pub uri: Uri,
    /// The call there that the new one is to take the place of.
    pub replaces: Option<Replaces>,
}

impl ReferTo {
    /// The one Refer-To of a request; the code to refuse the request with where there is not exactly one, or one that
    /// asks for what we do not do.
    pub fn read(headers: &Headers) -> Result<ReferTo, u16> {
        let list = headers.addresses("Refer-To").map_err(|_| 400_u16)?;
        let [address] = list.as_slice() else { return Err(400) };
        let mut uri = address.uri.clone();
        if !uri.is_sip() && uri.scheme != Scheme::Tel {
            return Err(416);
        }
        if uri.param("method").is_some_and(|method| method != "INVITE") {
            return Err(603);
        }
        uri.params.remove("method");
        let embedded = uri.headers.take().unwrap_or_default();
        let mut replaces = None;
        for (name, value) in embedded.split('&').filter_map(|pair| pair.split_once('=')) {
            if !lex::percent_decode(name).is_some_and(|name| name.eq_ignore_ascii_case("Replaces")) {
                continue;
            }
            let read = lex::percent_decode(value).and_then(|value| value.parse().ok()).ok_or(400_u16)?;
            if replaces.replace(read).is_some() {
                return Err(400);
            }
        }
        Ok(ReferTo { uri, replaces })
    }

    /// The header's content.
    pub fn write(mut self) -> String {
        self.uri.headers =
            self.replaces.map(|replaces| format!("Replaces={}", escape(&replaces.to_string())));
        NameAddr::new(self.uri).to_string()
    }
}

/// Who says that they refer us, where exactly one says so.
pub(super) fn referred_by(headers: &Headers) -> Option<Pii<String>> {
    match headers.addresses("Referred-By").ok()?.as_slice() {
        [one] => Some(Pii::new(one.uri.to_string())),
        _ => None,
    }
}

/// Whether the peer wants (in a REFER) or agrees (in its 2xx) that nothing be reported (RFC 4488 section 4).
pub(super) fn is_unwatched(headers: &Headers) -> bool {
    let value = headers.get("Refer-Sub").unwrap_or_default();
    value.split(';').next().is_some_and(|value| value.trim().eq_ignore_ascii_case("false"))
}

/// Escapes what may not stand in a URI's embedded header (`hvalue`, RFC 3261 section 25.1).
fn escape(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()[]/?:+$".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a string takes all that is written");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Result<ReferTo, u16> {
        let mut headers = Headers::new();
        values.iter().for_each(|value| headers.push("Refer-To", *value));
        ReferTo::read(&headers)
    }

    #[test]
    fn an_embedded_replaces_is_decoded_and_the_uri_is_left_bare() {
        let text = "\"Bob\" <sip:bob@h;user=phone?Require=replaces&replaces=98732%40ann%3Bfrom-tag%3Dr33%3Bto-tag%3Df44>";
        let found = read(&[text]).expect("readable");
        assert_eq!(found.uri.to_string(), "sip:bob@h;user=phone");
        let replaces = found.replaces.expect("one is embedded");
        let parts = (replaces.call_id.as_str(), replaces.to_tag.as_str(), replaces.from_tag.as_str());
        assert_eq!(parts, ("98732@ann", "f44", "r33"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let replaces: Replaces =
            "a b=;&c@h".replace([' ', ';'], "x").parse::<Replaces>().unwrap_or(Replaces {
                call_id: "a&b=c@h".into(),
                to_tag: "1".into(),
                from_tag: "2".into(),
                early_only: true,
            });
        let uri = "sip:bob@h".parse().expect("a URI");
        let text = ReferTo { uri, replaces: Some(replaces.clone()) }.write();
        assert_eq!(read(&[&text]).expect("readable").replaces, Some(replaces));
        assert!(!text[1..text.len() - 1].contains(['<', '>', ';', ' ']), "{text}");
    }

    #[test]
    fn none_two_unreadable_and_foreign_ones_are_refused() {
        assert_eq!(read(&[]).unwrap_err(), 400);
        assert_eq!(read(&["<sip:a@h>", "<sip:b@h>"]).unwrap_err(), 400);
        assert_eq!(read(&["<sip:a@h>, <sip:b@h>"]).unwrap_err(), 400);
        assert_eq!(read(&["<sip:a@h?Replaces=nothing>"]).unwrap_err(), 400);
        assert_eq!(read(&["<http://h>"]).unwrap_err(), 416);
        assert_eq!(read(&["<sip:a@h;method=BYE>"]).unwrap_err(), 603);
        assert!(read(&["<sip:a@h;method=INVITE>"]).is_ok());
        assert!(read(&["tel:+15550100"]).is_ok());
    }
}
