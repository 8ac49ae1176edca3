//! How long things are kept.

use tandem_console_api::retention::{Retention, RetentionSettings, Swept};
use tandem_switchboard::records;

use crate::ask::{Ask, Reply, ok};
use crate::clock::now;
use crate::shared::change;

pub(super) async fn get(ask: Ask) -> Reply {
    let kept = ask.shared.store.retention(ask.org()?).await?;
    shown(&ask, kept).await
}

pub(super) async fn replace(ask: Ask) -> Reply {
    let wanted: RetentionSettings = ask.json()?;
    let kept: records::Retention = wanted.into();
    let org = ask.org()?;
    let events = change(ask.caller()?, "retention", org, false);
    let events = ask.shared.store.put_retention(org, kept, events).await?;
    ask.shared.changed(events).await;
    shown(&ask, kept).await
}

pub(super) async fn sweep(ask: Ask) -> Reply {
    let org = ask.org()?;
    tracing::info!(by = ?ask.caller()?.actor.user, "a sweep was asked for");
    let swept = ask.shared.store.sweep_organisation(org, now(), &ask.shared.config.data_dir).await?;
    ok(&Swept::from(swept))
}

async fn shown(ask: &Ask, kept: records::Retention) -> Reply {
    let (org, store) = (ask.org()?, &ask.shared.store);
    let due = store.due(org, kept, now()).await?;
    let last = store.last_sweep(org).await?;
    ok(&Retention { settings: kept.into(), due: due.into(), last_sweep: last.map(Into::into) })
}
