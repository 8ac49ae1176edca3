//! The foreign interface to Debian's libflite 2.2: all `unsafe` of this module.
//!
//! Signatures follow `flite.h` and `cst_wave.h` as installed by `flite1-dev`.

use std::ffi::{CString, c_char, c_int, c_void};
use std::sync::OnceLock;

use parking_lot::Mutex;

/// `cst_wave` of `cst_wave.h`.
#[repr(C)]
struct Wave {
    kind: *const c_char,
    sample_rate: c_int,
    num_samples: c_int,
    num_channels: c_int,
    samples: *mut i16,
}

/// The beginning of `cst_voice` of `cst_voice.h`; voices are only ever handled by pointer.
#[repr(C)]
struct RawVoice {
    name: *const c_char,
    features: *mut c_void,
}

#[link(name = "flite")]
unsafe extern "C" {
    fn flite_init() -> c_int;
    fn flite_text_to_wave(text: *const c_char, voice: *mut RawVoice) -> *mut Wave;
    fn delete_wave(wave: *mut Wave);
    fn feat_set_float(features: *mut c_void, name: *const c_char, value: f32);
}
// The voices need these two, and the linker must see them after the voices.
#[link(name = "flite_cmu_us_slt")]
unsafe extern "C" {
    fn register_cmu_us_slt(folder: *const c_char) -> *mut RawVoice;
}
#[link(name = "flite_cmu_us_rms")]
unsafe extern "C" {
    fn register_cmu_us_rms(folder: *const c_char) -> *mut RawVoice;
}
#[link(name = "flite_cmu_us_kal16")]
unsafe extern "C" {
    fn register_cmu_us_kal16(folder: *const c_char) -> *mut RawVoice;
}
#[link(name = "flite_usenglish")]
unsafe extern "C" {}
#[link(name = "flite_cmulex")]
unsafe extern "C" {}

/// The voices that are linked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FliteVoice {
    /// A woman's.
    Slt,
    /// A man's.
    Rms,
    /// A man's, from diphones: plainer and cheaper.
    Kal16,
}

/// The library with its voices, used by one thread at a time: its voices share state while they speak.
struct Library {
    voices: [*mut RawVoice; 3],
}

// SAFETY: the pointers are to voices that live as long as the process, and the mutex around the library lets one
// thread use them at a time.
unsafe impl Send for Library {}

fn library() -> &'static Mutex<Library> {
    static LIBRARY: OnceLock<Mutex<Library>> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let none = std::ptr::null();
        // SAFETY: initialised once, before any other use; a null folder means "the voice that is linked in".
        let voices = unsafe {
            flite_init();
            [register_cmu_us_slt(none), register_cmu_us_rms(none), register_cmu_us_kal16(none)]
        };
        Mutex::new(Library { voices })
    })
}

/// Speaks text; the sample rate and the samples (mono). `None`: the library made nothing of it.
pub(super) fn speak(text: &str, voice: FliteVoice, speed: f32) -> Option<(u32, Vec<i16>)> {
    let text = CString::new(text.replace('\0', " ")).ok()?;
    let library = library().lock();
    let voice = library.voices[voice as usize];
    if voice.is_null() {
        return None;
    }
    // SAFETY: `voice` is registered and the lock is held; `text` outlives the call; the wave is ours until it is
    // deleted, and its samples are copied before that. A feature's name is copied by the library only as a pointer,
    // which is why it is a literal.
    unsafe {
        feat_set_float((*voice).features, c"duration_stretch".as_ptr(), 1.0 / speed.clamp(0.5, 2.0));
        let wave = flite_text_to_wave(text.as_ptr(), voice);
        if wave.is_null() {
            return None;
        }
        let length = usize::try_from((*wave).num_samples).unwrap_or(0);
        let rate = u32::try_from((*wave).sample_rate).unwrap_or(0);
        let samples = if length == 0 {
            Vec::new()
        } else {
            std::slice::from_raw_parts((*wave).samples, length).to_vec()
        };
        delete_wave(wave);
        (rate > 0 && !samples.is_empty()).then_some((rate, samples))
    }
}
