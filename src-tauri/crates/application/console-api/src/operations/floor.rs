//! Queues, agents, and the desk of an agent.

use crate::call_requests::ActResult;
use crate::floor::{
    AgentQueuesWrite, AgentView, AgentWrite, Desk, DispositionWrite, FloorView, PresenceWrite, ReorderWrite,
    WrapUpWrite,
};
use crate::problem::Code;
use crate::queues::{Queue, QueueWrite, Queues};
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const TAG: &str = "floor";
const QUEUE: Body = Body::of::<Queue>();
const QUEUE_WRITE: Body = Body::of::<QueueWrite>();
const AGENT: Answer = Answer::Json(200, Body::of::<AgentView>());

const fn write(id: &'static str, method: Method, path: &'static str, summary: &'static str) -> Operation {
    Operation {
        tag: TAG,
        access: Access::Role(Role::Admin),
        request: Some(QUEUE_WRITE),
        errors: &[Code::Conflict],
        ..Operation::new(id, method, path, summary)
    }
}

const fn own(id: &'static str, method: Method, path: &'static str, summary: &'static str) -> Operation {
    Operation { tag: TAG, access: Access::Person(Role::Agent), ..Operation::new(id, method, path, summary) }
}

const OFFER: Operation = Operation {
    answer: Answer::Json(200, Body::of::<ActResult>()),
    errors: &[Code::WrongState, Code::NotFound, Code::NoPhone, Code::NotOffered],
    ..own("", Method::Post, "", "")
};

pub(super) const ALL: &[Operation] = &[
    Operation {
        tag: TAG,
        access: Access::Role(Role::Supervisor),
        answer: Answer::Json(200, Body::of::<Queues>()),
        ..Operation::get("list_queues", "/queues", "All queues")
    },
    Operation {
        answer: Answer::Json(201, QUEUE),
        ..write("create_queue", Method::Post, "/queues", "Create")
    },
    Operation {
        answer: Answer::Json(200, QUEUE),
        ..write(
            "replace_queue",
            Method::Put,
            "/queues/{id}",
            "Replace as a whole; nobody who waits is dropped",
        )
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Admin),
        errors: &[Code::InUse],
        ..Operation::new(
            "delete_queue",
            Method::Delete,
            "/queues/{id}",
            "Delete; who waits is sent elsewhere",
        )
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Supervisor),
        answer: Answer::Json(200, Body::of::<FloorView>()),
        ..Operation::get("get_floor", "/floor", "Who waits and who takes calls")
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Admin),
        request: Some(Body::of::<AgentWrite>()),
        answer: AGENT,
        errors: &[Code::NotFound],
        ..Operation::new("replace_agent", Method::Put, "/agents/{id}", "What a person can do")
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Supervisor),
        request: Some(Body::of::<AgentQueuesWrite>()),
        answer: AGENT,
        errors: &[Code::NotFound],
        ..Operation::new(
            "set_agent_queues",
            Method::Put,
            "/agents/{id}/queues",
            "Whose callers a person takes; nobody who waits or talks is dropped",
        )
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Supervisor),
        request: Some(Body::of::<PresenceWrite>()),
        answer: AGENT,
        errors: &[Code::NotFound, Code::NoPhone],
        ..Operation::new(
            "set_agent_presence",
            Method::Put,
            "/agents/{id}/presence",
            "Put a person on a break, back to work, or out",
        )
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Supervisor),
        request: Some(Body::of::<ReorderWrite>()),
        errors: &[Code::NotFound, Code::WrongState],
        ..Operation::new(
            "reorder_caller",
            Method::Post,
            "/calls/{id}/place",
            "Take a waiting caller sooner, later or elsewhere",
        )
    },
    Operation {
        answer: Answer::Json(200, Body::of::<Desk>()),
        ..own("get_desk", Method::Get, "/me/desk", "One's own state, calls and wrap-up")
    },
    Operation {
        request: Some(Body::of::<PresenceWrite>()),
        answer: AGENT,
        errors: &[Code::NoPhone],
        ..own("set_my_presence", Method::Put, "/me/presence", "Take calls, take a break, or go")
    },
    Operation {
        request: Some(Body::of::<WrapUpWrite>()),
        answer: AGENT,
        errors: &[Code::DispositionRequired],
        ..own("end_wrap_up", Method::Post, "/me/wrap-up", "Be done with wrap-up, or have more time")
    },
    Operation {
        id: "answer_offer",
        path: "/calls/{id}/answer",
        summary: "Take the caller who is held out to one",
        ..OFFER
    },
    Operation {
        id: "decline_offer",
        path: "/calls/{id}/decline",
        summary: "Let somebody else take the caller",
        ..OFFER
    },
    Operation {
        request: Some(Body::of::<DispositionWrite>()),
        errors: &[Code::NotFound],
        ..own("dispose_call", Method::Put, "/calls/{id}/disposition", "Say what came of a call")
    },
];
