//! A level meter between an audio thread and a screen.

use std::sync::atomic::{AtomicU32, Ordering};

/// The loudest sample since it was last read.
#[derive(Debug, Default)]
pub(crate) struct Level(AtomicU32);

impl Level {
    pub fn heard(&self, samples: &[i16]) {
        let peak = samples.iter().map(|s| u32::from(s.unsigned_abs())).max().unwrap_or(0);
        self.0.fetch_max(peak, Ordering::Relaxed);
    }

    /// 0 to 1; starts anew.
    #[expect(clippy::cast_precision_loss, reason = "at most 32768")]
    pub fn take(&self) -> f32 {
        self.0.swap(0, Ordering::Relaxed) as f32 / 32_768.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_sample_counts_once() {
        let level = Level::default();
        level.heard(&[100, -16_384, 5]);
        level.heard(&[200]);
        assert!((level.take() - 0.5).abs() < 1e-3);
        assert_eq!(level.take(), 0.0);
    }
}
