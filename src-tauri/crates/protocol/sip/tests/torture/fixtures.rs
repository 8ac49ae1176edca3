//! The messages as bytes.

const RFC4475: &str = include_str!("rfc4475.txt");
const RFC5118: &str = include_str!("rfc5118.txt");

/// A message of RFC 4475 by the name it has there.
pub fn rfc4475(name: &str) -> Vec<u8> {
    wire(RFC4475, name)
}

/// A message of RFC 5118 by the name it has there.
pub fn rfc5118(name: &str) -> Vec<u8> {
    wire(RFC5118, name)
}

/// All messages of RFC 4475, in the order of the file.
pub fn rfc4475_names() -> Vec<&'static str> {
    names(RFC4475)
}

/// All messages of RFC 5118, in the order of the file.
pub fn rfc5118_names() -> Vec<&'static str> {
    names(RFC5118)
}

/// The names in a file of messages.
pub fn names(file: &'static str) -> Vec<&'static str> {
    file.lines().filter_map(|line| line.strip_prefix("=== ")).collect()
}

/// One message of a file.
pub fn wire(file: &str, name: &str) -> Vec<u8> {
    let mut lines = file.lines();
    lines.find(|l| l.strip_prefix("=== ") == Some(name)).unwrap_or_else(|| panic!("no fixture {name}"));
    let mut out = Vec::new();
    for line in lines.take_while(|l| !l.starts_with("===")) {
        let joined = unescape(line, &mut out);
        if !joined {
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

/// Says whether the line ended in a lone backslash.
fn unescape(line: &str, out: &mut Vec<u8>) -> bool {
    let mut rest = line.as_bytes();
    loop {
        match rest {
            [] => return false,
            [b'\\'] => return true,
            [b'\\', b'\\', tail @ ..] => {
                out.push(b'\\');
                rest = tail;
            }
            [b'\\', b'x', high, low, tail @ ..] => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).unwrap();
                out.push(u8::from_str_radix(digits, 16).unwrap());
                rest = tail;
            }
            [byte, tail @ ..] => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
}
