//! Signing in and out, and one's own phone.

use crate::problem::Code;
use crate::session::{Me, PhoneAccountView, SignIn};
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const TAG: &str = "session";

pub(super) const ALL: &[Operation] = &[
    Operation {
        tag: TAG,
        access: Access::Public,
        request: Some(Body::of::<SignIn>()),
        answer: Answer::Json(200, Body::of::<Me>()),
        errors: &[Code::InvalidCredentials, Code::TooManyAttempts],
        ..Operation::new("sign_in", Method::Post, "/session", "Sign in; sets the session cookie")
    },
    Operation {
        tag: TAG,
        access: Access::Role(Role::Agent),
        answer: Answer::Json(200, Body::of::<Me>()),
        ..Operation::get("get_session", "/session", "Who one is")
    },
    Operation {
        tag: TAG,
        access: Access::Person(Role::Agent),
        ..Operation::new("sign_out", Method::Delete, "/session", "Sign out")
    },
    Operation {
        tag: TAG,
        access: Access::Person(Role::Agent),
        answer: Answer::Json(200, Body::of::<PhoneAccountView>()),
        errors: &[Code::NotFound],
        ..Operation::get("get_my_phone", "/me/phone", "One's own SIP account")
    },
];
