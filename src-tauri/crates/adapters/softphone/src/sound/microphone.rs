//! The open microphone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{SampleFormat, Stream, StreamConfig};
use tokio::sync::{Notify, mpsc};

use super::capture::Capture;
use super::cleaner::Cleaner;
use super::keeper::{Ended, Side};
use super::{Choice, RING, Sound, SoundError, devices, fatal};

/// A card that delivers nothing for so long is gone, whatever it says.
const STALLED: Duration = Duration::from_secs(2);

/// An input stream that runs.
pub(super) struct Microphone {
    _stream: Stream,
    captured: rtrb::Consumer<f32>,
    rate: u32,
    lost: mpsc::Receiver<String>,
    /// The card has delivered something.
    woken: Arc<Notify>,
}

/// The exchange's end of the microphone.
#[derive(Debug)]
pub(super) struct Listening {
    pub sound: Arc<Sound>,
    pub to_exchange: mpsc::Sender<Box<[i16]>>,
    pub cleaner: Arc<Cleaner>,
}

impl Side for Listening {
    const DIRECTION: &'static str = "input";
    type Open = Microphone;

    fn open(choice: &Choice) -> Result<Microphone, SoundError> {
        let device = devices::input(&devices::host(), choice)?;
        let default = device.default_input_config().map_err(failed)?;
        let (config, format) = devices::short_buffer(&default, devices::RECORDED_MS);
        let (report, lost) = mpsc::channel(4);
        let woken = Arc::new(Notify::new());
        let (mut to_us, captured) = rtrb::RingBuffer::new(RING);
        let (channels, wake) = (usize::from(config.channels).max(1), woken.clone());
        let keep = move |samples: &mut dyn Iterator<Item = f32>| {
            // The first channel is the microphone; what does not fit is lost, as on any full line.
            for sample in samples.step_by(channels) {
                let _ = to_us.push(sample);
            }
            wake.notify_one();
        };
        let stream = build(&device, config, format, keep, report)?;
        stream.play().map_err(failed)?;
        Ok(Microphone { _stream: stream, captured, rate: config.sample_rate, lost, woken })
    }

    async fn carry(&mut self, open: &mut Microphone) -> Ended {
        let mut capture = match Capture::new(open.rate) {
            Ok(capture) => capture,
            Err(reason) => return Ended::Lost(reason),
        };
        loop {
            tokio::select! {
                () = self.to_exchange.closed() => return Ended::Finished,
                reason = open.lost.recv() => return Ended::Lost(reason.unwrap_or_default()),
                delivered = tokio::time::timeout(STALLED, open.woken.notified()) => {
                    if delivered.is_err() {
                        return Ended::Lost("it delivers nothing".into());
                    }
                    let samples = std::iter::from_fn(|| open.captured.pop().ok());
                    capture.take(Instant::now(), samples, |mut frame| {
                        let muted = self.sound.is_muted();
                        if !muted {
                            self.sound.input.heard(&frame);
                        }
                        self.cleaner.clean(&mut frame);
                        // After the cleaner, which has to follow the room while nothing is sent; silence goes out all
                        // the same, for a line without packets is taken for dead.
                        if muted {
                            frame.fill(0);
                        }
                        // A full queue means that the exchange is not listening: the newest is dropped.
                        let _ = self.to_exchange.try_send(frame);
                    });
                }
            }
        }
    }

    async fn idle(&mut self) {
        self.to_exchange.closed().await;
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: cpal::Error) -> SoundError {
    SoundError::Open { direction: Listening::DIRECTION, reason: error.to_string() }
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    mut keep: impl FnMut(&mut dyn Iterator<Item = f32>) + Send + 'static,
    report: mpsc::Sender<String>,
) -> Result<Stream, SoundError> {
    let lost = move |error: cpal::Error| {
        if fatal(&error) {
            let _ = report.try_send(error.to_string());
        }
    };
    let stream = match format {
        SampleFormat::I16 => device.build_input_stream(
            config,
            move |data: &[i16], _: &_| keep(&mut data.iter().map(|s| super::rate::to_f32(*s))),
            lost,
            None,
        ),
        // PulseAudio converts to whatever it is asked for, and so do the other platforms' shared modes.
        _ => device.build_input_stream(
            config,
            move |data: &[f32], _: &_| keep(&mut data.iter().copied()),
            lost,
            None,
        ),
    };
    stream.map_err(failed)
}
