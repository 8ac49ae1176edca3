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

    /// The one slot in it, if there is no other.
    pub fn sole(&self) -> Option<usize> {
        let mut words = self.0.iter().enumerate().filter(|(_, word)| **word != 0);
        let (at, word) = words.next()?;
        (word.is_power_of_two() && words.next().is_none()).then(|| at * 64 + word.trailing_zeros() as usize)
    }

    /// Adds all of another's.
    pub fn extend(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }

    /// Those in it, upwards.
    pub fn slots(&self) -> impl Iterator<Item = usize> {
        slots(self, |n| self.word(n))
    }

    fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The slots from 64 × `n` on, as bits.
    fn word(&self, n: usize) -> u64 {
        self.0.get(n).copied().unwrap_or(0)
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.fill(0);
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
    /// Of what the last mixed frame was made: the same for all who hear the same.
    key: u64,
}

/// The matrix of a room.
#[derive(Debug, Clone)]
pub struct Mixer {
    rows: Vec<Row>,
    total: [i32; FRAME],
    /// Slots with sound, kept for their memory.
    active: Members,
}

impl Default for Mixer {
    fn default() -> Self {
        Self { rows: Vec::new(), total: [0; FRAME], active: Members::default() }
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

    /// The one speaker that a listener hears, if it is to hear no other and heard it in the last frame.
    pub fn hears_only(&self, listener: usize) -> Option<usize> {
        let row = self.rows.get(listener)?;
        row.wanted.sole().filter(|_| row.before == row.wanted)
    }

    /// Adds to `speakers` all that the next frame carries to a listener.
    pub fn add_carried(&self, listener: usize, speakers: &mut Members) {
        if let Some(row) = self.rows.get(listener) {
            speakers.extend(&row.wanted);
            speakers.extend(&row.before);
        }
    }

    /// A number that listeners share who were given the same frame last, and others hardly ever do.
    pub fn key(&self, listener: usize) -> u64 {
        self.rows.get(listener).map_or(0, |row| row.key)
    }

    /// Whether two listeners are given the same next frame, of those slots that have sound.
    pub fn hear_alike(&self, one: usize, other: usize) -> bool {
        let (Some(one), Some(other)) = (self.rows.get(one), self.rows.get(other)) else { return false };
        (0..self.active.0.len()).all(|n| {
            let of = |members: &Members| members.word(n) & self.active.word(n);
            of(&one.wanted) == of(&other.wanted) && of(&one.before) == of(&other.before)
        })
    }

    /// Mixes one frame of `said`, by slot, where `sounding` says that there is any; `out[n]` is what listener `n`
    /// hears. Listeners that `wanted` leaves out are not mixed for, but their changes count as faded.
    pub fn mix(
        &mut self,
        said: &[Frame],
        sounding: &[bool],
        out: &mut [Frame],
        wanted: impl Fn(usize) -> bool,
    ) {
        out.iter_mut().skip(self.rows.len()).for_each(|frame| frame.fill(0));
        let Self { rows, total, active } = self;
        active.clear();
        sounding.iter().enumerate().filter(|(_, on)| **on).for_each(|(slot, _)| active.insert(slot));
        let sounds = active.count();
        let have_total = rows.len() > 2;
        let mut all = 0u64;
        if have_total {
            total.fill(0);
            for slot in active.slots() {
                add(total, &said[slot]);
                all = all.wrapping_add(spread(slot));
            }
        }
        for (listener, (row, out)) in rows.iter_mut().zip(out.iter_mut()).enumerate() {
            if !wanted(listener) {
                row.settle();
                continue;
            }
            let heard: u32 = (0..active.0.len()).map(|n| row.steady(active, n).count_ones()).sum();
            let (mut sum, mut key) = ([0; FRAME], 0);
            if have_total && sounds - heard < heard {
                (sum, key) = (*total, all);
                for slot in slots(active, |n| active.word(n) & !row.steady(active, n)) {
                    subtract(&mut sum, &said[slot]);
                    key = u64::wrapping_sub(key, spread(slot));
                }
            } else {
                for slot in slots(active, |n| row.steady(active, n)) {
                    add(&mut sum, &said[slot]);
                    key = u64::wrapping_add(key, spread(slot));
                }
            }
            if row.before != row.wanted {
                for slot in slots(active, |n| active.word(n) & (row.before.word(n) ^ row.wanted.word(n))) {
                    let down = row.before.contains(slot);
                    fade(&mut sum, &said[slot], down);
                    key = key.rotate_left(9) ^ spread(slot + usize::from(down));
                }
            }
            row.key = key;
            for (sample, value) in out.iter_mut().zip(sum) {
                *sample = saturate(value);
            }
        }
    }

    /// Ends the frame that was mixed last: whoever is wanted is heard now.
    pub fn settle(&mut self) {
        self.rows.iter_mut().for_each(Row::settle);
    }
}

impl Row {
    /// Which of the active slots from 64 × `n` on it hears, and heard before.
    fn steady(&self, active: &Members, n: usize) -> u64 {
        self.before.word(n) & self.wanted.word(n) & active.word(n)
    }

    fn settle(&mut self) {
        if self.before != self.wanted {
            self.before.clone_from(&self.wanted);
        }
    }
}

/// Spreads small numbers over all 64 bits (the finaliser of splitmix64).
fn spread(slot: usize) -> u64 {
    let mut bits = (slot as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// The slots that are set in the words that `word` gives for those of `shape`.
fn slots(shape: &Members, word: impl Fn(usize) -> u64) -> impl Iterator<Item = usize> {
    (0..shape.0.len()).flat_map(move |n| {
        let mut left = word(n);
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            left &= left.checked_sub(1)?;
            Some(n * 64 + bit)
        })
    })
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

    /// One frame whole: mixed for all, and settled.
    fn mix(mixer: &mut Mixer, sources: &[Option<&Frame>], out: &mut [Frame]) {
        let said: Vec<Frame> = sources.iter().map(|frame| frame.copied().unwrap_or([99; FRAME])).collect();
        let sounding: Vec<bool> = sources.iter().map(Option::is_some).collect();
        mixer.mix(&said, &sounding, out, |_| true);
        mixer.settle();
    }

    #[test]
    fn listeners_are_alike_when_they_differ_only_in_who_is_silent() {
        let voice = [9_000; FRAME];
        let mut mixer = Mixer::default();
        mixer.set(0, [1, 2, 3].into_iter().collect());
        mixer.set(1, [0, 2, 3].into_iter().collect());
        mixer.set(2, [0, 1, 3].into_iter().collect());
        mixer.settle();
        let mut out = [[0; FRAME]; 4];
        let sounding = [false, false, true, true];
        mixer.mix(&[voice; 4], &sounding, &mut out, |listener| listener != 3);
        assert!(mixer.hear_alike(0, 1) && !mixer.hear_alike(0, 2));
        assert!(mixer.key(0) == mixer.key(1) && mixer.key(0) != mixer.key(2));
        assert_eq!((out[0], out[3]), (out[1], [0; FRAME]), "nobody mixed for the fourth");
        mixer.set(1, [3].into_iter().collect());
        mixer.mix(&[voice; 4], &sounding, &mut out, |_| true);
        assert!(!mixer.hear_alike(0, 1) && mixer.key(0) != mixer.key(1), "one of them fades");
        assert_eq!(mixer.hears_only(1), None, "not before the fade is over");
        mixer.settle();
        assert_eq!((mixer.hears_only(1), mixer.hears_only(0)), (Some(3), None));
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
        mix(&mut mixer, &sources, &mut out);
        mix(&mut mixer, &sources, &mut out);
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
            mix(&mut mixer, &[None, Some(&loud), Some(&loud)], &mut out);
        }
        assert_eq!(out[0], [i16::MAX; FRAME]);
    }

    #[test]
    fn a_change_fades_over_one_frame_and_a_cleared_slot_is_gone_at_once() {
        let voice = [16_000; FRAME];
        let mut mixer = Mixer::default();
        let mut out = [[0; FRAME]; 1];
        mixer.set(0, [1].into_iter().collect());
        mix(&mut mixer, &[None, Some(&voice)], &mut out);
        assert!(out[0][0] == 0 && out[0].is_sorted() && out[0][159] > 15_800);
        mix(&mut mixer, &[None, Some(&voice)], &mut out);
        assert_eq!(out[0], voice);
        mixer.set(0, Members::default());
        mix(&mut mixer, &[None, Some(&voice)], &mut out);
        assert!(out[0][0] == 16_000 && out[0].iter().rev().is_sorted() && out[0][159] < 200);
        mix(&mut mixer, &[None, Some(&voice)], &mut out);
        assert_eq!(out[0], [0; FRAME]);
        mixer.set(0, [1].into_iter().collect());
        mixer.clear(1);
        mix(&mut mixer, &[None, Some(&voice)], &mut out);
        assert_eq!(out[0], [0; FRAME]);
        assert!(!mixer.hears(0, 1));
    }
}
