//! What keys do during a call, as clients write it and as calls carry it out.

use serde_json::Value;
use tandem_switchboard::records::{KeyAction, KeyRule};

use crate::ground::Refusal;

/// Reads rules in any of the forms that the contract's docs name.
///
/// # Errors
/// Which rule is none.
pub(super) fn read(rules: &Value) -> Result<Vec<KeyRule>, Refusal> {
    match rules {
        Value::Null => Ok(Vec::new()),
        Value::Object(map) => match map.get("rules") {
            Some(rules) => read(rules),
            None => map.iter().map(|(digits, rule)| one(digits, rule)).collect(),
        },
        Value::Array(rules) => rules
            .iter()
            .enumerate()
            .map(|(index, rule)| match first(rule, &["digits", "digit", "key", "input"]) {
                Some(digits) => one(digits, rule),
                None => Err(Refusal::field(format!("dtmf_rules[{index}].digits"), "is required")),
            })
            .collect(),
        _ => Err(Refusal::field("dtmf_rules", "expected an object")),
    }
}

fn one(digits: &str, rule: &Value) -> Result<KeyRule, Refusal> {
    let at = |what: &str| format!("dtmf_rules.{digits}{what}");
    let keys =
        |text: &str| text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b'#' | b'A'..=b'D'));
    if digits.is_empty() || digits.len() > 20 || !keys(digits) {
        return Err(Refusal::field(at(""), "expected keys of a telephone (0-9 * #)"));
    }
    let text = |names: &[&str]| {
        let found = first(rule, names).map(str::trim).filter(|text| !text.is_empty());
        found.map(str::to_owned).ok_or_else(|| Refusal::field(at(&format!(".{}", names[0])), "is required"))
    };
    let action = match rule {
        Value::String(text) => KeyAction::Say { text: text.clone() },
        rule => match first(rule, &["action", "type"]).unwrap_or_default() {
            "say" | "speak" => KeyAction::Say { text: text(&["text", "message"])? },
            "transfer" => KeyAction::Transfer { to: text(&["to", "queue", "number", "target"])? },
            "hang_up" | "hangup" | "end_call" => KeyAction::HangUp,
            "store" => KeyAction::Store { variable: text(&["variable", "name"])? },
            "opt_out" => KeyAction::OptOut,
            _ => {
                let expected = "expected say, transfer, hang_up, store or opt_out";
                return Err(Refusal::field(at(".action"), expected));
            }
        },
    };
    // The exchange takes any entry by a rule without digits.
    let digits = if digits == "*" { String::new() } else { digits.to_owned() };
    Ok(KeyRule { digits, action })
}

fn first<'a>(rule: &'a Value, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| rule.get(*name)?.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_are_read_in_each_of_their_forms() {
        let say = KeyRule { digits: "1".into(), action: KeyAction::Say { text: "One.".into() } };
        for rules in [
            json!({ "1": "One." }),
            json!({ "1": { "action": "say", "text": "One." } }),
            json!([{ "digits": "1", "action": "say", "message": "One." }]),
            json!({ "rules": [{ "key": "1", "type": "speak", "text": "One." }] }),
        ] {
            assert_eq!(read(&rules).expect("rules"), std::slice::from_ref(&say), "{rules}");
        }
        let all = json!({
            "2": { "action": "transfer", "to": "Support" }, "9": { "action": "hang_up" },
            "*": { "action": "store", "variable": "account" }
        });
        let read = read(&all).expect("rules");
        assert!(read.contains(&KeyRule { digits: "9".into(), action: KeyAction::HangUp }));
        let store = KeyAction::Store { variable: "account".into() };
        assert!(read.contains(&KeyRule { digits: String::new(), action: store }));
    }

    #[test]
    fn what_is_no_rule_is_named() {
        for (rules, field) in [
            (json!({ "x": "One." }), "dtmf_rules.x"),
            (json!({ "1": { "action": "dance" } }), "dtmf_rules.1.action"),
            (json!({ "1": { "action": "transfer" } }), "dtmf_rules.1.to"),
            (json!([{ "action": "hang_up" }]), "dtmf_rules[0].digits"),
            (json!(7), "dtmf_rules"),
        ] {
            assert_eq!(read(&rules).expect_err("refused").faults[0].field, field);
        }
    }
}
