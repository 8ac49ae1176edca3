//! A lossless bridge between the bytes of the wire and Rust strings.
//!
//! SIP text is UTF-8 (RFC 3261 section 7), yet Latin-1 is still met in display names and reason phrases. Each byte
//! that is not UTF-8 becomes one character of a private range (U+10FF80 to U+10FFFF), so that a header is an ordinary
//! `&str` for every reader and still leaves this process byte for byte as it came in.

/// A byte `b` (0x80 to 0xFF) that is not part of UTF-8 is held as the character `RAW_BASE + b`.
const RAW_BASE: u32 = 0x10_FF00;

/// Reads wire bytes into a string that [`encode_into`] turns back into exactly these bytes.
pub fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        // Most text is ASCII, which needs no look at its characters.
        Ok(text) if text.is_ascii() || !text.contains(is_raw) => text.to_owned(),
        _ => decode_mixed(bytes),
    }
}

/// Appends the wire bytes of `text`.
pub fn encode_into(out: &mut Vec<u8>, text: &str) {
    if text.is_ascii() {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let mut buffer = [0; 4];
    for c in text.chars() {
        match raw_byte(c) {
            Some(byte) => out.push(byte),
            None => out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
        }
    }
}

/// The text as a person should see it: bytes that were not UTF-8 are read as Latin-1.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| raw_byte(c).map_or(c, char::from)).collect()
}

fn decode_mixed(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_raw(c) {
                // Somebody sent a character of our private range: keeping its bytes one by one keeps the mapping
                // reversible.
                let mut buffer = [0; 4];
                c.encode_utf8(&mut buffer).bytes().for_each(|byte| out.push(raw_char(byte)));
            } else {
                out.push(c);
            }
        }
        chunk.invalid().iter().for_each(|byte| out.push(raw_char(*byte)));
    }
    out
}

fn is_raw(c: char) -> bool {
    raw_byte(c).is_some()
}

fn raw_byte(c: char) -> Option<u8> {
    u32::from(c).checked_sub(RAW_BASE).and_then(|b| u8::try_from(b).ok()).filter(|b| *b >= 0x80)
}

fn raw_char(byte: u8) -> char {
    char::from_u32(RAW_BASE + u32::from(byte)).expect("the range ends at the last scalar value")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        encode_into(&mut out, text);
        out
    }

    #[test]
    fn every_byte_string_comes_back_as_it_was() {
        for bytes in [
            &b"plain"[..],
            "Zo\u{eb}".as_bytes(),
            b"Zo\xeb <sip:z@x>",
            b"\xff\xfe\xc3",
            "\u{10FF80}".as_bytes(),
        ] {
            assert_eq!(encode(&decode(bytes)), bytes);
        }
    }

    #[test]
    fn a_latin_1_name_is_shown_as_latin_1() {
        assert_eq!(printable(&decode(b"Zo\xeb")), "Zo\u{eb}");
    }
}
