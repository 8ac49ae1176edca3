//! The OpenAPI 3.1 document, generated from the operations.
//!
//! Every answer carries all its fields (`null` where there is no value), while requests may leave some out. A type
//! that goes both ways is therefore described twice where that makes a difference: `Name` and `NameInput`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::live::{ClientMessage, PhoneMessage, ServerMessage};
use crate::problem::{Code, Problem};
use crate::{Access, Answer, Body, Operation, operations};

type Schemas = BTreeMap<String, Value>;

/// The document served at `/openapi.json`.
pub fn openapi() -> Value {
    let mut asked = vec![Body::of::<ClientMessage>()];
    let mut answered = vec![Body::of::<Problem>(), Body::of::<ServerMessage>(), Body::of::<PhoneMessage>()];
    for operation in operations::all() {
        asked.extend(operation.request);
        if let Answer::Json(_, body) = operation.answer {
            answered.push(body);
        }
    }
    let mut requests = collect(&asked);
    let mut answers = collect(&answered);
    let twice = split(&requests, &answers);
    requests = requests
        .into_iter()
        .filter(|(name, _)| twice.contains(name) || !answers.contains_key(name))
        .map(|(name, mut schema)| {
            point_at_inputs(&mut schema, &twice);
            (if twice.contains(&name) { format!("{name}Input") } else { name }, schema)
        })
        .collect();
    answers.values_mut().for_each(require_all);
    let mut paths = Map::new();
    for operation in operations::all() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.name().to_lowercase()] = describe(operation, &twice);
    }
    answers.extend(requests);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tandem console API",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": answers,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-tandem_session"},
                "key": {"type": "http", "scheme": "bearer"},
                "ticket": {"type": "apiKey", "in": "query", "name": "ticket"},
            },
        },
    })
}

fn describe(operation: &Operation, twice: &BTreeSet<String>) -> Value {
    let mut parameters: Vec<Value> = operation
        .path_parameters()
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if let Some(query) = operation.query {
        parameters.extend(query().iter().map(|parameter| {
            let mut parameter = serde_json::to_value(parameter).unwrap_or_default();
            parameter["in"] = json!("query");
            parameter
        }));
    }
    if operation.idempotent {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same key and body get the same answer for 24 h.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }));
    }
    if operation.if_match {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": true,
            "description": "The ETag that was read.", "schema": {"type": "string"},
        }));
    }
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": parameters,
        "responses": responses(operation),
    });
    described["security"] = match operation.access {
        Access::Public => json!([]),
        Access::Ticket => json!([{"ticket": []}]),
        Access::Role(_) => json!([{"session": []}, {"key": []}]),
        Access::Person(_) => json!([{"session": []}]),
    };
    if let Some(role) = operation.access.role() {
        described["x-required-role"] = json!(role);
    }
    if let Some(body) = operation.request {
        let mut schema = reference(&body);
        point_at_inputs(&mut schema, twice);
        described["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    described
}

fn responses(operation: &Operation) -> Value {
    let mut responses = Map::new();
    match operation.answer {
        Answer::Json(status, body) => {
            responses.insert(
                status.to_string(),
                json!({"description": "Done", "content": {"application/json": {"schema": reference(&body)}}}),
            );
        }
        Answer::Nothing => {
            responses.insert("204".into(), json!({"description": "Done"}));
        }
        Answer::Audio => {
            for (status, description) in [("200", "The whole file"), ("206", "A range of it")] {
                let schema = json!({"type": "string", "contentMediaType": "audio/wav"});
                let content = json!({"audio/wav": {"schema": schema}});
                responses.insert(status.into(), json!({"description": description, "content": content}));
            }
        }
        Answer::Text => {
            let content = json!({"text/plain": {"schema": {"type": "string"}}});
            responses.insert("200".into(), json!({"description": "Done", "content": content}));
        }
        Answer::Socket => {
            responses.insert("101".into(), json!({"description": "The socket is open"}));
        }
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in operation.refusals() {
        by_status.entry(code.status()).or_default().push(code);
    }
    for (status, codes) in by_status {
        let names: Vec<_> = codes.iter().map(|code| format!("`{}`", code.as_text())).collect();
        let content =
            json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        responses.insert(status.to_string(), json!({"description": names.join(", "), "content": content}));
    }
    Value::Object(responses)
}

fn reference(body: &Body) -> Value {
    json!({"$ref": format!("#/components/schemas/{}", (body.name)())})
}

fn collect(bodies: &[Body]) -> Schemas {
    let mut found = Vec::new();
    for body in bodies {
        found.push(((body.name)().into_owned(), (body.schema)()));
        (body.referred)(&mut found);
    }
    found
        .into_iter()
        .map(|(name, schema)| {
            let mut schema = serde_json::to_value(schema).expect("a schema is JSON");
            sort_required(&mut schema);
            (name, schema)
        })
        .collect()
}

/// Names that go both ways and, themselves or through what they refer to, have fields that may be left out.
fn split(requests: &Schemas, answers: &Schemas) -> BTreeSet<String> {
    let mut differing: BTreeSet<String> = requests
        .iter()
        .filter(|(_, schema)| {
            let mut full = (*schema).clone();
            require_all(&mut full);
            full != **schema
        })
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let more: Vec<_> = requests
            .iter()
            .filter(|(name, schema)| {
                !differing.contains(*name) && references(schema).iter().any(|name| differing.contains(name))
            })
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        differing.extend(more);
    }
    differing.retain(|name| answers.contains_key(name));
    differing
}

fn references(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    visit(&mut schema.clone(), &mut |object| {
        if let Some(name) =
            object.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next())
        {
            found.insert(name.to_owned());
        }
    });
    found
}

fn point_at_inputs(schema: &mut Value, twice: &BTreeSet<String>) {
    visit(schema, &mut |object| {
        if let Some(Value::String(path)) = object.get_mut("$ref")
            && path.rsplit('/').next().is_some_and(|name| twice.contains(name))
        {
            path.push_str("Input");
        }
    });
}

/// So that two descriptions of the same shape are equal.
fn sort_required(schema: &mut Value) {
    visit(schema, &mut |object| {
        if let Some(Value::Array(names)) = object.get_mut("required") {
            names.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        }
    });
}

fn require_all(schema: &mut Value) {
    visit(schema, &mut |object| {
        if let Some(Value::Object(properties)) = object.get("properties") {
            let names: BTreeSet<String> = properties.keys().cloned().collect();
            object.insert("required".into(), json!(names));
        }
    });
}

fn visit(value: &mut Value, on_object: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            on_object(object);
            object.values_mut().for_each(|value| visit(value, on_object));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| visit(value, on_object)),
        _ => {}
    }
}
