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
    /// Voiced overlap after which the interruption is real whatever was said. A sound without words is kept paused
    /// for three times as long before it counts.
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
    /// From the end of the customer's speech to a sound of ours, where nothing but a filler is there to be said.
    pub longest_silence: Duration,
    /// So long a reply may take after the turn before a filler is said for that reason.
    pub filler_least: Duration,
    /// Said when the model failed twice.
    pub apology: String,
    /// Said when the model fails in two turns running; what `when_failed` says follows.
    pub failure_line: String,
    /// Said when no recogniser is left; what `when_failed` says follows.
    pub unheard_line: String,
    /// Said where the customer is to be called back because of a failure.
    pub callback_line: String,
    /// What becomes of a customer whom the assistant can no longer hear or answer.
    pub when_failed: WhenFailed,
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

    // Finer knobs of the same rules.
    /// An interim unchanged for this long is stable.
    pub speculative_after: Duration,
    /// Requests on a turn that is not surely over, at most.
    pub speculative_tries: u32,
    /// Longer turns are not worth a guess.
    pub speculative_longest: Duration,
    /// The detector reports the end of voice this much after it.
    pub voice_stop_delay: Duration,
    /// A customer who speaks this soon after our first sound was going on, not answering.
    pub repair_window: Duration,
    /// The grace of the first message, longer than that of other speech.
    pub first_message_grace: Duration,
    /// A resumed sentence begins this much earlier.
    pub resume_rewind_ms: u32,
    /// Give up on a model that says nothing for this long.
    pub model_patience: Duration,
    /// The same once it has begun to speak.
    pub model_gap: Duration,
    /// Give up on a tool that answers nothing for this long.
    pub tool_patience: Duration,
    /// Give up on a sentence of which the voice reports nothing for this long.
    pub voice_patience: Duration,
    /// Said while a transfer is under way, again and again.
    pub transfer_waiting_line: String,
    pub transfer_waiting_every: Duration,
    /// What contains an opt-out phrase and asks for the contrary.
    pub opt_out_exceptions: Vec<String>,
    /// Words that cannot end a turn.
    pub trailing_words: Vec<String>,
    /// Words that end a turn without punctuation.
    pub complete_endings: Vec<String>,
    /// Words that are a turn by themselves, even over our voice.
    pub lone_words: Vec<String>,
    /// Digits in words.
    pub number_words: Vec<String>,
    /// What we name when we ask for a number or a spelling.
    pub number_requests: Vec<String>,
    /// What makes a sentence of ours a request, beside a question mark.
    pub request_words: Vec<String>,
}

/// What becomes of a customer when a provider of ours fails for good.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum WhenFailed {
    #[default]
    Goodbye,
    /// To a person or a number; where nobody takes the call, the customer is called back.
    Transfer(String),
    Callback,
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
