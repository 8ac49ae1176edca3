//! Customers who are to be called back.

use utoipa::IntoParams as _;

use crate::callbacks::{Callback, CallbackPage, CallbackSettlement, CallbackWrite, CallbacksQuery};
use crate::problem::Code;
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const TAG: &str = "callbacks";
const CALLBACK: Body = Body::of::<Callback>();

pub(super) const ALL: &[Operation] = &[
    Operation {
        tag: TAG,
        access: Access::Role(Role::Supervisor),
        query: Some(|| CallbacksQuery::into_params(|| None)),
        answer: Answer::Json(200, Body::of::<CallbackPage>()),
        ..Operation::get("list_callbacks", "/callbacks", "Customers who are to be called back, or were")
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Agent),
        request: Some(Body::of::<CallbackWrite>()),
        answer: Answer::Json(201, CALLBACK),
        errors: &[Code::NotFound, Code::Draining],
        ..Operation::new("create_callback", Method::Post, "/callbacks", "Have somebody called back")
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Supervisor),
        answer: Answer::Json(200, CALLBACK),
        errors: &[Code::WrongState, Code::Draining],
        ..Operation::new("cancel_callback", Method::Delete, "/callbacks/{id}", "Nobody calls them any more")
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Supervisor),
        request: Some(Body::of::<CallbackSettlement>()),
        answer: Answer::Json(200, CALLBACK),
        errors: &[Code::WrongState, Code::Draining],
        ..Operation::new(
            "settle_callback",
            Method::Post,
            "/callbacks/{id}/settle",
            "Say what became of one that a crash left unknown, or call now",
        )
    },
];
