//! Giving the customer to somebody.

use tandem_console_api::transfers::Transfer;
use tandem_switchboard::exchange::{Act, TransferTo};

use super::supervision::act;
use crate::ask::{Ask, Reply};
use crate::refusal::Refusal;

pub(super) async fn transfer(ask: Ask) -> Reply {
    let (to, kind) = ask.json::<Transfer>()?.into_parts();
    if let TransferTo::Assistant { assistant, .. } = &to {
        let found = ask.shared.store.assistant(ask.org()?, assistant).await;
        if !found.is_ok_and(|assistant| assistant.enabled) {
            return Err(Refusal::field("to.assistant", "the id of an assistant that is enabled"));
        }
    }
    act(ask, Act::Transfer { to, kind }).await
}

pub(super) async fn complete(ask: Ask) -> Reply {
    act(ask, Act::CompleteTransfer).await
}

pub(super) async fn abandon(ask: Ask) -> Reply {
    act(ask, Act::AbandonTransfer).await
}

pub(super) async fn swap(ask: Ask) -> Reply {
    act(ask, Act::SwapTransfer).await
}

pub(super) async fn three_way(ask: Ask) -> Reply {
    act(ask, Act::ThreeWay).await
}
