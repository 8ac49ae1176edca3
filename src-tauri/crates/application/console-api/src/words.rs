//! The closed vocabularies of the API: twins of the records' enums, so that a record may change without the API.

use serde::{Deserialize, Serialize};
use tandem_switchboard::exchange;
use tandem_switchboard::ports::{media, signalling};
use tandem_switchboard::records;
use utoipa::ToSchema;

macro_rules! twin_enum {
    ($(#[$doc:meta])* $name:ident = $record:path { $($(#[$variant_doc:meta])* $variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl From<$record> for $name {
            fn from(record: $record) -> Self {
                match record { $(<$record>::$variant => Self::$variant),* }
            }
        }

        impl From<$name> for $record {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant),* }
            }
        }
    };
}

twin_enum! {
    /// A published API that is served beside this one.
    Contract = records::Contract { Sauti, Va, Voice, Audatec, Sautikit }
}

twin_enum! {
    /// How far a webhook's message has come.
    DeliveryState = records::DeliveryState {
        /// To be tried, now or later.
        Pending,
        Delivered,
        /// Every try has failed; it can be sent again by hand.
        Failed,
    }
}

twin_enum! {
    /// Whether a trunk's audio is encrypted (SRTP, keys in the session description).
    TrunkSrtp = records::TrunkSrtp {
        /// Never offered.
        Off,
        /// Offered, and done without where the other side has none.
        Optional,
        /// A call without it is refused.
        Required,
        /// As `required`, and we offer keys by a handshake of the two ends (DTLS) in place of keys in the description.
        Dtls,
    }
}

twin_enum! {
    /// Whom a caller is offered to first. Among equals it is always whoever has been idle for longest.
    QueueStrategy = records::QueueStrategy {
        LongestIdle, RoundRobin, FewestCalls, LeastTalkTime, RingAll, Random, Ranked,
    }
}

twin_enum! {
    /// Who has to be there so that callers may wait.
    QueueStaffing = records::QueueStaffing { Nobody, SignedIn, Ready }
}

twin_enum! {
    /// Who asked for a callback.
    CallbackOrigin = records::CallbackOrigin { Caller, Assistant, Agent }
}

twin_enum! {
    /// Where a callback is. The last three are final.
    CallbackState = records::CallbackState {
        /// Comes into the queue when it is due.
        Scheduled,
        /// Has its place in the queue.
        Waiting,
        /// An agent is there, and the customer's phone is dialled, or is about to be.
        Dialling,
        /// The server died meanwhile: the customer may have been called or not, and a person says which.
        Unknown,
        Reached,
        /// Every attempt came to nothing, or they may not be called.
        Failed,
        Cancelled,
    }
}

twin_enum! {
    /// What an agent is at.
    AgentState = records::AgentState { Offline, Paused, Ready, Offered, Busy, WrapUp }
}

twin_enum! {
    /// A way to code audio.
    Codec = media::Codec { Pcmu, Pcma, G722, Opus }
}

twin_enum! {
    /// Which way a call was begun, seen from us.
    Direction = records::Direction { Inbound, Outbound, Internal }
}

twin_enum! {
    /// Where a call is. `queued`, `ringing` and `in_progress` are live; all others are final.
    CallStatus = records::CallStatus {
        Queued, Ringing, InProgress, Completed, Busy, NoAnswer, Declined, Failed, Cancelled, Interrupted,
    }
}

twin_enum! {
    /// Who said something; `system` marks what was not speech.
    Speaker = records::Speaker { Customer, Assistant, Person, System }
}

twin_enum! {
    /// Which way a SIP message went, seen from us.
    SipDirection = records::SipDirection { Received, Sent }
}

twin_enum! {
    /// Who is at the other end of a SIP leg.
    SipParty = records::SipParty {
        /// Whom the call is with, as a rule behind a trunk.
        Customer,
        /// One of ours, on a registered phone.
        Person,
        /// An outside number that the customer was put through to.
        Outside,
    }
}

twin_enum! {
    /// How a supervisor is in a call.
    SupervisionMode = records::SupervisionMode {
        /// Hears everyone, heard by nobody.
        Listen,
        /// Heard by our side only.
        Whisper,
        /// Heard by everyone.
        Barge,
        /// Holds the floor.
        Floor,
        /// Not in the call any more.
        Left,
    }
}

twin_enum! {
    /// How far a transfer has come. From `completed` on it is over.
    TransferState = records::TransferState {
        /// The target is rung and has the customer when they answer; the customer hears it ring.
        Ringing,
        /// The target is rung, to be talked to first.
        Calling,
        /// The target is talked to, and the customer hears music.
        Consulting,
        /// The customer is talked to, and the target hears music.
        Swapped,
        ThreeWay,
        /// The target holds the floor.
        Completed,
        Busy,
        NoAnswer,
        Declined,
        /// The target's leg died, or there was no way to it.
        Lost,
        /// Called off.
        Abandoned,
        CallOver,
    }
}

twin_enum! {
    /// What a person or key may do; each role may do all that the ones before it may.
    Role = records::UserRole { Agent, Supervisor, Admin, Owner }
}

twin_enum! {
    /// For which of a member's moves the others in a conference hear a tone.
    ConferenceBeep = exchange::Beep { Both, Enter, Exit, Never }
}

twin_enum! {
    /// What a member of a conference hears who waits for somebody who starts it.
    WaitSound = exchange::WaitSound { Music, Ringing, Silence }
}

twin_enum! {
    /// What becomes of a call that is out of its conference.
    AfterConference = exchange::AfterConference {
        /// It goes on with its route, its assistant or the person who holds it; a call that has none of them ends.
        GoOn,
        HangUp,
    }
}

twin_enum! {
    /// How far a member of a conference is in.
    MemberState = exchange::MemberState {
        /// Is being called.
        Ringing,
        /// Is there before anybody who starts it.
        Waiting,
        Present,
    }
}

twin_enum! {
    /// SIP transport of a trunk.
    Transport = signalling::Transport { Udp, Tcp, Tls }
}

twin_enum! {
    /// What a provider does.
    ProviderKind = records::ProviderKind { Recogniser, Voice, Model }
}

twin_enum! {
    /// Whose protocol an outside provider speaks; `openai` stands for every compatible server.
    ProviderVendor = records::ProviderVendor { Deepgram, Elevenlabs, Openai }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_keep_their_order_and_their_names() {
        assert!(
            Role::Owner > Role::Admin && Role::Admin > Role::Supervisor && Role::Supervisor > Role::Agent
        );
        assert_eq!(serde_json::to_value(Role::from(records::UserRole::Owner)).expect("json"), "owner");
    }
}
