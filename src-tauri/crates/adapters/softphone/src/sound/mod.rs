//! Sound: devices, streams, and the way between a card's clock and the exchange's.

mod capture;
mod cleaner;
mod devices;
mod drift;
mod echo;
mod keeper;
mod level;
mod loudspeaker;
mod microphone;
mod playback;
mod rate;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};

use cleaner::Cleaner;
pub use devices::{Choice, Devices, NamedDevice};
use level::Level;
use loudspeaker::Speaking;
use microphone::Listening;

/// Samples a second on the exchange's side.
pub(crate) const PHONE_RATE: u32 = 8_000;
/// Samples in a frame of the exchange.
pub(crate) const FRAME: usize = 160;
/// Samples that may wait between a card and us (about 340 ms at 48 kHz).
const RING: usize = 16_384;

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    #[error("no_device")]
    NoDevice,
    #[error("opening the {direction} device: {reason}")]
    Open { direction: &'static str, reason: String },
}

/// The sound card, open only while somebody speaks or tests.
#[derive(Debug)]
pub struct Sound {
    choice: Mutex<Choice>,
    changed: watch::Sender<u64>,
    muted: AtomicBool,
    input: Level,
    output: Level,
}

/// Sound that flows until this is dropped.
#[derive(Debug)]
pub struct Flow {
    _stop: watch::Sender<()>,
}

impl Sound {
    /// Nothing is opened yet; the system's default devices are chosen.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            choice: Mutex::default(),
            changed: watch::Sender::new(0),
            muted: AtomicBool::new(false),
            input: Level::default(),
            output: Level::default(),
        })
    }

    /// Every device that can be chosen. Asks the sound server away from the runtime's threads.
    pub async fn devices(&self) -> Devices {
        tokio::task::spawn_blocking(devices::list).await.unwrap_or_default()
    }

    /// What is chosen.
    pub fn choice(&self) -> Choice {
        self.choice.lock().clone()
    }

    /// Chooses devices by id (`None`: the system's default); a call in progress moves to them.
    pub fn select(&self, choice: Choice) {
        *self.choice.lock() = choice;
        self.changed.send_modify(|generation| *generation += 1);
    }

    /// Sends silence in place of what the microphone hears, until it is taken back.
    pub fn mute(&self, muted: bool) {
        self.muted.store(muted, Ordering::Release);
    }

    /// Whether silence is sent in place of what the microphone hears.
    pub fn is_muted(&self) -> bool {
        self.muted.load(Ordering::Acquire)
    }

    /// Loudness of both directions since last asked, 0 to 1.
    pub fn levels(&self) -> (f32, f32) {
        (self.input.take(), self.output.take())
    }

    /// Opens the devices and carries frames of 160 samples at 8 kHz both ways until the answer is dropped.
    ///
    /// Devices that go away are opened again, or the next best in their place; each direction for itself, so that
    /// somebody without a microphone hears all the same. Must be called inside of a tokio runtime.
    pub fn flow(
        self: &Arc<Self>,
        to_exchange: mpsc::Sender<Box<[i16]>>,
        from_exchange: mpsc::Receiver<Box<[i16]>>,
    ) -> Flow {
        let (stop, stopped) = watch::channel(());
        let cleaner = Arc::new(Cleaner::new(&self.choice()));
        let listening = Listening { sound: self.clone(), to_exchange, cleaner: cleaner.clone() };
        let speaking = Speaking { sound: self.clone(), from_exchange, cleaner };
        tokio::spawn(keeper::keep(listening, self.clone(), stopped.clone()));
        tokio::spawn(keeper::keep(speaking, self.clone(), stopped));
        Flow { _stop: stop }
    }

    /// Opens the microphone for its level alone, until the answer is dropped.
    pub fn meter(self: &Arc<Self>) -> Flow {
        let (stop, stopped) = watch::channel(());
        let (to_nobody, mut frames) = mpsc::channel(4);
        let cleaner = Arc::new(Cleaner::new(&self.choice()));
        let listening = Listening { sound: self.clone(), to_exchange: to_nobody, cleaner };
        tokio::spawn(keeper::keep(listening, self.clone(), stopped));
        tokio::spawn(async move { while frames.recv().await.is_some() {} });
        Flow { _stop: stop }
    }
}

/// Whether a stream that reports this has to be opened again.
fn fatal(error: &cpal::Error) -> bool {
    use cpal::ErrorKind::{DeviceChanged, RealtimeDenied, Xrun};
    !matches!(error.kind(), DeviceChanged | RealtimeDenied | Xrun)
}
