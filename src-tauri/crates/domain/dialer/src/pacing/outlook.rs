//! What the floor will be like when a line that is dialled now is answered.

use super::durations::Durations;
use super::tail::Chances;

/// A line that is answered is answered by one of these shares of its kind: the chance of a miss is their mean.
const SHARES: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];

/// What is known of lines: when those that answer do, when those that do not come back, and how many answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'a> {
    pub answered: &'a Durations,
    pub failed: &'a Durations,
    pub rate: f64,
}

impl Lines<'_> {
    /// Probability that a line which has rung for `so_far` seconds is one of those that are answered.
    pub fn answers(&self, so_far: f64) -> f64 {
        let answered = self.rate * self.answered.survival(so_far);
        let still = answered + (1.0 - self.rate) * self.failed.survival(so_far);
        if still <= f64::MIN_POSITIVE { 0.0 } else { answered / still }
    }

    /// The same, within `more` seconds.
    fn answers_within(&self, so_far: f64, more: f64) -> f64 {
        self.answers(so_far) * (1.0 - self.answered.outlasts(so_far, more))
    }
}

struct Moment {
    /// Probability that a line dialled now has been answered by then.
    new_line: f64,
    /// Of each busy person to be busy still, and of each ringing line to have been answered.
    chances: Chances,
}

/// The moments at which a line dialled now may be answered.
pub(super) struct Outlook {
    moments: Vec<Moment>,
    /// People, less the customers who wait for one already.
    people: usize,
}

impl Outlook {
    /// `patience` is how long whoever answers may wait for a person, in seconds.
    pub fn new(
        lines: Lines<'_>,
        ringing: &[f64],
        busy: &[f64],
        talk: &Durations,
        people: usize,
        patience: f64,
    ) -> Self {
        let moment = |share: f64| {
            let then = lines.answered.quantile(share);
            let still = busy.iter().map(|so_far| talk.outlasts(*so_far, then + patience));
            let answered = ringing.iter().map(|so_far| lines.answers_within(*so_far, then));
            let chances = still.chain(answered).collect();
            let new_line = lines.answers_within(0.0, then);
            Moment { new_line, chances }
        };
        Self { moments: SHARES.into_iter().map(moment).collect(), people }
    }

    /// Probability that nobody is free for a line that is dialled now and answered.
    pub fn miss(&self) -> f64 {
        let each = self.moments.iter().map(|moment| moment.chances.at_least(self.people));
        each.sum::<f64>() / f64::from(u8::try_from(SHARES.len()).unwrap_or(u8::MAX))
    }

    /// One more line is dialled.
    pub fn dial(&mut self) {
        for moment in &mut self.moments {
            moment.chances.push(moment.new_line);
        }
    }
}
