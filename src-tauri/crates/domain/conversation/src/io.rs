//! What goes into a conversation and what comes out of it.

use std::time::{Duration, Instant};

/// Names one sentence handed to the voice; grows with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpeechId(pub u64);

/// Names one request to the model; grows with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplyId(pub u64);

/// Names one transcript item of this conversation; grows with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemKey(pub u64);

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The customer is there: the assistant may open.
    Started,

    // The customer's side, from the voice detector and the recogniser.
    /// Voice began at `at` (a little in the past: detection takes a confirming run).
    VoiceStarted {
        at: Instant,
    },
    /// Voice ended at `at`.
    VoiceStopped {
        at: Instant,
    },
    /// Text that may change; replaces the previous interim.
    Interim {
        text: String,
    },
    /// Text that stays. `utterance_end`: the recogniser holds the utterance to be complete.
    Final {
        text: String,
        confidence: f32,
        utterance_end: bool,
    },
    /// The recogniser's own end-of-turn estimate, 0–1; `eager` ones may be taken back by `TurnResumed`.
    EndOfTurn {
        confidence: f32,
        eager: bool,
    },
    TurnResumed,
    /// The customer pressed a key.
    Digit {
        digit: char,
    },
    /// A card number was keyed: what is known of its digits is dropped.
    ForgetKeys,

    // Our voice.
    /// The voice has made all audio of a sentence: its length, and where each word begins where it is known
    /// (byte offset in the text, ms from the start of the sentence).
    SpeechReady {
        speech: SpeechId,
        length_ms: u32,
        words: Vec<(usize, u32)>,
    },
    /// The first sound of a sentence left.
    SpeechBegan {
        speech: SpeechId,
        at: Instant,
    },
    /// How much of the sentence has left so far.
    SpeechProgress {
        speech: SpeechId,
        played_ms: u32,
    },
    /// The sentence is over: played to the end, or dropped after `played_ms`.
    SpeechOver {
        speech: SpeechId,
        played_ms: u32,
        complete: bool,
    },
    /// The voice failed on this sentence; nothing (more) of it will be heard.
    SpeechFailed {
        speech: SpeechId,
    },

    // The model.
    ReplyText {
        reply: ReplyId,
        text: String,
    },
    ReplyTool {
        reply: ReplyId,
        call: ToolCall,
    },
    ReplyDone {
        reply: ReplyId,
    },
    ReplyFailed {
        reply: ReplyId,
    },
    /// What a tool answered.
    ToolResult {
        id: String,
        content: String,
        ok: bool,
    },

    // The floor.
    /// A person holds the floor from now on: fall silent at once, go on listening.
    TakenOver {
        person: String,
    },
    /// A person who holds the floor said something (final text).
    PersonSaid {
        person: String,
        text: String,
        start: Instant,
        end: Instant,
    },
    /// The floor is the assistant's again.
    HandedBack {
        person: String,
        note: Option<String>,
    },
    /// The person's leg died: say the resume line and go on.
    PersonLost {
        person: String,
    },
    /// A supervisor's text for the assistant's eyes only.
    Whispered {
        person: String,
        text: String,
    },
    /// A supervisor's text to be said now, word for word.
    ForceSay {
        person: String,
        text: String,
    },
    /// A transfer that was begun by `Output::Transfer` failed: apologise and go on.
    TransferFailed,
    /// No recogniser hears the customer any more.
    CannotHear,
    /// The call is over.
    Ended,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Ask the model for a reply to this context. `speculative`: begun before the turn was sure to be over; its
    /// text is held back until then.
    AskModel {
        reply: ReplyId,
        context: Vec<Message>,
        speculative: bool,
    },
    /// Drop a request.
    CancelModel {
        reply: ReplyId,
    },
    /// Say one sentence after those already queued.
    Speak {
        speech: SpeechId,
        text: String,
    },
    /// Silence our voice at once, keeping its place (barge-in, first stage).
    PauseSpeech,
    /// Go on, beginning this much earlier.
    ResumeSpeech {
        rewind_ms: u32,
    },
    /// Drop all that is queued, fading out over `fade_ms`; ends a pause.
    StopSpeech {
        fade_ms: u32,
    },
    /// Have this finished by the recogniser now (our detector heard the end).
    FinaliseRecogniser,
    /// Run a tool; answer with `Input::ToolResult`.
    RunTool {
        call: ToolCall,
    },
    /// A transcript item is new or has changed.
    Item(Item),
    /// Text being spoken by the customer; empty: none any more.
    CustomerInterim {
        text: String,
        since: Instant,
    },
    /// Connect the customer to somebody else; the announcement has been said.
    Transfer {
        to: String,
    },
    SendDtmf {
        digits: String,
    },
    /// Call the customer back at a time the customer named (free text as the model gave it).
    ScheduleCallback {
        when: String,
    },
    /// Put the customer's number on the do-not-call list.
    OptOut,
    /// Keep digits or an answer as a variable of the call.
    StoreVariable {
        name: String,
        value: String,
    },
    /// Hang up now: the goodbye has been said, or there is no need for one.
    EndCall {
        reason: EndReason,
    },
    /// A turn was answered: its timeline.
    Latency {
        item: ItemKey,
        latency: Latency,
    },
    /// The recogniser's last word on an utterance came this long after its end.
    RecognisedAfter {
        delay: Duration,
    },
    /// The customer says a card number, or has said one; its digits are in no item and no context. `since`: when they
    /// began to.
    CardNumber {
        since: Instant,
    },
    /// A request that was begun before its turn was over became the answer, or was thrown away.
    Speculated {
        used: bool,
    },
}

/// Why the conversation ends the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// The assistant's `end_call`.
    AssistantEnded,
    /// Nobody answered the idle prompts.
    Idle,
    LongestCall,
    OptedOut,
    /// A key rule.
    Key,
    /// Neither model nor fallback could speak.
    Broken,
}

/// A tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// JSON text of the arguments as the model wrote it.
    pub arguments: String,
}

/// Whose message it is in the model's context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    System,
    Customer,
    Assistant,
    /// A person of ours.
    Person,
    Tool,
}

/// One message of the model's context. What the assistant is said to have said is what was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub role: Role,
    /// The person's name, for `Person`.
    pub name: Option<String>,
    pub text: String,
    pub tool_calls: Vec<ToolCall>,
    pub tool_call_id: Option<String>,
}

/// Who said a transcript item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    Customer,
    Assistant,
    Person,
    /// A marker, not speech.
    System,
}

/// A transcript item; a later one with the same key replaces it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub key: ItemKey,
    pub speaker: Speaker,
    pub name: Option<String>,
    /// What was said and heard.
    pub text: String,
    /// What the assistant meant to say, where it was cut short.
    pub intended: Option<String>,
    pub interrupted: bool,
    /// A sound of the customer that was no turn (`mm-hm` while the assistant spoke).
    pub acknowledgement: bool,
    pub start: Instant,
    pub end: Instant,
    pub confidence: Option<f32>,
}

/// One turn's timeline; every figure counts from the end of the customer's speech, ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    pub recognised: Option<u32>,
    /// The turn was taken to be over.
    pub committed: Option<u32>,
    pub first_token: Option<u32>,
    pub first_sentence: Option<u32>,
    /// The first sound left.
    pub first_sound: Option<u32>,
}
