//! Ids of the product's nouns: opaque text with a prefix that names the kind (`call_…`, `asst_…`).
//!
//! New ids are UUIDv7 (RFC 9562, section 5.7) under the prefix; ids that an organisation brings (`akylai`, a bare
//! UUID) are kept as they are. Time and randomness are given by the caller.

use std::fmt;

/// Formats the text of a new id: `prefix_` and 32 hexadecimal digits of a UUIDv7.
pub fn new_id(prefix: &str, unix_ms: u64, random: u128) -> String {
    let time = u128::from(unix_ms & 0xFFFF_FFFF_FFFF) << 80;
    let rand_a = ((random >> 62) & 0xFFF) << 64;
    let rand_b = random & 0x3FFF_FFFF_FFFF_FFFF;
    let value = time | (0x7 << 76) | rand_a | (0b10 << 62) | rand_b;
    format!("{prefix}_{value:032x}")
}

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What a new id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Takes over an id as it is written elsewhere.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// A new id from the wall clock (milliseconds since 1970) and 128 random bits.
            pub fn generate(unix_ms: u64, random: u128) -> Self {
                Self(new_id($prefix, unix_ms, random))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )*};
}

text_id! {
    /// An organisation; every row belongs to one.
    OrgId = "org";
    /// One whole interaction.
    CallId = "call";
    /// A person who signs in.
    UserId = "user";
    /// An AI persona.
    AssistantId = "asst";
    /// A SIP trunk.
    TrunkId = "trunk";
    /// A telephone number of ours.
    NumberId = "pn";
    /// One entry of a transcript.
    ItemId = "item";
    /// A program's key.
    KeyId = "key";
    /// A signed-in browser or desktop window.
    SessionId = "sess";
    /// A provider of speech or text that was set up in the console.
    ProviderId = "prov";
    /// A stored recording.
    RecordingId = "rec";
    /// A queue.
    QueueId = "queue";
    /// A named room in which calls meet.
    ConferenceId = "conf";
    /// A message that a caller left.
    VoicemailId = "vm";
    /// Opening hours.
    HoursId = "hours";
    /// Somebody who is to be called back.
    CallbackId = "cb";
    /// Something in a live call that a supervisor should know of.
    AlertId = "alert";
    /// An address that webhooks go to.
    EndpointId = "whep";
    /// A call that a contract's client wants to have made.
    TaskId = "task";
}

/// One SIP, WebRTC or local audio connection; unique within a running process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct LegId(pub u64);

impl fmt::Debug for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leg_{}", self.0)
    }
}

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leg_{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_id_carries_version_seven_the_variant_and_its_time() {
        let id = CallId::generate(0x0190_1234_5678, u128::MAX);
        let hex = id.as_str().strip_prefix("call_").expect("prefix");
        assert_eq!(&hex[..12], "019012345678");
        assert_eq!(&hex[12..13], "7");
        assert!(matches!(&hex[16..17], "8" | "9" | "a" | "b"), "variant bits in {hex}");
        assert_eq!(hex.len(), 32);
    }

    #[test]
    fn ids_of_one_millisecond_sort_by_time_first() {
        assert!(CallId::generate(1, u128::MAX) < CallId::generate(2, 0));
    }
}
