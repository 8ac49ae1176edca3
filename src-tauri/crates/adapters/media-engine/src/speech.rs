//! The speech of a speaker leg: queued pieces, pause with rewind, flush with fade, and a count of what really left.
//!
//! Samples are counted when they are handed to the mixer for a packet that goes out in the same tick. While nobody
//! can hear the leg (no listener, or the customer on hold) the speech stands still, so that nothing is lost unheard.

use std::collections::VecDeque;

use tandem_audio::{FRAME, mixer::Frame, peak, ramp};
use tandem_switchboard::ports::media::SpeechId;

/// What happened to a speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpeechReport {
    Started(SpeechId),
    Progress(SpeechId, u64),
    Stopped { speech: SpeechId, samples: u64, complete: bool },
}

/// Frames between two reports of progress.
const PROGRESS_EVERY: u32 = 5;
/// Quieter than this is the silence that voices begin with.
const SOUND: u16 = 32;
/// Finished speeches whose late pieces are still recognised.
const REMEMBERED: usize = 64;
const FULL: i32 = 32_768;

#[derive(Debug)]
struct Speech {
    id: SpeechId,
    samples: Vec<i16>,
    /// The next sample to play, and the furthest that ever left.
    position: usize,
    left: usize,
    last: bool,
    started: bool,
    /// Where the fade of a flush began; the samples end where it ends.
    flushed_from: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Playing,
    /// The next frame fades out, or in.
    Pausing,
    Paused,
    Resuming,
}

/// The queue of one leg.
#[derive(Debug)]
pub(crate) struct SpeechQueue {
    queue: VecDeque<Speech>,
    flow: Flow,
    over: VecDeque<SpeechId>,
    since_progress: u32,
    reports: Vec<SpeechReport>,
}

impl Default for SpeechQueue {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            flow: Flow::Playing,
            over: VecDeque::new(),
            since_progress: 0,
            reports: Vec::new(),
        }
    }
}

impl SpeechQueue {
    /// Appends a piece to its speech, or begins a new one at the end of the queue.
    pub(crate) fn speak(&mut self, id: SpeechId, samples: Vec<i16>, last: bool) {
        if self.over.contains(&id) {
            return;
        }
        if let Some(speech) = self.queue.iter_mut().find(|s| s.id == id) {
            // What comes after the last piece, or after a flush, is late.
            if !speech.last {
                speech.samples.extend_from_slice(&samples);
                speech.last = last;
            }
        } else {
            self.queue.push_back(Speech {
                id,
                samples,
                position: 0,
                left: 0,
                last,
                started: false,
                flushed_from: None,
            });
        }
        if self.queue.len() == 1 {
            self.finish_front();
        }
    }

    /// Lowers to silence with the next frame, and stands still.
    pub(crate) fn pause(&mut self) {
        match self.flow {
            Flow::Playing => self.flow = Flow::Pausing,
            Flow::Resuming => self.flow = Flow::Paused,
            Flow::Pausing | Flow::Paused => {}
        }
    }

    /// Goes on, `rewind` samples earlier, but not before the beginning of the present speech.
    pub(crate) fn resume(&mut self, rewind: usize) {
        if !matches!(self.flow, Flow::Pausing | Flow::Paused) {
            return;
        }
        self.flow = if self.flow == Flow::Pausing { Flow::Playing } else { Flow::Resuming };
        if let Some(front) = self.queue.front_mut()
            && front.flushed_from.is_none()
        {
            front.position = front.position.saturating_sub(rewind);
        }
    }

    /// Ends everything: what is sounding fades over `fade` samples, the rest is dropped.
    pub(crate) fn flush(&mut self, fade: usize) {
        let sounding = matches!(self.flow, Flow::Playing | Flow::Pausing);
        self.flow = Flow::Playing;
        let mut waiting = self.queue.split_off(0);
        if let Some(mut front) = waiting.pop_front() {
            if front.flushed_from.is_none() {
                front.flushed_from = Some(front.position);
                let fade = if sounding && front.left > 0 { fade } else { 0 };
                front.samples.truncate(front.position + fade);
                front.last = true;
            }
            self.queue.push_back(front);
            self.finish_front();
        }
        for speech in waiting {
            self.stop(speech.id, 0, false);
        }
    }

    /// Fills the next frame; false if it is silent. Without an `audience` nothing moves.
    pub(crate) fn pull(&mut self, audience: bool, frame: &mut Frame) -> bool {
        if !audience {
            return self.rest();
        }
        if self.flow == Flow::Paused {
            return false;
        }
        let mut filled = 0;
        while filled < FRAME
            && let Some(front) = self.queue.front_mut()
        {
            let count = (front.samples.len() - front.position).min(FRAME - filled);
            // A speech that is still growing plays whole frames, so that its pieces join without a gap.
            if count < FRAME - filled && !front.last {
                break;
            }
            front.play(&mut frame[filled..filled + count]);
            if !front.started && peak(&frame[filled..filled + count]) >= SOUND {
                front.started = true;
                self.reports.push(SpeechReport::Started(front.id));
            }
            filled += count;
            self.finish_front();
        }
        frame[filled..].fill(0);
        match self.flow {
            Flow::Pausing => {
                ramp(frame, FULL, 0);
                self.flow = Flow::Paused;
            }
            Flow::Resuming if filled > 0 => {
                ramp(frame, 0, FULL);
                self.flow = Flow::Playing;
            }
            _ => {}
        }
        self.progress(filled > 0);
        filled > 0
    }

    /// What happened since the last call.
    pub(crate) fn take_reports(&mut self) -> impl Iterator<Item = SpeechReport> + '_ {
        self.reports.drain(..)
    }

    /// A tick that nobody hears: fades need not be played.
    fn rest(&mut self) -> bool {
        if self.flow == Flow::Pausing {
            self.flow = Flow::Paused;
        }
        if let Some(front) = self.queue.front_mut()
            && front.flushed_from.is_some()
        {
            front.samples.truncate(front.position);
            self.finish_front();
        }
        false
    }

    fn progress(&mut self, played: bool) {
        self.since_progress += u32::from(played);
        if self.since_progress < PROGRESS_EVERY {
            return;
        }
        self.since_progress = 0;
        if let Some(front) = self.queue.front().filter(|front| front.started) {
            self.reports.push(SpeechReport::Progress(front.id, front.left as u64));
        }
    }

    /// Takes speeches off the front that have nothing more to play.
    fn finish_front(&mut self) {
        while let Some(front) = self.queue.pop_front_if(|s| s.last && s.position >= s.samples.len()) {
            if !front.started && front.left > 0 {
                self.reports.push(SpeechReport::Started(front.id));
            }
            self.stop(front.id, front.left as u64, front.flushed_from.is_none());
        }
    }

    fn stop(&mut self, speech: SpeechId, samples: u64, complete: bool) {
        self.reports.push(SpeechReport::Stopped { speech, samples, complete });
        self.over.push_back(speech);
        if self.over.len() > REMEMBERED {
            self.over.pop_front();
        }
    }
}

impl Speech {
    /// Copies the next samples out; there are as many.
    fn play(&mut self, out: &mut [i16]) {
        out.copy_from_slice(&self.samples[self.position..self.position + out.len()]);
        if let Some(from) = self.flushed_from {
            let whole = (self.samples.len() - from).max(1) as i64;
            let gain = |at: usize| FULL - (i64::from(FULL) * (at - from) as i64 / whole) as i32;
            ramp(out, gain(self.position), gain(self.position + out.len()));
        }
        self.position += out.len();
        self.left = self.left.max(self.position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: SpeechId = SpeechId(1);
    const B: SpeechId = SpeechId(2);

    fn play(queue: &mut SpeechQueue, frames: usize) -> Vec<i16> {
        let mut heard = Vec::new();
        for _ in 0..frames {
            let mut frame = [0; FRAME];
            queue.pull(true, &mut frame);
            heard.extend(frame);
        }
        heard
    }

    fn reports(queue: &mut SpeechQueue) -> Vec<SpeechReport> {
        queue.take_reports().collect()
    }

    #[test]
    fn pieces_and_speeches_follow_each_other_without_a_gap() {
        let mut queue = SpeechQueue::default();
        queue.speak(A, vec![1_000; 100], false);
        assert_eq!(play(&mut queue, 1), [0; FRAME], "a growing speech waits for a whole frame");
        queue.speak(A, vec![1_000; 300], true);
        queue.speak(B, vec![2_000; 80], true);
        let heard = play(&mut queue, 3);
        assert_eq!(heard[..400], [1_000; 400]);
        assert_eq!(heard[400..], [2_000; 80]);
        assert_eq!(
            reports(&mut queue),
            [
                SpeechReport::Started(A),
                SpeechReport::Stopped { speech: A, samples: 400, complete: true },
                SpeechReport::Started(B),
                SpeechReport::Stopped { speech: B, samples: 80, complete: true },
            ]
        );
    }

    #[test]
    fn a_start_is_told_at_the_first_sound_and_progress_every_100_ms() {
        let mut queue = SpeechQueue::default();
        let mut samples = vec![0; 2 * FRAME];
        samples.extend([900; 20 * FRAME]);
        queue.speak(A, samples, true);
        play(&mut queue, 2);
        assert_eq!(reports(&mut queue), []);
        play(&mut queue, 8);
        let told = reports(&mut queue);
        assert_eq!(
            told,
            [SpeechReport::Started(A), SpeechReport::Progress(A, 800), SpeechReport::Progress(A, 1_600)]
        );
    }

    #[test]
    fn a_flush_counts_exactly_what_left_and_forgets_late_pieces() {
        let mut queue = SpeechQueue::default();
        queue.speak(A, vec![8_000; 4_000], false);
        queue.speak(B, vec![8_000; 4_000], true);
        play(&mut queue, 3);
        queue.flush(240);
        queue.speak(A, vec![8_000; 4_000], true);
        queue.speak(SpeechId(3), vec![500; FRAME], true);
        let heard = play(&mut queue, 3);
        assert!(heard[0] == 8_000 && heard[..240].iter().rev().is_sorted() && heard[239] < 100);
        assert_eq!(heard[240..400], [500; FRAME], "what comes after the flush is played");
        let told = reports(&mut queue);
        assert!(told.contains(&SpeechReport::Stopped { speech: A, samples: 480 + 240, complete: false }));
        assert!(told.contains(&SpeechReport::Stopped { speech: B, samples: 0, complete: false }));
        let stops = told.iter().filter(|r| matches!(r, SpeechReport::Stopped { .. })).count();
        assert_eq!(stops, 3, "each is told once: {told:?}");
    }

    #[test]
    fn a_pause_fades_and_a_resume_begins_earlier_without_counting_twice() {
        let mut queue = SpeechQueue::default();
        queue.speak(A, (0..4_000).collect(), true);
        play(&mut queue, 10);
        queue.pause();
        let faded = play(&mut queue, 2);
        assert!(faded[0] == 1_600 && faded[159] < 20 && faded[160..] == [0; FRAME]);
        queue.resume(400);
        let heard = play(&mut queue, 2);
        assert!(heard[0] == 0 && heard[160] == (1_760 - 400 + 160), "{}", heard[160]);
        reports(&mut queue);
        queue.pause();
        play(&mut queue, 1);
        queue.flush(160);
        assert_eq!(
            reports(&mut queue),
            [SpeechReport::Stopped { speech: A, samples: 1_840, complete: false }]
        );
        queue.speak(B, vec![700; FRAME], true);
        assert_eq!(play(&mut queue, 1), [700; FRAME], "a flush ends the pause");
    }

    #[test]
    fn without_an_audience_speech_stands_still_and_a_flush_is_at_once() {
        let mut queue = SpeechQueue::default();
        queue.speak(A, vec![900; 800], true);
        play(&mut queue, 2);
        let mut frame = [0; FRAME];
        assert!(!queue.pull(false, &mut frame));
        queue.flush(400);
        queue.pull(false, &mut frame);
        assert_eq!(
            reports(&mut queue).last(),
            Some(&SpeechReport::Stopped { speech: A, samples: 320, complete: false })
        );
    }

    #[test]
    fn an_empty_last_piece_ends_a_speech() {
        let mut queue = SpeechQueue::default();
        queue.speak(A, Vec::new(), true);
        assert_eq!(reports(&mut queue), [SpeechReport::Stopped { speech: A, samples: 0, complete: true }]);
        queue.speak(B, vec![900; FRAME], false);
        play(&mut queue, 1);
        queue.speak(B, Vec::new(), true);
        assert_eq!(
            reports(&mut queue).last(),
            Some(&SpeechReport::Stopped { speech: B, samples: 160, complete: true })
        );
    }
}
