//! Keeps a stream open for as long as somebody wants it, through devices that come and go.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Choice, Sound, SoundError};

const FIRST_WAIT: Duration = Duration::from_millis(300);
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// A sound server that has hung is given up after this; the thread that waits for it is lost.
const OPENING: Duration = Duration::from_secs(5);

/// Why carrying stopped.
#[derive(Debug)]
pub(super) enum Ended {
    /// Nobody wants sound any more.
    Finished,
    /// The device is gone, with the reason.
    Lost(String),
}

/// One direction of sound.
pub(super) trait Side: Send + 'static {
    const DIRECTION: &'static str;
    type Open: Send + 'static;

    /// Opens the chosen device, or the default in its place. Blocks.
    fn open(choice: &Choice) -> Result<Self::Open, SoundError>;
    /// Carries sound until either end is gone.
    fn carry(&mut self, open: &mut Self::Open) -> impl Future<Output = Ended> + Send;
    /// Waits without a device; returns when nobody wants sound any more.
    fn idle(&mut self) -> impl Future<Output = ()> + Send;
}

/// Opens a side's device away from the runtime's threads: sound servers answer when they like.
pub(super) async fn open<S: Side>(choice: Choice) -> Result<S::Open, SoundError> {
    let opening = tokio::task::spawn_blocking(move || S::open(&choice));
    match tokio::time::timeout(OPENING, opening).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(_)) | Err(_) => Err(SoundError::Open {
            direction: S::DIRECTION,
            reason: "the sound server does not answer".into(),
        }),
    }
}

/// Keeps a side open until the `stopped` channel's sender is dropped.
pub(super) async fn keep<S: Side>(mut side: S, sound: Arc<Sound>, mut stopped: watch::Receiver<()>) {
    let mut changed = sound.changed.subscribe();
    let mut wait = FIRST_WAIT;
    loop {
        changed.mark_unchanged();
        match open::<S>(sound.choice()).await {
            Ok(mut opened) => {
                wait = FIRST_WAIT;
                let finished = tokio::select! {
                    _ = stopped.changed() => true,
                    _ = changed.changed() => false,
                    ended = side.carry(&mut opened) => match ended {
                        Ended::Finished => true,
                        Ended::Lost(reason) => {
                            tracing::warn!(direction = S::DIRECTION, reason, "a sound device is gone");
                            false
                        }
                    },
                };
                // Closing talks to the sound server and may take its time.
                tokio::task::spawn_blocking(move || drop(opened));
                if finished {
                    return;
                }
            }
            Err(error) => {
                // Said once, not every few seconds of a call without a microphone.
                if wait == FIRST_WAIT {
                    tracing::warn!(direction = S::DIRECTION, %error, "no sound; trying again");
                }
                tokio::select! {
                    _ = stopped.changed() => return,
                    () = side.idle() => return,
                    _ = changed.changed() => {}
                    () = tokio::time::sleep(wait) => {}
                }
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }
}
