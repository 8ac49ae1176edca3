//! The two sockets, the tickets that open them, and a browser's phone over WebRTC.

use crate::phone::{PhoneAnswer, PhoneOffer};
use crate::problem::Code;
use crate::session::Ticket;
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const TAG: &str = "live";

pub(super) const ALL: &[Operation] = &[
    Operation {
        tag: TAG,
        access: Access::Role(Role::Agent),
        answer: Answer::Json(201, Body::of::<Ticket>()),
        ..Operation::new("create_ticket", Method::Post, "/live/ticket", "A ticket for one socket")
    },
    Operation {
        tag: TAG,
        access: Access::Ticket,
        answer: Answer::Socket,
        ..Operation::get("open_live", "/live", "Snapshot, then events; see ClientMessage and ServerMessage")
    },
    Operation {
        tag: TAG,
        access: Access::Ticket,
        answer: Answer::Socket,
        ..Operation::get("open_phone", "/phone", "Audio both ways; see PhoneMessage")
    },
    Operation {
        tag: TAG,
        access: Access::Person(Role::Agent),
        request: Some(Body::of::<PhoneOffer>()),
        answer: Answer::Json(200, Body::of::<PhoneAnswer>()),
        errors: &[Code::NotFound, Code::PhonesBusy, Code::Draining],
        ..Operation::new("offer_phone", Method::Post, "/phone/offer", "Audio both ways over WebRTC")
    },
];
