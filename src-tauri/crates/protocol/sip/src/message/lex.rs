//! The few lexical rules the header grammars share (RFC 3261 section 25.1).

/// `token`: letters, digits and ``-.!%*_+`'~``.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b))
}

/// Splits at `separator` where it stands outside of quoted strings and `<...>`. `None` if a quote or bracket stays open.
pub(crate) fn split(text: &str, separator: u8) -> Option<Vec<&str>> {
    // Nearly all texts hold neither quotes nor brackets; what is left of the work is to find the separators.
    if is_plain(text) {
        let mut parts = Vec::with_capacity(4);
        let mut rest = text;
        while let Some((part, after)) = cut(rest, separator) {
            parts.push(part);
            rest = after;
        }
        parts.push(rest);
        return Some(parts);
    }
    let mut parts = Vec::new();
    let mut start = 0;
    let mut scan = Scan::default();
    for (at, byte) in text.bytes().enumerate() {
        if scan.outside() && byte == separator {
            parts.push(&text[start..at]);
            start = at + 1;
        } else {
            scan.step(byte);
        }
    }
    parts.push(&text[start..]);
    scan.outside().then_some(parts)
}

/// Whether there are neither quoted strings nor brackets.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.bytes().any(|b| matches!(b, b'"' | b'<'))
}

/// What stands before and after the first `separator` (ASCII). For texts as short as these, looking at one byte after
/// the other is faster than `str::split_once`.
pub(crate) fn cut(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = find(text, separator)?;
    Some((&text[..at], &text[at + 1..]))
}

/// Position of the first `wanted` (ASCII).
pub(crate) fn find(text: &str, wanted: u8) -> Option<usize> {
    text.bytes().position(|b| b == wanted)
}

/// Position of the first `wanted` outside of quoted strings.
pub(crate) fn find_unquoted(text: &str, wanted: u8) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if escaped {
            escaped = false;
        } else if quoted {
            match byte {
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
        } else if byte == wanted {
            return Some(at);
        } else if byte == b'"' {
            quoted = true;
        }
    }
    None
}

/// The content of a quoted string with its escapes undone; `None` if the text is not one whole quoted string.
pub(crate) fn unquote(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?;
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next()?),
            '"' => return chars.next().is_none().then_some(out),
            c => out.push(c),
        }
    }
    None
}

/// Writes `text` as a quoted string.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if c == '"' || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// SIP's linear white space, after unfolding.
pub(crate) fn trim(text: &str) -> &str {
    let trimmed = trim_bytes(text.as_bytes());
    let start = text.len() - trim_start(text.as_bytes()).len();
    &text[start..start + trimmed.len()]
}

/// The same of bytes.
pub(crate) fn trim_bytes(text: &[u8]) -> &[u8] {
    let text = trim_start(text);
    &text[..text.iter().rposition(|b| !is_space(*b)).map_or(0, |last| last + 1)]
}

fn trim_start(text: &[u8]) -> &[u8] {
    &text[text.iter().position(|b| !is_space(*b)).unwrap_or(text.len())..]
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Reads decimal digits only (no sign, no spaces), saturating at `u64::MAX`.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.bytes().try_fold(0u64, |sum, b| {
        b.is_ascii_digit().then(|| sum.saturating_mul(10).saturating_add(u64::from(b - b'0')))
    })
}

/// Undoes `%HH` escapes; `None` if the result is not UTF-8. A `%` that starts no escape stands for itself.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match hex_pair(bytes, at) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = bytes.get(at..at + 3)? else { return None };
    let digit = |b: &u8| char::from(*b).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[derive(Default)]
struct Scan {
    quoted: bool,
    escaped: bool,
    bracketed: bool,
}

impl Scan {
    fn outside(&self) -> bool {
        !self.quoted && !self.bracketed
    }

    fn step(&mut self, byte: u8) {
        if self.escaped {
            self.escaped = false;
        } else if self.quoted {
            match byte {
                b'\\' => self.escaped = true,
                b'"' => self.quoted = false,
                _ => {}
            }
        } else if self.bracketed {
            self.bracketed = byte != b'>';
        } else {
            match byte {
                b'"' => self.quoted = true,
                b'<' => self.bracketed = true,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_inside_quotes_and_brackets_do_not_split() {
        let parts = split(r#""a,\",b" <sip:x,y@h>;q=1, c"#, b',').unwrap();
        assert_eq!(parts, [r#""a,\",b" <sip:x,y@h>;q=1"#, " c"]);
        assert_eq!(split("\"open, <a>", b','), None);
        assert_eq!(split("<open, a", b','), None);
    }

    #[test]
    fn quoting_is_undone_exactly() {
        assert_eq!(unquote(&quote(r#"a "b" \c"#)).as_deref(), Some(r#"a "b" \c"#));
        assert_eq!(unquote("\"a\" b"), None);
    }

    #[test]
    fn escapes_are_decoded_once() {
        assert_eq!(percent_decode("*72%23123").as_deref(), Some("*72#123"));
        assert_eq!(percent_decode("v%61lue%25%34%31").as_deref(), Some("value%41"));
        assert_eq!(percent_decode("%Z%45").as_deref(), Some("%ZE"));
        assert_eq!(percent_decode("100%").as_deref(), Some("100%"));
    }
}
