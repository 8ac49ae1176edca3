//! The foreign interface to Debian's libpocketsphinx 5prealpha and libsphinxbase: all `unsafe` of this module.
//!
//! Signatures follow `pocketsphinx.h`, `ps_search.h`, `cmd_ln.h` and `err.h` as installed by `libpocketsphinx-dev`
//! and `libsphinxbase-dev` (0.8+5prealpha).

use std::ffi::{CStr, CString, c_char, c_double, c_int, c_void};
use std::ptr::NonNull;

#[repr(C)]
struct PsDecoder {
    _private: [u8; 0],
}
#[repr(C)]
struct CmdLn {
    _private: [u8; 0],
}
#[repr(C)]
struct PsSeg {
    _private: [u8; 0],
}
#[repr(C)]
struct LogMath {
    _private: [u8; 0],
}

#[link(name = "pocketsphinx")]
unsafe extern "C" {
    fn ps_args() -> *const c_void;
    fn ps_init(config: *mut CmdLn) -> *mut PsDecoder;
    fn ps_free(decoder: *mut PsDecoder) -> c_int;
    fn ps_start_utt(decoder: *mut PsDecoder) -> c_int;
    fn ps_process_raw(
        decoder: *mut PsDecoder,
        data: *const i16,
        samples: usize,
        no_search: c_int,
        full_utt: c_int,
    ) -> c_int;
    fn ps_end_utt(decoder: *mut PsDecoder) -> c_int;
    fn ps_get_hyp(decoder: *mut PsDecoder, best_score: *mut i32) -> *const c_char;
    fn ps_get_logmath(decoder: *mut PsDecoder) -> *mut LogMath;
    fn ps_seg_iter(decoder: *mut PsDecoder) -> *mut PsSeg;
    fn ps_seg_next(segment: *mut PsSeg) -> *mut PsSeg;
    fn ps_seg_word(segment: *mut PsSeg) -> *const c_char;
    fn ps_seg_frames(segment: *mut PsSeg, first: *mut c_int, last: *mut c_int);
    fn ps_seg_prob(segment: *mut PsSeg, ascr: *mut i32, lscr: *mut i32, lback: *mut i32) -> i32;
}

#[link(name = "sphinxbase")]
unsafe extern "C" {
    fn cmd_ln_parse_r(
        previous: *mut CmdLn,
        definitions: *const c_void,
        argc: i32,
        argv: *const *mut c_char,
        strict: i32,
    ) -> *mut CmdLn;
    fn cmd_ln_free_r(config: *mut CmdLn) -> c_int;
    fn err_set_logfp(stream: *mut c_void);
    fn logmath_exp(lmath: *mut LogMath, log: i32) -> c_double;
}

/// One word of a result; frames are 10 ms from the start of the utterance.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// As in the dictionary, with `(2)` after alternative pronunciations; fillers as `<sil>`, `[NOISE]`.
    pub word: String,
    pub first_frame: i32,
    pub last_frame: i32,
    /// Posterior probability, 0–1.
    pub probability: f64,
}

/// A decoder with its model loaded. One utterance at a time; usable from any one thread.
#[derive(Debug)]
pub struct Decoder {
    raw: NonNull<PsDecoder>,
    /// The library keeps pointers into its arguments for as long as the configuration lives.
    _arguments: Vec<CString>,
}

/// Loading is done by one thread at a time: while it loads, the library opens and closes its log, which is global.
static LOADING: parking_lot::Mutex<()> = parking_lot::Mutex::new(());

// SAFETY: a decoder owns all it refers to (configuration, model, search state) and, once loaded, the library keeps no
// thread-local or global state; `&mut self` makes use by one thread at a time.
unsafe impl Send for Decoder {}

impl Decoder {
    /// Loads model, dictionary and language model as the arguments (`-hmm`, `dir`, `-lm`, `file` …) say.
    /// `None`: the library refused; it says no more than that.
    pub fn new(arguments: &[(&str, &str)]) -> Option<Self> {
        let mut owned = vec![CString::new("tandem").ok()?];
        for (name, value) in arguments {
            owned.push(CString::new(*name).ok()?);
            owned.push(CString::new(*value).ok()?);
        }
        let pointers: Vec<*mut c_char> = owned.iter().map(|text| text.as_ptr().cast_mut()).collect();
        let count = i32::try_from(pointers.len()).ok()?;
        let _loading = LOADING.lock();
        // SAFETY: a null stream makes the library silent; nobody else loads meanwhile. `pointers` are NUL-terminated
        // strings that outlive the configuration (they are kept in the decoder). The decoder retains the
        // configuration, so our reference is given back at once.
        unsafe {
            err_set_logfp(std::ptr::null_mut());
            let config = cmd_ln_parse_r(std::ptr::null_mut(), ps_args(), count, pointers.as_ptr(), 0);
            if config.is_null() {
                return None;
            }
            let decoder = ps_init(config);
            cmd_ln_free_r(config);
            Some(Self { raw: NonNull::new(decoder)?, _arguments: owned })
        }
    }

    /// Begins an utterance; `false` where one is running already.
    pub fn start(&mut self) -> bool {
        // SAFETY: `raw` is a live decoder.
        unsafe { ps_start_utt(self.raw.as_ptr()) == 0 }
    }

    /// Searches through more audio of the utterance (16 kHz).
    pub fn process(&mut self, samples: &[i16]) -> bool {
        // SAFETY: the library reads `samples.len()` values from the slice and keeps no pointer to it.
        unsafe { ps_process_raw(self.raw.as_ptr(), samples.as_ptr(), samples.len(), 0, 0) >= 0 }
    }

    /// Ends the utterance: the last passes of the search run here.
    pub fn end(&mut self) -> bool {
        // SAFETY: `raw` is a live decoder.
        unsafe { ps_end_utt(self.raw.as_ptr()) == 0 }
    }

    /// The best text so far, without fillers.
    pub fn hypothesis(&mut self) -> Option<String> {
        // SAFETY: the string belongs to the decoder and is copied before the next call.
        unsafe {
            let mut score = 0;
            let text = ps_get_hyp(self.raw.as_ptr(), &raw mut score);
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    }

    /// The words of the result with their times.
    pub fn segments(&mut self) -> Vec<Segment> {
        let mut found = Vec::new();
        // SAFETY: the iterator frees itself when `ps_seg_next` answers NULL, and it is always driven to there;
        // words are copied before the iterator moves on.
        unsafe {
            let lmath = ps_get_logmath(self.raw.as_ptr());
            let mut segment = ps_seg_iter(self.raw.as_ptr());
            while !segment.is_null() {
                let (mut first, mut last) = (0, 0);
                ps_seg_frames(segment, &raw mut first, &raw mut last);
                let (mut ascr, mut lscr, mut lback) = (0, 0, 0);
                let log = ps_seg_prob(segment, &raw mut ascr, &raw mut lscr, &raw mut lback);
                found.push(Segment {
                    word: CStr::from_ptr(ps_seg_word(segment)).to_string_lossy().into_owned(),
                    first_frame: first,
                    last_frame: last,
                    probability: logmath_exp(lmath, log),
                });
                segment = ps_seg_next(segment);
            }
        }
        found
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: we hold the only reference; after this nothing can use it.
        unsafe {
            ps_free(self.raw.as_ptr());
        }
    }
}
