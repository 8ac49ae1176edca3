//! Reports and the wallboard as the API shows them, and how to ask for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tandem_switchboard::records::UnixMs;
use tandem_switchboard::reports;
use utoipa::{IntoParams, ToSchema};

use crate::check::{Check, Findings, length};
use crate::time::Time;

/// Most days of a report.
pub const MOST_DAYS: i64 = 92;
/// Most rows of a report, and most intervals.
pub const MOST_ROWS: usize = 10_000;

/// How long an interval is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ReportInterval {
    #[serde(rename = "15m")]
    Quarter,
    #[serde(rename = "30m")]
    Half,
    #[serde(rename = "60m")]
    Hour,
    #[default]
    #[serde(rename = "day")]
    Day,
}

/// How a report is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportFormat {
    Json,
    /// `text/csv`, the rows alone; also where `Accept` names it.
    Csv,
}

/// Which figures of queues to show.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueReportQuery {
    /// A date (its beginning in the organisation's time zone) or a moment (RFC 3339); today where absent.
    #[param(example = "2026-03-01")]
    pub from: Option<String>,
    /// A date, the whole of which is in the report, or a moment, which is not; the end of today where absent. At most
    /// 92 days after `from`.
    #[param(example = "2026-03-31")]
    pub to: Option<String>,
    #[param(inline)]
    pub interval: Option<ReportInterval>,
    /// Id of a queue; all where absent.
    pub queue: Option<String>,
    #[param(inline)]
    pub format: Option<ReportFormat>,
}

/// Which figures of agents to show.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AgentReportQuery {
    /// A date (its beginning in the organisation's time zone) or a moment (RFC 3339); today where absent.
    #[param(example = "2026-03-01")]
    pub from: Option<String>,
    /// A date, the whole of which is in the report, or a moment, which is not; the end of today where absent. At most
    /// 92 days after `from`.
    #[param(example = "2026-03-31")]
    pub to: Option<String>,
    #[param(inline)]
    pub interval: Option<ReportInterval>,
    /// Id of a person; everybody where absent.
    pub user: Option<String>,
    #[param(inline)]
    pub format: Option<ReportFormat>,
}

/// What happened in queues. Whatever is counted is counted in the interval in which it happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QueueReport {
    pub from: Time,
    pub to: Time,
    pub as_of: Time,
    pub time_zone: String,
    pub interval: ReportInterval,
    /// By interval, then by queue; where nothing happened there is none.
    pub rows: Vec<QueueRow>,
    /// Of all rows.
    pub total: QueueFigures,
}

/// A queue in an interval.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QueueRow {
    pub from: Time,
    pub to: Time,
    pub queue: String,
    /// The id where the queue is there no more.
    pub name: String,
    pub figures: QueueFigures,
}

/// Figures of a queue. Averages and percentages are absent where there is nothing to divide by.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QueueFigures {
    /// Callers who joined.
    pub offered: u64,
    pub answered: u64,
    /// Within the queue's service level as it is set now.
    pub answered_in_time: u64,
    pub abandoned: u64,
    /// Of those, who waited for less than 5 s; they do not count against the service level.
    pub abandoned_short: u64,
    /// Sent elsewhere, by reason (`full`, `unstaffed`, `waited_too_long` …).
    pub overflowed: BTreeMap<String, u64>,
    /// Put into another queue by a supervisor.
    pub moved: u64,
    /// Taken by somebody to whom they were not offered.
    pub taken_over: u64,
    /// answered in time ÷ (answered + abandoned − abandoned shortly).
    pub service_level_percent: Option<f64>,
    /// (abandoned − abandoned shortly) ÷ (answered + abandoned − abandoned shortly).
    pub abandon_percent: Option<f64>,
    /// Average speed of answer.
    pub asa_ms: Option<i64>,
    pub longest_wait_ms: i64,
    pub average_abandon_wait_ms: Option<i64>,
    /// Calls whose talk is over.
    pub handled: u64,
    /// (talk + wrap-up) ÷ handled.
    pub aht_ms: Option<i64>,
    pub average_talk_ms: Option<i64>,
    /// Offers that rang in vain.
    pub missed: u64,
    pub declined: u64,
}

/// What agents did. Times in a state are split at the intervals' boundaries.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AgentReport {
    pub from: Time,
    pub to: Time,
    /// Until when what agents are at is counted.
    pub as_of: Time,
    pub time_zone: String,
    pub interval: ReportInterval,
    /// By interval, then by person; where somebody was not signed in there is none.
    pub rows: Vec<AgentRow>,
    /// Of all rows.
    pub total: AgentFigures,
}

/// An agent in an interval.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AgentRow {
    pub from: Time,
    pub to: Time,
    pub user: String,
    pub name: String,
    pub figures: AgentFigures,
}

/// Figures of an agent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AgentFigures {
    /// In any state but offline.
    pub signed_in_ms: i64,
    pub ready_ms: i64,
    pub offered_ms: i64,
    pub busy_ms: i64,
    pub wrap_up_ms: i64,
    pub paused_ms: i64,
    /// Of that, by reason.
    pub paused_by_reason_ms: BTreeMap<String, i64>,
    /// (busy + wrap-up) ÷ (signed in − paused).
    pub occupancy_percent: Option<f64>,
    pub offers: u64,
    pub taken: u64,
    pub missed: u64,
    pub declined: u64,
    /// Calls from queues whose talk is over.
    pub handled: u64,
    /// Of those, which went on with somebody else.
    pub transferred: u64,
    pub average_talk_ms: Option<i64>,
    pub average_wrap_up_ms: Option<i64>,
}

/// Today so far: the same figures as a report of today gives at the same moment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Wallboard {
    pub as_of: Time,
    /// Midnight in the organisation's time zone.
    pub from: Time,
    /// Over all queues.
    pub total: QueueFigures,
    /// Over all agents.
    pub occupancy_percent: Option<f64>,
    pub waiting: u64,
    /// Every queue that there is, by name.
    pub queues: Vec<WallboardQueue>,
}

/// A queue today.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WallboardQueue {
    pub queue: String,
    pub name: String,
    /// A call answered within this time counts as answered in time.
    pub service_level_s: u32,
    pub waiting: u64,
    /// Since when whoever waits longest does.
    pub waiting_since: Option<Time>,
    pub figures: QueueFigures,
}

impl Check for QueueReportQuery {
    fn check(&self, found: &mut Findings) {
        check_span(found, self.from.as_deref(), self.to.as_deref());
    }
}

impl Check for AgentReportQuery {
    fn check(&self, found: &mut Findings) {
        check_span(found, self.from.as_deref(), self.to.as_deref());
    }
}

fn check_span(found: &mut Findings, from: Option<&str>, to: Option<&str>) {
    length(found, "from", from.unwrap_or("today"), 1, 40);
    length(found, "to", to.unwrap_or("today"), 1, 40);
}

impl From<ReportInterval> for reports::Interval {
    fn from(interval: ReportInterval) -> Self {
        match interval {
            ReportInterval::Quarter => Self::Minutes(15),
            ReportInterval::Half => Self::Minutes(30),
            ReportInterval::Hour => Self::Minutes(60),
            ReportInterval::Day => Self::Day,
        }
    }
}

impl From<&reports::QueueFigures> for QueueFigures {
    fn from(of: &reports::QueueFigures) -> Self {
        Self {
            offered: of.offered,
            answered: of.answered,
            answered_in_time: of.answered_in_time,
            abandoned: of.abandoned,
            abandoned_short: of.abandoned_short,
            overflowed: of.overflowed.clone(),
            moved: of.moved,
            taken_over: of.taken_over,
            service_level_percent: of.service_level_percent().map(tenths),
            abandon_percent: of.abandon_percent().map(tenths),
            asa_ms: of.asa_ms(),
            longest_wait_ms: of.longest_wait_ms,
            average_abandon_wait_ms: of.average_abandon_wait_ms(),
            handled: of.handled,
            aht_ms: of.aht_ms(),
            average_talk_ms: of.average_talk_ms(),
            missed: of.missed,
            declined: of.declined,
        }
    }
}

impl From<&reports::AgentFigures> for AgentFigures {
    fn from(of: &reports::AgentFigures) -> Self {
        Self {
            signed_in_ms: of.signed_in_ms(),
            ready_ms: of.ready_ms,
            offered_ms: of.offered_ms,
            busy_ms: of.busy_ms,
            wrap_up_ms: of.wrap_up_ms,
            paused_ms: of.all_paused_ms(),
            paused_by_reason_ms: of.paused_ms.clone(),
            occupancy_percent: of.occupancy_percent().map(tenths),
            offers: of.offers,
            taken: of.taken,
            missed: of.missed,
            declined: of.declined,
            handled: of.handled,
            transferred: of.transferred,
            average_talk_ms: of.average_talk_ms(),
            average_wrap_up_ms: of.average_wrap_up_ms(),
        }
    }
}

/// A percentage to one place.
pub fn tenths(percent: f64) -> f64 {
    (percent * 10.0).round() / 10.0
}

/// Moments of an interval.
pub fn interval_times((from, to): (i64, i64)) -> (Time, Time) {
    (UnixMs(from).into(), UnixMs(to).into())
}
