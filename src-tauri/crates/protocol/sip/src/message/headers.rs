//! The ordered header fields of a message, and their names (RFC 3261 section 7.3).

use std::borrow::Cow;

/// Header fields in the order they came. Names are as written, save that compact forms are made long; they compare
/// without regard to case. Values are unfolded and trimmed; see [`super::text`] for bytes that are not UTF-8.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Headers {
    fields: Vec<(Cow<'static, str>, String)>,
}

impl Headers {
    pub fn new() -> Headers {
        Headers::default()
    }

    /// Empty, with room for what most messages have.
    pub(super) fn with_room() -> Headers {
        Headers { fields: Vec::with_capacity(16) }
    }

    /// The first value of that name, exactly as it stands: for a list header this may hold several entries.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// All values of that name, from the top, one for each line.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Appends a field at the end.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.fields.push((long_name(name), value.into()));
    }

    /// Puts a field before all others.
    pub fn push_front(&mut self, name: &str, value: impl Into<String>) {
        self.fields.insert(0, (long_name(name), value.into()));
    }

    /// Puts a field before the first one named `before`, or at the end where there is none.
    pub fn insert_before(&mut self, before: &str, name: &str, value: impl Into<String>) {
        let at = self.position(before).unwrap_or(self.fields.len());
        self.fields.insert(at, (long_name(name), value.into()));
    }

    /// Leaves one field of that name with this value, in the place of the first one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.position(name) {
            Some(at) => {
                self.fields[at].1 = value.into();
                let mut index = 0;
                self.fields.retain(|(n, _)| {
                    index += 1;
                    index <= at + 1 || !n.eq_ignore_ascii_case(name)
                });
            }
            None => self.push(name, value),
        }
    }

    /// Removes all fields of that name; says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.fields.len();
        self.fields.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.fields.len() != before
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(n, v)| (n.as_ref(), v.as_str()))
    }

    pub fn len(&self) -> usize {
        self.fields.len()
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Replaces the first value of that name, leaving the others.
    pub(crate) fn replace_first(&mut self, name: &str, value: String) {
        if let Some(at) = self.position(name) {
            self.fields[at].1 = value;
        }
    }

    /// Takes the first field of that name away.
    pub(crate) fn remove_first(&mut self, name: &str) {
        if let Some(at) = self.position(name) {
            self.fields.remove(at);
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|(n, _)| n.eq_ignore_ascii_case(name))
    }
}

/// The long form of a compact name, a shared string for a common name, or the name itself.
fn long_name(name: &str) -> Cow<'static, str> {
    let compact = |letter: u8| {
        Some(match letter.to_ascii_lowercase() {
            b'a' => "Accept-Contact",
            b'b' => "Referred-By",
            b'c' => "Content-Type",
            b'd' => "Request-Disposition",
            b'e' => "Content-Encoding",
            b'f' => "From",
            b'i' => "Call-ID",
            b'j' => "Reject-Contact",
            b'k' => "Supported",
            b'l' => "Content-Length",
            b'm' => "Contact",
            b'n' => "Identity-Info",
            b'o' => "Event",
            b'r' => "Refer-To",
            b's' => "Subject",
            b't' => "To",
            b'u' => "Allow-Events",
            b'v' => "Via",
            b'x' => "Session-Expires",
            b'y' => "Identity",
            _ => return None,
        })
    };
    if let [letter] = name.as_bytes()
        && let Some(long) = compact(*letter)
    {
        return Cow::Borrowed(long);
    }
    const COMMON: [&str; 14] = [
        "Via",
        "From",
        "To",
        "Call-ID",
        "CSeq",
        "Contact",
        "Max-Forwards",
        "Content-Length",
        "Content-Type",
        "Allow",
        "Supported",
        "User-Agent",
        "Record-Route",
        "Route",
    ];
    match COMMON.iter().find(|common| **common == name) {
        Some(common) => Cow::Borrowed(common),
        None => Cow::Owned(name.to_owned()),
    }
}
