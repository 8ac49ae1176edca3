//! `;name=value` parameter lists, as they follow URIs, addresses and Via entries.

use std::fmt;

use super::lex;

/// Parameters in the order they came; names compare without regard to case, the first of a name counts.
/// Values are as written: a quoted string keeps its quotes, a URI parameter its escapes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Params(Vec<(String, Option<String>)>);

impl Params {
    /// Reads `;a;b=c ; d = "e"`; the text is empty or starts with the first `;`. One trailing `;` is forgiven.
    pub(crate) fn parse(text: &str) -> Option<Params> {
        let text = lex::trim(text);
        if text.is_empty() {
            return Some(Params::default());
        }
        let pieces = lex::split(text.strip_prefix(';')?, b';')?;
        let last = pieces.len() - 1;
        let mut list = Vec::with_capacity(pieces.len());
        for (at, piece) in pieces.into_iter().enumerate() {
            let piece = lex::trim(piece);
            if piece.is_empty() {
                if at == last && at > 0 {
                    break;
                }
                return None;
            }
            let (name, value) = match lex::cut(piece, b'=') {
                Some((name, value)) => (lex::trim(name), Some(lex::trim(value).to_owned())),
                None => (piece, None),
            };
            if name.is_empty() || name.contains(['"', '<', '>', ' ', '\t', ',']) {
                return None;
            }
            list.push((name.to_owned(), value));
        }
        Some(Params(list))
    }

    /// The value of the first parameter of that name in a list that is not read otherwise; `Some("")` without `=`.
    pub(crate) fn find<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
        let text = lex::trim(text).strip_prefix(';')?;
        let value = |piece: &'a str| {
            let (name, value) = lex::cut(piece, b'=').unwrap_or((piece, ""));
            lex::trim(name).eq_ignore_ascii_case(wanted).then(|| lex::trim(value))
        };
        if !lex::is_plain(text) {
            return lex::split(text, b';')?.into_iter().find_map(value);
        }
        let mut rest = Some(text);
        std::iter::from_fn(|| {
            let (piece, after) =
                lex::cut(rest?, b';').map_or((rest?, None), |(piece, after)| (piece, Some(after)));
            rest = after;
            Some(piece)
        })
        .find_map(value)
    }

    /// The value as written. A parameter without `=` yields `Some("")`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_deref().unwrap_or(""))
    }

    /// The value with a quoted string's quotes and escapes undone.
    pub fn unquoted(&self, name: &str) -> Option<String> {
        self.get(name).map(|v| lex::unquote(v).unwrap_or_else(|| v.to_owned()))
    }

    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Replaces the parameter where it stands, or appends it. `None` writes the bare name.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        let value = value.map(str::to_owned);
        match self.0.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
            Some(slot) => slot.1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }

    /// Name and value pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_deref()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.0 {
            match value {
                Some(value) => write!(f, ";{name}={value}")?,
                None => write!(f, ";{name}")?,
            }
        }
        Ok(())
    }
}
