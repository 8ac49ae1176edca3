//! The OpenAPI document says what is served, completely.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use tandem_console_api::{Access, openapi, operations};

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(path)) = object.get("$ref") {
                found.insert(path.clone());
            }
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_operation_is_described_with_its_refusals() {
    let document = openapi();
    for operation in operations::all() {
        let described = &document["paths"][operation.path][operation.method.name().to_lowercase()];
        assert_eq!(described["operationId"], operation.id);
        for code in operation.refusals() {
            let response = &described["responses"][code.status().to_string()];
            let text = response["description"].as_str().expect("described");
            assert!(text.contains(&code.as_text()), "{}: {}", operation.id, code.as_text());
        }
        let public = described["security"].as_array().expect("security").is_empty();
        assert_eq!(public, operation.access == Access::Public, "{}", operation.id);
        let named: Vec<_> = operation.path_parameters().collect();
        let parameters = described["parameters"].as_array().expect("parameters");
        let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
        assert_eq!(in_path.count(), named.len(), "{}", operation.id);
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = openapi();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for path in found {
        assert!(document.pointer(path.trim_start_matches('#')).is_some(), "{path}");
    }
}

#[test]
fn answers_carry_every_field_and_requests_may_leave_some_out() {
    let document = openapi();
    let schemas = &document["components"]["schemas"];
    let required = |name: &str| {
        let names = schemas[name]["required"].as_array().map_or(&[][..], Vec::as_slice);
        names.iter().filter_map(Value::as_str).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let call = schemas["Call"]["properties"].as_object().expect("properties");
    assert_eq!(required("Call").len(), call.len());
    assert_eq!(required("PlaceCall"), BTreeSet::from(["assistant".to_owned(), "to".to_owned()]));
    assert!(required("SpeechSettings").contains("speed") && required("SpeechSettingsInput").is_empty());
    assert_eq!(
        schemas["AssistantWrite"]["properties"]["settings"]["$ref"],
        "#/components/schemas/AssistantSettingsInput"
    );
    assert_eq!(schemas["PlaceCall"]["additionalProperties"], false, "unknown fields are refused");
}

#[test]
fn the_console_was_built_against_this_document() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../ui/src/api/openapi.json");
    let kept = std::fs::read_to_string(&path).expect("the console keeps a copy of the document");
    let kept: Value = serde_json::from_str(&kept).expect("JSON");
    assert!(
        kept == openapi(),
        "write it again: cargo run -p tandem-console-api --example openapi > ui/src/api/openapi.json"
    );
}
