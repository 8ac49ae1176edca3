//! Assistants, trunks and numbers; and the sandbox.

use crate::assistants::{Assistant, AssistantWrite, Assistants};
use crate::lines::{Number, NumberWrite, Numbers, Trunk, TrunkWrite, Trunks};
use crate::problem::Code;
use crate::sandbox::{CallIn, CallInStarted, SandboxCustomers};
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const READ: Access = Access::Role(Role::Supervisor);
const WRITE: Access = Access::Role(Role::Admin);

const fn list(
    tag: &'static str,
    id: &'static str,
    path: &'static str,
    summary: &'static str,
    body: Body,
) -> Operation {
    Operation { tag, access: READ, answer: Answer::Json(200, body), ..Operation::get(id, path, summary) }
}

const fn create(
    tag: &'static str,
    id: &'static str,
    path: &'static str,
    request: Body,
    body: Body,
) -> Operation {
    Operation {
        tag,
        access: WRITE,
        request: Some(request),
        answer: Answer::Json(201, body),
        errors: &[Code::Conflict],
        ..Operation::new(id, Method::Post, path, "Create")
    }
}

const fn replace(
    tag: &'static str,
    id: &'static str,
    path: &'static str,
    request: Body,
    body: Body,
) -> Operation {
    Operation {
        tag,
        access: WRITE,
        request: Some(request),
        answer: Answer::Json(200, body),
        errors: &[Code::Conflict],
        ..Operation::new(id, Method::Put, path, "Replace as a whole")
    }
}

const fn delete(tag: &'static str, id: &'static str, path: &'static str) -> Operation {
    Operation {
        tag,
        access: WRITE,
        errors: &[Code::InUse],
        ..Operation::new(id, Method::Delete, path, "Delete")
    }
}

const ASSISTANT: Body = Body::of::<Assistant>();
const ASSISTANT_WRITE: Body = Body::of::<AssistantWrite>();
const TRUNK: Body = Body::of::<Trunk>();
const TRUNK_WRITE: Body = Body::of::<TrunkWrite>();
const NUMBER: Body = Body::of::<Number>();
const NUMBER_WRITE: Body = Body::of::<NumberWrite>();

pub(super) const ALL: &[Operation] = &[
    list("assistants", "list_assistants", "/assistants", "All assistants", Body::of::<Assistants>()),
    create("assistants", "create_assistant", "/assistants", ASSISTANT_WRITE, ASSISTANT),
    list("assistants", "get_assistant", "/assistants/{id}", "One assistant, with its ETag", ASSISTANT),
    Operation {
        if_match: true,
        ..replace("assistants", "replace_assistant", "/assistants/{id}", ASSISTANT_WRITE, ASSISTANT)
    },
    delete("assistants", "delete_assistant", "/assistants/{id}"),
    list("trunks", "list_trunks", "/trunks", "All trunks and their state", Body::of::<Trunks>()),
    create("trunks", "create_trunk", "/trunks", TRUNK_WRITE, TRUNK),
    replace("trunks", "replace_trunk", "/trunks/{id}", TRUNK_WRITE, TRUNK),
    delete("trunks", "delete_trunk", "/trunks/{id}"),
    list("numbers", "list_numbers", "/numbers", "All numbers", Body::of::<Numbers>()),
    create("numbers", "create_number", "/numbers", NUMBER_WRITE, NUMBER),
    replace("numbers", "replace_number", "/numbers/{id}", NUMBER_WRITE, NUMBER),
    delete("numbers", "delete_number", "/numbers/{id}"),
    Operation {
        errors: &[Code::NotFound],
        ..list(
            "sandbox",
            "list_sandbox_customers",
            "/sandbox/customers",
            "The simulated customers",
            Body::of::<SandboxCustomers>(),
        )
    },
    Operation {
        tag: "sandbox",
        access: READ,
        request: Some(Body::of::<CallIn>()),
        answer: Answer::Json(202, Body::of::<CallInStarted>()),
        errors: &[Code::NotFound],
        ..Operation::new(
            "sandbox_call_in",
            Method::Post,
            "/sandbox/call-in",
            "Let a simulated customer call us",
        )
    },
];
