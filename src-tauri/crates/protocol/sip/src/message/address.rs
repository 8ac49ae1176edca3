//! From, To, Contact, Route and the like: a name-addr or addr-spec with parameters (RFC 3261 section 20.10).

use std::fmt;
use std::str::FromStr;

use super::lex;
use super::params::Params;
use super::uri::Uri;

/// `"Display name" <uri>;params`.
#[derive(Clone, PartialEq, Eq)]
pub struct NameAddr {
    /// Unquoted and unescaped. `None` if there is none.
    pub display_name: Option<String>,
    pub uri: Uri,
    /// The header's parameters, such as `tag`; the URI's own are in `uri`.
    pub params: Params,
}

/// A Contact header's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contacts {
    /// `Contact: *`, in a REGISTER that removes all bindings.
    All,
    List(Vec<NameAddr>),
}

/// The text is no address; `problem` names what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address: {problem}")]
pub struct AddressError {
    pub problem: &'static str,
}

impl NameAddr {
    pub fn new(uri: Uri) -> NameAddr {
        NameAddr { display_name: None, uri, params: Params::default() }
    }

    #[must_use]
    pub fn with_display_name(mut self, name: &str) -> NameAddr {
        self.display_name = Some(name.to_owned());
        self
    }

    #[must_use]
    pub fn with_tag(mut self, tag: &str) -> NameAddr {
        self.params.set("tag", Some(tag));
        self
    }

    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag").filter(|tag| !tag.is_empty())
    }

    /// A header parameter's value as written; `Some("")` if it has none.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name)
    }

    /// Contact's `expires`, in seconds. Too large counts as the largest, what is no number as absent (RFC 3261 10.3).
    pub fn expires(&self) -> Option<u32> {
        self.params.get("expires").and_then(lex::decimal).map(|s| u32::try_from(s).unwrap_or(u32::MAX))
    }
}

impl Contacts {
    /// The addresses; none for `*`.
    pub fn list(&self) -> &[NameAddr] {
        match self {
            Contacts::All => &[],
            Contacts::List(list) => list,
        }
    }
}

impl FromStr for NameAddr {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<NameAddr, AddressError> {
        let text = lex::trim(text);
        match lex::find_unquoted(text, b'<') {
            Some(open) => bracketed(&text[..open], &text[open + 1..]),
            None => bare(text),
        }
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.display_name {
            write!(f, "{} ", lex::quote(name))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

/// The tag of an address that is well-formed, without reading the rest of it.
pub(super) fn tag_of(text: &str) -> Option<&str> {
    let text = lex::trim(text);
    let params = match lex::find_unquoted(text, b'<') {
        Some(open) => lex::cut(&text[open + 1..], b'>')?.1,
        None => &text[lex::find(text, b';')?..],
    };
    Params::find(params, "tag").filter(|tag| !tag.is_empty())
}

fn bracketed(before: &str, after: &str) -> Result<NameAddr, AddressError> {
    let before = lex::trim(before);
    let display_name = match before {
        "" => None,
        quoted if quoted.starts_with('"') => {
            Some(lex::unquote(quoted).ok_or(AddressError { problem: "display name" })?)
        }
        // Unquoted names are tokens by the grammar, but `Bell, A. <sip:..>` is met and harmless.
        plain => Some(plain.to_owned()),
    };
    let (uri, rest) = lex::cut(after, b'>').ok_or(AddressError { problem: "no closing bracket" })?;
    let uri = lex::trim(uri).parse().map_err(|_| AddressError { problem: "URI" })?;
    let params = Params::parse(rest).ok_or(AddressError { problem: "parameters" })?;
    Ok(NameAddr { display_name, uri, params })
}

/// Without brackets, every parameter is the header's, and the URI may hold neither `?` nor `,` (RFC 3261 20).
fn bare(text: &str) -> Result<NameAddr, AddressError> {
    let (uri, params) = text.split_at(lex::find(text, b';').unwrap_or(text.len()));
    if uri.contains(['?', ',']) {
        return Err(AddressError { problem: "URI needs brackets" });
    }
    let uri = lex::trim(uri).parse().map_err(|_| AddressError { problem: "URI" })?;
    let params = Params::parse(params).ok_or(AddressError { problem: "parameters" })?;
    Ok(NameAddr { display_name: None, uri, params })
}
