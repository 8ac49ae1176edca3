//! Asks a provider for something small, to learn whether it answers and takes its key.

use std::time::{Duration, Instant};

use tandem_switchboard::ports::speech::{
    Message, ModelEvent, ModelRequest, ProviderError, ProviderErrorKind, RecogniserEvent, RecogniserSession,
    Role, SpeechProviders, VoiceEvent, VoiceSettings,
};
use tandem_switchboard::records::{ProviderKind, SpeechSettings};
use tokio::time::timeout;

use crate::Providers;

const LONGEST: Duration = Duration::from_secs(10);
/// A recogniser that has taken the connection says within this time if it does not want the session.
const SECOND_THOUGHTS: Duration = Duration::from_millis(300);
const RATE: u32 = 8_000;

/// How long it took until the first of the answer came.
pub(crate) async fn check(
    providers: &Providers,
    kind: ProviderKind,
    name: &str,
) -> Result<Duration, ProviderError> {
    let named = name.to_owned();
    let asked = async {
        match kind {
            ProviderKind::Recogniser => {
                recogniser(providers, SpeechSettings { recogniser: named, ..Default::default() }).await
            }
            ProviderKind::Voice => {
                voice(providers, &SpeechSettings { voice_provider: named, ..Default::default() }).await
            }
            // The dialogue is the assistant's; there is nothing to ask.
            ProviderKind::Model if name == "scripted" => Ok(Duration::ZERO),
            ProviderKind::Model => {
                model(providers, &SpeechSettings { model_provider: named, ..Default::default() }).await
            }
        }
    };
    timeout(LONGEST, asked).await.unwrap_or_else(|_| Err(failed(name, "no answer in time")))
}

async fn recogniser(providers: &Providers, settings: SpeechSettings) -> Result<Duration, ProviderError> {
    if matches!(settings.recogniser.as_str(), "" | "embedded") {
        return providers.embedded_recogniser_loads().await;
    }
    let provider = providers.recogniser(&settings)?;
    let began = Instant::now();
    let session = RecogniserSession { language: "en".into(), sample_rate: RATE, key_terms: Vec::new() };
    let mut recognition = provider.open(session).await?;
    let took = began.elapsed();
    let refused = async {
        while let Some(event) = recognition.events.recv().await {
            if let RecogniserEvent::Failed(error) = event {
                return Err(error);
            }
        }
        Err(failed(&settings.recogniser, "it ended the session"))
    };
    timeout(SECOND_THOUGHTS, refused).await.unwrap_or(Ok(took))
}

async fn voice(providers: &Providers, settings: &SpeechSettings) -> Result<Duration, ProviderError> {
    let name = settings.voice_provider.as_str();
    let provider = providers.one_voice(name)?;
    let began = Instant::now();
    let wanted = VoiceSettings { voice: String::new(), language: "en".into(), speed: 1.0, sample_rate: RATE };
    let mut session = provider.open(wanted).await?;
    let mut events = session.speak("Hello.").await;
    match events.recv().await {
        Some(VoiceEvent::Audio { .. }) => Ok(began.elapsed()),
        Some(VoiceEvent::Failed(error)) => Err(error),
        Some(VoiceEvent::Done) | None => Err(failed(name, "sent no audio")),
    }
}

async fn model(providers: &Providers, settings: &SpeechSettings) -> Result<Duration, ProviderError> {
    let name = settings.model_provider.as_str();
    let provider = providers.one_model(name, "")?;
    let began = Instant::now();
    let message =
        Message { role: Role::User, content: "Say yes.".into(), tool_calls: Vec::new(), tool_call_id: None };
    let request = ModelRequest {
        messages: vec![message],
        tools: Vec::new(),
        temperature: 0.0,
        max_tokens: 16,
        variables: Default::default(),
        today: String::new(),
        first_token_timeout: LONGEST,
    };
    let mut events = provider.reply(request).await?;
    match events.recv().await {
        Some(ModelEvent::Failed { message, transient }) => {
            let kind = if transient { ProviderErrorKind::Unavailable } else { ProviderErrorKind::Invalid };
            Err(ProviderError { kind, ..failed(name, &message) })
        }
        Some(_) => Ok(began.elapsed()),
        None => Err(failed(name, "it said nothing")),
    }
}

fn failed(name: &str, message: &str) -> ProviderError {
    ProviderError::new(name, "checking", ProviderErrorKind::Unavailable, message)
}
