//! Calls of one's own, what one does to the call one holds, and one's colleagues.

use crate::call_requests::ActResult;
use crate::calls::Call;
use crate::desk_calls::{Colleagues, Dial, SendKeys};
use crate::problem::Code;
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const fn act(id: &'static str, path: &'static str, summary: &'static str) -> Operation {
    Operation {
        tag: "calls",
        // Whoever holds the floor may, whatever their role.
        access: Access::Person(Role::Agent),
        answer: Answer::Json(200, Body::of::<ActResult>()),
        errors: &[Code::WrongState, Code::Draining, Code::FloorTaken],
        ..Operation::new(id, Method::Post, path, summary)
    }
}

pub(super) const ALL: &[Operation] = &[
    Operation {
        tag: "floor",
        access: Access::Person(Role::Agent),
        request: Some(Body::of::<Dial>()),
        answer: Answer::Json(201, Body::of::<Call>()),
        errors: &[
            Code::NoPhone,
            Code::AgentBusy,
            Code::ColleagueUnreachable,
            Code::DoNotCall,
            Code::AtCapacity,
            Code::Draining,
        ],
        idempotent: true,
        ..Operation::new(
            "dial",
            Method::Post,
            "/desk/calls",
            "Call a number or a colleague oneself: one's own phone first, then theirs",
        )
    },
    Operation {
        tag: "floor",
        access: Access::Person(Role::Agent),
        answer: Answer::Json(200, Body::of::<Colleagues>()),
        ..Operation::get("list_colleagues", "/desk/colleagues", "Whom one can call or give a customer to")
    },
    act("hold_call", "/calls/{id}/hold", "The customer hears music and nobody; for who holds the floor"),
    act("resume_call", "/calls/{id}/resume", "Have the customer back from hold"),
    Operation {
        request: Some(Body::of::<SendKeys>()),
        ..act("send_keys", "/calls/{id}/dtmf", "Press keys for the customer's telephone; they are not kept")
    },
];
