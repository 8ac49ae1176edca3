//! Providers, the order of their fallbacks, and retention.

use crate::problem::Code;
use crate::providers::{
    Provider, ProviderCheck, ProviderCreate, ProviderFallback, ProviderUpdate, Providers,
};
use crate::retention::{Retention, RetentionSettings, Swept};
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const ADMIN: Access = Access::Role(Role::Admin);

const fn get(
    tag: &'static str,
    id: &'static str,
    path: &'static str,
    summary: &'static str,
    body: Body,
) -> Operation {
    Operation { tag, access: ADMIN, answer: Answer::Json(200, body), ..Operation::get(id, path, summary) }
}

const fn change(
    tag: &'static str,
    id: &'static str,
    (method, path): (Method, &'static str),
    summary: &'static str,
    request: Body,
    (status, body): (u16, Body),
) -> Operation {
    Operation {
        tag,
        access: ADMIN,
        request: Some(request),
        answer: Answer::Json(status, body),
        ..Operation::new(id, method, path, summary)
    }
}

const PROVIDER: Body = Body::of::<Provider>();
const FALLBACK: Body = Body::of::<ProviderFallback>();
const RETENTION: Body = Body::of::<Retention>();

pub(super) const ALL: &[Operation] = &[
    get("providers", "list_providers", "/providers", "All providers", Body::of::<Providers>()),
    Operation {
        errors: &[Code::Conflict],
        ..change(
            "providers",
            "create_provider",
            (Method::Post, "/providers"),
            "Set up a provider; the next call can use it",
            Body::of::<ProviderCreate>(),
            (201, PROVIDER),
        )
    },
    get("providers", "get_provider", "/providers/{id}", "One provider", PROVIDER),
    Operation {
        errors: &[Code::ReadOnly],
        ..change(
            "providers",
            "update_provider",
            (Method::Patch, "/providers/{id}"),
            "Change a provider",
            Body::of::<ProviderUpdate>(),
            (200, PROVIDER),
        )
    },
    Operation {
        tag: "providers",
        access: ADMIN,
        errors: &[Code::InUse, Code::ReadOnly],
        ..Operation::new("delete_provider", Method::Delete, "/providers/{id}", "Delete")
    },
    Operation {
        tag: "providers",
        access: ADMIN,
        answer: Answer::Json(200, Body::of::<ProviderCheck>()),
        ..Operation::new(
            "check_provider",
            Method::Post,
            "/providers/{id}/check",
            "Ask the provider for something small",
        )
    },
    get(
        "providers",
        "get_provider_fallback",
        "/provider-fallback",
        "What is tried after a provider failed",
        FALLBACK,
    ),
    change(
        "providers",
        "replace_provider_fallback",
        (Method::Put, "/provider-fallback"),
        "Replace the order as a whole",
        FALLBACK,
        (200, FALLBACK),
    ),
    get(
        "retention",
        "get_retention",
        "/retention",
        "How long things are kept, and what the next sweep deletes",
        RETENTION,
    ),
    change(
        "retention",
        "replace_retention",
        (Method::Put, "/retention"),
        "Replace as a whole",
        Body::of::<RetentionSettings>(),
        (200, RETENTION),
    ),
    Operation {
        tag: "retention",
        access: ADMIN,
        answer: Answer::Json(200, Body::of::<Swept>()),
        ..Operation::new("sweep", Method::Post, "/retention/sweep", "Delete what is due now")
    },
];
