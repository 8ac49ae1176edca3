//! A small world in virtual time: a customer, a recogniser, a voice and a model around one conversation.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use tandem_conversation::Conversation;
use tandem_conversation::io::*;
use tandem_conversation::settings::Settings;

/// The voice plays a word in this time.
pub const WORD_MS: u64 = 300;
/// And needs this long to begin.
const VOICE_LATENCY: u64 = 60;
/// The detector confirms a beginning after, and an end after.
const CONFIRM: u64 = 60;
const STOP: u64 = 200;

/// What the model does with one request: all after `delay` ms.
#[derive(Debug, Clone)]
pub enum Plan {
    Say(u64, &'static str),
    Tool(u64, &'static str, &'static str),
    SayAndTool(u64, &'static str, &'static str, &'static str),
    Fail(u64),
    Never,
}

#[derive(Debug)]
struct Playing {
    id: SpeechId,
    length: u64,
    /// Negative while the voice is preparing.
    played: i64,
    furthest: i64,
}

#[derive(Debug)]
pub struct World {
    pub start: Instant,
    pub now: Instant,
    pub talk: Conversation,
    /// Everything put out, with its ms.
    pub log: Vec<(u64, Output)>,
    pub plans: VecDeque<Plan>,
    pub voice_fails: Vec<&'static str>,
    /// From the recogniser being told to finish to its final.
    pub final_delay: u64,
    asked: BTreeMap<u64, Plan>,
    voice: VecDeque<Playing>,
    paused: bool,
    schedule: BTreeMap<(Instant, u64), Input>,
    number: u64,
}

impl World {
    pub fn new(settings: Settings) -> Self {
        let start = Instant::now();
        Self {
            start,
            now: start,
            talk: Conversation::new(settings, start),
            log: Vec::new(),
            plans: VecDeque::new(),
            voice_fails: Vec::new(),
            final_delay: 100,
            asked: BTreeMap::new(),
            voice: VecDeque::new(),
            paused: false,
            schedule: BTreeMap::new(),
            number: 0,
        }
    }

    /// A conversation that has begun, without a first message.
    pub fn begun(settings: Settings) -> Self {
        let mut world = Self::new(settings);
        world.input(Input::Started);
        world
    }

    /// A conversation in which the assistant is `ms` into saying a text that answers a first turn.
    pub fn speaking(text: &'static str, ms: u64) -> Self {
        let mut world = Self::begun(Settings::default());
        world.plans.push_back(Plan::Say(100, text));
        world.says("I have a question about my bill.");
        world.run_until(|output| matches!(output, Output::Speak { .. }));
        world.run(VOICE_LATENCY + 10 + ms);
        world
    }

    pub fn ms(&self) -> u64 {
        u64::try_from((self.now - self.start).as_millis()).expect("short test")
    }

    pub fn input(&mut self, input: Input) {
        self.talk.handle(self.now, input);
        self.drain();
    }

    pub fn after(&mut self, ms: u64, input: Input) {
        self.number += 1;
        self.schedule.insert((self.now + Duration::from_millis(ms), self.number), input);
    }

    /// Makes a sound of so many ms, from now on, that the recogniser makes nothing of.
    pub fn noise(&mut self, ms: u64) {
        let at = self.now;
        self.after(CONFIRM, Input::VoiceStarted { at });
        self.after(ms.max(CONFIRM) + STOP, Input::VoiceStopped { at: at + Duration::from_millis(ms) });
    }

    /// Says a text from now on, a word in 250 ms; answers how long it takes.
    pub fn says(&mut self, text: &str) -> u64 {
        let words: Vec<&str> = text.split(' ').collect();
        let length = 250 * words.len() as u64;
        self.noise(length);
        for count in 1..=words.len() {
            self.after(250 * count as u64 + 100, Input::Interim { text: words[..count].join(" ") });
        }
        let end = length + STOP + self.final_delay;
        self.after(end, Input::Final { text: text.to_owned(), confidence: 0.9, utterance_end: false });
        length
    }

    pub fn run(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        while self.now < end {
            self.step();
        }
    }

    /// Runs until an output like this comes; panics when none does within a minute.
    pub fn run_until(&mut self, wanted: impl Fn(&Output) -> bool) -> Output {
        let from = self.log.len();
        for _ in 0..6_000 {
            self.step();
            if let Some((_, output)) = self.log[from..].iter().find(|(_, output)| wanted(output)) {
                return output.clone();
            }
        }
        panic!("it never came; last: {:?}", self.log.iter().rev().take(5).collect::<Vec<_>>());
    }

    pub fn count(&self, wanted: impl Fn(&Output) -> bool) -> usize {
        self.log.iter().filter(|(_, output)| wanted(output)).count()
    }

    pub fn first(&self, wanted: impl Fn(&Output) -> bool) -> Option<u64> {
        self.log.iter().find(|(_, output)| wanted(output)).map(|(ms, _)| *ms)
    }

    pub fn spoken(&self) -> Vec<&str> {
        let text = |output| match output {
            &(_, Output::Speak { ref text, .. }) => Some(text.as_str()),
            _ => None,
        };
        self.log.iter().filter_map(text).collect()
    }

    /// The customer's words in the requests that were made for sure.
    pub fn asked(&self) -> Vec<Vec<Message>> {
        let context = |output: &(u64, Output)| match &output.1 {
            Output::AskModel { context, .. } => Some(context.clone()),
            _ => None,
        };
        self.log.iter().filter_map(context).collect()
    }

    pub fn items(&self, speaker: Speaker) -> Vec<&Item> {
        self.talk.items().iter().filter(|item| item.speaker == speaker).collect()
    }

    pub fn texts(&self, speaker: Speaker) -> Vec<&str> {
        self.items(speaker).into_iter().map(|item| item.text.as_str()).collect()
    }

    pub fn step(&mut self) {
        self.now += Duration::from_millis(10);
        while let Some(first) = self.schedule.first_entry().filter(|first| first.key().0 <= self.now) {
            let input = first.remove();
            self.input(input);
        }
        self.play();
        if self.talk.next_deadline().is_some_and(|(at, _)| at <= self.now) {
            self.talk.tick(self.now);
            self.drain();
            let next = self.talk.next_deadline();
            assert!(next.is_none_or(|(at, _)| at > self.now), "busy: {next:?}");
        }
    }

    fn play(&mut self) {
        if self.paused {
            return;
        }
        let Some(front) = self.voice.front_mut() else { return };
        let (id, before) = (front.id, front.played);
        front.played += 10;
        front.furthest = front.furthest.max(front.played);
        let (played, furthest, length) = (front.played, front.furthest, front.length);
        if before < 0 && played >= 0 {
            self.input(Input::SpeechBegan { speech: id, at: self.now });
        } else if played > 0 && played % 100 == 0 && played < length as i64 {
            self.input(Input::SpeechProgress { speech: id, played_ms: furthest as u32 });
        }
        if played >= length as i64 {
            self.voice.retain(|other| other.id != id);
            if let Some(next) = self.voice.front_mut() {
                next.played = next.played.max(-10);
            }
            self.input(Input::SpeechOver { speech: id, played_ms: length as u32, complete: true });
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.talk.poll_output() {
            self.log.push((self.ms(), output.clone()));
            self.carry_out(output);
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::AskModel { reply, .. } => {
                let plan = self.plans.pop_front().unwrap_or(Plan::Say(300, "All right."));
                self.asked.insert(reply.0, plan.clone());
                self.answer(reply, plan);
            }
            Output::CancelModel { reply } => {
                // Whoever is asked again has the same to say.
                self.plans.extend(self.asked.remove(&reply.0));
                self.schedule.retain(|_, input| !belongs_to(input, reply));
            }
            Output::Speak { speech, text } => {
                if self.voice_fails.contains(&text.as_str()) {
                    return self.after(VOICE_LATENCY, Input::SpeechFailed { speech });
                }
                let length = WORD_MS * text.split(' ').count() as u64;
                let played = -(VOICE_LATENCY as i64);
                self.voice.push_back(Playing { id: speech, length, played, furthest: 0 });
                self.after(20, Input::SpeechReady { speech, length_ms: length as u32, words: Vec::new() });
            }
            Output::PauseSpeech => self.paused = true,
            Output::ResumeSpeech { rewind_ms } => {
                self.paused = false;
                if let Some(front) = self.voice.front_mut().filter(|front| front.played > 0) {
                    front.played = (front.played - i64::from(rewind_ms)).max(1) / 10 * 10;
                }
            }
            Output::StopSpeech { .. } => {
                self.paused = false;
                for dropped in std::mem::take(&mut self.voice) {
                    let played_ms = dropped.furthest as u32;
                    self.after(10, Input::SpeechOver { speech: dropped.id, played_ms, complete: false });
                }
            }
            _ => {}
        }
    }

    fn answer(&mut self, reply: ReplyId, plan: Plan) {
        let call = |name: &str, arguments: &str| ToolCall {
            id: format!("tool-{}", reply.0),
            name: name.to_owned(),
            arguments: arguments.to_owned(),
        };
        let done = match plan {
            Plan::Say(delay, text) => {
                self.stream(reply, delay, text);
                delay
            }
            Plan::Tool(delay, name, arguments) => {
                self.after(delay, Input::ReplyTool { reply, call: call(name, arguments) });
                delay
            }
            Plan::SayAndTool(delay, text, name, arguments) => {
                self.stream(reply, delay, text);
                self.after(
                    delay + 10 * text.split(' ').count() as u64,
                    Input::ReplyTool { reply, call: call(name, arguments) },
                );
                delay
            }
            Plan::Fail(delay) => return self.after(delay, Input::ReplyFailed { reply }),
            Plan::Never => return,
        };
        self.after(done + 200, Input::ReplyDone { reply });
    }

    fn stream(&mut self, reply: ReplyId, delay: u64, text: &str) {
        for (place, word) in text.split_inclusive(' ').enumerate() {
            self.after(delay + 10 * place as u64, Input::ReplyText { reply, text: word.to_owned() });
        }
    }
}

fn belongs_to(input: &Input, of: ReplyId) -> bool {
    match input {
        Input::ReplyText { reply, .. }
        | Input::ReplyTool { reply, .. }
        | Input::ReplyDone { reply }
        | Input::ReplyFailed { reply } => *reply == of,
        _ => false,
    }
}

/// Matches an output by its pattern.
#[macro_export]
macro_rules! is {
    ($pattern:pat $(if $guard:expr)?) => { |output: &tandem_conversation::io::Output| matches!(output, $pattern $(if $guard)?) };
}

impl World {
    /// The recogniser thinks better of a final it was about to give.
    pub fn schedule_drop_final(&mut self, of: &str) {
        self.schedule.retain(|_, input| !matches!(input, Input::Final { text, .. } if text == of));
    }
}

impl Drop for World {
    /// A failed test shows what happened.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut story = String::new();
            for (ms, output) in &self.log {
                match output {
                    Output::AskModel { reply, context, speculative } => {
                        let last = context.last().map(|m| m.text.as_str()).unwrap_or_default();
                        story += &format!("{ms} AskModel {reply:?} speculative={speculative} last={last}\n");
                    }
                    Output::Item(i) => {
                        story += &format!(
                            "{ms} Item {} {:?} {:?} of {:?} cut={} ack={}\n",
                            i.key.0, i.speaker, i.text, i.intended, i.interrupted, i.acknowledgement
                        );
                    }
                    Output::CustomerInterim { text, .. } => story += &format!("{ms} interim {text}\n"),
                    other => story += &format!("{ms} {other:?}\n"),
                }
            }
            std::io::Write::write_all(&mut std::io::stderr(), story.as_bytes()).ok();
        }
    }
}
