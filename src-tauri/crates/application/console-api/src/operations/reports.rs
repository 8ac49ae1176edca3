//! Reports, and today's figures.

use utoipa::IntoParams;

use crate::reports::{AgentReport, AgentReportQuery, QueueReport, QueueReportQuery, Wallboard};
use crate::words::Role;
use crate::{Access, Answer, Body, Operation};

const fn read(id: &'static str, path: &'static str, summary: &'static str) -> Operation {
    Operation { tag: "reports", access: Access::Role(Role::Supervisor), ..Operation::get(id, path, summary) }
}

pub(super) const ALL: &[Operation] = &[
    Operation {
        query: Some(|| QueueReportQuery::into_params(|| None)),
        answer: Answer::Json(200, Body::of::<QueueReport>()),
        ..read("report_queues", "/reports/queues", "What happened in queues, also as CSV")
    },
    Operation {
        query: Some(|| AgentReportQuery::into_params(|| None)),
        answer: Answer::Json(200, Body::of::<AgentReport>()),
        ..read("report_agents", "/reports/agents", "What agents did, also as CSV")
    },
    Operation {
        answer: Answer::Json(200, Body::of::<Wallboard>()),
        ..read("get_wallboard", "/wallboard", "Today so far, by queue and over all")
    },
];
