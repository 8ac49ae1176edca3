//! Alerts of live calls, what they are raised for, and which calls are recorded.

use serde::de::DeserializeOwned;
use serde_json::Value;
use tandem_console_api::alerts::{Alert, AlertSettings, Alerts};
use tandem_console_api::check::Check;
use tandem_console_api::recording_rules::RecordingRules;
use tandem_foundation::{AlertId, OrgId};
use tandem_switchboard::exchange::{Act, ExchangeError};
use tandem_switchboard::ports::settings::settings_of;
use tandem_switchboard::records::{self, OrganisationSettings};

use crate::ask::{Ask, Reply, ok};
use crate::refusal::Refusal;
use crate::shared::change;

pub(super) async fn list(ask: Ask) -> Reply {
    let mut open = open(&ask, ask.org()?).await;
    open.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    ok(&Alerts { items: open.iter().map(Alert::from).collect() })
}

pub(super) async fn acknowledge(ask: Ask) -> Reply {
    let (org, id) = (ask.org()?, AlertId::from(ask.id()));
    let gone = || Refusal::not_found("open alert");
    let alert = open(&ask, org).await.into_iter().find(|alert| alert.id == id).ok_or_else(gone)?;
    let act = Act::AcknowledgeAlert { alert: id.clone() };
    let done = ask.shared.exchange.act(&ask.caller()?.actor, &alert.call, act).await;
    done.map_err(|error| match error {
        // The call or the alert was over at that very moment.
        ExchangeError::NotFound { .. } | ExchangeError::WrongState { .. } => gone(),
        other => other.into(),
    })?;
    let now = open(&ask, org).await.into_iter().find(|alert| alert.id == id).unwrap_or(alert);
    ok(&Alert::from(&now))
}

pub(super) async fn settings(ask: Ask) -> Reply {
    ok(&AlertSettings::from(
        settings_of::<records::AlertSettings>(ask.shared.store.as_ref(), ask.org()?).await?,
    ))
}

pub(super) async fn replace_settings(ask: Ask) -> Reply {
    let stored: records::AlertSettings = replace::<AlertSettings, _>(&ask).await?;
    ok(&AlertSettings::from(stored))
}

pub(super) async fn recording(ask: Ask) -> Reply {
    let rules = settings_of::<records::RecordingRules>(ask.shared.store.as_ref(), ask.org()?).await?;
    ok(&RecordingRules::from(rules))
}

pub(super) async fn replace_recording(ask: Ask) -> Reply {
    let stored: records::RecordingRules = replace::<RecordingRules, _>(&ask).await?;
    ok(&RecordingRules::from(stored))
}

async fn replace<W, R>(ask: &Ask) -> Result<R, Refusal>
where
    W: DeserializeOwned + Check + Into<R>,
    R: OrganisationSettings,
{
    let wanted: W = ask.json()?;
    let row: R = wanted.into();
    let org = ask.org()?;
    let value: Value = serde_json::to_value(&row).expect("settings have text keys and plain values");
    let events = change(ask.caller()?, R::NAME, org, false);
    let events = ask.shared.store.put_settings(org, R::NAME, value, events).await?;
    ask.shared.changed(events).await;
    Ok(row)
}

/// Every open alert of the organisation.
async fn open(ask: &Ask, org: &OrgId) -> Vec<records::Alert> {
    ask.shared.exchange.live_calls(org).await.into_iter().flat_map(|live| live.alerts).collect()
}
