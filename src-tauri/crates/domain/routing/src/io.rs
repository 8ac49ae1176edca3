//! What goes into a route machine and what comes out of it.

use tandem_foundation::{AssistantId, Pii, QueueId, UserId};

use crate::route::{HoursRef, Mailbox, Prompt, Route};

/// Names something that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SayId(pub u64);

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The caller pressed a key (`0-9*#`).
    Digit(char),
    /// The caller said this; `last`: it will not change any more.
    Heard {
        text: String,
        last: bool,
    },
    /// The caller's voice began or ended.
    Voice {
        active: bool,
    },
    /// It was said to its end, or could not be said.
    Said(SayId),
    /// Whether the hours that were asked about are open now.
    HoursAre {
        open: bool,
    },
    WebhookAnswered(Box<Route>),
    WebhookFailed,
    /// Whom the caller was put through to cannot be reached.
    TargetFailed,
    /// The caller is out of the conference that they were put through to.
    TargetOver,
    /// The message is stored, or could not be.
    VoicemailDone,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Say it, after what is being said.
    Say {
        id: SayId,
        what: Saying,
    },
    /// Fall silent at once.
    StopSaying,
    /// Keys are awaited, and these phrases, where there are any.
    Listen {
        phrases: Vec<String>,
    },
    /// Nothing is awaited any more.
    StopListening,
    AskHours {
        hours: HoursRef,
    },
    AskWebhook {
        url: String,
        secret: Option<Pii<String>>,
    },
    Connect {
        target: Target,
    },
    /// Beep, then record what the caller says; no longer than `max_s` seconds.
    RecordVoicemail {
        mailbox: Mailbox,
        max_s: u32,
    },
    /// The message ends here: store it.
    StopVoicemail,
    HangUp,
}

/// What is said. All but `Prompt` are in words of the caller's language that the machine does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saying {
    Prompt(Prompt),
    /// That this was no choice.
    Invalid,
    /// That nobody can take the call.
    Unavailable,
    /// That the conference's PIN is to be entered.
    AskPin,
    /// That it was another one.
    WrongPin,
    /// That a message may be left after the tone.
    LeaveMessage,
}

/// Whom a caller is put through to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Assistant(AssistantId),
    Person(UserId),
    Queue(QueueId),
    Number(Pii<String>),
    /// A conference; `starts`: everybody may talk once they are in it, `ends`: nobody any more when they leave.
    Conference {
        name: String,
        starts: bool,
        ends: bool,
        record: bool,
    },
}

/// Why there is a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// What is said takes too long to be true.
    Saying,
    /// The caller chooses nothing.
    Choice,
    /// The caller presses no further key.
    NextKey,
    /// Hours or a server do not answer.
    Answer,
    /// The message is as long as one may be, or the caller has finished.
    Message,
    /// The message is not stored.
    Storing,
}
