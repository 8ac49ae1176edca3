//! Agents and SIP trunks that can be used.

use serde_json::{Map, Value, json};
use tandem_switchboard::records::Assistant;

use crate::ground::{Ask, Reply, ok, uuid_of};

pub(super) async fn agents(ask: Ask) -> Reply {
    let mut rows = ask.ground.store.assistants(ask.org()?).await?;
    rows.retain(|row| row.enabled);
    rows.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    let agents: Vec<_> = rows.iter().map(agent).collect();
    ok(&json!({ "agents": agents }))
}

fn agent(row: &Assistant) -> Value {
    let samples = &row.settings.sample_variables;
    let sample = |field: &String| Some((field.clone(), Value::from(samples.get(field)?.as_str())));
    let sample_context: Map<String, Value> = row.settings.fields.iter().filter_map(sample).collect();
    json!({
        "id": uuid_of(row.id.as_str()),
        "name": row.name,
        "agent_code": row.code,
        "status": "active",
        "input_schema": { "fields": row.settings.fields, "sample_context": sample_context },
    })
}

pub(super) async fn sip_trunks(ask: Ask) -> Reply {
    let org = ask.org()?;
    let numbers = ask.ground.store.numbers(org).await?;
    let mut rows = ask.ground.store.trunks(org).await?;
    rows.retain(|row| row.enabled);
    rows.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    let told = |row: &tandem_switchboard::records::Trunk| {
        let number = || numbers.iter().find(|number| number.trunk == row.id).map(|number| &number.number);
        json!({
            "id": uuid_of(row.id.as_str()),
            "name": row.name,
            "trunk_phone": row.caller_id.as_ref().or_else(number).map(|number| number.as_str()),
            "max_cps": row.max_cps,
            "max_channels": row.max_channels,
            "status": "active",
        })
    };
    let trunks: Vec<_> = rows.iter().map(told).collect();
    ok(&json!({ "sip_trunks": trunks }))
}
