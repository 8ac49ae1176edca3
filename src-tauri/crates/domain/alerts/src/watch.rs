//! The watch over one call.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use tandem_foundation::{ItemId, Pii};

use crate::io::{Cause, Input, Output, Side};
use crate::sentiment;
use crate::settings::{KeywordRule, Settings};
use crate::text::words;

/// The customer's last items that count for sentiment.
const LATELY: usize = 8;
/// Sentiment is cleared so far above what raised it, so that one friendly word does not make it come and go.
const RECOVERY: i32 = 2;

/// Why a watch wants to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Silence,
    CrossTalk,
    LongHold,
    LongCall,
}

/// Watches one call. It has no more to say once it was told of the end.
#[derive(Debug)]
pub struct Watch {
    settings: Settings,
    answered: Option<Instant>,
    over: bool,
    /// Who speaks.
    customer: bool,
    ours: bool,
    /// The last moment at which anybody was heard, or the hold ended.
    heard: Option<Instant>,
    both_since: Option<Instant>,
    held_since: Option<Instant>,
    /// When each rule was raised last.
    raised: BTreeMap<String, Instant>,
    /// Rule and item: an item that is corrected is not another mention.
    mentions: Vec<(String, ItemId)>,
    /// Scores of the customer's items, oldest first.
    scores: VecDeque<(ItemId, i32)>,
    open: Vec<Cause>,
    outputs: VecDeque<Output>,
}

impl Watch {
    /// A watch over a call that is not answered yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            answered: None,
            over: false,
            customer: false,
            ours: false,
            heard: None,
            both_since: None,
            held_since: None,
            raised: BTreeMap::new(),
            mentions: Vec::new(),
            scores: VecDeque::new(),
            open: Vec::new(),
            outputs: VecDeque::new(),
        }
    }

    /// More rules hold from now on; one of a known name is known already.
    pub fn add_rules(&mut self, rules: Vec<KeywordRule>) {
        for rule in rules {
            if self.settings.keywords.iter().all(|known| known.name != rule.name) {
                self.settings.keywords.push(rule);
            }
        }
    }

    /// The customer is spoken to in this language from now on (a tag of BCP 47).
    pub fn set_language(&mut self, language: String) {
        self.settings.language = language;
    }

    /// Takes one input; then drain [`Watch::poll_output`].
    pub fn handle(&mut self, now: Instant, input: Input) {
        if self.over {
            return;
        }
        match input {
            Input::Answered => {
                self.answered.get_or_insert(now);
                self.heard = Some(now);
            }
            Input::Said { item, side, text } => self.said(now, item, side, &text),
            Input::Voice { side, active } => self.voice(now, side, active),
            Input::Held(true) => {
                self.held_since.get_or_insert(now);
                self.clear(&Cause::Silence);
            }
            Input::Held(false) => {
                self.held_since = None;
                self.heard = Some(now);
                self.clear(&Cause::LongHold);
            }
            Input::Ended => {
                self.over = true;
                for cause in std::mem::take(&mut self.open) {
                    self.outputs.push_back(Output::Cleared { cause });
                }
            }
        }
    }

    /// Raises what is due. Harmless at any time.
    pub fn tick(&mut self, now: Instant) {
        for _ in 0..4 {
            let Some((_, reason)) = self.next_deadline().filter(|(at, _)| *at <= now) else { break };
            let cause = match reason {
                Reason::Silence => Cause::Silence,
                Reason::CrossTalk => Cause::CrossTalk,
                Reason::LongHold => Cause::LongHold,
                Reason::LongCall => Cause::LongCall,
            };
            self.raise(cause, None, Vec::new());
        }
    }

    /// The next thing to be told, until the state changes.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`Watch::tick`], and why.
    pub fn next_deadline(&self) -> Option<(Instant, Reason)> {
        let answered = self.answered.filter(|_| !self.over)?;
        let quiet = !self.customer && !self.ours && self.held_since.is_none();
        let due = |since: Option<Instant>, after: Option<Duration>, cause: Cause, reason| {
            let at = since? + after?;
            (!self.open.contains(&cause)).then_some((at, reason))
        };
        let settings = &self.settings;
        [
            due(self.heard.filter(|_| quiet), settings.silence, Cause::Silence, Reason::Silence),
            due(self.both_since, settings.cross_talk, Cause::CrossTalk, Reason::CrossTalk),
            due(self.held_since, settings.hold, Cause::LongHold, Reason::LongHold),
            due(Some(answered), settings.call, Cause::LongCall, Reason::LongCall),
        ]
        .into_iter()
        .flatten()
        .min_by_key(|(at, _)| *at)
    }

    fn voice(&mut self, now: Instant, side: Side, active: bool) {
        match side {
            Side::Customer => self.customer = active,
            Side::Ours => self.ours = active,
        }
        self.heard = Some(now);
        if active {
            self.clear(&Cause::Silence);
        }
        if self.customer && self.ours {
            self.both_since.get_or_insert(now);
        } else {
            self.both_since = None;
            self.clear(&Cause::CrossTalk);
        }
    }

    fn said(&mut self, now: Instant, item: ItemId, side: Side, text: &Pii<String>) {
        let text = text.expose();
        self.look_for_keywords(now, &item, side, text);
        if side == Side::Customer && sentiment::is_known_language(&self.settings.language) {
            self.weigh(item, sentiment::score(text));
        }
    }

    fn look_for_keywords(&mut self, now: Instant, item: &ItemId, side: Side, text: &str) {
        let words = words(text);
        let mut found = Vec::new();
        for rule in self.settings.keywords.iter().filter(|rule| rule.whose.takes(side)) {
            let known = self.mentions.iter().any(|(name, of)| *name == rule.name && of == item);
            if known || !rule.phrases.iter().any(|phrase| phrase.is_in(&words)) {
                continue;
            }
            let rests = self
                .raised
                .get(&rule.name)
                .is_some_and(|last| now.saturating_duration_since(*last) < rule.rearm);
            found.push((rule.name.clone(), rests));
        }
        for (name, rests) in found {
            self.mentions.push((name.clone(), item.clone()));
            if rests {
                continue;
            }
            let cause = Cause::Keyword(name.clone());
            // A mention after the rest is another alert; the one before it is over.
            self.clear(&cause);
            self.raised.insert(name, now);
            self.raise(cause, Some(side), vec![item.clone()]);
        }
    }

    fn weigh(&mut self, item: ItemId, score: i32) {
        match self.scores.iter_mut().find(|(known, _)| *known == item) {
            Some((_, known)) => *known = score,
            None => self.scores.push_back((item, score)),
        }
        while self.scores.len() > LATELY {
            self.scores.pop_front();
        }
        let Some(threshold) = self.settings.sentiment else { return };
        let sum: i32 = self.scores.iter().map(|(_, score)| score).sum();
        if sum <= threshold {
            let evidence =
                self.scores.iter().filter(|(_, score)| *score < 0).map(|(item, _)| item.clone()).collect();
            self.raise(Cause::Sentiment, None, evidence);
        } else if sum >= threshold + RECOVERY {
            self.clear(&Cause::Sentiment);
        }
    }

    fn raise(&mut self, cause: Cause, side: Option<Side>, evidence: Vec<ItemId>) {
        if self.open.contains(&cause) {
            return;
        }
        self.open.push(cause.clone());
        self.outputs.push_back(Output::Raised { cause, side, evidence });
    }

    fn clear(&mut self, cause: &Cause) {
        let before = self.open.len();
        self.open.retain(|open| open != cause);
        if self.open.len() < before {
            self.outputs.push_back(Output::Cleared { cause: cause.clone() });
        }
    }
}
