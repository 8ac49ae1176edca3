//! Webhooks: where they go, and what became of each.

use utoipa::IntoParams as _;

use crate::problem::Code;
use crate::webhooks::{
    NewWebhook, Redelivered, Webhook, WebhookDeliveriesQuery, WebhookDelivery, WebhookDeliveryDetail,
    WebhookDeliveryPage, WebhookRedeliver, WebhookRotate, WebhookWrite, Webhooks,
};
use crate::words::Role;
use crate::{Access, Answer, Body, Method, Operation};

const ADMIN: Access = Access::Role(Role::Admin);

const fn get(id: &'static str, path: &'static str, summary: &'static str, body: Body) -> Operation {
    Operation {
        tag: "webhooks",
        access: ADMIN,
        answer: Answer::Json(200, body),
        ..Operation::get(id, path, summary)
    }
}

const fn change(
    id: &'static str,
    (method, path): (Method, &'static str),
    summary: &'static str,
    request: Option<Body>,
    answer: Answer,
) -> Operation {
    Operation { tag: "webhooks", access: ADMIN, request, answer, ..Operation::new(id, method, path, summary) }
}

pub(super) const ALL: &[Operation] = &[
    get("list_webhooks", "/webhooks", "All webhooks", Body::of::<Webhooks>()),
    change(
        "create_webhook",
        (Method::Post, "/webhooks"),
        "Have an address told; its secret is shown this once",
        Some(Body::of::<WebhookWrite>()),
        Answer::Json(201, Body::of::<NewWebhook>()),
    ),
    Operation {
        errors: &[Code::ReadOnly],
        ..change(
            "replace_webhook",
            (Method::Put, "/webhooks/{id}"),
            "Change a webhook, or switch it on or off",
            Some(Body::of::<WebhookWrite>()),
            Answer::Json(200, Body::of::<Webhook>()),
        )
    },
    Operation {
        errors: &[Code::ReadOnly],
        ..change(
            "delete_webhook",
            (Method::Delete, "/webhooks/{id}"),
            "Delete a webhook and what was to go there",
            None,
            Answer::Nothing,
        )
    },
    change(
        "rotate_webhook_secret",
        (Method::Post, "/webhooks/{id}/rotate"),
        "Replace a webhook's secret; the new one is shown this once, and both sign for a while",
        Some(Body::of::<WebhookRotate>()),
        Answer::Json(201, Body::of::<NewWebhook>()),
    ),
    Operation {
        errors: &[Code::WrongState],
        ..change(
            "test_webhook",
            (Method::Post, "/webhooks/{id}/test"),
            "Send a message of the type webhook.test",
            None,
            Answer::Json(201, Body::of::<WebhookDelivery>()),
        )
    },
    Operation {
        errors: &[Code::WrongState],
        ..change(
            "redeliver_webhooks",
            (Method::Post, "/webhooks/{id}/redeliver"),
            "Send again what was made in a span of time",
            Some(Body::of::<WebhookRedeliver>()),
            Answer::Json(200, Body::of::<Redelivered>()),
        )
    },
    Operation {
        query: Some(|| WebhookDeliveriesQuery::into_params(|| None)),
        ..get(
            "list_webhook_deliveries",
            "/webhook-deliveries",
            "What was sent and is to be sent, newest first",
            Body::of::<WebhookDeliveryPage>(),
        )
    },
    get(
        "get_webhook_delivery",
        "/webhook-deliveries/{id}",
        "One delivery with every try",
        Body::of::<WebhookDeliveryDetail>(),
    ),
    Operation {
        errors: &[Code::WrongState],
        ..change(
            "redeliver_webhook",
            (Method::Post, "/webhook-deliveries/{id}/redeliver"),
            "Send one again, with the same id",
            None,
            Answer::Json(200, Body::of::<WebhookDelivery>()),
        )
    },
];
