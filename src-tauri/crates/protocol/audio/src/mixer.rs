//! Who hears whom, frame by frame: sums in 32 bits, saturated once, with changes faded over one frame.
//!
//! Where most listeners hear nearly everyone, one sum serves all and each listener's exceptions are subtracted (N−1);
//! where few are heard, they are added up. Both give the same samples exactly.

use crate::{FRAME, saturate};

/// 20 ms of one voice.
pub type Frame = [i16; FRAME];

/// A set of slots (small numbers that a room gives its members).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members(Vec<u64>);

impl Members {
    /// Adds a slot.
    pub fn insert(&mut self, slot: usize) {
        if self.0.len() <= slot / 64 {
            self.0.resize(slot / 64 + 1, 0);
        }
        self.0[slot / 64] |= 1 << (slot % 64);
    }

    /// Takes a slot out.
    pub fn remove(&mut self, slot: usize) {
        if let Some(word) = self.0.get_mut(slot / 64) {
            *word &= !(1 << (slot % 64));
        }
    }

    /// Whether a slot is in it.
    pub fn contains(&self, slot: usize) -> bool {
        self.0.get(slot / 64).is_some_and(|word| word & 1 << (slot % 64) != 0)
    }
}

impl FromIterator<usize> for Members {
    fn from_iter<I: IntoIterator<Item = usize>>(slots: I) -> Self {
        let mut set = Self::default();
        slots.into_iter().for_each(|slot| set.insert(slot));
        set
    }
}

#[derive(Debug, Clone, Default)]
struct Row {
    /// As of the last frame, and as of the next.
    before: Members,
    wanted: Members,
}

/// The matrix of a room.
#[derive(Debug, Clone)]
pub struct Mixer {
    rows: Vec<Row>,
    total: [i32; FRAME],
}

impl Default for Mixer {
    fn default() -> Self {
        Self { rows: Vec::new(), total: [0; FRAME] }
    }
}

impl Mixer {
    /// Sets whom a listener hears from the next frame on; the change fades over that frame.
    pub fn set(&mut self, listener: usize, heard: Members) {
        if self.rows.len() <= listener {
            self.rows.resize_with(listener + 1, Row::default);
        }
        self.rows[listener].wanted = heard;
    }

    /// Forgets a speaker, without a fade, so that its slot can be given to another.
    pub fn forget_speaker(&mut self, slot: usize) {
        for row in &mut self.rows {
            row.before.remove(slot);
            row.wanted.remove(slot);
        }
    }

    /// Forgets a slot both as speaker and as listener.
    pub fn clear(&mut self, slot: usize) {
        self.forget_speaker(slot);
        if let Some(row) = self.rows.get_mut(slot) {
            *row = Row::default();
        }
    }

    /// Whether a listener is to hear a speaker.
    pub fn hears(&self, listener: usize, speaker: usize) -> bool {
        self.rows.get(listener).is_some_and(|row| row.wanted.contains(speaker))
    }

    /// Whether the next frame carries a speaker to a listener, if only to fade out.
    pub fn carries(&self, listener: usize, speaker: usize) -> bool {
        self.rows
            .get(listener)
            .is_some_and(|row| row.wanted.contains(speaker) || row.before.contains(speaker))
    }

    /// Mixes one frame: `sources` by slot, `None` for silence; `out[n]` is what listener `n` hears.
    pub fn mix(&mut self, sources: &[Option<&Frame>], out: &mut [Frame]) {
        let active: Vec<(usize, &Frame)> =
            sources.iter().enumerate().filter_map(|(slot, frame)| frame.map(|f| (slot, f))).collect();
        self.total.fill(0);
        let have_total = self.rows.len() > 2;
        if have_total {
            active.iter().for_each(|(_, frame)| add(&mut self.total, frame));
        }
        for (row, out) in self.rows.iter_mut().zip(out.iter_mut()) {
            let steady = |slot: usize| row.before.contains(slot) && row.wanted.contains(slot);
            let heard = active.iter().filter(|(slot, _)| steady(*slot)).count();
            let mut sum = [0; FRAME];
            if out_of_all_but_few(heard, active.len()) && have_total {
                sum = self.total;
                active
                    .iter()
                    .filter(|(slot, _)| !steady(*slot))
                    .for_each(|(_, frame)| subtract(&mut sum, frame));
            } else {
                active.iter().filter(|(slot, _)| steady(*slot)).for_each(|(_, frame)| add(&mut sum, frame));
            }
            if row.before != row.wanted {
                for (slot, frame) in &active {
                    match (row.before.contains(*slot), row.wanted.contains(*slot)) {
                        (false, true) => fade(&mut sum, frame, false),
                        (true, false) => fade(&mut sum, frame, true),
                        _ => {}
                    }
                }
                row.before.clone_from(&row.wanted);
            }
            for (sample, value) in out.iter_mut().zip(sum) {
                *sample = saturate(value);
            }
        }
    }
}

fn out_of_all_but_few(heard: usize, all: usize) -> bool {
    all - heard < heard
}

fn add(sum: &mut [i32; FRAME], frame: &Frame) {
    sum.iter_mut().zip(frame).for_each(|(sum, &s)| *sum += i32::from(s));
}

fn subtract(sum: &mut [i32; FRAME], frame: &Frame) {
    sum.iter_mut().zip(frame).for_each(|(sum, &s)| *sum -= i32::from(s));
}

fn fade(sum: &mut [i32; FRAME], frame: &Frame, down: bool) {
    for (n, (sum, &sample)) in sum.iter_mut().zip(frame).enumerate() {
        let part = if down { FRAME - n } else { n } as i32;
        *sum += i32::from(sample) * part / FRAME as i32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone;

    fn frames(count: usize, amplitude: f32) -> Vec<Frame> {
        (0..count)
            .map(|n| tone::noise(n as u64 + 1, amplitude, FRAME).try_into().expect("one frame"))
            .collect()
    }

    #[test]
    fn subtraction_and_addition_agree_with_the_plain_sum_for_any_matrix() {
        let voices = frames(12, 6_000.0);
        let sources: Vec<_> = voices.iter().enumerate().map(|(n, f)| (n != 4).then_some(f)).collect();
        let mut mixer = Mixer::default();
        let hears = |l: usize, s: usize| l != s && (l * 7 + s * 5) % (l + 1) != 1;
        for l in 0..12 {
            mixer.set(l, (0..12).filter(|&s| hears(l, s)).collect());
        }
        let mut out = vec![[0; FRAME]; 12];
        mixer.mix(&sources, &mut out);
        mixer.mix(&sources, &mut out);
        for (l, mixed) in out.iter().enumerate() {
            for n in 0..FRAME {
                let sum: i32 =
                    (0..12).filter(|&s| s != 4 && hears(l, s)).map(|s| i32::from(voices[s][n])).sum();
                assert_eq!(mixed[n], saturate(sum), "listener {l}, sample {n}");
            }
        }
    }

    #[test]
    fn loud_voices_saturate_and_do_not_wrap() {
        let loud = [i16::MAX; FRAME];
        let mut mixer = Mixer::default();
        mixer.set(0, [1, 2].into_iter().collect());
        let mut out = [[0; FRAME]; 1];
        for _ in 0..2 {
            mixer.mix(&[None, Some(&loud), Some(&loud)], &mut out);
        }
        assert_eq!(out[0], [i16::MAX; FRAME]);
    }

    #[test]
    fn a_change_fades_over_one_frame_and_a_cleared_slot_is_gone_at_once() {
        let voice = [16_000; FRAME];
        let mut mixer = Mixer::default();
        let mut out = [[0; FRAME]; 1];
        mixer.set(0, [1].into_iter().collect());
        mixer.mix(&[None, Some(&voice)], &mut out);
        assert!(out[0][0] == 0 && out[0].is_sorted() && out[0][159] > 15_800);
        mixer.mix(&[None, Some(&voice)], &mut out);
        assert_eq!(out[0], voice);
        mixer.set(0, Members::default());
        mixer.mix(&[None, Some(&voice)], &mut out);
        assert!(out[0][0] == 16_000 && out[0].iter().rev().is_sorted() && out[0][159] < 200);
        mixer.mix(&[None, Some(&voice)], &mut out);
        assert_eq!(out[0], [0; FRAME]);
        mixer.set(0, [1].into_iter().collect());
        mixer.clear(1);
        mixer.mix(&[None, Some(&voice)], &mut out);
        assert_eq!(out[0], [0; FRAME]);
        assert!(!mixer.hears(0, 1));
    }
}
