//! People and keys.

use crate::people::{Key, KeyCreate, KeyRotate, Keys, NewKey, User, UserCreate, UserPatch, Users};
use crate::problem::Code;
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const ADMIN: Access = Access::Role(Role::Admin);

pub(super) const ALL: &[Operation] = &[
    Operation {
        tag: "users",
        access: ADMIN,
        answer: Answer::Json(200, Body::of::<Users>()),
        ..Operation::get("list_users", "/users", "All people")
    },
    Operation {
        tag: "users",
        access: ADMIN,
        request: Some(Body::of::<UserCreate>()),
        answer: Answer::Json(201, Body::of::<User>()),
        errors: &[Code::Conflict],
        ..Operation::new("create_user", Method::Post, "/users", "Add a person")
    },
    Operation {
        tag: "users",
        access: ADMIN,
        request: Some(Body::of::<UserPatch>()),
        answer: Answer::Json(200, Body::of::<User>()),
        errors: &[Code::Conflict],
        ..Operation::new("update_user", Method::Patch, "/users/{id}", "Change a person")
    },
    Operation {
        tag: "keys",
        access: ADMIN,
        answer: Answer::Json(200, Body::of::<Keys>()),
        ..Operation::get("list_keys", "/keys", "All keys")
    },
    Operation {
        tag: "keys",
        access: ADMIN,
        request: Some(Body::of::<KeyCreate>()),
        answer: Answer::Json(201, Body::of::<NewKey>()),
        ..Operation::new("create_key", Method::Post, "/keys", "Make a key; its secret is shown this once")
    },
    Operation {
        tag: "keys",
        access: ADMIN,
        request: Some(Body::of::<KeyRotate>()),
        answer: Answer::Json(201, Body::of::<NewKey>()),
        errors: &[Code::WrongState],
        ..Operation::new(
            "rotate_key",
            Method::Post,
            "/keys/{id}/rotate",
            "Replace a key; the new one's secret is shown this once",
        )
    },
    Operation {
        tag: "keys",
        access: ADMIN,
        answer: Answer::Json(200, Body::of::<Key>()),
        ..Operation::new("revoke_key", Method::Delete, "/keys/{id}", "Revoke a key")
    },
];
