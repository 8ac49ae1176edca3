//! From frames of the exchange to the loudspeaker.

use super::PHONE_RATE;
use super::drift::Drift;
use super::rate::{Rate, to_f32};

/// Sound that should wait for the card when a frame comes, ms: one callback, with a margin.
const WAITING_MS: u32 = 30;

/// Resamples and corrects drift by how much waits for the card.
#[derive(Debug)]
pub(super) struct Playback {
    rate: Rate,
    drift: Drift,
    target: usize,
    primed: bool,
}

impl Playback {
    pub fn new(card_rate: u32) -> Result<Self, String> {
        let target = (card_rate * WAITING_MS / 1_000) as usize;
        let rate = Rate::new(PHONE_RATE, card_rate, 80)?;
        Ok(Self { rate, drift: Drift::new(f64::from(card_rate * WAITING_MS / 1_000)), target, primed: false })
    }

    #[expect(clippy::cast_precision_loss, reason = "a few thousand samples")]
    pub fn take(&mut self, frame: &[i16], to: &mut rtrb::Producer<f32>) {
        let capacity = to.buffer().capacity();
        let waiting = capacity - to.slots();
        if waiting > 3 * self.target {
            // A burst after a hold-up: catching up by drift alone would take minutes.
            return;
        }
        if waiting == 0 {
            // The card has run dry (or never had anything): silence first, so that the next late frame is not heard.
            self.primed = false;
        }
        if !self.primed {
            for _ in 0..self.target {
                let _ = to.push(0.0);
            }
            self.primed = true;
        }
        self.rate.adjust(self.drift.ratio(waiting as f64));
        self.rate.push(frame.iter().map(|sample| to_f32(*sample)), |made| {
            for sample in made {
                let _ = to.push(*sample);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_does_not_become_a_delay() {
        let mut playback = Playback::new(48_000).expect("a rate");
        let (mut to, from) = rtrb::RingBuffer::new(16_384);
        for _ in 0..50 {
            playback.take(&[1_000; 160], &mut to);
        }
        assert!(from.slots() < 48_000 / 4, "{} samples wait", from.slots());
    }

    #[test]
    fn a_card_that_is_slow_by_a_thousandth_is_followed() {
        let mut playback = Playback::new(48_000).expect("a rate");
        let (mut to, mut from) = rtrb::RingBuffer::new(16_384);
        let mut owed = 0.0;
        for _ in 0..6_000 {
            playback.take(&[1_000; 160], &mut to);
            owed += 960.0 * 0.999;
            while owed >= 1.0 && from.pop().is_ok() {
                owed -= 1.0;
            }
        }
        let waiting = from.slots();
        assert!((1_000..3_500).contains(&waiting), "{waiting} samples wait");
    }
}
