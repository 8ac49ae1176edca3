//! Naming a dialog that a new call takes the place of (RFC 3891 section 6.1).

use std::fmt;
use std::str::FromStr;

use super::Dialog;
use crate::message::Params;

/// A Replaces header's content, as its receiver sees the dialog: `to-tag` is the receiver's own tag.
#[derive(Clone, PartialEq, Eq)]
pub struct Replaces {
    pub call_id: String,
    /// The tag of whoever gets the header. `0` stands for none (RFC 3891 section 3).
    pub to_tag: String,
    /// The tag of the receiver's peer. `0` stands for none.
    pub from_tag: String,
    /// Only while that dialog is not answered yet.
    pub early_only: bool,
}

/// The text is no Replaces header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("reading Replaces: {problem}")]
pub struct NotReplaces {
    pub problem: &'static str,
}

impl Replaces {
    /// The header that makes the peer of `dialog` replace it: the peer's own tag is the `to-tag`.
    pub fn for_peer_of(dialog: &Dialog) -> Replaces {
        let or_none = |tag: &str| if tag.is_empty() { "0".to_owned() } else { tag.to_owned() };
        Replaces {
            call_id: dialog.call_id().to_owned(),
            to_tag: or_none(dialog.remote_tag()),
            from_tag: or_none(dialog.local_tag()),
            early_only: false,
        }
    }

    /// Whether this side's `dialog` is the one that is named.
    pub fn names(&self, dialog: &Dialog) -> bool {
        let same = |named: &str, tag: &str| named == tag || (named == "0" && tag.is_empty());
        self.call_id == dialog.call_id()
            && same(&self.to_tag, dialog.local_tag())
            && same(&self.from_tag, dialog.remote_tag())
    }
}

impl FromStr for Replaces {
    type Err = NotReplaces;

    fn from_str(text: &str) -> Result<Replaces, NotReplaces> {
        let (call_id, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        let call_id = call_id.trim();
        if call_id.is_empty() || call_id.contains([' ', '\t', ',']) {
            return Err(NotReplaces { problem: "Call-ID" });
        }
        let params = Params::parse(params).ok_or(NotReplaces { problem: "parameters" })?;
        let tag = |name: &str| params.get(name).filter(|tag| !tag.is_empty()).map(str::to_owned);
        // Each stands exactly once (RFC 3891 section 6.1).
        let times = |name: &str| params.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).count();
        if times("to-tag") > 1 || times("from-tag") > 1 {
            return Err(NotReplaces { problem: "a tag stands twice" });
        }
        Ok(Replaces {
            call_id: call_id.to_owned(),
            to_tag: tag("to-tag").ok_or(NotReplaces { problem: "no to-tag" })?,
            from_tag: tag("from-tag").ok_or(NotReplaces { problem: "no from-tag" })?,
            early_only: params.contains("early-only"),
        })
    }
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};to-tag={};from-tag={}", self.call_id, self.to_tag, self.from_tag)?;
        if self.early_only { f.write_str(";early-only") } else { Ok(()) }
    }
}

impl fmt::Debug for Replaces {
    /// Who knows the tags may take the call over, so they are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replaces").field("early_only", &self.early_only).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_in_any_order_of_parameters() {
        let read: Replaces =
            "425928@phone.example.com ;from-tag=6472;early-only;to-tag=7743".parse().unwrap();
        let wanted = Replaces {
            call_id: "425928@phone.example.com".into(),
            to_tag: "7743".into(),
            from_tag: "6472".into(),
            early_only: true,
        };
        assert_eq!(read, wanted);
        assert_eq!(read.to_string().parse(), Ok(wanted));
    }

    #[test]
    fn what_lacks_a_part_or_has_it_twice_is_refused() {
        for text in ["", "c", "c;to-tag=1", "c;from-tag=1", ";to-tag=1;from-tag=2", "c;to-tag=;from-tag=2"] {
            assert!(text.parse::<Replaces>().is_err(), "{text}");
        }
        assert!("c;to-tag=1;to-tag=2;from-tag=3".parse::<Replaces>().is_err());
        assert!("a;to-tag=1;from-tag=2, b;to-tag=1;from-tag=2".parse::<Replaces>().is_err());
    }
}
