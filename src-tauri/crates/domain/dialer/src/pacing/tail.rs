//! How likely it is that everybody is busy: the upper tail of a sum of unlike yes-or-no's.

/// Up to so many it is worked out exactly.
const EXACT: usize = 26;

/// Chances that come true or not, each by itself.
#[derive(Debug, Clone, Default)]
pub struct Chances {
    all: Vec<f64>,
    sums: Sums,
}

impl Chances {
    pub fn push(&mut self, chance: f64) {
        self.all.push(chance);
        self.sums.add(chance);
    }

    /// Probability that at least `least` of them come true (Poisson binomial): exact for few, by a normal with the skewness
    /// corrected (Volkova, 1996) for many.
    pub fn at_least(&self, least: usize) -> f64 {
        if least == 0 {
            return 1.0;
        }
        if least > self.all.len() {
            return 0.0;
        }
        if self.all.len() <= EXACT { exactly(&self.all, least) } else { self.sums.at_least(least) }
    }
}

impl FromIterator<f64> for Chances {
    fn from_iter<I: IntoIterator<Item = f64>>(chances: I) -> Self {
        let mut new = Self::default();
        chances.into_iter().for_each(|chance| new.push(chance));
        new
    }
}

/// What the normal approximation needs to know of a sum; further chances are added without going through all.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    mean: f64,
    variance: f64,
    third: f64,
}

impl Sums {
    fn add(&mut self, chance: f64) {
        let spread = chance * (1.0 - chance);
        self.mean += chance;
        self.variance += spread;
        self.third += spread * (1.0 - 2.0 * chance);
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of agents and lines")]
    fn at_least(&self, least: usize) -> f64 {
        let edge = least as f64 - 0.5;
        if self.variance < 1e-9 {
            return f64::from(u8::from(self.mean > edge));
        }
        let deviation = self.variance.sqrt();
        let z = (edge - self.mean) / deviation;
        let skew = self.third / (self.variance * deviation);
        let density = (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt();
        let below = normal(z) + skew * (1.0 - z * z) * density / 6.0;
        (1.0 - below).clamp(0.0, 1.0)
    }
}

fn exactly(chances: &[f64], least: usize) -> f64 {
    let mut of = [0.0; EXACT + 1];
    of[0] = 1.0;
    for (known, chance) in chances.iter().enumerate() {
        for yes in (0..=known).rev() {
            of[yes + 1] += of[yes] * chance;
            of[yes] *= 1.0 - chance;
        }
    }
    of[least..=chances.len()].iter().sum::<f64>().clamp(0.0, 1.0)
}

/// The standard normal's distribution (Abramowitz and Stegun 26.2.17, error below 7.5e-8).
fn normal(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let series = t
        * (0.319_381_530
            + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let upper = (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt() * series;
    if z >= 0.0 { 1.0 - upper } else { upper }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_least(chances: &[f64], least: usize) -> f64 {
        chances.iter().copied().collect::<Chances>().at_least(least)
    }

    #[test]
    fn few_are_exact() {
        let halves = [0.5; 10];
        assert!((at_least(&halves, 10) - 0.5_f64.powi(10)).abs() < 1e-12);
        assert!((at_least(&halves, 6) - 386.0 / 1_024.0).abs() < 1e-12);
        let unlike = [0.1, 0.9, 0.5];
        assert!((at_least(&unlike, 3) - 0.045).abs() < 1e-12);
        assert!((at_least(&unlike, 1) - (1.0 - 0.9 * 0.1 * 0.5)).abs() < 1e-12);
    }

    #[test]
    fn none_and_all_are_certain() {
        assert!((at_least(&[], 0) - 1.0).abs() < f64::EPSILON);
        assert!(at_least(&[0.3; 4], 5) < f64::EPSILON);
        assert!((at_least(&[1.0; 40], 40) - 1.0).abs() < f64::EPSILON);
        assert!(at_least(&[0.0; 40], 1) < f64::EPSILON);
    }

    #[test]
    fn many_agree_with_few_worked_out_exactly() {
        let chances: Vec<f64> = (0..26).map(|item| 0.02 + f64::from(item) / 30.0).collect();
        for least in 1..=26 {
            let mut sums = Sums::default();
            chances.iter().for_each(|chance| sums.add(*chance));
            let (exact, near) = (at_least(&chances, least), sums.at_least(least));
            assert!((exact - near).abs() < 0.004, "{least}: {exact} and {near}");
        }
    }
}
