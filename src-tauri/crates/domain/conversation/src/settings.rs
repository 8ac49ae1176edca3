//! Every knob of a conversation, with the default and what it is for.

use std::time::Duration;

/// How an assistant takes turns. Durations are measured on the conversation's own clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Said first; empty: the customer opens.
    pub first_message: String,
    /// The system prompt, variables already filled in.
    pub system_prompt: String,
    /// ISO language of the word lists below.
    pub language: String,
    /// Wait at least this long after the customer's last voice when text or score says the turn is over.
    pub end_of_turn_min: Duration,
    /// The same when there is only the voice detector's word for it.
    pub end_of_turn_voice_only: Duration,
    /// Wait at most this long.
    pub end_of_turn_max: Duration,
    /// First guess of the recogniser's 99th percentile from speech end to final; learned from then on.
    pub recogniser_p99: Duration,
    /// Voiced overlap after which our voice is paused.
    pub barge_in_pause: Duration,
    /// Voiced overlap after which the interruption is real whatever was said.
    pub barge_in_commit: Duration,
    /// A pause that turned out to be nothing ends after this much silence.
    pub false_interruption_resume: Duration,
    /// No interruption in the first moments of our own speech.
    pub speech_start_grace: Duration,
    pub first_message_interruptible: bool,
    pub idle_prompt_after: Duration,
    pub idle_prompts: u32,
    pub idle_prompt_texts: Vec<String>,
    /// Silence after the last prompt until the goodbye.
    pub idle_hang_up_after: Duration,
    pub longest_call: Duration,
    pub longest_call_warning: Duration,
    pub longest_call_warning_text: String,
    /// Said while model or tool is slow: the first after, the next every, at most.
    pub filler_first: Duration,
    pub filler_every: Duration,
    pub filler_most: u32,
    pub fillers: Vec<String>,
    /// Said when the model failed twice.
    pub apology: String,
    pub goodbye: String,
    pub opt_out_confirmation: String,
    /// Said when a person's leg died.
    pub resume_line: String,
    /// Begins the first sentence after a hand-back, `{person}` filled in.
    pub bridge_line: String,
    /// Said before a transfer, uninterruptible; `{to}` filled in.
    pub transfer_announcement: String,
    pub transfer_failed_line: String,
    /// Never interrupt.
    pub acknowledgements: Vec<String>,
    /// Always interrupt.
    pub stop_words: Vec<String>,
    /// Always opt out.
    pub opt_out_phrases: Vec<String>,
    pub opt_out_key: Option<char>,
    pub key_rules: Vec<KeyRule>,
    /// Silence between digits that ends an entry; `#` ends it at once.
    pub digit_gap: Duration,
    /// Ask the model on a stable interim, before the turn is surely over.
    pub speculative_replies: bool,
    pub fade_out_ms: u32,
}

/// What pressed keys do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRule {
    pub digits: String,
    pub action: KeyAction,
}

/// The action of a key rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAction {
    Say(String),
    Transfer(String),
    HangUp,
    Store { variable: String },
    OptOut,
}
