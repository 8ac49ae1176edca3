//! A supervisor's acts on a live call.

use tandem_console_api::call_requests::{ActResult, AssistantText, HandBack, Supervise, TakeOver};
use tandem_console_api::calls::Floor;
use tandem_console_api::problem::Code;
use tandem_foundation::CallId;
use tandem_switchboard::exchange::{Act, ExchangeError};

use super::calls::call;
use crate::ask::{Ask, Reply, ok};
use crate::refusal::Refusal;

pub(super) async fn supervise(ask: Ask) -> Reply {
    let Supervise { mode } = ask.json()?;
    act(ask, Act::Supervise(mode.into())).await
}

pub(super) async fn take_over(ask: Ask) -> Reply {
    let TakeOver { floor_version } = ask.json()?;
    act(ask, Act::TakeOver { floor_version }).await
}

pub(super) async fn hand_back(ask: Ask) -> Reply {
    let HandBack { floor_version, note } = ask.json()?;
    act(ask, Act::HandBack { floor_version, note: note.map(Into::into) }).await
}

pub(super) async fn whisper(ask: Ask) -> Reply {
    let AssistantText { text } = ask.json()?;
    act(ask, Act::WhisperText { text: text.into() }).await
}

pub(super) async fn say(ask: Ask) -> Reply {
    let AssistantText { text } = ask.json()?;
    act(ask, Act::Say { text: text.into() }).await
}

pub(super) async fn end(ask: Ask) -> Reply {
    act(ask, Act::End).await
}

pub(super) async fn pause_recording(ask: Ask) -> Reply {
    act(ask, Act::PauseRecording).await
}

pub(super) async fn start_recording(ask: Ask) -> Reply {
    act(ask, Act::StartRecording).await
}

pub(super) async fn resume_recording(ask: Ask) -> Reply {
    act(ask, Act::ResumeRecording).await
}

pub(super) async fn act(ask: Ask, act: Act) -> Reply {
    let id: CallId = ask.id().into();
    // Whose call it is does not depend on the exchange alone; but a callback that is held out to agents is not stored yet.
    if ask.shared.exchange.live_call(ask.org()?, &id).await.is_none() {
        call(&ask).await?;
    }
    let acted = ask.shared.exchange.act(&ask.caller()?.actor, &id, act).await;
    let (floor, version) = acted.map_err(|error| match error {
        // The exchange knows live calls alone.
        ExchangeError::NotFound { what: "call" } => Refusal::new(Code::WrongState, "the call is over"),
        other => other.into(),
    })?;
    ok(&ActResult { floor: Floor::new(&floor, version) })
}
