//! Ten thousand random sequences of inputs, right ones and wrong ones, against the machine's invariants.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tandem_conversation::Conversation;
use tandem_conversation::io::*;
use tandem_conversation::settings::{KeyAction, KeyRule, Settings};

const SEQUENCES: u64 = 10_000;
const INPUTS: u32 = 40;

/// SplitMix64: small, seeded, good enough to choose inputs.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize].clone()
    }
}

/// What the outside knows of the machine, from its outputs alone.
#[derive(Default)]
struct Watch {
    replies: BTreeMap<u64, bool>,
    alive: Option<u64>,
    cancelled: BTreeSet<u64>,
    spoken: BTreeMap<u64, String>,
    begun: BTreeSet<u64>,
    paused: bool,
    person: bool,
    ended: bool,
    left: bool,
    tools: Vec<String>,
}

impl Watch {
    fn see(&mut self, output: &Output) {
        assert!(!self.ended, "after the end: {output:?}");
        match output {
            Output::AskModel { reply, speculative, context } => {
                assert!(!self.person && !self.left, "asked while silent");
                assert!(self.alive.is_none(), "two requests alive");
                assert!(self.replies.insert(reply.0, *speculative).is_none(), "an id twice");
                self.alive = Some(reply.0);
                check_context(context);
            }
            Output::CancelModel { reply } => {
                self.cancelled.insert(reply.0);
                self.alive = self.alive.filter(|alive| *alive != reply.0);
            }
            Output::Speak { speech, text } => {
                assert!(!self.person && !self.left, "spoke while silent");
                assert!(!text.trim().is_empty());
                assert!(self.spoken.insert(speech.0, text.clone()).is_none(), "a sentence twice");
            }
            Output::PauseSpeech => {
                assert!(!self.paused && !self.person);
                self.paused = true;
            }
            Output::ResumeSpeech { .. } => {
                assert!(self.paused && !self.person, "resumed without a pause");
                self.paused = false;
            }
            Output::StopSpeech { .. } => self.paused = false,
            Output::RunTool { call } => {
                assert!(!self.person && !self.left);
                self.tools.push(call.id.clone());
            }
            Output::Transfer { .. } => assert!(!self.person),
            Output::EndCall { .. } => {
                assert!(!self.left && !self.person, "ended twice or against a person");
                self.left = true;
            }
            Output::Item(item) => {
                assert!(item.end >= item.start);
                assert!(item.intended.as_ref().is_none_or(|meant| meant.len() >= item.text.len()));
            }
            _ => {}
        }
    }
}

/// Every call has its answer, directly after it.
fn check_context(context: &[Message]) {
    for (place, message) in context.iter().enumerate() {
        for (offset, call) in message.tool_calls.iter().enumerate() {
            let answer = &context[place + 1 + offset];
            assert_eq!((answer.role, answer.tool_call_id.as_ref()), (Role::Tool, Some(&call.id)));
        }
    }
}

const TEXTS: &[&str] = &[
    "",
    "yes",
    "mm-hm",
    "stop",
    "wait",
    "I want to pay.",
    "how much do I owe",
    "and",
    "five five",
    "stop calling me",
    "why",
    "okay but",
    "I want",
    "наличные деньги",
    "...",
];
const REPLIES: &[&str] = &[
    "Certainly. ",
    "You owe 9.50 dollars.",
    " Dr. Wu",
    " is here! And",
    "",
    "?",
    "Ünïcödé words. ",
    "goodbye",
];

fn input(dice: &mut Dice, watch: &mut Watch, now: Instant) -> Input {
    let at = now.checked_sub(Duration::from_millis(dice.roll(250))).unwrap_or(now);
    let reply = ReplyId(watch.alive.filter(|_| dice.roll(10) > 0).unwrap_or(dice.roll(6)));
    let last = watch.spoken.keys().next_back().copied().unwrap_or_default();
    let speech = SpeechId(last.saturating_sub(dice.roll(3)));
    let played_ms = dice.roll(3_000) as u32;
    let id = watch.tools.last().cloned().unwrap_or_default();
    let person = dice.pick(&["Ana", "Ben"]).to_owned();
    match dice.roll(34) {
        0..=3 => Input::VoiceStarted { at },
        4..=7 => Input::VoiceStopped { at },
        8..=10 => Input::Interim { text: dice.pick(TEXTS).into() },
        11..=13 => {
            Input::Final { text: dice.pick(TEXTS).into(), confidence: 0.5, utterance_end: dice.roll(2) == 0 }
        }
        14 => Input::EndOfTurn { confidence: dice.roll(100) as f32 / 100.0, eager: dice.roll(2) == 0 },
        15 => Input::TurnResumed,
        16 => Input::Digit { digit: dice.pick(&['1', '2', '9', '#', '*']) },
        17 => Input::SpeechReady { speech, length_ms: played_ms, words: vec![(0, 0), (3, 100), (900, 200)] },
        18..=20 => {
            watch.begun.insert(speech.0);
            Input::SpeechBegan { speech, at }
        }
        21 => Input::SpeechProgress { speech, played_ms },
        22 | 23 => Input::SpeechOver { speech, played_ms, complete: dice.roll(3) > 0 },
        24 => Input::SpeechFailed { speech },
        25 | 26 => Input::ReplyText { reply, text: dice.pick(REPLIES).into() },
        27 => {
            let name =
                dice.pick(&["transfer", "end_call", "send_dtmf", "schedule_callback", "look_up", "look_up"]);
            let arguments = dice.pick(&["{}", r#"{"to":"x","digits":"1","when":"now"}"#, "nonsense"]);
            let id = format!("t{}", dice.roll(5));
            Input::ReplyTool { reply, call: ToolCall { id, name: name.into(), arguments: arguments.into() } }
        }
        28 => {
            watch.alive = watch.alive.filter(|alive| *alive != reply.0);
            if dice.roll(4) == 0 { Input::ReplyFailed { reply } } else { Input::ReplyDone { reply } }
        }
        29 => Input::ToolResult { id, content: "ninety".into(), ok: dice.roll(2) == 0 },
        30 => match dice.roll(3) {
            0 => Input::TakenOver { person },
            1 => Input::PersonSaid { person, text: dice.pick(TEXTS).into(), start: at, end: now },
            _ => Input::HandedBack { person, note: Some("note".into()) },
        },
        31 => match dice.roll(4) {
            0 => Input::PersonLost { person },
            1 => Input::Whispered { person, text: "softly".into() },
            2 => Input::ForceSay { person, text: dice.pick(REPLIES).into() },
            _ => Input::TransferFailed,
        },
        32 => Input::Started,
        _ if dice.roll(20) == 0 => Input::Ended,
        _ => Input::TurnResumed,
    }
}

fn drain(talk: &mut Conversation, watch: &mut Watch) {
    let mut outputs = 0;
    while let Some(output) = talk.poll_output() {
        outputs += 1;
        assert!(outputs < 500, "it does not drain");
        watch.see(&output);
    }
}

fn run(seed: u64) {
    let mut dice = Dice(seed);
    let mut now = Instant::now() + Duration::from_secs(1);
    let settings = Settings {
        first_message: dice.pick(&["", "Hello there. Who is this?"]).into(),
        first_message_interruptible: dice.roll(2) == 0,
        key_rules: vec![KeyRule { digits: "12".into(), action: KeyAction::Say("Twelve.".into()) }],
        ..Settings::default()
    };
    let mut talk = Conversation::new(settings, now);
    let mut watch = Watch::default();
    talk.handle(now, Input::Started);
    drain(&mut talk, &mut watch);
    for _ in 0..INPUTS {
        let wait = dice.pick(&[0, 10, 100, 300, 1_000, 4_000, 30_000]);
        let until = now + Duration::from_millis(wait);
        let mut ticks = 0;
        while let Some((at, timer)) = talk.next_deadline().filter(|(at, _)| *at <= until) {
            now = now.max(at);
            talk.tick(now);
            drain(&mut talk, &mut watch);
            ticks += 1;
            assert!(ticks < 200, "busy with {timer:?}");
            let next = talk.next_deadline();
            assert!(next.is_none_or(|(at, _)| at > now), "seed {seed}: still due after the tick: {next:?}");
        }
        now = until;
        let next = input(&mut dice, &mut watch, now);
        let ends = matches!(next, Input::Ended);
        talk.handle(now, next);
        watch.person = talk.is_held_by_person();
        drain(&mut talk, &mut watch);
        watch.ended |= ends;
    }
    talk.handle(now, Input::Ended);
    drain(&mut talk, &mut watch);
    settled(&talk, &watch);
}

/// Each sentence is told in one item at the most, and nothing that was not given to the voice is told as said.
fn settled(talk: &Conversation, watch: &Watch) {
    let items: Vec<&Item> = talk.items().iter().filter(|item| item.speaker == Speaker::Assistant).collect();
    let keys: BTreeSet<_> = talk.items().iter().map(|item| item.key).collect();
    assert_eq!(keys.len(), talk.items().len(), "a key twice");
    let given: usize = watch.spoken.values().map(|text| text.len() + 1).sum();
    let told: usize = items.iter().map(|item| item.text.len()).sum();
    assert!(told <= given, "more was told than given to the voice: {told} of {given}");
}

#[test]
fn no_sequence_of_inputs_breaks_an_invariant() {
    for seed in 0..SEQUENCES {
        if std::panic::catch_unwind(|| run(seed)).is_err() {
            panic!("seed {seed}");
        }
    }
}
