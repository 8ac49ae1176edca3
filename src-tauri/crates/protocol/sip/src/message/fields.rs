//! Typed readings of single header fields.

use super::address::{Contacts, NameAddr, tag_of};
use super::headers::Headers;
use super::lex;
use super::method::Method;
use super::via::Via;

/// A header field that is missing, doubled or malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{header}: {problem}")]
pub struct HeaderError {
    pub header: &'static str,
    /// "missing", "more than one", or the part that is malformed.
    pub problem: &'static str,
}

/// `CSeq: seq method`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CSeq {
    /// Below 2^31 (RFC 3261 section 8.1.1.5).
    pub seq: u32,
    pub method: Method,
}

impl std::fmt::Display for CSeq {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.seq, self.method)
    }
}

impl Headers {
    /// All Via entries from the top; at least one.
    pub fn vias(&self) -> Result<Vec<Via>, HeaderError> {
        let vias: Vec<Via> = self
            .entries("Via")?
            .into_iter()
            .map(|v| {
                v.parse().map_err(|e: super::ViaError| HeaderError { header: "Via", problem: e.problem })
            })
            .collect::<Result<_, _>>()?;
        if vias.is_empty() { Err(HeaderError { header: "Via", problem: "missing" }) } else { Ok(vias) }
    }

    /// The topmost Via entry.
    pub fn top_via(&self) -> Result<Via, HeaderError> {
        self.split_top_via().map(|(top, _)| top)
    }

    /// Replaces the topmost Via entry, leaving all others as they were written.
    pub fn set_top_via(&mut self, via: &Via) -> Result<(), HeaderError> {
        let (_, rest) = self.split_top_via()?;
        let value = if rest.is_empty() { via.to_string() } else { format!("{via}, {rest}") };
        self.replace_first("Via", value);
        Ok(())
    }

    /// Takes the topmost Via entry away, as a proxy does with a response.
    pub fn pop_top_via(&mut self) -> Result<Via, HeaderError> {
        let (top, rest) = self.split_top_via()?;
        if rest.is_empty() {
            self.remove_first("Via");
        } else {
            self.replace_first("Via", rest);
        }
        Ok(top)
    }

    /// The caller's side of the dialog. Exactly one field must stand.
    pub fn from(&self) -> Result<NameAddr, HeaderError> {
        self.address("From")
    }

    /// The called side of the dialog. Exactly one field must stand.
    pub fn to(&self) -> Result<NameAddr, HeaderError> {
        self.address("To")
    }

    /// From's tag alone, of headers that were checked; much cheaper than the whole address.
    pub fn from_tag(&self) -> Option<&str> {
        tag_of(self.single("From").ok()?)
    }

    /// To's tag alone, as [`Headers::from_tag`].
    pub fn to_tag(&self) -> Option<&str> {
        tag_of(self.single("To").ok()?)
    }

    /// Not empty, one word.
    pub fn call_id(&self) -> Result<&str, HeaderError> {
        let id = self.single("Call-ID")?;
        if id.is_empty() || id.contains([' ', '\t']) {
            return Err(HeaderError { header: "Call-ID", problem: "not one word" });
        }
        Ok(id)
    }

    pub fn cseq(&self) -> Result<CSeq, HeaderError> {
        let error = |problem| HeaderError { header: "CSeq", problem };
        let (seq, method) = self.single("CSeq")?.split_once([' ', '\t']).ok_or(error("no method"))?;
        let seq = lex::decimal(seq).filter(|s| *s < 1 << 31).ok_or(error("number out of range"))?;
        let method = lex::trim(method).parse().map_err(|_| error("method"))?;
        Ok(CSeq { seq: u32::try_from(seq).expect("checked to be below 2^31"), method })
    }

    /// An empty list if there is no Contact.
    pub fn contacts(&self) -> Result<Contacts, HeaderError> {
        let entries = self.entries("Contact")?;
        if entries.contains(&"*") {
            return match entries.len() {
                1 => Ok(Contacts::All),
                _ => Err(HeaderError { header: "Contact", problem: "* beside addresses" }),
            };
        }
        entries.into_iter().map(|e| parse_address("Contact", e)).collect::<Result<_, _>>().map(Contacts::List)
    }

    pub fn routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.addresses("Route")
    }

    pub fn record_routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.addresses("Record-Route")
    }

    /// A list of addresses under any header, such as Refer-To, Referred-By, P-Asserted-Identity or Diversion.
    pub fn addresses(&self, name: &'static str) -> Result<Vec<NameAddr>, HeaderError> {
        self.entries(name)?.into_iter().map(|e| parse_address(name, e)).collect()
    }

    /// 0 to 255, `None` if the field is missing.
    pub fn max_forwards(&self) -> Result<Option<u8>, HeaderError> {
        self.optional("Max-Forwards", |v| lex::decimal(v).and_then(|n| u8::try_from(n).ok()))
    }

    /// Seconds; larger than 2^32 - 1 counts as 2^32 - 1 (RFC 4475 section 3.1.2.4).
    pub fn expires(&self) -> Result<Option<u32>, HeaderError> {
        self.optional("Expires", |v| lex::decimal(v).map(|n| u32::try_from(n).unwrap_or(u32::MAX)))
    }

    /// The media type without parameters, in lower case: `application/sdp`.
    pub fn content_type(&self) -> Option<String> {
        let value = self.get("Content-Type")?;
        let kind = value.split(';').next().unwrap_or(value);
        Some(kind.chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>().to_ascii_lowercase())
    }

    /// Bytes; several fields must agree.
    pub fn content_length(&self) -> Result<Option<usize>, HeaderError> {
        let error = |problem| HeaderError { header: "Content-Length", problem };
        let mut length = None;
        for value in self.get_all("Content-Length") {
            let number =
                lex::decimal(value).and_then(|n| usize::try_from(n).ok()).ok_or(error("not a number"))?;
            if length.is_some_and(|l| l != number) {
                return Err(error("more than one"));
            }
            length = Some(number);
        }
        Ok(length)
    }

    /// Option tags a request demands.
    pub fn require(&self) -> Vec<&str> {
        self.tokens("Require")
    }

    pub fn supported(&self) -> Vec<&str> {
        self.tokens("Supported")
    }

    /// Methods; entries that are no tokens are left out.
    pub fn allow(&self) -> Vec<Method> {
        self.tokens("Allow").into_iter().filter_map(|m| m.parse().ok()).collect()
    }

    /// The comma-separated words under a name, over all its fields, empty ones left out.
    pub fn tokens<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        self.get_all(name).flat_map(|v| v.split(',')).map(lex::trim).filter(|t| !t.is_empty()).collect()
    }

    /// The comma-separated entries under a name, over all its fields.
    fn entries(&self, name: &'static str) -> Result<Vec<&str>, HeaderError> {
        let mut entries = Vec::new();
        for value in self.get_all(name) {
            let parts =
                lex::split(value, b',').ok_or(HeaderError { header: name, problem: "unbalanced quotes" })?;
            entries.extend(parts.into_iter().map(lex::trim));
        }
        Ok(entries)
    }

    /// The value of a field that must stand exactly once.
    fn single(&self, name: &'static str) -> Result<&str, HeaderError> {
        let mut all = self.get_all(name);
        let value = all.next().ok_or(HeaderError { header: name, problem: "missing" })?;
        if all.next().is_some() {
            return Err(HeaderError { header: name, problem: "more than one" });
        }
        Ok(value)
    }

    fn address(&self, name: &'static str) -> Result<NameAddr, HeaderError> {
        parse_address(name, self.single(name)?)
    }

    fn optional<T>(
        &self,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, HeaderError> {
        if !self.contains(name) {
            return Ok(None);
        }
        read(self.single(name)?).map(Some).ok_or(HeaderError { header: name, problem: "number out of range" })
    }

    fn split_top_via(&self) -> Result<(Via, String), HeaderError> {
        let value = self.get("Via").ok_or(HeaderError { header: "Via", problem: "missing" })?;
        // Cut exactly as `vias` cuts, or else the two could disagree about who sent the message.
        let parts =
            lex::split(value, b',').ok_or(HeaderError { header: "Via", problem: "unbalanced quotes" })?;
        let top_text = parts.first().copied().unwrap_or_default();
        let top = top_text
            .parse()
            .map_err(|e: super::ViaError| HeaderError { header: "Via", problem: e.problem })?;
        let rest = &value[top_text.len()..];
        Ok((top, lex::trim(rest.strip_prefix(',').unwrap_or(rest)).to_owned()))
    }
}

fn parse_address(header: &'static str, text: &str) -> Result<NameAddr, HeaderError> {
    text.parse().map_err(|e: super::AddressError| HeaderError { header, problem: e.problem })
}
