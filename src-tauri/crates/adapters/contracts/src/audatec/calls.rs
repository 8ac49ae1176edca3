//! Triggering a call.

use axum::http::{StatusCode, Uri};
use serde_json::{Map, Value, json};
use tandem_foundation::TrunkId;
use tandem_switchboard::exchange::{ExchangeError, PlaceCall};
use tandem_switchboard::records::{Assistant, Contract, Origin};

use crate::ground::{self, Ask, Kind, Refusal, Reply, as_variables, found_under, uuid_of};

/// What was asked for, read.
struct Wanted {
    phone_number: String,
    agent: String,
    trunk: String,
    metadata: Option<Map<String, Value>>,
    callback_url: Option<String>,
}

pub(super) async fn trigger(ask: Ask) -> Reply {
    let wanted = read(&ask.json::<Value>()?)?;
    let agent = agent(&ask, &wanted.agent).await?;
    let trunk = trunk(&ask, &wanted.trunk).await?;
    let metadata = wanted.metadata.clone().unwrap_or_default();
    let variables = as_variables(&metadata);
    let absent: Vec<_> =
        agent.settings.fields.iter().filter(|field| !variables.contains_key(*field)).cloned().collect();
    if !absent.is_empty() {
        return Err(missing(&absent));
    }
    let mut origin = Origin::new(Contract::Audatec);
    origin.key = ask.key.as_ref().map(|key| key.id.clone());
    origin.metadata = wanted.metadata.map_or(Value::Null, Value::Object).into();
    origin.callback_url = wanted.callback_url;
    let request = PlaceCall {
        trunk: Some(trunk),
        variables,
        origin: Some(origin),
        keep_rejected: true,
        ..PlaceCall::new(wanted.phone_number, agent.id)
    };
    let call = ask.ground.exchange.place_call(ask.actor()?, request).await.map_err(refused)?;
    let id = uuid_of(call.id.as_str());
    let poll_url = format!("/integration/v1/calls/{id}/status");
    ground::json(StatusCode::CREATED, &json!({ "call_id": id, "status": "triggered", "poll_url": poll_url }))
}

fn read(body: &Value) -> Result<Wanted, Refusal> {
    let body = body.as_object().ok_or_else(|| invalid("the body must be a JSON object"))?;
    let text = |field: &str| match body.get(field) {
        None | Some(Value::Null) => Err(invalid(format!("{field} is required"))),
        Some(Value::String(text)) if text.trim().is_empty() => Err(invalid(format!("{field} is required"))),
        Some(Value::String(text)) => Ok(text.trim().to_owned()),
        Some(_) => Err(invalid(format!("{field} must be a string"))),
    };
    let phone_number = text("phone_number")?;
    let (agent, trunk) = (text("agent_id")?, text("sip_trunk_id")?);
    let metadata = match body.get("metadata") {
        None | Some(Value::Null) => None,
        Some(Value::Object(metadata)) => Some(metadata.clone()),
        Some(_) => return Err(invalid("metadata must be an object")),
    };
    let callback_url = match body.get("callback_url") {
        None | Some(Value::Null) => None,
        Some(Value::String(url)) if is_web(url) => Some(url.clone()),
        Some(_) => return Err(invalid("callback_url must be a valid http or https URL")),
    };
    Ok(Wanted { phone_number, agent, trunk, metadata, callback_url })
}

fn is_web(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
}

async fn agent(ask: &Ask, shown: &str) -> Result<Assistant, Refusal> {
    let rows = ask.ground.store.assistants(ask.org()?).await?;
    let ids = found_under("asst", shown);
    let row = rows.into_iter().find(|row| ids.iter().any(|id| row.id.as_str() == id));
    let row = row.ok_or_else(|| Refusal::new(Kind::NotFound, "Agent not found"))?;
    if row.enabled { Ok(row) } else { Err(invalid("Agent is not active")) }
}

async fn trunk(ask: &Ask, shown: &str) -> Result<TrunkId, Refusal> {
    let rows = ask.ground.store.trunks(ask.org()?).await?;
    let ids = found_under("trunk", shown);
    let row = rows.into_iter().find(|row| ids.iter().any(|id| row.id.as_str() == id));
    let row = row.ok_or_else(|| Refusal::new(Kind::NotFound, "SIP trunk not found"))?;
    if row.enabled { Ok(row.id) } else { Err(invalid("SIP trunk is not active")) }
}

fn refused(error: ExchangeError) -> Refusal {
    match error {
        ExchangeError::Invalid { field: "to", .. } => {
            invalid("phone_number must be in E.164 format, e.g. +919876543210")
        }
        ExchangeError::Invalid { field: "assistant", .. } => invalid("Agent is not active"),
        ExchangeError::NotFound { what: "trunk" } => invalid("SIP trunk is not active"),
        ExchangeError::DoNotCall => invalid("phone_number asked not to be called"),
        ExchangeError::AtCapacity { limit, retry_after_s, call } => {
            let what = if limit == "max_channels" { "concurrency" } else { "rate" };
            let refusal = Refusal::new(Kind::AtCapacity, format!("Trunk {what} ({limit}) exhausted"))
                .after(u64::from(retry_after_s.max(1)));
            match call {
                Some(call) => refusal.with("call_id", uuid_of(call.as_str())).with("status", "rejected"),
                None => refusal,
            }
        }
        ExchangeError::Draining | ExchangeError::Storage | ExchangeError::StorageFull => {
            Refusal::new(Kind::BadGateway, "The dialer is temporarily unavailable").after(5)
        }
        other => other.into(),
    }
}

fn missing(keys: &[String]) -> Refusal {
    invalid(format!("metadata missing required keys: {}", keys.join(", ")))
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(body: Value) -> String {
        read(&body).map(|_| String::new()).unwrap_or_else(|refusal| refusal.message)
    }

    #[test]
    fn what_is_missing_or_malformed_is_said_in_the_texts_words() {
        let mut body = json!({ "phone_number": "+919876543210", "agent_id": "a", "sip_trunk_id": "t" });
        assert_eq!(told(body.clone()), "");
        assert_eq!(told(json!({ "phone_number": " " })), "phone_number is required");
        assert_eq!(told(json!({ "phone_number": "+1" })), "agent_id is required");
        assert_eq!(told(json!({ "phone_number": "+1", "agent_id": "a" })), "sip_trunk_id is required");
        for wrong in ["ftp://example.com/x", "example.com", "https://", "", "http:example"] {
            body["callback_url"] = wrong.into();
            assert_eq!(told(body.clone()), "callback_url must be a valid http or https URL", "{wrong}");
        }
        body["callback_url"] = "https://example.com/hooks?call=1".into();
        assert_eq!(told(body.clone()), "");
        body["metadata"] = json!([]);
        assert_eq!(told(body), "metadata must be an object");
    }

    #[test]
    fn a_trunk_without_room_is_told_as_published() {
        let error = ExchangeError::AtCapacity {
            limit: "max_channels",
            retry_after_s: 7,
            call: Some("call_31106b7c9d0247238b075bb8d90240cb".into()),
        };
        let refusal = refused(error);
        assert_eq!(refusal.message, "Trunk concurrency (max_channels) exhausted");
        assert_eq!(refusal.retry_after_s, Some(7));
        let extra = json!({ "call_id": "31106b7c-9d02-4723-8b07-5bb8d90240cb", "status": "rejected" });
        assert_eq!(Value::Object(refusal.extra), extra);
    }
}
