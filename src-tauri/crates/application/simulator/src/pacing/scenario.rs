//! What customers and people are like.

use crate::Random;

/// The three scenarios by which pacing is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Ring and talk exponential, no wrap-up and no grace: the case whose optimum is known exactly.
    Markov,
    /// Rings that end as real ones do, talk log-normal, a short wrap-up, 2 s of grace.
    Realistic,
    /// The same with an answer rate that swings by a third every half hour, and a fifth of the people away in the fourth hour.
    Drift,
}

/// Something that happens to a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Incident {
    /// This share of the people is away between these hours.
    Away { from_h: f64, to_h: f64, share: f64 },
    /// The trunk fails every attempt at once between these hours.
    TrunkDead { from_h: f64, to_h: f64 },
    /// From then on the answer rate is multiplied.
    AnswerRate { from_h: f64, times: f64 },
    /// From then on talk takes so many times as long.
    Talk { from_h: f64, times: f64 },
    /// This share of those who answer are machines, found out after 3 s.
    Machines { share: f64 },
    /// No attempt leaves any more: the calling window has closed, or the list is at its end.
    Closed { from_h: f64 },
}

/// What becomes of one attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fate {
    Person {
        rings_s: f64,
    },
    Machine {
        rings_s: f64,
    },
    Nobody {
        rings_s: f64,
    },
    /// The trunk refuses it.
    Failed,
}

#[derive(Debug, Clone)]
pub(super) struct World {
    pub scenario: Scenario,
    pub answer_rate: f64,
    pub ring_s: f64,
    pub talk_s: f64,
    pub incidents: Vec<Incident>,
}

const HALF_HOUR: f64 = 1_800.0;

impl World {
    /// Whoever answers waits this long, in seconds.
    pub fn grace(&self) -> f64 {
        if self.scenario == Scenario::Markov { 0.0 } else { 2.0 }
    }

    pub fn is_closed(&self, at: f64) -> bool {
        let closed =
            |incident: &Incident| matches!(incident, Incident::Closed { from_h } if at >= from_h * 3_600.0);
        self.incidents.iter().any(closed)
    }

    pub fn attempt(&self, at: f64, random: &mut Random) -> Fate {
        let mut rate = self.answer_rate;
        if self.scenario == Scenario::Drift {
            let odd = (at / HALF_HOUR).rem_euclid(2.0) >= 1.0;
            rate *= if odd { 4.0 / 3.0 } else { 2.0 / 3.0 };
        }
        let mut machines = 0.0;
        for incident in &self.incidents {
            match *incident {
                Incident::TrunkDead { from_h, to_h } if within(at, from_h, to_h) => {
                    return Fate::Failed;
                }
                Incident::AnswerRate { from_h, times } if at >= from_h * 3_600.0 => rate *= times,
                Incident::Machines { share } => machines = share,
                _ => {}
            }
        }
        if random.unit() > rate {
            return Fate::Nobody { rings_s: self.unanswered(random) };
        }
        let rings_s = self.rings(random);
        if machines > 0.0 && random.unit() <= machines {
            Fate::Machine { rings_s }
        } else {
            Fate::Person { rings_s }
        }
    }

    /// Talk with its wrap-up, in seconds.
    pub fn handling(&self, at: f64, random: &mut Random) -> f64 {
        let mut talk = self.talk_s;
        for incident in &self.incidents {
            if let Incident::Talk { from_h, times } = incident
                && at >= from_h * 3_600.0
            {
                talk *= times;
            }
        }
        match self.scenario {
            Scenario::Markov => random.exponential(talk),
            // Of the mean, a twelfth is wrap-up.
            _ => random.log_normal(talk * 11.0 / 12.0, 1.1) + random.log_normal(talk / 12.0, 0.5),
        }
    }

    /// How many of so many people are there.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small count")]
    pub fn present(&self, at: f64, people: u32) -> u32 {
        let mut away: f64 = 0.0;
        if self.scenario == Scenario::Drift && within(at, 3.0, 4.0) {
            away = 0.2;
        }
        for incident in &self.incidents {
            if let Incident::Away { from_h, to_h, share } = *incident
                && within(at, from_h, to_h)
            {
                away = away.max(share);
            }
        }
        people - (f64::from(people) * away).round() as u32
    }

    fn rings(&self, random: &mut Random) -> f64 {
        match self.scenario {
            Scenario::Markov => random.exponential(self.ring_s),
            _ => loop {
                // Gamma with shape 4, cut to what happens.
                let rings: f64 = (0..4).map(|_| random.exponential(self.ring_s / 4.0)).sum();
                if (2.0..=25.0).contains(&rings) {
                    break rings;
                }
            },
        }
    }

    fn unanswered(&self, random: &mut Random) -> f64 {
        match self.scenario {
            Scenario::Markov => random.exponential(self.ring_s),
            _ if random.unit() <= 0.3 => 3.0,
            _ => 25.0,
        }
    }
}

fn within(at: f64, from_h: f64, to_h: f64) -> bool {
    at >= from_h * 3_600.0 && at < to_h * 3_600.0
}
