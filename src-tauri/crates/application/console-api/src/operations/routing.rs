//! Opening hours and voicemail.

use utoipa::IntoParams as _;

use crate::problem::Code;
use crate::routing::{
    HoursList, HoursWrite, NamedHours, Voicemail, VoicemailPage, VoicemailUpdate, VoicemailsQuery,
};
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const HOURS: Body = Body::of::<NamedHours>();
const HOURS_WRITE: Body = Body::of::<HoursWrite>();
/// Agents have their own box.
const READ: Access = Access::Role(Role::Agent);
const WRITE: Access = Access::Role(Role::Admin);

pub(super) const ALL: &[Operation] = &[
    Operation {
        tag: "hours",
        access: Access::Role(Role::Supervisor),
        answer: Answer::Json(200, Body::of::<HoursList>()),
        ..Operation::get("list_hours", "/hours", "All opening hours, and whether they are open")
    },
    Operation {
        tag: "hours",
        access: WRITE,
        request: Some(HOURS_WRITE),
        answer: Answer::Json(201, HOURS),
        errors: &[Code::Conflict],
        ..Operation::new("create_hours", Method::Post, "/hours", "Create")
    },
    Operation {
        tag: "hours",
        access: WRITE,
        request: Some(HOURS_WRITE),
        answer: Answer::Json(200, HOURS),
        errors: &[Code::Conflict, Code::InUse],
        ..Operation::new("replace_hours", Method::Put, "/hours/{id}", "Replace as a whole")
    },
    Operation {
        tag: "hours",
        access: WRITE,
        errors: &[Code::InUse],
        ..Operation::new("delete_hours", Method::Delete, "/hours/{id}", "Delete")
    },
    Operation {
        tag: "voicemail",
        access: READ,
        query: Some(|| VoicemailsQuery::into_params(|| None)),
        answer: Answer::Json(200, Body::of::<VoicemailPage>()),
        errors: &[Code::Forbidden],
        ..Operation::get("list_voicemails", "/voicemails", "Messages of callers; agents see their own box")
    },
    Operation {
        tag: "voicemail",
        access: READ,
        answer: Answer::Audio,
        errors: &[Code::RangeNotSatisfiable],
        ..Operation::get("get_voicemail_audio", "/voicemails/{id}/audio", "The message as WAV")
    },
    Operation {
        tag: "voicemail",
        access: READ,
        request: Some(Body::of::<VoicemailUpdate>()),
        answer: Answer::Json(200, Body::of::<Voicemail>()),
        ..Operation::new(
            "update_voicemail",
            Method::Patch,
            "/voicemails/{id}",
            "Note that somebody has heard it, or that it is new again",
        )
    },
    Operation {
        tag: "voicemail",
        access: READ,
        ..Operation::new(
            "delete_voicemail",
            Method::Delete,
            "/voicemails/{id}",
            "Delete the message and its audio",
        )
    },
];
