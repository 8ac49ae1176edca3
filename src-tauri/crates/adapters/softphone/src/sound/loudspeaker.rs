//! The open loudspeaker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{SampleFormat, Stream, StreamConfig};
use tokio::sync::mpsc;

use super::cleaner::Cleaner;
use super::keeper::{Ended, Side};
use super::playback::Playback;
use super::{Choice, RING, Sound, SoundError, devices, fatal};

/// How often to see whether the card still asks for sound; one that does not between two looks is gone.
const LOOK: Duration = Duration::from_secs(2);

/// An output stream that runs.
pub(super) struct Loudspeaker {
    _stream: Stream,
    to_play: rtrb::Producer<f32>,
    rate: u32,
    lost: mpsc::Receiver<String>,
    /// How many times the card has asked for sound.
    asked: Arc<AtomicU64>,
}

/// The exchange's end of the loudspeaker.
#[derive(Debug)]
pub(super) struct Speaking {
    pub sound: Arc<Sound>,
    pub from_exchange: mpsc::Receiver<Box<[i16]>>,
    pub cleaner: Arc<Cleaner>,
}

impl Side for Speaking {
    const DIRECTION: &'static str = "output";
    type Open = Loudspeaker;

    fn open(choice: &Choice) -> Result<Loudspeaker, SoundError> {
        let device = devices::output(&devices::host(), choice)?;
        let default = device.default_output_config().map_err(failed)?;
        let (config, format) = devices::short_buffer(&default, devices::PLAYED_MS);
        let (report, lost) = mpsc::channel(4);
        let (to_play, mut from_us) = rtrb::RingBuffer::new(RING);
        let asked = Arc::new(AtomicU64::new(0));
        let (channels, count) = (usize::from(config.channels).max(1), asked.clone());
        let fill = move |samples: &mut dyn Iterator<Item = &mut f32>| {
            count.fetch_add(1, Ordering::Relaxed);
            let mut current = 0.0;
            for (n, sample) in samples.enumerate() {
                if n % channels == 0 {
                    current = from_us.pop().unwrap_or(0.0);
                }
                *sample = current;
            }
        };
        let stream = build(&device, config, format, fill, report)?;
        stream.play().map_err(failed)?;
        Ok(Loudspeaker { _stream: stream, to_play, rate: config.sample_rate, lost, asked })
    }

    async fn carry(&mut self, open: &mut Loudspeaker) -> Ended {
        let mut playback = match Playback::new(open.rate) {
            Ok(playback) => playback,
            Err(reason) => return Ended::Lost(reason),
        };
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        look.tick().await;
        let mut asked = open.asked.load(Ordering::Relaxed);
        loop {
            tokio::select! {
                reason = open.lost.recv() => return Ended::Lost(reason.unwrap_or_default()),
                _ = look.tick() => {
                    let now = open.asked.load(Ordering::Relaxed);
                    if now == asked {
                        return Ended::Lost("it asks for nothing".into());
                    }
                    asked = now;
                }
                frame = self.from_exchange.recv() => match frame {
                    Some(frame) => {
                        self.sound.output.heard(&frame);
                        self.cleaner.played(&frame);
                        playback.take(&frame, &mut open.to_play);
                    }
                    None => return Ended::Finished,
                },
            }
        }
    }

    async fn idle(&mut self) {
        // What is said while there is no loudspeaker is not heard later.
        while self.from_exchange.recv().await.is_some() {}
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: cpal::Error) -> SoundError {
    SoundError::Open { direction: Speaking::DIRECTION, reason: error.to_string() }
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    mut fill: impl FnMut(&mut dyn Iterator<Item = &mut f32>) + Send + 'static,
    report: mpsc::Sender<String>,
) -> Result<Stream, SoundError> {
    let lost = move |error: cpal::Error| {
        if fatal(&error) {
            let _ = report.try_send(error.to_string());
        }
    };
    let stream = match format {
        SampleFormat::I16 => {
            let mut floats = Vec::new();
            device.build_output_stream(
                config,
                move |data: &mut [i16], _: &_| {
                    floats.resize(data.len(), 0.0);
                    fill(&mut floats.iter_mut());
                    for (sample, float) in data.iter_mut().zip(&floats) {
                        *sample = super::rate::to_i16(*float);
                    }
                },
                lost,
                None,
            )
        }
        _ => device.build_output_stream(
            config,
            move |data: &mut [f32], _: &_| fill(&mut data.iter_mut()),
            lost,
            None,
        ),
    };
    stream.map_err(failed)
}
