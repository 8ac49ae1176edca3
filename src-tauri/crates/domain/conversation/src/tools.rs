//! The tools every assistant may be given, as plain data for a model's request.

/// A tool as a model is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolSpec {
    pub name: &'static str,
    pub description: &'static str,
    /// JSON Schema of the arguments, as text.
    pub parameters: &'static str,
}

/// Connect the customer to somebody else.
pub const TRANSFER: &str = "transfer";
/// Say goodbye and hang up.
pub const END_CALL: &str = "end_call";
/// Press keys towards the customer's side.
pub const SEND_DTMF: &str = "send_dtmf";
/// Call back later.
pub const SCHEDULE_CALLBACK: &str = "schedule_callback";
/// Never call again.
pub const OPT_OUT: &str = "opt_out";

const BUILT_IN: &[ToolSpec] = &[
    ToolSpec {
        name: TRANSFER,
        description: "Connect the customer to a person. Use it when they ask for a person or when you cannot help. \
            Do not announce it yourself: that is done for you.",
        parameters: r#"{"type":"object","properties":{"to":{"type":"string","description":"whom: a name, a number, or anyone"}},"required":["to"],"additionalProperties":false}"#,
    },
    ToolSpec {
        name: END_CALL,
        description: "End the call when everything is settled. Say your goodbye in the same reply.",
        parameters: r#"{"type":"object","properties":{},"additionalProperties":false}"#,
    },
    ToolSpec {
        name: SEND_DTMF,
        description: "Press telephone keys, for example in a menu that answered the call.",
        parameters: r#"{"type":"object","properties":{"digits":{"type":"string","pattern":"^[0-9*#A-D]+$"}},"required":["digits"],"additionalProperties":false}"#,
    },
    ToolSpec {
        name: SCHEDULE_CALLBACK,
        description: "Note that the customer wants to be called back, and when.",
        parameters: r#"{"type":"object","properties":{"when":{"type":"string","description":"a date and time as YYYY-MM-DDTHH:MM where it is known, `as soon as possible`, or else the customer's words"}},"required":["when"],"additionalProperties":false}"#,
    },
    ToolSpec {
        name: OPT_OUT,
        description: "The customer does not want to be called any more. The number is blocked at once and the call ends.",
        parameters: r#"{"type":"object","properties":{},"additionalProperties":false}"#,
    },
];

/// All built-in tools; any other name that a model calls is a webhook.
pub fn built_in() -> &'static [ToolSpec] {
    BUILT_IN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_is_json_for_an_object() {
        for tool in built_in() {
            let schema: serde_json::Value = serde_json::from_str(tool.parameters).expect(tool.name);
            assert_eq!(schema["type"], "object", "{}", tool.name);
        }
    }
}
