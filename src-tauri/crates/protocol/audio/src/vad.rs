//! Voice activity: a frame scorer (earshot, 16 ms at 16 kHz) behind our own decisions about when voice begins and ends.
//!
//! A beginning counts once voice has lasted `confirm_ms`, an end once silence has lasted `stop_ms`; both are reported
//! with the position of the true first or last voiced sample, not of the decision.

use earshot::Detector;

use crate::resample::Resampler;

/// The settings of `VoiceGate`; scores from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VadConfig {
    /// A silent stretch becomes voiced at this score.
    pub on: f32,
    /// A voiced stretch stays voiced down to this score.
    pub off: f32,
    pub confirm_ms: u32,
    pub stop_ms: u32,
}

impl Default for VadConfig {
    fn default() -> Self {
        Self { on: 0.5, off: 0.35, confirm_ms: 60, stop_ms: 200 }
    }
}

/// A change, with its position in samples at 8 kHz since the detector began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoiceChange {
    /// `at`: the first voiced sample.
    Started { at: u64 },
    /// `at`: the end of the last voiced frame.
    Stopped { at: u64 },
}

/// The decisions, apart from the scoring: frames with a score in, changes out.
#[derive(Debug, Clone)]
pub struct VoiceGate {
    config: VadConfig,
    speaking: bool,
    /// Where the present run of voice began and last had voice.
    run: Option<(u64, u64)>,
    last_voice: u64,
    /// Loudest frame of late, by which the end of voice is told from the scorer's ringing.
    loudest: f32,
}

/// The scorer's verdict rings on for 100 to 200 ms; a frame 36 dB below the loudest of late is no voice any more.
const FAINTEST: f32 = 0.016;
/// The loudest frame counts half after about 1.8 s.
const FORGET: f32 = 0.994;
/// Silence within a beginning that does not start it over.
const HOLE: u64 = 32 * 8;

impl VoiceGate {
    /// Begins in silence.
    pub fn new(config: VadConfig) -> Self {
        Self { config, speaking: false, run: None, last_voice: 0, loudest: 0.0 }
    }

    /// Takes the score and the level (root mean square) of the frame of samples from `start` to `end`.
    pub fn frame(&mut self, score: f32, level: f32, start: u64, end: u64) -> Option<VoiceChange> {
        self.loudest = level.max(self.loudest * FORGET);
        let threshold = if self.speaking || self.run.is_some() { self.config.off } else { self.config.on };
        let voiced = score >= threshold;
        if self.speaking {
            if voiced && level >= self.loudest * FAINTEST {
                self.last_voice = end;
            } else if end - self.last_voice >= u64::from(self.config.stop_ms) * 8 {
                self.speaking = false;
                return Some(VoiceChange::Stopped { at: self.last_voice });
            }
            return None;
        }
        if voiced {
            let (began, _) = self.run.unwrap_or((start, end));
            self.run = Some((began, end));
            if end - began >= u64::from(self.config.confirm_ms) * 8 {
                self.run = None;
                self.speaking = true;
                self.last_voice = end;
                return Some(VoiceChange::Started { at: began });
            }
        } else if self.run.is_some_and(|(_, last)| end - last > HOLE) {
            self.run = None;
        }
        None
    }

    /// Whether voice is on, confirmed.
    pub fn is_speaking(&self) -> bool {
        self.speaking
    }
}

/// Samples of a scored frame at 16 kHz, and the same at 8 kHz.
const SCORED: usize = 256;
const STEP: u64 = SCORED as u64 / 2;
/// The score rises a frame after the sound, and the resampler is late by 3 ms: a beginning lies this far back.
const LOOK_BACK: u64 = 160;

/// Scores a stream of 8 kHz samples and decides.
pub struct VoiceDetector {
    scorer: Box<Detector>,
    resampler: Resampler,
    wide: Vec<i16>,
    position: u64,
    gate: VoiceGate,
}

impl std::fmt::Debug for VoiceDetector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VoiceDetector").field("position", &self.position).field("gate", &self.gate).finish()
    }
}

impl VoiceDetector {
    /// Begins at position 0 in silence.
    pub fn new(config: VadConfig) -> Self {
        Self {
            scorer: Detector::default_boxed(),
            resampler: Resampler::new(8_000, 16_000),
            wide: Vec::with_capacity(2 * SCORED),
            position: 0,
            gate: VoiceGate::new(config),
        }
    }

    /// Takes the next samples; gives the change they brought, at most one (up to 200 ms at a time, as a rule 20).
    pub fn process(&mut self, samples: &[i16]) -> Option<VoiceChange> {
        self.resampler.process(samples, &mut self.wide);
        let mut change = None;
        while self.wide.len() >= SCORED {
            let score = self.scorer.predict_i16(&self.wide[..SCORED]);
            let power: f32 = self.wide[..SCORED].iter().map(|&s| f32::from(s) * f32::from(s)).sum();
            self.wide.drain(..SCORED);
            let start = self.position.saturating_sub(LOOK_BACK);
            self.position += STEP;
            let level = (power / SCORED as f32).sqrt();
            change = self.gate.frame(score, level, start, self.position).or(change);
        }
        change
    }

    /// Whether voice is on, confirmed.
    pub fn is_speaking(&self) -> bool {
        self.gate.is_speaking()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone;

    fn run(gate: &mut VoiceGate, from: u64, scores: &[(f32, u64)]) -> Vec<VoiceChange> {
        let mut at = from;
        let mut changes = Vec::new();
        for &(score, frames) in scores {
            for _ in 0..frames {
                changes.extend(gate.frame(score, 1_000.0, at, at + 160));
                at += 160;
            }
        }
        changes
    }

    #[test]
    fn changes_carry_the_true_first_and_last_voiced_moment() {
        let mut gate = VoiceGate::new(VadConfig::default());
        let changes = run(&mut gate, 0, &[(0.1, 10), (0.9, 20), (0.1, 20)]);
        assert_eq!(changes, [VoiceChange::Started { at: 1_600 }, VoiceChange::Stopped { at: 4_800 }]);
    }

    #[test]
    fn a_click_does_not_start_and_a_pause_below_200_ms_does_not_stop() {
        let mut gate = VoiceGate::new(VadConfig::default());
        assert_eq!(run(&mut gate, 0, &[(0.9, 2), (0.1, 10)]), []);
        let changes = run(&mut gate, 1_920, &[(0.9, 5), (0.1, 9), (0.4, 5), (0.1, 9)]);
        assert_eq!(
            changes,
            [VoiceChange::Started { at: 1_920 }],
            "0.4 keeps voice on but would not begin it"
        );
        assert_eq!(run(&mut gate, 6_400, &[(0.4, 3), (0.1, 10)]).len(), 1);
        assert_eq!(run(&mut gate, 20_000, &[(0.4, 10)]), []);
    }

    /// A vowel: pulses at 120 Hz through three resonances, louder and softer at 4 Hz as syllables are.
    fn vowel(count: usize) -> Vec<i16> {
        let mut out = vec![0.0f32; count];
        for (formant, gain) in [(600.0f32, 1.0f32), (1_100.0, 0.6), (2_500.0, 0.25)] {
            let (mut before, mut last) = (0.0f32, 0.0f32);
            let radius = 0.97f32;
            let coefficient = 2.0 * radius * (std::f32::consts::TAU * formant / 8_000.0).cos();
            for (n, sample) in out.iter_mut().enumerate() {
                let pulse = if n.is_multiple_of(66) { 2_500.0 * gain } else { 0.0 };
                let now = pulse + coefficient * last - radius * radius * before;
                (before, last) = (last, now);
                *sample += now * (0.65 + 0.35 * (n as f32 * std::f32::consts::TAU * 4.0 / 8_000.0).cos());
            }
        }
        out.into_iter().map(|s| s as i16).collect()
    }

    #[test]
    fn voice_is_found_between_silences_to_some_40_ms_and_noise_is_not_voice() {
        let mut line = tone::noise(4, 30.0, 8_000);
        line.extend(vowel(12_000));
        line.extend(tone::noise(5, 30.0, 8_000));
        let mut detector = VoiceDetector::new(VadConfig::default());
        let changes: Vec<_> = line.chunks(160).filter_map(|frame| detector.process(frame)).collect();
        let [VoiceChange::Started { at: began }, VoiceChange::Stopped { at: ended }] = changes[..] else {
            panic!("one voice: {changes:?}");
        };
        assert!(began.abs_diff(8_000) <= 320, "began at {began}");
        assert!(ended.abs_diff(20_000) <= 400, "ended at {ended}");
        let mut detector = VoiceDetector::new(VadConfig::default());
        let noise = tone::noise(6, 300.0, 24_000);
        assert!(noise.chunks(160).all(|frame| detector.process(frame).is_none()));
    }
}
