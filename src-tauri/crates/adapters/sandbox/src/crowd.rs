//! Everybody without a name: drawn from distributions, the same number always doing the same.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use crate::customers::{Behaviour, Step};

/// Distributions of the crowd; see the customers' file for the fields' meaning.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Crowd {
    seed: u64,
    answers: f64,
    busy: f64,
    answer_mean_ms: f64,
    talk_mean_ms: f64,
    talk_cv: f64,
    voices: Vec<String>,
    lines: Vec<String>,
}

impl Crowd {
    pub fn behaviour(&self, number: &str, otherwise: &[String]) -> Behaviour {
        let mut rng = self.rng(number);
        let answers = rng.random::<f64>() < self.answers;
        let busy = !answers && rng.random::<f64>() < self.busy;
        let ring = gamma_shape_4(&mut rng, self.answer_mean_ms);
        Behaviour {
            after_ms: if answers {
                Some(ring)
            } else if busy {
                Some(0)
            } else {
                None
            },
            reject: busy.then_some(486),
            ..self.talk(&mut rng, otherwise)
        }
    }

    pub fn caller(&self, number: &str, otherwise: &[String]) -> Behaviour {
        self.talk(&mut self.rng(number), otherwise)
    }

    /// Listens and answers in turns until the drawn time is used up, then says goodbye.
    fn talk(&self, rng: &mut ChaCha8Rng, otherwise: &[String]) -> Behaviour {
        let length = log_normal(rng, self.talk_mean_ms, self.talk_cv);
        let mut steps = Vec::new();
        let mut spent = 0.0;
        while spent < length && !self.lines.is_empty() {
            let line = self.lines[rng.random_range(0..self.lines.len())].clone();
            // A turn of ours and one of theirs take about this long together.
            spent += 7_000.0;
            steps.extend([Step::Listen(900), Step::Say(line)]);
        }
        steps.extend([
            Step::Listen(900),
            Step::Say("Thank you, goodbye.".into()),
            Step::Pause(400),
            Step::HangUp(true),
        ]);
        let voice = self.voices.get(rng.random_range(0..self.voices.len().max(1))).cloned();
        Behaviour {
            voice: voice.unwrap_or_else(|| "rms".into()),
            after_ms: Some(0),
            reject: None,
            patience_ms: 12_000,
            otherwise: otherwise.to_vec(),
            line: None,
            steps,
        }
    }

    fn rng(&self, number: &str) -> ChaCha8Rng {
        // FNV-1a over the digits: a stable seed per number on every machine.
        let hash = number.bytes().filter(u8::is_ascii_digit).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        ChaCha8Rng::seed_from_u64(self.seed ^ hash)
    }
}

/// Sum of four exponentials; ms.
fn gamma_shape_4(rng: &mut ChaCha8Rng, mean: f64) -> u64 {
    let sum: f64 = (0..4).map(|_| -(1.0 - rng.random::<f64>()).ln()).sum();
    to_ms(sum * mean / 4.0)
}

/// Log-normal by mean and coefficient of variation, from two uniforms (Box and Muller).
fn log_normal(rng: &mut ChaCha8Rng, mean: f64, cv: f64) -> f64 {
    let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
    let variance = (1.0 + cv * cv).ln();
    (mean.ln() - variance / 2.0 + variance.sqrt() * normal).exp()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the clamp")]
fn to_ms(value: f64) -> u64 {
    value.clamp(0.0, 120_000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd() -> Crowd {
        Crowd {
            seed: 7,
            answers: 0.7,
            busy: 0.5,
            answer_mean_ms: 6_000.0,
            talk_mean_ms: 40_000.0,
            talk_cv: 0.6,
            voices: vec!["rms".into(), "slt".into()],
            lines: vec!["Yes.".into()],
        }
    }

    #[test]
    fn the_same_number_always_does_the_same() {
        assert_eq!(crowd().behaviour("+4912345", &[]), crowd().behaviour("+4912345", &[]));
    }

    #[test]
    fn shares_and_means_are_those_of_the_file() {
        let all: Vec<_> = (0..4_000).map(|n| crowd().behaviour(&format!("+49{n}"), &[])).collect();
        let answered: Vec<_> = all.iter().filter(|b| b.reject.is_none()).filter_map(|b| b.after_ms).collect();
        let share = answered.len() as f64 / all.len() as f64;
        assert!((share - 0.7).abs() < 0.03, "answered {share}");
        let mean = answered.iter().sum::<u64>() as f64 / answered.len() as f64;
        assert!((mean - 6_000.0).abs() < 300.0, "mean ring {mean}");
    }
}
