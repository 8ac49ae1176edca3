//! Taps and voice activity of a leg: what is attached to its speech before the mix.

use std::time::{Duration, Instant};

use tandem_audio::mixer::Frame;
use tandem_audio::vad::{VadConfig, VoiceChange, VoiceDetector};
use tandem_audio::{FRAME, SAMPLE_RATE};
use tandem_switchboard::ports::media::TappedFrame;
use tokio::sync::mpsc::{Sender, error::TrySendError};

#[derive(Debug)]
struct Tap {
    reader: Sender<TappedFrame>,
    position: u64,
}

#[derive(Debug)]
struct VoiceWatch {
    detector: VoiceDetector,
    /// Samples given to the detector so far.
    position: u64,
}

/// Voice began or ended at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VoiceMoment {
    Started(Instant),
    Stopped(Instant),
}

/// What watches one leg.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    taps: Vec<Tap>,
    voice: Option<VoiceWatch>,
}

impl Watch {
    pub(crate) fn tap(&mut self, reader: Sender<TappedFrame>) {
        self.taps.push(Tap { reader, position: 0 });
    }

    /// Begins or ends looking for voice; beginning twice changes nothing.
    pub(crate) fn voice(&mut self, on: bool, config: VadConfig) {
        if !on {
            self.voice = None;
        } else if self.voice.is_none() {
            self.voice = Some(VoiceWatch { detector: VoiceDetector::new(config), position: 0 });
        }
    }

    /// Whether anybody watches.
    pub(crate) fn is_on(&self) -> bool {
        self.voice.is_some() || self.taps.iter().any(|tap| !tap.reader.is_closed())
    }

    /// Shows the leg's frame to all that watch; `now` is when the frame has come in whole.
    pub(crate) fn frame(&mut self, now: Instant, frame: &Frame) -> Option<VoiceMoment> {
        self.taps.retain_mut(|tap| {
            let tapped =
                TappedFrame { position: tap.position, at: now, samples: Box::from(frame.as_slice()) };
            tap.position += FRAME as u64;
            // A full channel costs the reader this frame; the next one's position shows it.
            !matches!(tap.reader.try_send(tapped), Err(TrySendError::Closed(_)))
        });
        let voice = self.voice.as_mut()?;
        voice.position += FRAME as u64;
        let instant = |at: u64| {
            let ago =
                Duration::from_micros(voice.position.saturating_sub(at) * 1_000_000 / u64::from(SAMPLE_RATE));
            now.checked_sub(ago).unwrap_or(now)
        };
        voice.detector.process(frame).map(|change| match change {
            VoiceChange::Started { at } => VoiceMoment::Started(instant(at)),
            VoiceChange::Stopped { at } => VoiceMoment::Stopped(instant(at)),
        })
    }

    /// Lets time pass without sound.
    pub(crate) fn skip(&mut self, ticks: u64) {
        self.taps.iter_mut().for_each(|tap| tap.position += ticks * FRAME as u64);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[test]
    fn a_slow_reader_loses_frames_and_sees_it_by_the_positions() {
        let (reader, mut frames) = mpsc::channel(4);
        let mut watch = Watch::default();
        watch.tap(reader);
        let now = Instant::now();
        for n in 0..10 {
            watch.frame(now, &[n; FRAME]);
        }
        let seen: Vec<_> = std::iter::from_fn(|| frames.try_recv().ok()).map(|f| f.position).collect();
        assert_eq!(seen, [0, 160, 320, 480]);
        watch.skip(5);
        watch.frame(now, &[7; FRAME]);
        assert_eq!(frames.try_recv().map(|f| (f.position, f.samples[0])), Ok((15 * 160, 7)));
        drop(frames);
        watch.frame(now, &[7; FRAME]);
        assert!(watch.taps.is_empty(), "a tap without a reader is taken off");
    }
}
