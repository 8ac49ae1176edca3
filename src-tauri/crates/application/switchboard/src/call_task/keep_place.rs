//! A caller who waits presses a key, hangs up and keeps the place: which number, read back, and a goodbye.

use std::time::Instant;

use tandem_call::{EndedBy, Input};
use tandem_foundation::Pii;
use tandem_queue::Estimate;
use tokio::sync::oneshot;

use super::{CallMessage, CallTask};
use crate::queueing::Order;
use crate::records::CallbackSettings;

const LONGEST_NUMBER: usize = 17;
const KEY_IN: &str = "Please key in your number with its country code, then press the hash key.";
const GOODBYE: &str = "Thank you. You keep your place in line, and we will call you. Goodbye.";

/// How far a caller has come who wants to be called back. They still wait, and are taken if it is their turn.
#[derive(Debug)]
pub(super) enum Keeping {
    /// On the number they call from, or another.
    Choosing(String),
    Keying(String),
    ReadBack(String),
    /// It is on its way to disk.
    Asked,
    Goodbye,
}

impl CallTask {
    /// What a caller is told beside their place; from then on the key does it.
    pub(super) fn callback_offer(&mut self, position: usize, estimate: Option<Estimate>) -> Option<String> {
        let settings = self.callback_settings()?;
        if self.keeping.is_some() || !is_offered(&settings, position, estimate) {
            return None;
        }
        self.callback_offered = true;
        Some(format!("To be called back without losing your place, press {}.", settings.key))
    }

    /// Whether the key was for this.
    pub(super) fn keeping_digit(&mut self, digit: char) -> bool {
        if !self.waits_with_music() {
            self.keeping = None;
            return false;
        }
        let Some(settings) = self.callback_settings() else { return false };
        let next = match self.keeping.take() {
            None if self.callback_offered && digit == settings.key => match dialable(self.call.from.as_str())
            {
                Some(number) => Keeping::Choosing(number),
                None if settings.other_number => Keeping::Keying(String::new()),
                None => return false,
            },
            None => return false,
            Some(Keeping::Choosing(number) | Keeping::ReadBack(number)) if digit == '1' => {
                self.ask_to_be_called(number);
                Keeping::Asked
            }
            Some(Keeping::Choosing(_)) if digit == '2' && settings.other_number => {
                Keeping::Keying(String::new())
            }
            Some(Keeping::ReadBack(_)) if digit == '2' => Keeping::Keying(String::new()),
            Some(Keeping::Keying(keyed)) => match keyed_on(keyed, digit) {
                Ok(Keyed::More(keyed)) => {
                    self.keeping = Some(Keeping::Keying(keyed));
                    return true;
                }
                Ok(Keyed::Whole(number)) => Keeping::ReadBack(number),
                Err(()) => Keeping::Keying(String::new()),
            },
            Some(other) => other,
        };
        let words = match &next {
            Keeping::Choosing(number) => {
                let other = if settings.other_number { ", or 2 to key in another number" } else { "" };
                format!("We will call you on {}. Press 1 to agree{other}.", spoken(number))
            }
            Keeping::Keying(_) => KEY_IN.to_owned(),
            Keeping::ReadBack(number) => {
                format!("That is {}. Press 1 if it is right, or 2 to key it in again.", spoken(number))
            }
            Keeping::Asked | Keeping::Goodbye => String::new(),
        };
        self.keeping = Some(next);
        if !words.is_empty() {
            self.announce_now(words);
        }
        true
    }

    /// The place is kept, and that is on disk; or they do not wait any more.
    pub(super) fn place_kept(&mut self, kept: bool) {
        if !kept || self.machine.is_over() {
            self.keeping = None;
            return;
        }
        self.keeping = Some(Keeping::Goodbye);
        if let Some(queue) = &mut self.queue {
            queue.waiting = false;
        }
        self.hold_music(false);
        self.announce_now(GOODBYE.to_owned());
    }

    /// Nothing is being said any more: who was told goodbye is hung up on.
    pub(super) fn said_goodbye(&mut self) {
        if matches!(self.keeping, Some(Keeping::Goodbye)) {
            self.end_reason = Some("callback".to_owned());
            self.input(Input::End { by: EndedBy::Assistant });
        }
    }

    fn ask_to_be_called(&self, number: String) {
        let (reply, kept) = oneshot::channel();
        let order = Order::KeepPlace {
            caller: self.call.id.clone(),
            number: Pii::new(number),
            name: self.call.customer_name.clone(),
            reply,
        };
        self.context.distributor.tell(&self.call.org, order);
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let _ = inbox.send(CallMessage::PlaceKept(kept.await.unwrap_or(false)));
        });
    }

    fn callback_settings(&self) -> Option<CallbackSettings> {
        let queue = &self.queue.as_ref()?.queue;
        let plan = self.context.plan.read();
        let settings = &plan.queue(&self.call.org, queue)?.settings.callback;
        settings.offered.then(|| settings.clone())
    }

    fn announce_now(&mut self, words: String) {
        if let Some(announcer) = &mut self.announcer {
            announcer.stop();
        }
        tracing::debug!(at = ?Instant::now(), "a caller is asked about a callback");
        self.announce(words);
    }
}

/// Somebody with nobody to serve them waits for longer than anything.
fn is_offered(settings: &CallbackSettings, position: usize, estimate: Option<Estimate>) -> bool {
    let behind = settings.from_position.map(|from| position >= from as usize);
    let long = settings
        .from_estimate_s
        .map(|from| estimate.is_none_or(|estimate| estimate.mean.as_secs() > u64::from(from)));
    match (behind, long) {
        (None, None) => true,
        either => either.0.unwrap_or(false) || either.1.unwrap_or(false),
    }
}

enum Keyed {
    More(String),
    Whole(String),
}

/// `*` begins again; `#` ends a number of 7 to 15 digits.
fn keyed_on(mut keyed: String, digit: char) -> Result<Keyed, ()> {
    match digit {
        '#' => international(&keyed).map(Keyed::Whole).ok_or(()),
        '*' => Ok(Keyed::More(String::new())),
        digit if digit.is_ascii_digit() && keyed.len() < LONGEST_NUMBER => {
            keyed.push(digit);
            Ok(Keyed::More(keyed))
        }
        _ => Ok(Keyed::More(keyed)),
    }
}

/// E.164 of a number that was keyed in with its country code, with or without `00` before it.
fn international(keyed: &str) -> Option<String> {
    let digits = keyed.strip_prefix("00").unwrap_or(keyed);
    ((7..=15).contains(&digits.len()) && !digits.starts_with('0')).then(|| format!("+{digits}"))
}

/// Whom a trunk named as the caller, where that can be dialled.
fn dialable(from: &str) -> Option<String> {
    let digits = from.strip_prefix('+').unwrap_or(from);
    let dials = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    dials.then(|| from.to_owned())
}

/// Digit by digit.
fn spoken(number: &str) -> String {
    let digits: Vec<String> = number.chars().filter(char::is_ascii_digit).map(String::from).collect();
    digits.join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_is_offered_from_a_place_or_a_wait_on_and_always_where_neither_is_set() {
        let wait = |seconds| {
            let mean = Duration::from_secs(seconds);
            Some(Estimate { mean, low: mean, high: mean })
        };
        let mut settings = CallbackSettings { offered: true, ..CallbackSettings::default() };
        assert!(is_offered(&settings, 1, wait(1)));
        settings.from_position = Some(3);
        assert!(!is_offered(&settings, 2, wait(900)) && is_offered(&settings, 3, wait(1)));
        settings.from_estimate_s = Some(120);
        assert!(is_offered(&settings, 2, wait(121)) && !is_offered(&settings, 2, wait(120)));
        assert!(is_offered(&settings, 1, None), "nobody is there");
    }

    #[test]
    fn a_number_is_keyed_in_begun_again_and_ended_by_the_hash_key() {
        let mut keyed = String::new();
        let mut whole = None;
        for digit in "12*0062812345678#".chars() {
            match keyed_on(std::mem::take(&mut keyed), digit) {
                Ok(Keyed::More(more)) => keyed = more,
                Ok(Keyed::Whole(number)) => whole = Some(number),
                Err(()) => panic!("refused at {digit}"),
            }
        }
        assert_eq!(whole.as_deref(), Some("+62812345678"));
        assert!(keyed_on("123".to_owned(), '#').is_err());
        assert!(keyed_on("0812345678".to_owned(), '#').is_err(), "of which country?");
        assert_eq!(spoken("+6281"), "6 2 8 1");
        assert_eq!(dialable("anonymous"), None);
        assert_eq!(dialable("+62812345678").as_deref(), Some("+62812345678"));
    }
}
