//! What goes into a call machine and what comes out of it.

use tandem_foundation::{LegId, Pii, UserId};

use crate::transfer::{Heard, TransferKind, TransferOutcome, TransferReport, Unreached};

/// Somebody who can be brought into a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PersonRef {
    /// A person of ours, by the phone they have connected.
    User(UserId),
    /// An outside number.
    Number(Pii<String>),
}

/// Who speaks for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Floor {
    Nobody,
    Assistant,
    Person {
        who: PersonRef,
        name: String,
    },
    /// Somebody is being fetched; meanwhile the assistant keeps the customer company, or they hear it ring.
    Bridging,
}

/// How a person is in the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Hears all, heard by none.
    Listen,
    /// Heard by our side only.
    Whisper,
    /// Heard by all.
    Barge,
    /// Holds the floor.
    Floor,
    /// Is asked whether they take the customer: heard by nobody, and hears nobody.
    Offered,
    /// Talks to our side while the customer is on hold, and waits while the customer is not.
    Consulted,
}

/// Who or what ended a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndedBy {
    Customer,
    Assistant,
    Person(String),
    /// The customer could not be reached: final SIP status.
    Unreached(u16),
    /// No audio from the customer any more.
    MediaTimeout,
    /// The server is going down.
    Shutdown,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A person of ours calls the customer, which only begins a call; `leg`: they dialled on the phone that is on it,
    /// otherwise their phone is called first.
    Dial { who: PersonRef, name: String, leg: Option<LegId> },
    /// The customer's leg rings.
    Ringing,
    /// The customer's leg can be heard before it is up.
    EarlyMedia,
    /// The floor's holder leaves the customer with music.
    Hold { by: PersonRef },
    /// The floor's holder has the customer back from hold.
    Resume { by: PersonRef },
    /// The customer's leg is up.
    Answered,
    /// The customer's leg failed before it was up.
    Failed { code: u16 },
    /// The customer's leg is gone.
    CustomerGone,
    /// No audio arrives from the customer any more.
    CustomerSilent,
    /// A person wants to be in the call in this mode (not `Floor`).
    Supervise { who: PersonRef, name: String, mode: Mode },
    /// A person leaves.
    Leave { who: PersonRef },
    /// A person wants the floor, having seen `version`.
    TakeOver { who: PersonRef, name: String, version: u64 },
    /// The floor's holder gives it to the assistant.
    HandBack { who: PersonRef, version: u64, note: Option<String> },
    /// The assistant wants somebody to take the call.
    Transfer { who: PersonRef, name: String },
    /// A customer who waits is held out to this person.
    Offer { who: PersonRef, name: String },
    /// The person who answered an offer has the customer.
    Granted { who: PersonRef },
    /// An offer is taken back: the caller is gone, somebody was faster, or it rang for too long.
    Withdraw { who: PersonRef },
    /// The floor's holder gives the customer to somebody.
    TransferBy { by: PersonRef, to: PersonRef, name: String, kind: TransferKind },
    /// Who gives the customer to somebody leaves them together; before the answer it goes on as a blind transfer.
    CompleteTransfer { by: PersonRef },
    /// Who gives the customer to somebody has them back.
    AbandonTransfer { by: PersonRef },
    /// Who gives the customer to somebody turns from the one to the other.
    Swap { by: PersonRef },
    /// Who gives the customer to somebody lets all three talk.
    ThreeWay { by: PersonRef },
    /// A person's phone rings.
    PersonRinging { who: PersonRef },
    /// A person's phone did not come up, for this reason.
    PersonUnreached { who: PersonRef, why: Unreached },
    /// A route puts the customer through to somebody; nobody else holds the floor.
    Connect { who: PersonRef, name: String },
    /// An assistant takes part from now on and has the floor, which nobody holds; it speaks on `leg`.
    AssistantJoins { leg: LegId },
    /// A person's phone answered; `leg` is in the room.
    PersonUp { who: PersonRef, leg: LegId },
    /// A person's phone could not be reached, or nothing comes from it any more: they did not mean to go.
    PersonFailed { who: PersonRef },
    /// A person hung up.
    PersonGone { who: PersonRef },
    /// The assistant has said all it wanted.
    AssistantEnds,
    /// Somebody ends the call.
    End { by: EndedBy },
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// The phone of whoever places the call is up: call the customer.
    CallCustomer,
    /// The customer is on hold, or not any more; `by`: who did it, where it did not end by itself.
    HoldChanged { held: bool, by: Option<PersonRef> },
    /// Ring this person's phone.
    Fetch { who: PersonRef },
    /// A person answered an offer, and waits to be given the customer.
    OfferAnswered { who: PersonRef },
    /// A person will not answer an offer any more.
    OfferFailed { who: PersonRef },
    /// Ring the phone of somebody who did not ask to be connected, and wait for them to answer.
    Ring { who: PersonRef },
    /// Clear this person's leg (or the attempt to reach them).
    Release { who: PersonRef, leg: Option<LegId> },
    /// Who hears whom from now on: (listener, speaker).
    Hearing(Vec<(LegId, LegId)>),
    /// The assistant begins the conversation.
    AssistantStarts,
    /// The assistant falls silent at once.
    AssistantSilent { for_whom: String },
    /// The assistant goes on, told what it missed.
    AssistantGoesOn { after: String, note: Option<String> },
    /// The person who held the floor is gone: the assistant says so and goes on.
    AssistantRescues { lost: String },
    /// The transfer the assistant asked for came to nothing.
    TransferFailed,
    /// The phone of whom `by` gives the customer to rings.
    TransferRinging { by: PersonRef, to: PersonRef },
    /// How far a person's transfer has come.
    TransferChanged(TransferReport),
    /// A person's transfer is over. `name`: the target's.
    TransferEnded { by: PersonRef, to: PersonRef, name: String, outcome: TransferOutcome },
    /// Nobody is left to speak to the customer: they are to be put into a queue, or told.
    CustomerAlone { lost: String },
    /// What the customer hears in place of people; `None`: no such sound any more.
    CustomerHears(Option<Heard>),
    /// The same for a person of ours.
    PersonHears { who: PersonRef, sound: Option<Heard> },
    /// Whom a route put the customer through to cannot be reached.
    Unreachable,
    /// The floor has a new owner.
    FloorChanged { floor: Floor, version: u64, by: Option<PersonRef>, reason: &'static str },
    /// A person's mode changed; `None`: they left.
    Supervision { who: PersonRef, name: String, mode: Option<Mode> },
    /// Clear the customer's leg.
    ClearCustomer,
    /// The call is over.
    Over { by: EndedBy },
}

/// Why an input was refused; nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The floor is not what the caller saw: this is what it is.
    FloorTaken { floor: Floor, version: u64 },
    /// The call is not (or no longer) in progress.
    NotInProgress,
    /// Only the floor's holder may do this.
    NotHolder,
    /// No assistant takes part in this call.
    NoAssistant,
    /// The person takes part already.
    AlreadyThere,
    /// A transfer is under way already.
    TransferUnderWay,
    /// No transfer is under way of which this can be asked.
    NoTransfer,
}

/// Deadlines of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    /// When to give up on a person whose phone does not answer.
    Fetching(PersonRef),
}
