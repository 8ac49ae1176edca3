//! Calls: giving the customer to somebody.

use crate::call_requests::ActResult;
use crate::problem::Code;
use crate::transfers::Transfer;
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
        request: Some(Body::of::<Transfer>()),
        ..act("transfer", "/calls/{id}/transfer", "Give the customer to somebody; for who holds the floor")
    },
    act(
        "complete_transfer",
        "/calls/{id}/transfer/complete",
        "Leave the customer with whom you talk to; before the answer, the transfer goes on as a blind one",
    ),
    act("abandon_transfer", "/calls/{id}/transfer/abandon", "Have the customer back"),
    act(
        "swap_transfer",
        "/calls/{id}/transfer/swap",
        "Turn from whom you consult to the customer, or back; the other one hears music",
    ),
    act("three_way", "/calls/{id}/transfer/three-way", "You, the customer and whom you consult all talk"),
];
