//! The `Digest name=value, name="value"` syntax challenges and credentials share.

use super::DigestError;
use crate::message::lex;

/// The parameters of one challenge or of credentials.
#[derive(Debug, Default)]
pub(super) struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    /// Reads all Digest groups of a header value; groups of other schemes are left out, since servers send several
    /// schemes, and sometimes several challenges in one line.
    pub(super) fn groups(value: &'a str) -> Result<Vec<Fields<'a>>, DigestError> {
        let pieces = lex::split(value, b',').ok_or(DigestError::Parameters)?;
        let mut groups: Vec<Fields<'a>> = Vec::new();
        let mut digest = false;
        for piece in pieces.into_iter().map(lex::trim).filter(|p| !p.is_empty()) {
            let piece = match scheme(piece) {
                Some((scheme, rest)) => {
                    digest = scheme.eq_ignore_ascii_case("Digest");
                    if digest {
                        groups.push(Fields::default());
                    }
                    rest
                }
                None => piece,
            };
            if !digest {
                continue;
            }
            let (name, value) = piece.split_once('=').ok_or(DigestError::Parameters)?;
            if let Some(group) = groups.last_mut() {
                group.0.push((lex::trim(name), lex::trim(value)));
            }
        }
        Ok(groups)
    }

    /// The value without its quotes, escapes left as they are: hashes are made over this very text.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let value = self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?.1;
        Some(value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value))
    }

    pub(super) fn need(&self, name: &'static str) -> Result<&'a str, DigestError> {
        self.get(name).ok_or(DigestError::Missing(name))
    }
}

/// `Digest realm=".."` is a scheme and its first parameter; `realm = ".."` is a parameter with spaces.
fn scheme(piece: &str) -> Option<(&str, &str)> {
    let (word, rest) = piece.split_once([' ', '\t'])?;
    let rest = lex::trim(rest);
    (lex::is_token(word) && !rest.starts_with('=')).then_some((word, rest))
}
