//! What a customer who waits is told, by a voice of its own that only they hear.

use tandem_call::{Floor, Input};
use tandem_conversation::io::SpeechId;
use tandem_foundation::LegId;
use tandem_queue::Estimate;

use super::CallTask;
use crate::lines::VoiceLine;
use crate::ports::media::SAMPLE_RATE;
use crate::ports::speech::VoiceSettings;
use crate::records::SpeechSettings;

/// Sentences of announcements are numbered far from those of conversations.
const FIRST_SPEECH: u64 = 1 << 40;

/// A voice that reads announcements.
pub(super) struct Announcer {
    pub leg: LegId,
    voice: VoiceLine,
    said: u64,
    /// Sentences that have not been heard to their end.
    pub pending: u32,
}

impl CallTask {
    /// Says this to the customer alone, after what is being said already. Without a voice nothing is said, and the
    /// music goes on.
    pub(super) fn announce(&mut self, text: String) {
        if self.announcer.is_none() {
            self.announcer = self.open_announcer();
        }
        let Some(announcer) = &mut self.announcer else { return };
        announcer.said += 1;
        announcer.pending += 1;
        announcer.voice.speak(SpeechId(FIRST_SPEECH + announcer.said), text);
    }

    fn open_announcer(&mut self) -> Option<Announcer> {
        let speech = SpeechSettings::default();
        let own = self.context.ports.speech.of(&self.call.org);
        let providers = own.as_ref().unwrap_or(&self.context.ports.speech);
        let voice = providers.voice(&speech).map_err(|error| self.provider_failed(&error)).ok()?;
        let settings = VoiceSettings {
            voice: speech.voice,
            language: "en".into(),
            speed: speech.speed.unwrap_or(1.0),
            sample_rate: SAMPLE_RATE,
        };
        let leg = self.context.ports.leg_ids.next();
        let media = self.context.ports.media.clone();
        media.open_speaker(&self.call.id, leg);
        self.input(Input::Announcer { leg });
        let room = self.call.id.clone();
        let voice = VoiceLine::open(voice, settings, media, room, leg, self.inbox.clone());
        Some(Announcer { leg, voice, said: 0, pending: 0 })
    }

    /// `true`: the sentence that came to nothing is an announcement.
    pub(super) fn announcement_failed(&mut self, speech: SpeechId) -> bool {
        let leg = self.announcer.as_ref().filter(|_| speech.0 > FIRST_SPEECH).map(|announcer| announcer.leg);
        leg.is_some_and(|leg| self.announcement(leg, true))
    }

    /// `true`: the sentence is an announcement.
    pub(super) fn announcement(&mut self, leg: LegId, over: bool) -> bool {
        let Some(announcer) = self.announcer.as_mut().filter(|announcer| announcer.leg == leg) else {
            return false;
        };
        if over {
            announcer.pending = announcer.pending.saturating_sub(1);
        }
        let silent = announcer.pending == 0;
        if self.waits_with_music() {
            self.hold_music(silent);
        }
        true
    }

    /// Somebody speaks to the customer now: what was still to be announced is dropped.
    pub(super) fn end_announcements(&mut self) {
        if let Some(announcer) = &mut self.announcer {
            announcer.pending = 0;
            announcer.voice.cancel();
            self.context.ports.media.flush_speech(&self.call.id, announcer.leg, 20);
        }
    }

    fn waits_with_music(&self) -> bool {
        self.is_waiting() && *self.machine.floor().0 == Floor::Nobody
    }

    /// Where they stand; nobody is told whom an assistant talks to.
    pub(super) fn announce_place(&mut self, position: usize, estimate: Option<Estimate>) {
        if !self.waits_with_music() {
            return;
        }
        if let Some(greeting) = self.queue_greeting() {
            self.announce(greeting);
        }
        self.announce(place(position, estimate));
    }
}

/// People take a number of minutes for a promise, so that the wait is told in steps.
fn place(position: usize, estimate: Option<Estimate>) -> String {
    let place = match position {
        0 | 1 => "You are next in line.".to_owned(),
        position => format!("You are number {position} in line."),
    };
    let Some(minutes) = estimate.map(|estimate| estimate.mean.as_secs().div_ceil(60)) else { return place };
    let wait = match minutes {
        0 | 1 => "less than a minute",
        2..=5 => "less than five minutes",
        6..=10 => "less than ten minutes",
        11..=20 => "less than twenty minutes",
        _ => "more than twenty minutes",
    };
    format!("{place} The wait is {wait}.")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_wait_is_told_in_steps() {
        let minutes = |minutes: u64| {
            let mean = Duration::from_secs(minutes * 60);
            Some(Estimate { mean, low: mean, high: mean })
        };
        assert_eq!(place(1, None), "You are next in line.");
        assert_eq!(place(3, minutes(4)), "You are number 3 in line. The wait is less than five minutes.");
        assert_eq!(place(9, minutes(40)), "You are number 9 in line. The wait is more than twenty minutes.");
    }
}
