//! Packet-loss concealment: the last waveform period repeated, faded out, and blended back into what comes next.
//!
//! In the spirit of G.711 Appendix I: one period repeats, held for 10 ms and then faded to nothing by 60 ms.

use crate::{ramp, saturate, stretch};

/// Samples kept to find a period in: 160 compared with lags up to 120.
const HISTORY: usize = 280;
/// Held at full level.
const HOLD: i32 = 80;
/// Silent from here on.
const SILENT: i32 = 480;
/// Blended when sound returns.
const BLEND: usize = 40;

/// Remembers what was played and makes up what is missing.
#[derive(Debug, Clone)]
pub struct Concealer {
    history: Vec<i16>,
    /// One period, being repeated, and where in it; empty while nothing is missing.
    cycle: Vec<i16>,
    position: usize,
    made: i32,
}

impl Default for Concealer {
    fn default() -> Self {
        Self { history: vec![0; HISTORY], cycle: Vec::new(), position: 0, made: 0 }
    }
}

impl Concealer {
    /// Takes real sound on its way out; its beginning is blended with what was made up before it.
    pub fn real(&mut self, samples: &mut [i16]) {
        if !self.cycle.is_empty() {
            let count = samples.len().min(BLEND);
            let mut made = vec![0; count];
            self.fill(&mut made);
            ramp(&mut made, 32_768, 0);
            ramp(&mut samples[..count], 0, 32_768);
            for (sample, old) in samples.iter_mut().zip(made) {
                *sample = saturate(i32::from(*sample) + i32::from(old));
            }
            self.cycle.clear();
        }
        self.remember(samples);
    }

    /// Appends `count` made-up samples.
    pub fn missing(&mut self, count: usize, out: &mut Vec<i16>) {
        if self.cycle.is_empty() {
            let period = stretch::period(&self.history);
            self.cycle = self.history[HISTORY - period..].to_vec();
            (self.position, self.made) = (0, 0);
        }
        let start = out.len();
        out.resize(start + count, 0);
        self.fill(&mut out[start..]);
        let (_, tail) = out.split_at(start);
        let tail = tail.to_vec();
        self.remember(&tail);
    }

    fn fill(&mut self, out: &mut [i16]) {
        for sample in out {
            let gain = (SILENT - self.made).clamp(0, SILENT - HOLD);
            *sample = (i32::from(self.cycle[self.position]) * gain / (SILENT - HOLD)) as i16;
            self.position = (self.position + 1) % self.cycle.len();
            self.made = (self.made + 1).min(SILENT);
        }
    }

    fn remember(&mut self, samples: &[i16]) {
        let fresh = &samples[samples.len().saturating_sub(HISTORY)..];
        self.history.drain(..fresh.len());
        self.history.extend_from_slice(fresh);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{measure, peak, tone};

    #[test]
    fn a_lost_frame_of_a_steady_tone_goes_on_almost_unheard() {
        let tone = tone::sine(250.0, 9000.0, 960, 0);
        let mut concealer = Concealer::default();
        let mut heard = Vec::new();
        for (n, frame) in tone.chunks(160).enumerate() {
            if n == 3 {
                concealer.missing(160, &mut heard);
            } else {
                let mut frame = frame.to_vec();
                concealer.real(&mut frame);
                heard.extend(frame);
            }
        }
        // The hold is 10 ms, so the first half of the gap is as good as whole.
        let snr = measure::snr_db(&tone[480..560], &heard[480..560]);
        assert!(snr > 25.0, "{snr}");
        let steps = heard.windows(2).map(|w| (i32::from(w[1]) - i32::from(w[0])).abs()).max();
        assert!(steps < Some(2_400), "no click: {steps:?}");
    }

    #[test]
    fn a_long_gap_fades_to_silence() {
        let mut concealer = Concealer::default();
        concealer.real(&mut tone::sine(300.0, 9000.0, 320, 0));
        let mut heard = Vec::new();
        for _ in 0..5 {
            concealer.missing(160, &mut heard);
        }
        assert!(peak(&heard[..80]) > 8_000);
        assert!(peak(&heard[320..480]) < 4_000);
        assert_eq!(peak(&heard[480..]), 0);
    }
}
