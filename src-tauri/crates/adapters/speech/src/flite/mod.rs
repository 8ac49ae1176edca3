//! The embedded voice: flite.
use std::ffi::{CString, c_char, c_int, c_void};
use async_trait::async_trait;
use tandem_switchboard::ports::speech::*;
use tokio::sync::mpsc;
use crate::resample::Resampler;

#[repr(C)] struct CstWave { kind: *const c_char, sample_rate: c_int, num_samples: c_int, num_channels: c_int, samples: *mut i16 }
#[link(name = "flite")] unsafe extern "C" { fn flite_init() -> c_int; fn flite_text_to_wave(text: *const c_char, voice: *mut c_void) -> *mut CstWave; fn delete_wave(w: *mut CstWave); }
#[link(name = "flite_cmulex")] unsafe extern "C" {}
#[link(name = "flite_usenglish")] unsafe extern "C" {}
#[link(name = "flite_cmu_us_slt")] unsafe extern "C" { fn register_cmu_us_slt(d: *const c_char) -> *mut c_void; }
#[link(name = "flite_cmu_us_rms")] unsafe extern "C" { fn register_cmu_us_rms(d: *const c_char) -> *mut c_void; }
#[link(name = "flite_cmu_us_kal16")] unsafe extern "C" { fn register_cmu_us_kal16(d: *const c_char) -> *mut c_void; }

struct Voices([usize; 3]);
static VOICES: std::sync::OnceLock<Voices> = std::sync::OnceLock::new();
static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn synth(text: &str, voice: &str) -> Option<(u32, Vec<i16>)> {
    let voices = VOICES.get_or_init(|| unsafe { flite_init(); Voices([register_cmu_us_slt(std::ptr::null()) as usize, register_cmu_us_rms(std::ptr::null()) as usize, register_cmu_us_kal16(std::ptr::null()) as usize]) });
    let v = voices.0[match voice { "rms" => 1, "kal16" | "kal" => 2, _ => 0 }] as *mut c_void;
    let text = CString::new(text.replace('\0', " ")).ok()?;
    let _guard = LOCK.lock().ok()?;
    unsafe {
        let wave = flite_text_to_wave(text.as_ptr(), v);
        if wave.is_null() { return None; }
        let samples = std::slice::from_raw_parts((*wave).samples, (*wave).num_samples as usize).to_vec();
        let rate = (*wave).sample_rate as u32;
        delete_wave(wave);
        Some((rate, samples))
    }
}

#[derive(Debug)] pub struct Flite;
#[derive(Debug)] struct Session(VoiceSettings);
#[async_trait]
impl Voice for Flite {
    async fn open(&self, settings: VoiceSettings) -> Result<Box<dyn VoiceSession>, ProviderError> { Ok(Box::new(Session(settings))) }
}
#[async_trait]
impl VoiceSession for Session {
    async fn speak(&mut self, text: &str) -> mpsc::Receiver<VoiceEvent> {
        let (tx, rx) = mpsc::channel(8);
        let (text, settings) = (text.to_owned(), self.0.clone());
        tokio::task::spawn_blocking(move || {
            let Some((rate, samples)) = synth(&text, &settings.voice) else { return };
            let mut r = Resampler::new(rate, settings.sample_rate);
            let mut out = r.process(&samples); out.extend(r.finish());
            let _ = tx.blocking_send(VoiceEvent::Audio { samples: out, alignment: vec![] });
            let _ = tx.blocking_send(VoiceEvent::Done);
        });
        rx
    }
}
