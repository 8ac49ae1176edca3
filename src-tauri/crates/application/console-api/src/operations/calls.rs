//! Calls: list, place, read, supervise.

use utoipa::IntoParams;

use crate::call_requests::{
    ActResult, AssistantText, CallsQuery, HandBack, PlaceCall, Supervise, TakeOver, WaveformQuery,
};
use crate::calls::{Call, CallPage, LiveCalls, Waveform};
use crate::events::Events;
use crate::problem::Code;
use crate::recordings::RecordingQuery;
use crate::sip::SipTrace;
use crate::transcript::Transcript;
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const TAG: &str = "calls";
const READ: Access = Access::Role(Role::Supervisor);
const ACT: &[Code] = &[Code::WrongState, Code::Draining];
const PAUSE: &[Code] = &[Code::WrongState, Code::Draining, Code::Forbidden];

const fn act(
    id: &'static str,
    path: &'static str,
    summary: &'static str,
    request: Option<Body>,
) -> Operation {
    Operation {
        tag: TAG,
        access: Access::Role(Role::Supervisor),
        request,
        answer: Answer::Json(200, Body::of::<ActResult>()),
        errors: ACT,
        ..Operation::new(id, Method::Post, path, summary)
    }
}

pub(super) const ALL: &[Operation] = &[
    Operation {
        tag: TAG,
        access: READ,
        query: Some(|| CallsQuery::into_params(|| None)),
        answer: Answer::Json(200, Body::of::<CallPage>()),
        ..Operation::get("list_calls", "/calls", "Calls, newest first")
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Supervisor),
        request: Some(Body::of::<PlaceCall>()),
        answer: Answer::Json(201, Body::of::<Call>()),
        errors: &[Code::NotFound, Code::DoNotCall, Code::AtCapacity, Code::Draining],
        idempotent: true,
        ..Operation::new("place_call", Method::Post, "/calls", "Place a call")
    },
    Operation {
        tag: TAG,
        access: READ,
        answer: Answer::Json(200, Body::of::<LiveCalls>()),
        ..Operation::get("list_live_calls", "/live/calls", "Every call in progress")
    },
    Operation {
        tag: TAG,
        access: READ,
        answer: Answer::Json(200, Body::of::<Call>()),
        ..Operation::get("get_call", "/calls/{id}", "One call")
    },
    Operation {
        tag: TAG,
        access: READ,
        answer: Answer::Json(200, Body::of::<Transcript>()),
        ..Operation::get("get_transcript", "/calls/{id}/transcript", "What was said and heard")
    },
    Operation {
        tag: TAG,
        access: READ,
        answer: Answer::Json(200, Body::of::<Events>()),
        ..Operation::get("get_call_events", "/calls/{id}/events", "What happened in a call")
    },
    Operation {
        tag: TAG,
        access: READ,
        answer: Answer::Json(200, Body::of::<SipTrace>()),
        ..Operation::get("get_sip_trace", "/calls/{id}/sip", "The call's SIP messages, without their secrets")
    },
    Operation {
        tag: TAG,
        access: READ,
        answer: Answer::Text,
        ..Operation::get(
            "get_sip_trace_text",
            "/calls/{id}/sip/text",
            "The call's SIP messages as plain text",
        )
    },
    Operation {
        tag: TAG,
        access: READ,
        answer: Answer::Audio,
        query: Some(|| RecordingQuery::into_params(|| None)),
        errors: &[Code::RangeNotSatisfiable, Code::ConversionsBusy],
        ..Operation::get("get_recording", "/calls/{id}/recording", "The recording, in ranges if asked for")
    },
    Operation {
        tag: TAG,
        access: READ,
        query: Some(|| WaveformQuery::into_params(|| None)),
        answer: Answer::Json(200, Body::of::<Waveform>()),
        ..Operation::get("get_waveform", "/calls/{id}/waveform", "The recording's shape for drawing")
    },
    Operation {
        access: Access::Person(Role::Supervisor),
        errors: &[Code::WrongState, Code::Draining, Code::NoPhone],
        ..act(
            "supervise",
            "/calls/{id}/supervision",
            "Listen, whisper, barge or leave",
            Some(Body::of::<Supervise>()),
        )
    },
    Operation {
        access: Access::Person(Role::Supervisor),
        errors: &[Code::WrongState, Code::Draining, Code::NoPhone, Code::FloorTaken],
        ..act("take_over", "/calls/{id}/takeover", "Take the floor", Some(Body::of::<TakeOver>()))
    },
    Operation {
        access: Access::Person(Role::Supervisor),
        errors: &[Code::WrongState, Code::Draining, Code::FloorTaken],
        ..act("hand_back", "/calls/{id}/handback", "Give the floor back", Some(Body::of::<HandBack>()))
    },
    act(
        "whisper_text",
        "/calls/{id}/whisper",
        "Tell the assistant something the customer does not hear",
        Some(Body::of::<AssistantText>()),
    ),
    act(
        "say",
        "/calls/{id}/say",
        "Make the assistant say exactly this now",
        Some(Body::of::<AssistantText>()),
    ),
    Operation {
        access: Access::Role(Role::Agent),
        errors: PAUSE,
        ..act(
            "pause_recording",
            "/calls/{id}/recording/pause",
            "Record silence from now on; for supervisors and the agent who holds the floor",
            None,
        )
    },
    Operation {
        access: Access::Role(Role::Agent),
        errors: PAUSE,
        ..act("resume_recording", "/calls/{id}/recording/resume", "Record again", None)
    },
    Operation {
        access: Access::Role(Role::Agent),
        ..act(
            "end_call",
            "/calls/{id}/end",
            "End the call; for supervisors and the agent who holds the floor",
            None,
        )
    },
];
