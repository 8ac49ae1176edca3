//! How long each recogniser takes to its last word, learned over all calls: a new call begins with what the others know.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tandem_conversation::Quantile;
use tandem_conversation::settings::Settings;

use crate::measures;
use crate::records::AssistantSettings;

/// One figure for each provider and language.
#[derive(Debug, Default)]
pub(crate) struct Recognisers(Mutex<HashMap<(String, String), Quantile>>);

impl Recognisers {
    /// The 99th percentile from the end of speech to the final; `None` where nothing was learned yet.
    pub fn p99(&self, settings: &AssistantSettings) -> Option<Duration> {
        self.0.lock().get(&key(settings)).map(Quantile::value)
    }

    /// A final came this long after the end of speech.
    pub fn answered(&self, settings: &AssistantSettings, delay: Duration) {
        let (provider, language) = key(settings);
        let p99 = {
            let mut all = self.0.lock();
            let guess = || Quantile::new(0.99, Settings::for_language(&language).recogniser_p99);
            let known = all.entry((provider.clone(), language.clone())).or_insert_with(guess);
            known.observe(delay);
            known.value()
        };
        measures::recogniser_p99(&provider, &language, p99);
    }
}

/// The provider's name and the language without its region.
fn key(settings: &AssistantSettings) -> (String, String) {
    let name = settings.speech.recogniser.as_str();
    let provider = if name.is_empty() { "embedded" } else { name };
    let language = settings.language.split(['-', '_']).next().unwrap_or_default();
    (provider.to_owned(), language.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::SpeechSettings;

    fn hearing(recogniser: &str, language: &str) -> AssistantSettings {
        let speech = SpeechSettings { recogniser: recogniser.into(), ..SpeechSettings::default() };
        AssistantSettings { language: language.into(), speech, ..AssistantSettings::default() }
    }

    #[test]
    fn what_one_call_learned_is_what_the_next_begins_with_for_that_provider_and_language_alone() {
        let known = Recognisers::default();
        let (nova, other) = (hearing("nova", "en-US"), hearing("nova", "id"));
        assert_eq!(known.p99(&nova), None);
        known.answered(&nova, Duration::from_millis(150));
        let first = known.p99(&nova).expect("learned");
        assert!(first > Duration::from_millis(900), "one turn does not outweigh the first guess: {first:?}");
        (0..2_000).for_each(|_| known.answered(&hearing("nova", "en"), Duration::from_millis(150)));
        let then = known.p99(&nova).expect("learned");
        assert!(then < Duration::from_millis(200), "{then:?}");
        assert_eq!((known.p99(&other), known.p99(&hearing("", "en"))), (None, None));
    }
}
