//! A message's text without its secrets, read line by line so that a malformed one can be looked at too.
//!
//! Blanked are: what authenticates (digest nonces and responses, tokens, cookies, `Identity`, a password in a URI) and
//! what encrypts (SDES keys, ICE passwords). What is kept of digest fields is a list of harmless ones, so that an
//! unknown field is not shown. A body that is no session description becomes its length: a `MESSAGE` or the keys of an
//! `INFO` are the customer's own words.

use tandem_switchboard::ports::trace::LONGEST_TEXT;

const BLANK: &str = "***";

/// Digest fields that give nothing away (RFC 7616, RFC 3261 section 20).
const HARMLESS: [&str; 9] =
    ["realm", "username", "uri", "algorithm", "qop", "nc", "stale", "domain", "userhash"];

/// Headers whose whole value is a credential, whatever their name is otherwise.
const CREDENTIALS: [&str; 5] = ["token", "secret", "password", "cookie", "api-key"];

/// What a message says, as far as it could be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Blanked {
    pub start_line: String,
    pub method: String,
    pub status: Option<u16>,
    pub cseq: i64,
    pub call_id: String,
    pub text: String,
}

/// Reads and blanks one message.
pub fn message(bytes: &[u8]) -> Blanked {
    let text = String::from_utf8_lossy(bytes.trim_ascii_start()).replace(unprintable, "\u{fffd}");
    let (head, body) = split(&text);
    let mut lines = fields(head);
    let start_line = if lines.is_empty() { "" } else { lines.remove(0) };
    let mut read = Blanked { start_line: uri_password(start_line.trim_end()), ..Blanked::default() };
    match start_line.strip_prefix("SIP/2.0 ") {
        Some(rest) => read.status = rest.split(' ').next().and_then(|code| code.parse().ok()),
        None => read.method = start_line.split(' ').next().unwrap_or_default().to_owned(),
    }
    let mut content_type = String::new();
    read.text = format!("{}\r\n", read.start_line);
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let name = name.trim();
        match name.to_ascii_lowercase().as_str() {
            "call-id" | "i" => read.call_id = value.trim().to_owned(),
            "content-type" | "c" => content_type = value.trim().to_ascii_lowercase(),
            "cseq" => {
                let mut parts = value.split_ascii_whitespace();
                read.cseq = parts.next().and_then(|number| number.parse().ok()).unwrap_or_default();
                if read.status.is_some() {
                    read.method = parts.next().unwrap_or_default().to_owned();
                }
            }
            _ => {}
        }
        read.text.push_str(&header(name, line));
        read.text.push_str("\r\n");
    }
    if let Some(body) = body {
        read.text.push_str("\r\n");
        read.text.push_str(&self::body(&content_type, body));
    }
    cut(&mut read.text);
    read
}

/// What a peer may not put on anybody's terminal, and what PostgreSQL does not take (a zero).
fn unprintable(character: char) -> bool {
    character.is_control() && !matches!(character, '\r' | '\n' | '\t')
}

/// The header lines and, where they end, what follows them.
fn split(text: &str) -> (&str, Option<&str>) {
    let ends = ["\n\r\n", "\n\n"].map(|end| text.find(end).map(|at| (at, end.len())));
    match ends.into_iter().flatten().min() {
        Some((at, length)) => (&text[..at], Some(&text[at + length..])),
        None => (text, None),
    }
}

/// Header lines, each with those folded under it.
fn fields(head: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = vec![0];
    let begins = |at: usize| !head[at..].starts_with([' ', '\t']);
    starts.extend(head.match_indices('\n').map(|(at, _)| at + 1).filter(|at| begins(*at)));
    let ends = starts.iter().skip(1).copied().chain([head.len()]);
    starts.iter().zip(ends).map(|(start, end)| head[*start..end].trim_end_matches(['\r', '\n'])).collect()
}

fn header(name: &str, line: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let value = || line.split_once(':').map_or("", |(_, value)| value.trim());
    if lower.contains("authori") || lower.contains("authenti") {
        return format!("{name}: {}", credentials(value(), !lower.ends_with("-info")));
    }
    if matches!(lower.as_str(), "identity" | "y") || CREDENTIALS.iter().any(|part| lower.contains(part)) {
        return format!("{name}: {BLANK}");
    }
    // A message that is broken may have its body among its headers.
    uri_password(&description_line(line))
}

/// `Digest realm="x", nonce="y"` with the harmless fields alone; `Authentication-Info` names no scheme.
fn credentials(value: &str, with_scheme: bool) -> String {
    let folded = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let (scheme, fields) = match folded.split_once(' ') {
        _ if !with_scheme => ("", folded.as_str()),
        Some((scheme, fields)) if scheme.eq_ignore_ascii_case("Digest") => (scheme, fields),
        Some((scheme, _)) if !scheme.contains(['=', ',']) => return format!("{scheme} {BLANK}"),
        _ => return BLANK.to_owned(),
    };
    let Some(fields) = separate(fields) else { return format!("{scheme} {BLANK}").trim().to_owned() };
    let shown = fields.into_iter().map(|field| match field.split_once('=') {
        Some((name, _)) if HARMLESS.iter().any(|known| known.eq_ignore_ascii_case(name.trim())) => {
            field.trim().to_owned()
        }
        Some((name, _)) => format!("{}={BLANK}", name.trim()),
        None => BLANK.to_owned(),
    });
    format!("{scheme} {}", shown.collect::<Vec<_>>().join(", ")).trim().to_owned()
}

/// Parts between the commas that are not quoted; `None` where a quote stays open.
fn separate(text: &str) -> Option<Vec<&str>> {
    let (mut parts, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    (!quoted).then_some(parts)
}

/// `sip:user:password@host`, which RFC 3261 section 19.1.1 advises against and does not forbid.
fn uri_password(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = find_scheme(rest) {
        let (before, after) = rest.split_at(at);
        shown.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '@' | '>' | '<' | '"' | ','))
            .unwrap_or(after.len());
        match after[..end].split_once(':') {
            Some((user, _)) if after[end..].starts_with('@') => {
                shown.push_str(&format!("{user}:{BLANK}"));
            }
            _ => shown.push_str(&after[..end]),
        }
        rest = &after[end..];
    }
    shown.push_str(rest);
    shown
}

/// Where the first URI's user begins.
fn find_scheme(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    ["sip:", "sips:"].into_iter().filter_map(|scheme| Some(lower.find(scheme)? + scheme.len())).min()
}

fn body(content_type: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if kind != "application/sdp" {
        let kind = if kind.is_empty() { "an unknown type" } else { kind };
        return format!("[{} bytes of {kind}]\r\n", body.len());
    }
    body.lines().map(|line| description_line(line.trim_end()) + "\r\n").collect()
}

/// One line of a session description without its key (RFC 4568, RFC 8839, RFC 8866 section 5.12, RFC 4567).
fn description_line(line: &str) -> String {
    let Some((kind, value)) = line.split_once('=') else { return line.to_owned() };
    let (kind, value) = (kind.trim(), value.trim_start());
    if kind == "k" {
        return format!("k={BLANK}");
    }
    let (name, value) = value.split_once(':').unwrap_or((value, ""));
    match name.trim().to_ascii_lowercase().as_str() {
        _ if kind != "a" => line.to_owned(),
        "crypto" => {
            // Tag and suite; the third word is the key.
            let shown: Vec<_> = value.split_ascii_whitespace().take(2).collect();
            // Where there are fewer words, one of them may be the key itself.
            let shown = if shown.iter().any(|word| word.contains(':')) { Vec::new() } else { shown };
            format!("a=crypto:{}", shown.into_iter().chain([BLANK]).collect::<Vec<_>>().join(" "))
        }
        "ice-pwd" => format!("a=ice-pwd:{BLANK}"),
        "key-mgmt" => format!("a=key-mgmt:{BLANK}"),
        _ => line.to_owned(),
    }
}

fn cut(text: &mut String) {
    const CUT: &str = "\r\n[cut]";
    if text.len() > LONGEST_TEXT {
        let mut end = LONGEST_TEXT - CUT.len();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str(CUT);
    }
}

#[cfg(test)]
mod tests;
