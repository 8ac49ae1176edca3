//! Random values from a seed.

/// SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 even bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Above 0 and at most 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Below `count`, which is more than 0.
    pub fn below(&mut self, count: usize) -> usize {
        let place = self.bits() % u64::try_from(count).unwrap_or(u64::MAX).max(1);
        usize::try_from(place).unwrap_or(0)
    }

    /// True so often.
    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() <= share
    }

    /// Exponential.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -self.unit().ln() * mean
    }

    /// Normal with mean 0 and variance 1 (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Log-normal, by its own mean and its coefficient of variation.
    pub fn log_normal(&mut self, mean: f64, variation: f64) -> f64 {
        let variance = (1.0 + variation * variation).ln();
        (mean.ln() - variance / 2.0 + variance.sqrt() * self.normal()).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: u32 = 200_000;

    fn moments(mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let values: Vec<f64> = (0..COUNT).map(|_| draw()).collect();
        let mean = values.iter().sum::<f64>() / f64::from(COUNT);
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / f64::from(COUNT);
        (mean, variance.sqrt())
    }

    #[test]
    fn what_is_drawn_has_the_mean_and_the_spread_it_should() {
        let mut random = Random::new(1);
        let (mean, spread) = moments(|| random.exponential(180.0));
        assert!((mean - 180.0).abs() < 2.0 && (spread - 180.0).abs() < 3.0, "{mean} {spread}");
        let (mean, spread) = moments(|| random.log_normal(165.0, 1.1));
        assert!((mean - 165.0).abs() < 2.5 && (spread / mean - 1.1).abs() < 0.05, "{mean} {spread}");
        let (mean, spread) = moments(|| random.unit());
        assert!((mean - 0.5).abs() < 0.005 && (spread - 0.2887).abs() < 0.005, "{mean} {spread}");
    }

    #[test]
    fn a_seed_says_it_all() {
        let (mut a, mut b, mut c) = (Random::new(9), Random::new(9), Random::new(10));
        assert!((0..100).all(|_| a.bits() == b.bits()));
        assert_ne!(a.bits(), c.bits());
    }
}
