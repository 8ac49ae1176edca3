//! Giving the customer to somebody.

use tandem_console_api::transfers::Transfer;
use tandem_switchboard::exchange::Act;

use super::supervision::act;
use crate::ask::{Ask, Reply};

pub(super) async fn transfer(ask: Ask) -> Reply {
    let (to, kind) = ask.json::<Transfer>()?.into_parts();
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
