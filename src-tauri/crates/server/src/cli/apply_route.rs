//! Routes and hours of a declaration: names become ids, secrets come from the environment, and both get the form that
//! the server shows, so that what is there can be compared with what is declared.

use serde_json::{Map, Value};
use tandem_routing::{Finding, Hours, Route};

use super::Failure;

/// Replaces every `secret_env` of a route by the secret.
pub(super) fn resolve_secrets(
    route: &mut Value,
    environment: &impl Fn(&str) -> Option<String>,
) -> Result<(), Failure> {
    match route {
        Value::Object(fields) => {
            if let Some(Value::String(name)) = fields.remove("secret_env") {
                let Some(secret) = environment(&name) else {
                    let message = format!("number.route.secret_env: {name} is not set in the environment");
                    return Err(Failure::invalid(message));
                };
                fields.insert("secret".into(), Value::String(secret));
            }
            fields.values_mut().try_for_each(|value| resolve_secrets(value, environment))
        }
        Value::Array(items) => items.iter_mut().try_for_each(|value| resolve_secrets(value, environment)),
        _ => Ok(()),
    }
}

/// Reads a declared route, in which assistants are named by code and people by e-mail address. `assistant` and `person`
/// answer the id of a name, or `None` where there is nobody of that name.
pub(super) fn route(
    declared: &Value,
    assistant: &impl Fn(&str) -> Option<String>,
    person: &impl Fn(&str) -> Option<String>,
) -> Result<Value, Failure> {
    let mut route = Route::read(declared, "number.route").map_err(|found| refused(&found))?;
    let mut missing = Vec::new();
    let mut id_of = |name: &str, look: &dyn Fn(&str) -> Option<String>| {
        look(name).unwrap_or_else(|| {
            missing.push(name.to_owned());
            name.to_owned()
        })
    };
    route.walk_mut(&mut |route| match route {
        Route::Assistant { assistant: id } => *id = id_of(id.as_str(), assistant).into(),
        Route::Person { user, .. } => *user = id_of(user.as_str(), person).into(),
        Route::Voicemail(voicemail) => {
            if let Some(user) = &mut voicemail.user {
                *user = id_of(user.as_str(), person).into();
            }
        }
        _ => {}
    });
    match missing.first() {
        None => Ok(serde_json::to_value(route).unwrap_or_default()),
        Some(name) => Err(Failure::not_found(format!("number.route: there is no {name:?}"))),
    }
}

/// Reads declared hours, which lie flat beside their name.
pub(super) fn hours(row: Map<String, Value>) -> Result<Map<String, Value>, Failure> {
    let mut fields = row;
    let name = fields.remove("name");
    let hours = Hours::read(&Value::Object(fields), "hours").map_err(|found| refused(&found))?;
    let mut row = match serde_json::to_value(hours) {
        Ok(Value::Object(row)) => row,
        _ => Map::new(),
    };
    row.extend(name.map(|name| ("name".to_owned(), name)));
    Ok(row)
}

/// A declared route is not the one that is there. A secret cannot be read back: it is taken to be the declared one.
pub(super) fn differs(existing: &Value, declared: &Value) -> bool {
    let plain = |value: &Value| Route::read(value, "").ok().map(|route| route.without_secrets());
    match (plain(existing), plain(declared)) {
        (Some(existing), Some(declared)) => existing != declared,
        (existing, _) => existing.is_some() || !declared.is_null(),
    }
}

fn refused(found: &[Finding]) -> Failure {
    let line = |finding: &Finding| format!("{}: expected {}", finding.path, finding.expected);
    Failure::invalid(found.iter().map(line).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn assistant(code: &str) -> Option<String> {
        (code == "desk").then(|| "asst_1".to_owned())
    }

    fn person(email: &str) -> Option<String> {
        (email == "ann@example.com").then(|| "user_1".to_owned())
    }

    #[test]
    fn names_become_ids_wherever_they_are() {
        let declared = json!({
            "kind": "menu", "prompt": "Well?",
            "keys": {
                "1": { "kind": "assistant", "assistant": "desk" },
                "2": { "kind": "person", "user": "ann@example.com",
                       "otherwise": { "kind": "voicemail", "user": "ann@example.com" } },
            },
        });
        let route = route(&declared, &assistant, &person).expect("read");
        assert_eq!(route["keys"]["1"]["assistant"], "asst_1");
        assert_eq!(route["keys"]["2"]["otherwise"]["user"], "user_1");
        assert!(!differs(&route, &route));
    }

    #[test]
    fn what_is_wrong_or_missing_is_said() {
        let misspelt = json!({ "kind": "say", "txt": "Hi", "then": { "kind": "hangup" } });
        let failure = route(&misspelt, &assistant, &person).expect_err("refused");
        assert!(format!("{failure:?}").contains("number.route.text: expected to be there"), "{failure:?}");
        let unknown = json!({ "kind": "assistant", "assistant": "dask" });
        let failure = route(&unknown, &assistant, &person).expect_err("refused");
        assert_eq!(failure, Failure::not_found("number.route: there is no \"dask\""));
        let hours = hours(json!({ "name": "x", "wek": [] }).as_object().cloned().expect("an object"));
        assert!(format!("{hours:?}").contains("hours.wek: expected no such field"), "{hours:?}");
    }

    #[test]
    fn a_key_that_is_declared_no_more_is_a_difference_and_a_secret_is_none() {
        let hang_up = json!({ "kind": "hangup" });
        let menu = |keys: Value| json!({ "kind": "menu", "prompt": "Well?", "keys": keys });
        assert!(differs(&menu(json!({ "1": hang_up, "2": hang_up })), &menu(json!({ "1": hang_up }))));
        let asked = |secret: Value| json!({ "kind": "webhook", "url": "https://x", "secret": secret, "fallback": hang_up });
        assert!(!differs(&asked(Value::Null), &asked(json!("hush"))));
        assert!(differs(&Value::Null, &hang_up));
    }

    #[test]
    fn secrets_come_from_the_environment() {
        let environment = |name: &str| (name == "SECRET").then(|| "hush".to_owned());
        let mut route = json!({ "kind": "say", "then": { "kind": "webhook", "secret_env": "SECRET" } });
        resolve_secrets(&mut route, &environment).expect("set");
        assert_eq!(route["then"], json!({ "kind": "webhook", "secret": "hush" }));
        let mut route = json!({ "secret_env": "NOPE" });
        assert!(resolve_secrets(&mut route, &environment).is_err());
    }
}
