//! What every recogniser, voice and model must do, whoever provides it.
//!
//! Each check takes the port's object and what it needs to know of it. [`voice_conformance!`](crate::voice_conformance),
//! [`recogniser_conformance!`](crate::recogniser_conformance) and [`model_conformance!`](crate::model_conformance) make
//! a test of each.

pub mod model;
pub mod recogniser;
pub mod voice;

use std::future::Future;
use std::time::Duration;

/// Longer than any provider may take here; reached only by one that hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for what must come.
async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("{what} never came"))
}

/// Makes a `#[tokio::test]` of every check of the voice port. `$open` awaits to (anything to keep,
/// [`voice::Subject`]).
#[macro_export]
macro_rules! voice_conformance {
    ($open:expr) => {
        $crate::speech_conformance!(@tests voice, $open;
            a_sentence_is_audio_and_then_one_end
            sentences_of_a_session_follow_each_other
            the_wanted_sample_rate_is_kept
            alignment_walks_through_text_and_audio
            dropping_the_receiver_cancels_and_the_session_goes_on
            sessions_speak_at_once_and_do_not_mix
            text_without_words_ends
        );
    };
}

/// Makes a `#[tokio::test]` of every check of the recogniser port. `$open` awaits to (anything to keep,
/// [`recogniser::Subject`]).
#[macro_export]
macro_rules! recogniser_conformance {
    ($open:expr) => {
        $crate::speech_conformance!(@tests recogniser, $open;
            speech_becomes_text_while_it_goes_on_and_a_final_at_its_end
            words_have_times_within_the_speech
            a_later_utterance_of_the_session_has_later_times
            finalize_in_silence_invents_nothing_and_the_session_goes_on
            closing_the_input_ends_the_events
            dropping_the_events_ends_the_session
            sessions_at_once_do_not_mix
        );
    };
}

/// Makes a `#[tokio::test]` of every check of the model port. `$open` awaits to (anything to keep,
/// [`model::Subject`]).
#[macro_export]
macro_rules! model_conformance {
    ($open:expr) => {
        $crate::speech_conformance!(@tests model, $open;
            a_reply_ends_with_one_end_and_nothing_after_it
            a_context_with_every_role_is_taken
            a_tool_that_was_not_offered_is_not_called
            dropping_the_receiver_hurts_no_later_request
            requests_at_once_are_each_answered
        );
    };
}

/// What the three macros above have in common.
#[doc(hidden)]
#[macro_export]
macro_rules! speech_conformance {
    (@tests $port:ident, $open:expr; $($check:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            let (_kept, subject) = $open.await;
            $crate::speech::$port::$check(subject).await;
        }
    )*};
}
