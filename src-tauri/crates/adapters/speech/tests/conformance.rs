//! The speech ports' conformance suites over every provider here.

mod flite {
    use std::sync::Arc;

    use tandem_conformance::speech::voice::Subject;
    use tandem_speech::flite::Flite;
    use tandem_switchboard::ports::speech::VoiceSettings;

    async fn open() -> ((), Subject) {
        let settings =
            VoiceSettings { voice: "slt".into(), language: "en".into(), speed: 1.0, sample_rate: 8_000 };
        ((), Subject { voice: Arc::new(Flite), settings })
    }

    tandem_conformance::voice_conformance!(open());
}

mod espeak {
    use std::sync::Arc;

    use tandem_conformance::speech::voice::Subject;
    use tandem_speech::Espeak;
    use tandem_switchboard::ports::speech::VoiceSettings;

    async fn open() -> ((), Subject) {
        let settings =
            VoiceSettings { voice: String::new(), language: "en".into(), speed: 1.0, sample_rate: 8_000 };
        ((), Subject { voice: Arc::new(Espeak::default()), settings })
    }

    tandem_conformance::voice_conformance!(open());
}

mod pocketsphinx {
    use std::sync::Arc;

    use tandem_conformance::speech::recogniser::{Subject, Utterance};
    use tandem_speech::flite::Flite;
    use tandem_speech::pocketsphinx::PocketSphinx;
    use tandem_switchboard::ports::speech::{Voice, VoiceEvent, VoiceSettings};

    async fn utterance(text: &str, word: &str) -> Utterance {
        let settings =
            VoiceSettings { voice: "rms".into(), language: "en".into(), speed: 1.0, sample_rate: 8_000 };
        let mut session = Flite.open(settings).await.expect("a voice");
        let mut events = session.speak(text).await;
        let mut samples = Vec::new();
        while let Some(VoiceEvent::Audio { samples: more, .. }) = events.recv().await {
            samples.extend(more);
        }
        Utterance { samples, word: word.into() }
    }

    async fn open() -> (tempfile::TempDir, Subject) {
        let cache = tempfile::tempdir().expect("a folder");
        let recogniser = Arc::new(PocketSphinx::new(cache.path().to_owned()));
        let said = [
            utterance("yes i can pay on the fifth", "fifth").await,
            utterance("please leave a message after the tone", "message").await,
        ];
        (cache, Subject { recogniser, language: "en".into(), said })
    }

    tandem_conformance::recogniser_conformance!(open());
}

mod request {
    use std::time::Duration;

    use tandem_switchboard::ports::speech::{Message, ModelRequest, Role, ToolSpec};

    /// A customer's first words to an assistant that may transfer and end the call.
    pub fn first_words() -> ModelRequest {
        let message = |role, content: &str| Message {
            role,
            content: content.into(),
            tool_calls: Vec::new(),
            tool_call_id: None,
        };
        let tool = |name: &str| ToolSpec {
            name: name.into(),
            description: String::new(),
            parameters: serde_json::json!({ "type": "object" }),
        };
        ModelRequest {
            messages: vec![
                message(Role::System, "Be brief."),
                message(Role::User, "What are your opening hours?"),
            ],
            tools: vec![tool("transfer"), tool("end_call")],
            temperature: 0.0,
            max_tokens: 100,
            variables: [("customer_name".to_owned(), "Rina".to_owned())].into(),
            today: "2026-11-21".into(),
            first_token_timeout: Duration::from_secs(5),
        }
    }
}

mod scripted {
    use std::sync::Arc;

    use tandem_conformance::speech::model::Subject;
    use tandem_speech::scripted::Scripted;

    async fn open() -> ((), Subject) {
        let dialogue = include_str!("../../../../../assets/sandbox/dialogues/receptionist.toml");
        let model = Arc::new(Scripted::new(dialogue).expect("a dialogue"));
        ((), Subject { model, request: super::request::first_words() })
    }

    tandem_conformance::model_conformance!(open());
}

mod openai_chat {
    use std::sync::Arc;

    use tandem_conformance::speech::model::Subject;
    use tandem_simulation::OpenAiDouble;
    use tandem_speech::openai_chat::{Endpoint, OpenAiChat};

    async fn open() -> (OpenAiDouble, Subject) {
        let double = OpenAiDouble::start().await;
        let endpoint = Endpoint {
            base_url: double.base_url().to_owned(),
            api_key_env: None,
            api_key: None,
            model: "tiny".into(),
            stream_options: false,
            legacy_max_tokens: false,
        };
        let model = Arc::new(OpenAiChat::new("double", endpoint, "", reqwest::Client::new()));
        (double, Subject { model, request: super::request::first_words() })
    }

    tandem_conformance::model_conformance!(open());
}

mod deepgram {
    use std::sync::Arc;

    use tandem_conformance::speech::recogniser::{Subject, Utterance};
    use tandem_simulation::{DeepgramDouble, LOUD};
    use tandem_speech::deepgram::{Deepgram, Endpoint};

    async fn open() -> (DeepgramDouble, Subject) {
        let double = DeepgramDouble::start().await;
        let endpoint = Endpoint { base_url: double.base_url().to_owned(), ..Endpoint::default() };
        let loud = LOUD as i16;
        let said = [(loud / 2, "alpha"), (loud + 2_000, "bravo")]
            .map(|(level, word)| Utterance { samples: vec![level; 16_000], word: word.into() });
        let recogniser = Arc::new(Deepgram::new("deepgram", endpoint));
        (double, Subject { recogniser, language: "en".into(), said })
    }

    tandem_conformance::recogniser_conformance!(open());
}

macro_rules! http_voice {
    ($name:ident, $kind:ident) => {
        mod $name {
            use std::sync::Arc;

            use tandem_conformance::speech::voice::Subject;
            use tandem_simulation::SpeechDouble;
            use tandem_speech::http_voice::{Endpoint, HttpVoice, Kind, Transport};
            use tandem_switchboard::ports::speech::VoiceSettings;

            async fn open() -> (SpeechDouble, Subject) {
                let double = SpeechDouble::start().await;
                let endpoint = Endpoint {
                    kind: Kind::$kind,
                    base_url: double.base_url().to_owned(),
                    key_env: None,
                    key: None,
                    voice: String::new(),
                    model: "m".into(),
                    sample_rate: 24_000,
                    transport: Transport::Http,
                    stall_timeout_ms: 10_000,
                };
                let voice = Arc::new(HttpVoice::new("double", endpoint, reqwest::Client::new()));
                let settings = VoiceSettings {
                    voice: "alloy".into(),
                    language: "en".into(),
                    speed: 1.0,
                    sample_rate: 8_000,
                };
                (double, Subject { voice, settings })
            }

            tandem_conformance::voice_conformance!(open());
        }
    };
}

http_voice!(elevenlabs_http, ElevenLabs);
http_voice!(openai_speech, OpenAi);

mod elevenlabs_socket {
    use std::sync::Arc;

    use tandem_conformance::speech::voice::Subject;
    use tandem_simulation::ElevenLabsDouble;
    use tandem_speech::elevenlabs::ElevenLabs;
    use tandem_switchboard::ports::speech::VoiceSettings;

    async fn open() -> (ElevenLabsDouble, Subject) {
        let double = ElevenLabsDouble::start().await;
        let endpoint = serde_json::json!({ "kind": "elevenlabs", "base_url": double.base_url(), "stall_timeout_ms": 10_000 });
        let voice = ElevenLabs::new("double", serde_json::from_value(endpoint).expect("an endpoint"));
        let settings =
            VoiceSettings { voice: "v".into(), language: "en".into(), speed: 1.0, sample_rate: 8_000 };
        (double, Subject { voice: Arc::new(voice), settings })
    }

    tandem_conformance::voice_conformance!(open());
}

mod transcriptions {
    use std::sync::Arc;

    use tandem_conformance::speech::recogniser::{Subject, Utterance};
    use tandem_simulation::{LOUD, TranscriptionDouble};
    use tandem_speech::transcriptions::Transcriptions;

    async fn open() -> (TranscriptionDouble, Subject) {
        let double = TranscriptionDouble::start().await;
        let endpoint =
            serde_json::json!({ "base_url": double.base_url(), "model": "whisper-1", "format": "stream" });
        let endpoint = serde_json::from_value(endpoint).expect("an endpoint");
        let loud = LOUD as i16;
        let said = [(loud / 2, "alpha"), (loud + 2_000, "bravo")]
            .map(|(level, word)| Utterance { samples: vec![level; 16_000], word: word.into() });
        let recogniser = Arc::new(Transcriptions::new("double", endpoint, reqwest::Client::new()));
        (double, Subject { recogniser, language: "en".into(), said })
    }

    tandem_conformance::recogniser_conformance!(open());
}
