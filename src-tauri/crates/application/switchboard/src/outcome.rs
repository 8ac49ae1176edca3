//! What came of a call.

use crate::records::{Call, Outcome, TranscriptItem};

pub(crate) fn derive(_call: &Call, _items: &[TranscriptItem], _today: (i16, u8, u8)) -> Outcome {
    Outcome::default()
}
