//! What a recording holds.

use std::path::Path;

/// Samples of a WAV file, one list a channel, 16 bits.
#[derive(Debug, Clone)]
pub struct Wav {
    pub rate: u32,
    pub channels: Vec<Vec<i16>>,
}

impl Wav {
    /// Reads a file; a header that was never completed (a crash) counts as "to the end of the file".
    pub fn read(path: &Path) -> Self {
        Self::parse(&std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// Reads bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        assert!(bytes.len() >= 44 && &bytes[..4] == b"RIFF" && &bytes[8..12] == b"WAVE", "not a WAV file");
        let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let double = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let (mut at, mut rate, mut channels) = (12, 0, 0);
        loop {
            let (name, length) = (&bytes[at..at + 4], double(at + 4) as usize);
            let body = at + 8;
            if name == b"fmt " {
                channels = usize::from(word(body + 2));
                rate = double(body + 4);
            }
            if name == b"data" {
                let end = if length == 0 { bytes.len() } else { bytes.len().min(body + length) };
                let samples: Vec<i16> =
                    bytes[body..end].chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
                let split =
                    (0..channels).map(|c| samples.iter().skip(c).step_by(channels).copied().collect());
                return Self { rate, channels: split.collect() };
            }
            at = body + length + length % 2;
        }
    }

    /// One channel.
    pub fn mono(rate: u32, samples: Vec<i16>) -> Self {
        Self { rate, channels: vec![samples] }
    }

    /// Writes the first channel to a file.
    pub fn write_mono(&self, path: &Path) {
        let data = &self.channels[0];
        let length = u32::try_from(data.len() * 2).expect("a short file");
        let mut bytes = Vec::with_capacity(data.len() * 2 + 44);
        bytes.extend(b"RIFF");
        bytes.extend((length + 36).to_le_bytes());
        bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
        bytes.extend(self.rate.to_le_bytes());
        bytes.extend((self.rate * 2).to_le_bytes());
        bytes.extend(b"\x02\0\x10\0data");
        bytes.extend(length.to_le_bytes());
        bytes.extend(data.iter().flat_map(|sample| sample.to_le_bytes()));
        std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Loudness (root mean square) of each 20 ms of a channel.
    pub fn envelope(&self, channel: usize) -> Vec<f64> {
        let square = |sample: &i16| f64::from(*sample).powi(2);
        let frames = self.channels[channel].chunks_exact(self.rate as usize / 50);
        frames.map(|frame| (frame.iter().map(square).sum::<f64>() / frame.len() as f64).sqrt()).collect()
    }

    /// Seconds.
    pub fn seconds(&self) -> f64 {
        self.channels.first().map_or(0.0, |samples| samples.len() as f64 / f64::from(self.rate))
    }

    /// A stretch of a channel, in seconds.
    pub fn stretch(&self, channel: usize, from: f64, to: f64) -> &[i16] {
        let samples = &self.channels[channel];
        let place = |seconds: f64| ((seconds.max(0.0) * f64::from(self.rate)) as usize).min(samples.len());
        &samples[place(from)..place(to).max(place(from))]
    }
}

/// How much of the energy of these samples is one tone's, 0 to 1.
pub fn tone_strength(samples: &[i16], rate: u32, hz: f64) -> f64 {
    let (mut re, mut im, mut energy) = (0.0, 0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let (phase, value) = (n as f64 * hz / f64::from(rate) * std::f64::consts::TAU, f64::from(*sample));
        re += value * phase.cos();
        im += value * phase.sin();
        energy += value * value;
    }
    if energy == 0.0 { 0.0 } else { 2.0 * (re * re + im * im) / (energy * samples.len() as f64) }
}

/// Where in `heard` the shape of `said` lies best, and how alike they are there (Pearson's coefficient, at most 1).
/// Both are envelopes. What is mixed over it, its pauses included, makes it less alike.
pub fn find_envelope(said: &[f64], heard: &[f64]) -> (usize, f64) {
    let places = heard.windows(said.len()).map(|part| pearson(said, part)).enumerate();
    places.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
}

fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut square_a, mut square_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        both += a * b;
        square_a += a * a;
        square_b += b * b;
    }
    if square_a * square_b == 0.0 { 0.0 } else { both / (square_a * square_b).sqrt() }
}
