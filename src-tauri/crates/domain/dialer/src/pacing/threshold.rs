//! How likely a miss may be for one more line to be dialled: found by what became of each answer.

/// How far one answer moves it. An abandoned call takes back what some thirty that were taken have given.
const STEP: f64 = 0.05;
/// Aimed a little below the limit, since what may not be passed is the limit.
const AIM: f64 = 0.975;
/// It never goes outside: beyond these nothing would be learned for a long time after (no wind-up).
const BOUNDS: (f64, f64) = (0.001, 0.9);

/// Robbins and Monro's stochastic approximation on the threshold's logarithm.
#[derive(Debug, Clone, Copy)]
pub struct Threshold {
    aim: f64,
    log: f64,
    begun: bool,
}

impl Threshold {
    /// `limit` is the share of misses that may not be passed.
    pub fn new(limit: f64) -> Self {
        let aim = limit * AIM;
        Self { aim, log: aim.clamp(BOUNDS.0, BOUNDS.1).ln(), begun: false }
    }

    /// Where it settles depends on how many people there are: with many, misses come in bursts that no single line foresees.
    pub fn begin(&mut self, people: f64) {
        if !self.begun {
            self.begun = true;
            let start = self.aim * (10.0 / people.max(10.0)).sqrt();
            self.log = start.clamp(BOUNDS.0, BOUNDS.1).ln();
        }
    }

    pub fn value(&self) -> f64 {
        self.log.exp()
    }

    /// One answer, and whether nobody took it in time.
    pub fn learn(&mut self, missed: bool) {
        let step = STEP * (self.aim - f64::from(u8::from(missed)));
        self.log = (self.log + step).clamp(BOUNDS.0.ln(), BOUNDS.1.ln());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_settles_where_misses_are_as_many_as_may_be() {
        // A world in which half of what is thought likely to be missed is.
        let mut threshold = Threshold::new(0.03);
        let (mut missed, mut owed) = (0_u32, 0.0);
        for _ in 0..20_000 {
            owed += threshold.value() * 0.5;
            let miss = owed >= 1.0;
            owed -= f64::from(u8::from(miss));
            missed += u32::from(miss);
            threshold.learn(miss);
        }
        let share = f64::from(missed) / 20_000.0;
        assert!((share - 0.029).abs() < 0.001, "{share}");
        assert!((threshold.value() - 0.058).abs() < 0.01, "{}", threshold.value());
    }

    #[test]
    fn it_does_not_wind_up() {
        let mut threshold = Threshold::new(0.03);
        (0..100_000).for_each(|_| threshold.learn(false));
        let high = threshold.value();
        (0..200).for_each(|_| threshold.learn(true));
        assert!(high <= 0.9 + 1e-9 && threshold.value() < 0.01, "{high} {}", threshold.value());
    }
}
