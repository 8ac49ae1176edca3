//! The machine: its state, and the way inputs and deadlines take through it.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::{Duration, Instant};

use crate::barge_in::{Overlap, Unheard};
use crate::cards::hidden;
use crate::floor::Bridge;
use crate::idle::Idle;
use crate::io::{Input, Item, Message, Output};
use crate::keys::Keys;
use crate::learned::Learned;
use crate::reply::Reply;
use crate::settings::Settings;
use crate::speech::{Class, Voice};
use crate::timer::Timer;
use crate::tool_calls::Running;
use crate::transcript::{LineId, Transcript};
use crate::turn::{Answered, Turn};

/// Who speaks for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    Assistant,
    Person,
}

/// Where the conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The customer is not there yet.
    Waiting,
    Running,
    /// `EndCall` was put out.
    Leaving,
    Over,
}

/// One assistant's conversation in one call.
pub struct Conversation {
    pub(crate) settings: Settings,
    pub(crate) outputs: VecDeque<Output>,
    pub(crate) phase: Phase,
    pub(crate) floor: Floor,
    pub(crate) transcript: Transcript,
    pub(crate) learned: Learned,
    pub(crate) variables: BTreeMap<String, String>,

    pub(crate) turn: Turn,
    pub(crate) answered: Option<Answered>,
    /// A turn of voice alone that was given up; its words may still come.
    pub(crate) wordless: Option<Turn>,
    pub(crate) overlap: Option<Overlap>,
    /// What an interruption dropped, until it is known to have been one.
    pub(crate) unheard: Vec<Unheard>,
    /// The interruption cut a reply that was still being streamed.
    pub(crate) reply_cut: bool,

    pub(crate) voice: Voice,
    pub(crate) reply: Option<Reply>,
    pub(crate) last_reply: u64,
    /// A line that the next reply goes on with.
    pub(crate) opening_line: Option<LineId>,
    pub(crate) pending_bridge: Option<Bridge>,
    pub(crate) running: Vec<Running>,
    /// Tools have answered since the model was asked last.
    pub(crate) tools_answered: bool,
    pub(crate) tool_rounds: u32,
    pub(crate) broken_turns: u32,
    /// No recogniser is left.
    pub(crate) deaf: bool,
    /// A provider failed for good, and what was set for that case is under way.
    pub(crate) given_up: bool,
    /// The customer waits for us since.
    pub(crate) waiting_since: Option<Instant>,
    pub(crate) fillers_said: u32,
    pub(crate) last_filler: Option<Instant>,

    pub(crate) keys: Keys,
    pub(crate) idle: Idle,
    pub(crate) transferring: Option<Instant>,
    pub(crate) opted_out: bool,
    began: Option<Instant>,
    pub(crate) held_since: Option<Instant>,
    /// Time that people held the floor; it does not count towards the longest call.
    pub(crate) held_for: Duration,
    pub(crate) warned: bool,
    pub(crate) warning_due: bool,
}

impl Conversation {
    /// A conversation that waits for `Input::Started`.
    pub fn new(settings: Settings, _now: Instant) -> Self {
        Self {
            learned: Learned::new(&settings),
            settings,
            outputs: VecDeque::new(),
            phase: Phase::Waiting,
            floor: Floor::Assistant,
            transcript: Transcript::default(),
            variables: BTreeMap::new(),
            turn: Turn::default(),
            answered: None,
            wordless: None,
            overlap: None,
            unheard: Vec::new(),
            reply_cut: false,
            voice: Voice::default(),
            reply: None,
            last_reply: 0,
            opening_line: None,
            pending_bridge: None,
            running: Vec::new(),
            tools_answered: false,
            tool_rounds: 0,
            broken_turns: 0,
            deaf: false,
            given_up: false,
            waiting_since: None,
            fillers_said: 0,
            last_filler: None,
            keys: Keys::default(),
            idle: Idle::default(),
            transferring: None,
            opted_out: false,
            began: None,
            held_since: None,
            held_for: Duration::ZERO,
            warned: false,
            warning_due: false,
        }
    }

    /// Takes one input; then drain [`Conversation::poll_output`].
    pub fn handle(&mut self, now: Instant, input: Input) {
        match self.phase {
            Phase::Over => return,
            Phase::Waiting if !matches!(input, Input::Started | Input::TakenOver { .. } | Input::Ended) => {
                return self.before_start(input);
            }
            _ => {}
        }
        match input {
            Input::Started => self.started(now),
            Input::VoiceStarted { at } => self.voice_started(now, at),
            Input::VoiceStopped { at } => self.voice_stopped(now, at),
            Input::Interim { text } => self.interim(now, &text),
            Input::Final { text, confidence, utterance_end } => {
                self.final_text(now, &text, confidence, utterance_end);
            }
            Input::EndOfTurn { confidence, eager } => self.recogniser_end_of_turn(now, confidence, eager),
            Input::TurnResumed => self.turn_resumed(now),
            Input::Digit { digit } => self.digit(now, digit),
            Input::ForgetKeys => self.forget_keys(now),
            Input::SpeechReady { speech, length_ms, words } => {
                self.speech_ready(now, speech, length_ms, words)
            }
            Input::SpeechBegan { speech, at } => self.speech_began(now, speech, at),
            Input::SpeechProgress { speech, played_ms } => self.speech_progress(now, speech, played_ms),
            Input::SpeechOver { speech, played_ms, complete } => {
                self.speech_over(now, speech, played_ms, complete)
            }
            Input::SpeechFailed { speech } => self.speech_failed(now, speech),
            Input::ReplyText { reply, text } => self.reply_text(now, reply, &text),
            Input::ReplyTool { reply, call } => self.reply_tool(now, reply, call),
            Input::ReplyDone { reply } => self.reply_done(now, reply),
            Input::ReplyFailed { reply } => self.reply_failed(now, reply),
            Input::ToolResult { id, content, ok } => self.tool_result(now, &id, content, ok),
            Input::TakenOver { person } => self.taken_over(now, person),
            Input::PersonSaid { person, text, start, end } => {
                self.person_said(person, &hidden(&text), start, end);
            }
            Input::HandedBack { person, note } => self.handed_back(now, &person, note),
            Input::PersonLost { person } => self.person_lost(now, &person),
            Input::Whispered { person, text } => self.whispered(&person, &hidden(&text)),
            Input::ForceSay { person, text } => self.force_say(now, person, &hidden(&text)),
            Input::TransferFailed => self.transfer_failed(now),
            Input::CannotHear => self.cannot_hear(now),
            Input::Ended => self.ended(now),
        }
        self.speak_due_warning(now);
    }

    /// Does what is due; to be called when [`Conversation::next_deadline`] has come. Harmless at any time.
    pub fn tick(&mut self, now: Instant) {
        // Each firing changes what made it due; the bound only keeps a mistake from hanging a call.
        for _ in 0..64 {
            match self.next_deadline().filter(|(at, _)| *at <= now) {
                Some((_, timer)) => self.fire(now, timer),
                None => break,
            }
        }
        self.speak_due_warning(now);
    }

    /// The next thing to be done, until the state changes.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`Conversation::tick`], and why.
    pub fn next_deadline(&self) -> Option<(Instant, Timer)> {
        if !matches!(self.phase, Phase::Running | Phase::Leaving) {
            return None;
        }
        let turn = self.turn_deadline().map(|at| (at, Timer::EndOfTurn));
        if self.phase == Phase::Leaving {
            return turn;
        }
        let ours = matches!(self.floor, Floor::Assistant);
        let rest = ours.then(|| self.deadlines()).into_iter().flatten();
        let common = [turn, self.digit_gap_deadline().map(|at| (at, Timer::DigitGap))];
        rest.chain(common).flatten().min_by_key(|(at, _)| *at)
    }

    /// What the model would be told now.
    pub fn context(&self) -> Vec<Message> {
        self.transcript.context(&self.settings.system_prompt)
    }

    /// The transcript so far, by key.
    pub fn items(&self) -> &[Item] {
        self.transcript.items()
    }

    /// What was stored during the conversation.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// The settings it is held with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether a person holds the floor.
    pub fn is_held_by_person(&self) -> bool {
        self.floor == Floor::Person
    }

    /// Whether the customer asked not to be called again.
    pub fn has_opted_out(&self) -> bool {
        self.opted_out
    }

    pub(crate) fn emit_item(&mut self, item: Option<Item>) {
        self.outputs.extend(item.map(Output::Item));
    }

    /// An item turned out to be part of another.
    pub(crate) fn empty_item(&mut self, now: Instant, key: crate::io::ItemKey) {
        self.transcript.unsaid(key);
        self.put_turn(now, &Turn { key: Some(key), ..Turn::default() }, true);
    }

    pub(crate) fn begin(&mut self, now: Instant) {
        self.phase = Phase::Running;
        self.began = Some(now);
        self.touch(now);
    }

    fn started(&mut self, now: Instant) {
        if self.phase != Phase::Waiting {
            return;
        }
        self.begin(now);
        let class = if self.settings.first_message_interruptible { Class::Opening } else { Class::Protected };
        let text = self.settings.first_message.clone();
        self.say(now, &text, class);
        self.leave_if_deaf(now);
    }

    /// What is known of the customer before we may speak is kept, and nothing done about it.
    fn before_start(&mut self, input: Input) {
        match input {
            Input::VoiceStarted { at } => {
                self.turn.voice = Some(at);
                self.turn.started.get_or_insert(at);
            }
            Input::VoiceStopped { at } => {
                self.turn.voice = None;
                self.turn.last_voice = Some(at);
            }
            Input::Whispered { person, text } => self.whispered(&person, &text),
            Input::CannotHear => self.deaf = true,
            _ => {}
        }
    }

    fn deadlines(&self) -> [Option<(Instant, Timer)>; 13] {
        let ends = self.began.map(|began| began + self.held_for);
        let open = ends.filter(|_| !self.is_closing());
        let model = self.reply.as_ref().map(|reply| reply.last_event + reply.patience(&self.settings));
        let tool = self.running.first().map(|tool| tool.since + self.settings.tool_patience);
        let front = self.voice.queue.front().filter(|front| front.given && !self.voice.paused);
        let stalled = front.zip(self.voice.last_event).map(|(front, last)| {
            let length = Duration::from_millis(front.length_ms.unwrap_or_default().into());
            last + self.settings.voice_patience.max(length + Duration::from_secs(5))
        });
        let transfer = self.transferring.filter(|_| !self.voice.is_active() && self.reply.is_none());
        [
            (self.speculation_deadline(), Timer::Speculate),
            (self.barge_in_pause_deadline(), Timer::BargeInPause),
            (self.barge_in_commit_deadline(), Timer::BargeInCommit),
            (self.false_interruption_deadline(), Timer::FalseInterruption),
            (self.idle_prompt_deadline(), Timer::IdlePrompt),
            (self.idle_hang_up_deadline(), Timer::IdleHangUp),
            (
                open.filter(|_| !self.warned).map(|began| began + self.settings.longest_call_warning),
                Timer::LongestCallWarning,
            ),
            (open.map(|began| began + self.settings.longest_call), Timer::LongestCall),
            (self.filler_deadline(), Timer::Filler),
            (model.filter(|_| !self.reply_is_done()), Timer::ModelSilent),
            (tool, Timer::ToolSilent),
            (stalled, Timer::SpeechStalled),
            (transfer.map(|since| since + self.settings.transfer_waiting_every), Timer::TransferWaiting),
        ]
        .map(|(at, timer)| at.map(|at| (at, timer)))
    }

    fn fire(&mut self, now: Instant, timer: Timer) {
        match timer {
            Timer::EndOfTurn => self.end_of_turn(now),
            Timer::Speculate => self.speculate(now),
            Timer::BargeInPause => self.pause_speech(),
            Timer::BargeInCommit => self.interrupt(now),
            Timer::FalseInterruption => self.false_interruption(now),
            Timer::IdlePrompt => self.idle_prompt(now),
            Timer::IdleHangUp => self.idle_hang_up(now),
            Timer::LongestCallWarning => (self.warned, self.warning_due) = (true, true),
            Timer::LongestCall => self.longest_call_reached(now),
            Timer::Filler => self.say_filler(now),
            Timer::ModelSilent => self.model_silent(now),
            Timer::ToolSilent => self.tool_silent(now),
            Timer::SpeechStalled => self.speech_stalled(now),
            Timer::DigitGap => self.finish_entry(now),
            Timer::TransferWaiting => self.transfer_waiting(now),
        }
    }
}

/// The words of a call are private: only the state shows.
impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation")
            .field("phase", &self.phase)
            .field("floor", &self.floor)
            .field("items", &self.transcript.items().len())
            .finish_non_exhaustive()
    }
}
