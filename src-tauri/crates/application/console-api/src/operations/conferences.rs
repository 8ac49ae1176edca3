//! Conferences: list, join, and what supervisors do to them.

use utoipa::IntoParams;

use crate::call_requests::ActResult;
use crate::calls::Call;
use crate::conferences::{
    Conference, ConferencePage, ConferenceRecordingQuery, ConferencesQuery, DialIntoConference,
    JoinConference, LiveConferences, LockConference, MuteMember, RecordConference, RemoveMember,
};
use crate::problem::Code;
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const TAG: &str = "conferences";
const SUPERVISOR: Access = Access::Role(Role::Supervisor);

const fn act(
    id: &'static str,
    path: &'static str,
    summary: &'static str,
    request: Option<Body>,
) -> Operation {
    Operation {
        tag: TAG,
        access: SUPERVISOR,
        request,
        answer: Answer::Json(200, Body::of::<Conference>()),
        errors: &[Code::NotFound, Code::WrongState, Code::Draining],
        ..Operation::new(id, Method::Post, path, summary)
    }
}

const fn of_call(id: &'static str, path: &'static str, summary: &'static str) -> Operation {
    Operation {
        tag: TAG,
        access: Access::Role(Role::Agent),
        answer: Answer::Json(200, Body::of::<ActResult>()),
        errors: &[Code::WrongState, Code::Draining, Code::Forbidden],
        ..Operation::new(id, Method::Post, path, summary)
    }
}

pub(super) const ALL: &[Operation] = &[
    Operation {
        tag: TAG,
        access: SUPERVISOR,
        query: Some(|| ConferencesQuery::into_params(|| None)),
        answer: Answer::Json(200, Body::of::<ConferencePage>()),
        ..Operation::get("list_conferences", "/conferences", "Conferences, newest first")
    },
    Operation {
        tag: TAG,
        access: SUPERVISOR,
        answer: Answer::Json(200, Body::of::<LiveConferences>()),
        ..Operation::get("list_live_conferences", "/live/conferences", "Every conference that is live")
    },
    Operation {
        tag: TAG,
        access: SUPERVISOR,
        answer: Answer::Json(200, Body::of::<Conference>()),
        ..Operation::get("get_conference", "/conferences/{id}", "One conference, live or over")
    },
    Operation {
        tag: TAG,
        access: SUPERVISOR,
        answer: Answer::Audio,
        query: Some(|| ConferenceRecordingQuery::into_params(|| None)),
        errors: &[Code::RangeNotSatisfiable],
        ..Operation::get(
            "get_conference_recording",
            "/conferences/{id}/recording",
            "A recording of the conference, in ranges if asked for",
        )
    },
    Operation {
        request: Some(Body::of::<JoinConference>()),
        ..of_call(
            "join_conference",
            "/calls/{id}/conference",
            "Take a call into a conference; for supervisors and the agent who holds the floor",
        )
    },
    of_call("leave_conference", "/calls/{id}/conference/leave", "Take a call out of its conference"),
    act(
        "mute_conference_member",
        "/conferences/{id}/mute",
        "Let the others hear a member, or not",
        Some(Body::of::<MuteMember>()),
    ),
    act(
        "remove_conference_member",
        "/conferences/{id}/remove",
        "Send a member out, or give up calling one",
        Some(Body::of::<RemoveMember>()),
    ),
    act(
        "lock_conference",
        "/conferences/{id}/lock",
        "Let nobody in any more, or again",
        Some(Body::of::<LockConference>()),
    ),
    act(
        "record_conference",
        "/conferences/{id}/record",
        "Record from now on, or no longer",
        Some(Body::of::<RecordConference>()),
    ),
    Operation {
        answer: Answer::Json(201, Body::of::<Call>()),
        errors: &[Code::NotFound, Code::DoNotCall, Code::AtCapacity, Code::Draining],
        ..act(
            "dial_into_conference",
            "/conferences/{id}/dial",
            "Call somebody into the conference",
            Some(Body::of::<DialIntoConference>()),
        )
    },
    act("end_conference", "/conferences/{id}/end", "End the conference for all", None),
];
