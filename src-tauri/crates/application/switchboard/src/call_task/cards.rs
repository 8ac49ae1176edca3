//! A card number was said or keyed: the recording and everybody who writes down pause, and what the file holds of it is
//! taken back where it can be.

use std::time::{Duration, Instant};

use tandem_conversation::io::Input as TalkInput;
use tandem_foundation::card;

use super::CallTask;
use crate::records::{EventBody, RecordingFormat, RecordingState};

/// Keys further apart than this are not of one number.
const GAP: Duration = Duration::from_secs(10);
/// No number is longer to key or to say; what is said before it stays in the recording.
const LONGEST: Duration = Duration::from_secs(90);
/// The first digit began a little before the detector or the recogniser told of it.
const BEFORE: Duration = Duration::from_millis(500);

/// Digits the customer keyed, one after the other. They are held until they cannot be of a card any more, and told to
/// nobody.
#[derive(Default)]
pub(super) struct Keyed {
    digits: String,
    began: Option<Instant>,
    last: Option<Instant>,
}

impl Keyed {
    /// Answers when the number began, with the key that completes one.
    pub fn press(&mut self, now: Instant, digit: char) -> Option<Instant> {
        let late = self.last.is_some_and(|last| now.saturating_duration_since(last) > GAP);
        if late || !digit.is_ascii_digit() {
            *self = Self::default();
        }
        if !digit.is_ascii_digit() {
            return None;
        }
        self.digits.push(digit);
        self.last = Some(now);
        let began = *self.began.get_or_insert(now);
        if !card::ends_card_number(&self.digits) {
            return None;
        }
        *self = Self::default();
        Some(began)
    }
}

impl CallTask {
    /// Takes a key; answers whether it was the last of a card number, which nobody is to know.
    pub(super) fn keys_card(&mut self, digit: char) -> bool {
        let Some(began) = self.keyed.press(Instant::now(), digit) else { return false };
        self.pause_for_card(began);
        self.tell(TalkInput::ForgetKeys);
        true
    }

    /// Records silence and writes nothing down for a while; a pause that somebody asked for is not made shorter.
    pub(super) fn pause_for_card(&mut self, since: Instant) {
        let now = Instant::now();
        let pause = self.context.plan.read().recording(&self.call.org).card_pause_s;
        let until = now + Duration::from_secs(pause.into());
        let back = (now.saturating_duration_since(since) + BEFORE).min(LONGEST);
        let recorded = !self.recording_closed;
        let wav = self.call.recording.as_ref().is_some_and(|row| row.format == RecordingFormat::Wav);
        if recorded {
            self.context.ports.media.blank_recording(&self.call.id, back);
        }
        let paused = self.paused_until.is_some();
        self.paused_until = Some(self.paused_until.map_or(until, |known| known.max(until)));
        if paused {
            return;
        }
        self.paused_for_card = true;
        self.context.ports.media.pause_recording(&self.call.id, true);
        self.pause_hearing(true);
        let at_ms = self.offset_ms(now);
        self.pauses.push((at_ms, None));
        let blanked_ms =
            if recorded && wav { i64::try_from(back.as_millis()).unwrap_or_default() } else { 0 };
        let body = EventBody::RecordingPaused {
            by: None,
            name: String::new(),
            at_ms,
            card_number: true,
            blanked_ms: blanked_ms.min(at_ms),
        };
        let state = self.call.recording.as_ref().and_then(|recording| recording.state);
        self.recording_is(state.filter(|_| !recorded).unwrap_or(RecordingState::Paused), body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_at_its_last_key_and_not_across_a_gap() {
        let began = Instant::now();
        let press = |keyed: &mut Keyed, digits: &str, at: Instant| {
            digits.chars().filter_map(|digit| keyed.press(at, digit)).count()
        };
        let mut keyed = Keyed::default();
        assert_eq!(press(&mut keyed, "41111111", began), 0);
        assert_eq!(press(&mut keyed, "11111111", began + Duration::from_secs(5)), 1);
        assert_eq!(press(&mut keyed, "41111111", began), 0);
        assert_eq!(press(&mut keyed, "11111111", began + Duration::from_secs(16)), 0, "another number");
        let mut keyed = Keyed::default();
        assert_eq!(press(&mut keyed, "2#4111111111111111", began), 1, "a menu before it");
        assert_eq!(press(&mut keyed, "6281234567890#", began), 0, "a telephone number");
    }
}
