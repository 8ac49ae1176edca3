//! An endless sound for one leg alone: added to what it hears, after the mix.

use tandem_audio::mixer::Frame;
use tandem_audio::music::HoldMusic;
use tandem_audio::tone::Tone;
use tandem_audio::{FRAME, ramp, saturate};
use tandem_switchboard::ports::media::Sound;

#[derive(Debug)]
enum Playing {
    Tone(Tone),
    Music(HoldMusic),
}

/// What a leg is being played.
#[derive(Debug, Default)]
pub(crate) struct SoundPlayer {
    current: Option<Playing>,
    /// Has one frame to fade out.
    leaving: Option<Playing>,
}

impl SoundPlayer {
    /// Begins a sound in place of another, or ends it.
    pub(crate) fn set(&mut self, sound: Option<Sound>) {
        self.leaving = self.current.take();
        self.current = sound.map(|sound| match sound {
            Sound::Ringback => Playing::Tone(Tone::ringback()),
            Sound::Busy => Playing::Tone(Tone::busy()),
            Sound::Beep => Playing::Tone(Tone::beep()),
            Sound::HoldMusic => Playing::Music(HoldMusic::default()),
        });
    }

    /// Whether nothing is played nor fades out.
    pub(crate) fn is_idle(&self) -> bool {
        self.current.is_none() && self.leaving.is_none()
    }

    /// Adds the next 20 ms.
    pub(crate) fn add_to(&mut self, frame: &mut Frame) {
        if let Some(mut leaving) = self.leaving.take() {
            let mut last = [0; FRAME];
            leaving.add_to(&mut last);
            ramp(&mut last, 32_768, 0);
            frame.iter_mut().zip(last).for_each(|(sample, old)| {
                *sample = saturate(i32::from(*sample) + i32::from(old));
            });
        }
        if let Some(current) = &mut self.current {
            current.add_to(frame);
        }
    }
}

impl Playing {
    fn add_to(&mut self, out: &mut [i16]) {
        match self {
            Self::Tone(tone) => tone.add_to(out),
            Self::Music(music) => music.add_to(out),
        }
    }
}
