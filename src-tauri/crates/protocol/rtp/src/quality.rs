//! How a conversation is likely to sound: the E-model (ITU-T G.107), simplified to delay and loss.

/// A codec's part in it (ITU-T G.113, appendix I).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Impairment {
    /// Ie: what the codec costs without loss.
    pub equipment: f64,
    /// Bpl: how well it stands random loss.
    pub robustness: f64,
}

impl Impairment {
    /// G.711 with packet-loss concealment.
    pub const G711: Self = Self { equipment: 0.0, robustness: 25.1 };
}

/// The estimated mean opinion score, 1 (bad) to 4.5, for a mouth-to-ear delay in ms and a loss in percent.
///
/// R = 93.2 − Id − Ie,eff, with Id = 0.024 d + 0.11 (d − 177.3) [d > 177.3] and
/// Ie,eff = Ie + (95 − Ie) · Ppl / (Ppl + Bpl); MOS = 1 + 0.035 R + 7·10⁻⁶ R (R − 60) (100 − R) (G.107, annex B).
pub fn mos(delay_ms: f64, loss_percent: f64, codec: Impairment) -> f64 {
    let (delay, loss) = (delay_ms.max(0.0), loss_percent.clamp(0.0, 100.0));
    let delayed = 0.024 * delay + 0.11 * (delay - 177.3).max(0.0);
    let lost = codec.equipment + (95.0 - codec.equipment) * loss / (loss + codec.robustness);
    let r = (93.2 - delayed - lost).clamp(0.0, 100.0);
    (1.0 + 0.035 * r + 7e-6 * r * (r - 60.0) * (100.0 - r)).clamp(1.0, 4.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points_of_the_model() {
        for (delay, loss, expected) in
            [(0.0, 0.0, 4.41), (150.0, 0.0, 4.33), (0.0, 5.0, 3.97), (400.0, 0.0, 3.09), (50.0, 100.0, 1.1)]
        {
            let found = mos(delay, loss, Impairment::G711);
            assert!((found - expected).abs() < 0.1, "{delay} ms, {loss} %: {found:.3}");
        }
    }

    #[test]
    fn more_loss_and_more_delay_are_never_better() {
        for n in 0..100 {
            let at = |delay: i32, loss: i32| mos(f64::from(delay * 10), f64::from(loss), Impairment::G711);
            assert!(at(n + 1, 1) <= at(n, 1) + 1e-9 && at(5, n + 1) <= at(5, n) + 1e-9);
        }
    }
}
