//! A leg over channels: a sound card, a browser's socket, a test.
//!
//! The other side has a clock of its own, and delivers in bursts where its machine is busy. What is kept in hand grows
//! each time it did not last, and shrinks again after a while of calm; what gathers beyond is taken out by single
//! waveform periods, so that a faster clock builds up no delay.

use std::collections::VecDeque;

use tandem_audio::mixer::Frame;
use tandem_audio::{FRAME, ramp, stretch};
use tokio::sync::mpsc::{Receiver, Sender};

/// Collected before playing begins, and again after running dry: at first, and at most.
const LEAST: usize = 2 * FRAME;
const DEEPEST: usize = 7 * FRAME;
/// Ticks without running dry after which less is enough: 10 s.
const CALM: u32 = 500;
/// Read ahead at most; the rest waits in the channel, whose sender drops the newest once it is full.
const MOST: usize = 10 * FRAME;
/// More than what is kept in hand is too much when it is left over after a frame for this many ticks in a row.
const PATIENCE: u32 = 25;
/// Frames held for a reader that lags, besides those in the channel.
const HELD: usize = 6;

/// Both directions of a link.
#[derive(Debug)]
pub(crate) struct LinkLeg {
    input: Receiver<Box<[i16]>>,
    output: Sender<Box<[i16]>>,
    waiting: Vec<i16>,
    playing: bool,
    /// Kept in hand, samples.
    depth: usize,
    deep_for: u32,
    calm_for: u32,
    unsent: VecDeque<Box<[i16]>>,
}

impl LinkLeg {
    pub(crate) fn new(input: Receiver<Box<[i16]>>, output: Sender<Box<[i16]>>) -> Self {
        Self {
            input,
            output,
            waiting: Vec::new(),
            playing: false,
            depth: LEAST,
            deep_for: 0,
            calm_for: 0,
            unsent: VecDeque::new(),
        }
    }

    /// Fills the next frame; false if there is nothing to play.
    pub(crate) fn receive(&mut self, frame: &mut Frame) -> bool {
        while self.waiting.len() < MOST
            && let Ok(samples) = self.input.try_recv()
        {
            self.waiting.extend_from_slice(&samples);
        }
        if !self.playing && self.waiting.len() < self.depth {
            return false;
        }
        self.playing = self.waiting.len() >= FRAME;
        if !self.playing {
            // Ran dry: what is left fades out, instead of breaking off.
            let count = self.waiting.len();
            frame[..count].copy_from_slice(&self.waiting);
            frame[count..].fill(0);
            ramp(&mut frame[..count], 32_768, 0);
            self.waiting.clear();
            self.deep_for = 0;
            self.calm_for = 0;
            self.depth = (self.depth + FRAME).min(DEEPEST);
            return count > 0;
        }
        self.calm_for += 1;
        if self.calm_for >= CALM {
            self.calm_for = 0;
            self.depth = (self.depth - FRAME / 2).max(LEAST);
        }
        self.shorten();
        frame.copy_from_slice(&self.waiting[..FRAME]);
        self.waiting.drain(..FRAME);
        true
    }

    /// Hands a frame over; a reader that lags loses the oldest that still wait here.
    pub(crate) fn send(&mut self, frame: &Frame) {
        self.unsent.push_back(Box::from(frame.as_slice()));
        while let Some(oldest) = self.unsent.pop_front() {
            if let Err(error) = self.output.try_send(oldest) {
                self.unsent.push_front(error.into_inner());
                break;
            }
        }
        while self.unsent.len() > HELD {
            self.unsent.pop_front();
        }
    }

    fn shorten(&mut self) {
        let deep = self.waiting.len() - FRAME > self.depth;
        self.deep_for = if deep { self.deep_for + 1 } else { 0 };
        if self.deep_for > PATIENCE {
            // Every third tick, so that each cut settles; any cut is better than a second of delay.
            self.deep_for -= 3;
            stretch::compress(&mut self.waiting, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use tandem_audio::tone;
    use tokio::sync::mpsc;

    use super::*;

    #[test]
    fn a_burst_is_worked_off_without_a_gap_and_order_is_kept() {
        let (to_room, input) = mpsc::channel(16);
        let (output, _from_room) = mpsc::channel(4);
        let mut link = LinkLeg::new(input, output);
        let mut frame = [0; FRAME];
        assert!(!link.receive(&mut frame));
        let mut sent = 0;
        let mut send = |frames: usize| {
            for _ in 0..frames {
                let samples = tone::sine(250.0, 8_000.0, FRAME, sent * FRAME);
                to_room.try_send(samples.into()).expect("room in the channel");
                sent += 1;
            }
        };
        send(9);
        for _ in 0..200 {
            send(1);
            assert!(link.receive(&mut frame));
            let level = tandem_audio::measure::tone_level(&frame, 250.0);
            assert!(level > 7_000.0, "{level}");
        }
        assert!(link.waiting.len() <= LEAST + FRAME, "{}", link.waiting.len());
    }

    #[test]
    fn bursts_are_bridged_once_they_are_known() {
        let (to_room, input) = mpsc::channel(16);
        let (output, _from_room) = mpsc::channel(4);
        let mut link = LinkLeg::new(input, output);
        let (mut frame, mut dry) = ([0; FRAME], Vec::new());
        for tick in 0..400 {
            // Five frames at once, every 100 ms.
            if tick % 5 == 0 {
                (0..5)
                    .for_each(|_| to_room.try_send(vec![9_000; FRAME].into()).expect("room in the channel"));
            }
            if !link.receive(&mut frame) || frame.contains(&0) {
                dry.push(tick);
            }
        }
        assert!(dry.iter().all(|tick| *tick < 40), "gaps at {dry:?}");
        assert!(link.waiting.len() <= 8 * FRAME, "{}", link.waiting.len());
    }

    #[test]
    fn a_lagging_reader_loses_the_oldest_and_the_tick_never_waits() {
        let (_to_room, input) = mpsc::channel(16);
        let (output, mut from_room) = mpsc::channel(2);
        let mut link = LinkLeg::new(input, output);
        for n in 0..100 {
            link.send(&[n; FRAME]);
        }
        let mut seen = Vec::new();
        for n in 100..110 {
            while let Ok(frame) = from_room.try_recv() {
                seen.push(frame[0]);
            }
            link.send(&[n; FRAME]);
        }
        assert!(seen.contains(&99) && !seen.contains(&50) && seen.is_sorted(), "{seen:?}");
    }
}
