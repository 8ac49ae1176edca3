//! Card numbers that the customer says or keys: taken out before anybody keeps them, and told so that the recording can
//! pause.
//!
//! What was said in one turn is looked at as one text, however many pieces the recogniser makes of it; the turns before
//! it are looked at too, for a number is often read out in groups that are acknowledged one by one.

use std::time::{Duration, Instant};

use tandem_foundation::card;

use crate::conversation::Conversation;
use crate::io::{Output, Speaker};
use crate::text::join;
use crate::turn::Turn;

/// Between two groups of one number at most so much time passes.
const BREATH: Duration = Duration::from_secs(30);
/// A number comes in so many turns at most: its digits one by one.
const MOST_TURNS: usize = 19;

impl Conversation {
    /// Looks for a card number in what the customer is saying.
    pub(crate) fn watch_cards(&mut self, now: Instant) {
        let began = self.turn.started.unwrap_or(now);
        let mut turn = std::mem::take(&mut self.turn);
        let since = if turn.hide_card() { Some(began) } else { self.hide_across(began, &mut turn) };
        self.turn = turn;
        self.outputs.extend(since.map(|since| Output::CardNumber { since }));
    }

    /// The same for the last words of a turn that was answered already.
    pub(crate) fn hide_in_answered(&mut self, now: Instant) {
        let Some(answered) = &mut self.answered else { return };
        if answered.turn.hide_card() {
            let since = answered.turn.started.unwrap_or(now);
            self.outputs.push_back(Output::CardNumber { since });
        }
    }

    /// A card number was keyed, and the key that completed it is not among those that were told.
    pub(crate) fn forget_keys(&mut self, now: Instant) {
        self.take_entry();
        let finals = card::CARD_NUMBER.to_owned();
        let keyed = Turn { started: Some(now), last_voice: Some(now), finals, ..Turn::default() };
        let key = self.put_turn(now, &keyed, false);
        self.transcript.said(key);
        self.touch(now);
    }

    /// A number that began in the turns before this one: it is taken out of them too. Answers when it began.
    fn hide_across(&mut self, began: Instant, turn: &mut Turn) -> Option<Instant> {
        if turn.card || !turn.has_text() {
            return None;
        }
        let mut reach = began;
        let mut earlier = Vec::new();
        for item in self.transcript.items().iter().rev() {
            if item.speaker != Speaker::Customer || Some(item.key) == turn.key || item.text.is_empty() {
                continue;
            }
            if reach.saturating_duration_since(item.end) > BREATH || earlier.len() == MOST_TURNS {
                break;
            }
            reach = item.start;
            earlier.push(item.clone());
        }
        let said = earlier.iter().rev().fold(String::new(), |text, item| join(&text, &item.text));
        let (_, later) = card::mask_across(&said, &join(&turn.finals, &turn.interim))?;
        turn.card = true;
        if turn.finals.is_empty() {
            turn.interim = later;
        } else {
            (turn.finals, turn.interim) = (later, String::new());
        }
        let mut since = began;
        for item in earlier {
            let Some((text, whole)) = card::mask_tail(&item.text) else { break };
            since = item.start;
            let item = self.transcript.put(crate::io::Item { text, ..item });
            self.emit_item(item);
            if !whole {
                break;
            }
        }
        Some(since)
    }
}

impl Turn {
    /// Takes a card number out of the turn; answers whether it is the first that was found in it.
    pub(crate) fn hide_card(&mut self) -> bool {
        if self.card || card::mask(&join(&self.finals, &self.interim)).is_none() {
            return false;
        }
        self.card = true;
        if let Some(masked) = card::mask(&self.finals) {
            self.finals = masked;
        }
        true
    }
}

/// The same text as nobody may keep it otherwise.
pub(crate) fn hidden(text: &str) -> String {
    card::mask(text).unwrap_or_else(|| text.to_owned())
}
