//! What a customer who waits is told, by a voice that only they hear, and the music between the words.

use tandem_call::Floor;
use tandem_conversation::io::SpeechId;
use tandem_queue::Estimate;
use tandem_routing::{Prompt, SayId, Saying};

use super::CallTask;
use super::announcer::{self, Announcer};

/// Announcements are numbered far from the prompts of routes.
const FIRST: u64 = 1 << 32;

impl CallTask {
    /// Where they stand; nobody is told whom an assistant talks to.
    pub(super) fn announce_place(&mut self, position: usize, estimate: Option<Estimate>) {
        // Who is being asked for a number is not interrupted.
        if !self.waits_with_music() || self.keeping.is_some() {
            return;
        }
        if let Some(greeting) = self.queue_greeting() {
            self.announce(greeting);
        }
        self.announce(place(position, estimate));
        if let Some(offer) = self.callback_offer(position, estimate) {
            self.announce(offer);
        }
    }

    /// Says this to the customer alone, after what is being said already.
    pub(super) fn announce(&mut self, text: String) {
        if self.announcer.is_none() {
            let providers = self.providers();
            let announcer = Announcer::open(&self.context, &providers, None, &self.call.id, &self.inbox);
            self.announcer = Some(announcer);
            self.hear_announcer();
        }
        self.announced_words += 1;
        let id = SayId(FIRST + self.announced_words);
        if let Some(announcer) = &mut self.announcer {
            announcer.say(id, Saying::Prompt(Prompt::Text(text)));
        }
    }

    /// Words of ours begin: the music makes room for them.
    pub(super) fn announcement_began(&self, speech: SpeechId) {
        if announcer::number(speech).is_some_and(|id| id.0 >= FIRST) && self.waits_with_music() {
            self.hold_music(false);
        }
    }

    /// Words of ours are over, or could not be said.
    pub(super) fn announcement_over(&mut self, speech: SpeechId) {
        let Some(announcer) = &mut self.announcer else { return };
        if announcer.over(speech).is_none() || !announcer.is_silent() {
            return;
        }
        if self.waits_with_music() {
            self.hold_music(true);
        }
        self.said_goodbye();
    }

    /// Somebody speaks to the customer now: what was still to be announced is dropped.
    pub(super) fn end_announcements(&mut self) {
        if self.announcer.take().is_some() {
            self.hear_announcer();
        }
    }

    pub(super) fn waits_with_music(&self) -> bool {
        self.is_waiting() && *self.machine.floor().0 == Floor::Nobody
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
