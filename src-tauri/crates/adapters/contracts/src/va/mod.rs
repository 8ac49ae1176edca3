//! The contract `va`: agents, tasks, calls, and what is said in them while it is said.
//!
//! Where the text is silent:
//! - Lists are `{"agents" | "tasks" | "calls": […], "pagination": {"limit", "offset", "has_more"}}`, newest first.
//! - `dtmf_rules` has a key's digits as its names: `{"1": {"action": "say", "text": …}, "2": {"action": "transfer", "to":
//!   queue or number}, "3": {"action": "store", "variable": …}, "9": {"action": "hang_up"}}`; a text alone is said. The same as
//!   a list with `digits` in each rule, or under `rules`, is understood too. `*` takes any entry that has no rule.
//! - Of `voice_settings`, `voice_id` and `speed` act where the organisation has a voice of ElevenLabs; all of it is kept.
//! - A task's `context_data` fills the agent's `{variables}`; `starting_message` takes the place of the agent's. A larger
//!   `priority` goes first among tasks that are due. `scheduled_at` is RFC 3339. A task that finds no room on its trunk waits
//!   until there is some; one that cannot be called has failed, with the reason in `error`. `webhook_events` left out: all.
//! - A reset task whose time is over waits for an execution.
//! - Statuses that the text does not list are answered by the nearest that it does: conflicts by 400, unknown methods by 404.
//! - `POST …/transcript` asks `{base_url}/v1/convai/conversations/{conversation_id}` of the organisation's provider of
//!   ElevenLabs; the conversation is named by the body's `conversation_id`, else by the task's `context_data`, else it has the
//!   call's id. What was fetched stands in for the call's own transcript from then on.
//! - Keys are `/api-keys`, organisations `/organizations`, people `/users` and `/users/invite`; an invited person's first
//!   password, and that of a new organisation's owner, is in the answer and nowhere else.
//! - `POST` answers 201 where it made something.

mod agents;
mod calls;
mod dtmf;
mod elevenlabs;
mod live;
mod management;
mod scheduler;
mod tasks;
mod view;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use tandem_switchboard::records::{Contract, UserRole};

use crate::ground::{
    About, Access, Allowance, Ground, Kind, Manner, Operation, Operations, Refusal, error_response,
    rfc3339_ms,
};

pub(crate) use scheduler::run as run_tasks;
pub(crate) use webhooks::TaskWebhooks;

/// An envelope around everything, and the limit in the headers of everything.
#[derive(Debug)]
struct Va;

impl Manner for Va {
    const CONTRACT: Contract = Contract::Va;

    fn allowance(&self) -> Allowance {
        Allowance::per_minute(1_000)
    }

    fn answer(&self, status: StatusCode, body: Value, about: &About) -> Response {
        let body = json!({ "success": true, "data": body, "meta": meta(about) });
        let mut response = Response::new(axum::body::Body::from(body.to_string()));
        *response.status_mut() = status;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(axum::http::header::CONTENT_TYPE, json);
        response
    }

    fn refuse(&self, refusal: &Refusal, about: &About) -> Response {
        let mut details = refusal.extra.clone();
        if !refusal.faults.is_empty() {
            let fault =
                |fault: &crate::ground::Fault| json!({ "field": fault.field, "message": fault.expected });
            details.insert("fields".to_owned(), refusal.faults.iter().map(fault).collect());
        }
        let error = match refusal.kind {
            Kind::Unauthenticated => "Invalid or missing API key",
            Kind::RateLimited => "Rate limit exceeded",
            _ => refusal.message.as_str(),
        };
        let body = json!({ "success": false, "error": error, "details": details, "meta": meta(about) });
        let mut response = error_response(refusal, &body);
        *response.status_mut() = match refusal.kind {
            Kind::Conflict | Kind::TooLarge | Kind::Mismatch => StatusCode::BAD_REQUEST,
            Kind::MethodNotAllowed => StatusCode::NOT_FOUND,
            Kind::BadGateway => StatusCode::SERVICE_UNAVAILABLE,
            kind => kind.status(),
        };
        response
    }

    fn dress(&self, response: &mut Response, about: &About) {
        let Some(quota) = about.quota else { return };
        let resets = about.resets_at_s().unwrap_or_default();
        for (name, value) in [
            (HeaderName::from_static("x-ratelimit-limit"), i64::from(quota.limit)),
            (HeaderName::from_static("x-ratelimit-remaining"), i64::from(quota.remaining)),
            (HeaderName::from_static("x-ratelimit-reset"), resets),
        ] {
            response.headers_mut().insert(name, HeaderValue::from(value));
        }
    }
}

fn meta(about: &About) -> Value {
    json!({ "timestamp": rfc3339_ms(about.now), "request_id": about.request_id })
}

const CONFIGURE: UserRole = UserRole::Admin;
const CALL: UserRole = UserRole::Supervisor;

/// The operations, below `/va`.
pub(crate) fn router(ground: &Arc<Ground>) -> Router {
    let key = Operation::new;
    let may_call = |name| Operation::new(name).role(CALL);
    let configure = |name| Operation::new(name).role(CONFIGURE);
    let session = |name| Operation::new(name).access(Access::Session(CONFIGURE));
    let open = |name| Operation::new(name).access(Access::Open);
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);
    Operations::new(ground, Va)
        .on(get.clone(), "/api/v1/agents", key("va.list_agents"), agents::list)
        .on(post.clone(), "/api/v1/agents", configure("va.create_agent").idempotent(), agents::create)
        .on(get.clone(), "/api/v1/agents/{id}", key("va.get_agent"), agents::get)
        .on(patch.clone(), "/api/v1/agents/{id}", configure("va.update_agent"), agents::update)
        .on(delete.clone(), "/api/v1/agents/{id}", configure("va.delete_agent"), agents::delete)
        .on(get.clone(), "/api/v1/tasks", key("va.list_tasks"), tasks::list)
        .on(post.clone(), "/api/v1/tasks", may_call("va.create_task").idempotent(), tasks::create)
        .on(get.clone(), "/api/v1/tasks/{id}", key("va.get_task"), tasks::get)
        .on(patch.clone(), "/api/v1/tasks/{id}", may_call("va.update_task"), tasks::update)
        .on(delete.clone(), "/api/v1/tasks/{id}", may_call("va.delete_task"), tasks::delete)
        .on(
            post.clone(),
            "/api/v1/tasks/{id}/execute",
            may_call("va.execute_task").idempotent(),
            tasks::execute,
        )
        .on(post.clone(), "/api/v1/tasks/{id}/reset", may_call("va.reset_task"), tasks::reset)
        .on(get.clone(), "/api/v1/calls", key("va.list_calls"), calls::list)
        .on(get.clone(), "/api/v1/calls/{id}", key("va.get_call"), calls::get)
        .on(get.clone(), "/api/v1/calls/{id}/transcript", key("va.get_transcript"), calls::transcript)
        .on(post.clone(), "/api/v1/calls/{id}/transcript", may_call("va.fetch_transcript"), elevenlabs::fetch)
        .on(get.clone(), "/api/v1/calls/{id}/report", key("va.get_report"), calls::report)
        .on(get.clone(), "/api/v1/calls/{id}/recording", key("va.get_recording"), calls::recording)
        .on(get.clone(), "/api/v1/calls/{id}/recording/stream", open("va.stream_recording"), calls::stream)
        .on(get.clone(), "/api/v1/calls/{id}/live", key("va.live_connection"), live::connection)
        .on(post.clone(), "/api/v1/calls/{id}/end", may_call("va.end_call"), calls::end)
        .on(post.clone(), "/api/v1/calls/{id}/cancel", may_call("va.cancel_call"), calls::cancel)
        .on(get.clone(), "/ws/calls/{id}", open("va.live_socket"), live::socket)
        .on(get.clone(), "/api/v1/api-keys", session("va.list_keys"), management::keys)
        .on(post.clone(), "/api/v1/api-keys", session("va.create_key"), management::create_key)
        .on(delete, "/api/v1/api-keys/{id}", session("va.delete_key"), management::delete_key)
        .on(
            post.clone(),
            "/api/v1/api-keys/{id}/regenerate",
            session("va.regenerate_key"),
            management::regenerate_key,
        )
        .on(get.clone(), "/api/v1/organizations", session("va.list_organizations"), management::organizations)
        .on(
            post.clone(),
            "/api/v1/organizations",
            Operation::new("va.create_organization").access(Access::Session(UserRole::Owner)),
            management::create_organization,
        )
        .on(
            get.clone(),
            "/api/v1/organizations/{id}",
            session("va.get_organization"),
            management::organization,
        )
        .on(
            patch,
            "/api/v1/organizations/{id}",
            session("va.update_organization"),
            management::update_organization,
        )
        .on(get, "/api/v1/users", session("va.list_users"), management::users)
        .on(post, "/api/v1/users/invite", session("va.invite_user"), management::invite)
        .into_router()
}
