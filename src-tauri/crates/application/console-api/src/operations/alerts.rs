//! Alerts and what they are raised for; which calls are recorded.

use crate::alerts::{Alert, AlertSettings, Alerts};
use crate::call_requests::ActResult;
use crate::problem::Code;
use crate::recording_rules::RecordingRules;
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const ALERTS: Body = Body::of::<AlertSettings>();
const RECORDING: Body = Body::of::<RecordingRules>();

const fn settings(
    tag: &'static str,
    id: &'static str,
    (method, path): (Method, &'static str),
    summary: &'static str,
    body: Body,
) -> Operation {
    Operation {
        tag,
        access: Access::Role(Role::Admin),
        request: if method.is_mutation() { Some(body) } else { None },
        answer: Answer::Json(200, body),
        ..Operation::new(id, method, path, summary)
    }
}

pub(super) const ALL: &[Operation] = &[
    Operation {
        tag: "alerts",
        access: Access::Role(Role::Supervisor),
        answer: Answer::Json(200, Body::of::<Alerts>()),
        ..Operation::get("list_alerts", "/alerts", "The open alerts of all live calls, newest first")
    },
    Operation {
        tag: "alerts",
        access: Access::Role(Role::Supervisor),
        answer: Answer::Json(200, Body::of::<Alert>()),
        errors: &[Code::Draining],
        ..Operation::new(
            "acknowledge_alert",
            Method::Post,
            "/alerts/{id}/acknowledge",
            "Say that you see to it; again changes nothing",
        )
    },
    settings(
        "alerts",
        "get_alert_settings",
        (Method::Get, "/alerts/settings"),
        "What alerts are raised for",
        ALERTS,
    ),
    settings(
        "alerts",
        "replace_alert_settings",
        (Method::Put, "/alerts/settings"),
        "Replace as a whole, for the calls after it",
        ALERTS,
    ),
    settings(
        "recording",
        "get_recording_rules",
        (Method::Get, "/recording/settings"),
        "Which calls are recorded",
        RECORDING,
    ),
    settings(
        "recording",
        "replace_recording_rules",
        (Method::Put, "/recording/settings"),
        "Replace as a whole, for the calls after it",
        RECORDING,
    ),
    Operation {
        tag: "calls",
        access: Access::Role(Role::Agent),
        answer: Answer::Json(200, Body::of::<ActResult>()),
        errors: &[Code::WrongState, Code::Draining, Code::Forbidden],
        ..Operation::new(
            "start_recording",
            Method::Post,
            "/calls/{id}/recording/start",
            "Record from now on; for supervisors and the agent who holds the floor",
        )
    },
];
