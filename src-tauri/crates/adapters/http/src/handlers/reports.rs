//! Reports of queues and agents, and the wallboard.

use std::collections::BTreeMap;

use axum::http::header;
use axum::response::IntoResponse as _;
use tandem_console_api::report_csv;
use tandem_console_api::reports::{
    AgentReport, AgentReportQuery, AgentRow, MOST_DAYS, MOST_ROWS, QueueReport, QueueReportQuery, QueueRow,
    ReportFormat, ReportInterval, Wallboard, WallboardQueue, interval_times, tenths,
};
use tandem_switchboard::records::{Queue, UnixMs};
use tandem_switchboard::reports::{self, AgentFigures, Boundaries, QueueFigures, Statistics, thresholds};

use crate::ask::{Ask, Reply, ok};
use crate::clock::now;
use crate::refusal::Refusal;

const DAY_MS: i64 = 86_400_000;

/// What was asked for, read and found short enough.
struct Span {
    time_zone: String,
    from: UnixMs,
    to: UnixMs,
    interval: ReportInterval,
    boundaries: Boundaries,
}

pub(super) async fn queues(ask: Ask) -> Reply {
    let query: QueueReportQuery = ask.query()?;
    let span = span(&ask, (query.from.as_deref(), query.to.as_deref()), query.interval).await?;
    let queues = ask.shared.store.queues(ask.org()?).await?;
    let as_of = now();
    let statistics = read(&ask, &span, &queues).await?;
    let names: BTreeMap<_, _> = queues.iter().map(|queue| (&queue.id, queue.name.as_str())).collect();
    let mut total = QueueFigures::default();
    let mut rows = Vec::new();
    let wanted = |id: &str| query.queue.as_deref().is_none_or(|queue| queue == id);
    for ((index, queue), figures) in
        statistics.queues().iter().filter(|((_, queue), _)| wanted(queue.as_str()))
    {
        total.add(figures);
        let (from, to) = times(&span, *index);
        let name = names.get(queue).copied().unwrap_or(queue.as_str()).to_owned();
        rows.push(QueueRow { from, to, queue: queue.to_string(), name, figures: figures.into() });
    }
    few_enough(rows.len())?;
    let report = QueueReport {
        from: span.from.into(),
        to: span.to.into(),
        as_of: as_of.into(),
        time_zone: span.time_zone,
        interval: span.interval,
        rows,
        total: (&total).into(),
    };
    if wants_csv(&ask, query.format) {
        return Ok(csv("queues", report_csv::queues(&report)));
    }
    ok(&report)
}

pub(super) async fn agents(ask: Ask) -> Reply {
    let query: AgentReportQuery = ask.query()?;
    let span = span(&ask, (query.from.as_deref(), query.to.as_deref()), query.interval).await?;
    let (org, store) = (ask.org()?, &ask.shared.store);
    let (queues, people) = (store.queues(org).await?, store.users(org).await?);
    let as_of = now();
    let statistics = read(&ask, &span, &queues).await?;
    let names: BTreeMap<_, _> = people.iter().map(|user| (&user.id, user.name.as_str())).collect();
    let mut total = AgentFigures::default();
    let mut rows = Vec::new();
    let wanted = |id: &str| query.user.as_deref().is_none_or(|user| user == id);
    for ((index, user), figures) in statistics.agents(as_of.0) {
        if !wanted(user.as_str()) {
            continue;
        }
        total.add(&figures);
        let (from, to) = times(&span, index);
        let name = names.get(&user).copied().unwrap_or(user.as_str()).to_owned();
        rows.push(AgentRow { from, to, user: user.to_string(), name, figures: (&figures).into() });
    }
    few_enough(rows.len())?;
    let report = AgentReport {
        from: span.from.into(),
        to: span.to.into(),
        as_of: as_of.into(),
        time_zone: span.time_zone,
        interval: span.interval,
        rows,
        total: (&total).into(),
    };
    if wants_csv(&ask, query.format) {
        return Ok(csv("agents", report_csv::agents(&report)));
    }
    ok(&report)
}

pub(super) async fn wallboard(ask: Ask) -> Reply {
    let (org, store) = (ask.org()?, &ask.shared.store);
    let time_zone = ask.shared.organisation(org).await?.time_zone;
    let mut queues = store.queues(org).await?;
    queues.sort_by(|one, other| one.name.cmp(&other.name));
    let as_of = now();
    let day = reports::day_of(&time_zone, as_of);
    let statistics = ask.shared.boards.today(store.as_ref(), org, day, thresholds(&queues)).await?;
    let mut total = QueueFigures::default();
    statistics.queues().values().for_each(|figures| total.add(figures));
    let mut agents = AgentFigures::default();
    statistics.agents(as_of.0).values().for_each(|figures| agents.add(figures));
    let waiting = statistics.waiting();
    let none = QueueFigures::default();
    let rows = queues.iter().map(|queue| {
        let figures = statistics.queues().get(&(0, queue.id.clone())).unwrap_or(&none);
        let own = waiting.get(&queue.id);
        WallboardQueue {
            queue: queue.id.to_string(),
            name: queue.name.clone(),
            service_level_s: queue.settings.service_level_s,
            waiting: own.map_or(0, |(count, _)| *count),
            waiting_since: own.map(|(_, since)| UnixMs(*since).into()),
            figures: figures.into(),
        }
    });
    ok(&Wallboard {
        as_of: as_of.into(),
        from: day.0.into(),
        total: (&total).into(),
        occupancy_percent: agents.occupancy_percent().map(tenths),
        waiting: waiting.values().map(|(count, _)| count).sum(),
        queues: rows.collect(),
    })
}

async fn span(
    ask: &Ask,
    (from, to): (Option<&str>, Option<&str>),
    interval: Option<ReportInterval>,
) -> Result<Span, Refusal> {
    let time_zone = ask.shared.organisation(ask.org()?).await?.time_zone;
    let today = reports::day_of(&time_zone, now());
    let moment = |field, text, end| {
        reports::moment(&time_zone, text, end)
            .ok_or_else(|| Refusal::field(field, "a date (2026-03-01) or a moment (RFC 3339)"))
    };
    let from = from.map_or(Ok(today.0), |text| moment("from", text, false))?;
    let to = to.map_or(Ok(today.1), |text| moment("to", text, true))?;
    if to <= from {
        return Err(Refusal::field("to", "later than from"));
    }
    // Clocks may have been put back once, which makes a day longer.
    if to.0.saturating_sub(from.0) > MOST_DAYS * DAY_MS + DAY_MS / 24 {
        return Err(Refusal::field("to", &format!("at most {MOST_DAYS} days after from")));
    }
    let interval = interval.unwrap_or_default();
    let boundaries = reports::boundaries(&time_zone, from, to, interval.into());
    Ok(Span { time_zone, from, to, interval, boundaries })
}

async fn read(ask: &Ask, span: &Span, queues: &[Queue]) -> Result<Statistics, Refusal> {
    let store = ask.shared.store.as_ref();
    Ok(reports::read(store, ask.org()?, span.boundaries.clone(), thresholds(queues)).await?)
}

fn times(span: &Span, index: usize) -> (tandem_console_api::time::Time, tandem_console_api::time::Time) {
    interval_times(span.boundaries.interval(index).unwrap_or((span.from.0, span.to.0)))
}

fn few_enough(rows: usize) -> Result<(), Refusal> {
    if rows > MOST_ROWS {
        return Err(Refusal::field(
            "interval",
            &format!("a longer one: this report has more than {MOST_ROWS} rows"),
        ));
    }
    Ok(())
}

fn wants_csv(ask: &Ask, format: Option<ReportFormat>) -> bool {
    let accept = ask.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    format.map_or_else(
        || accept.split(',').next().is_some_and(|first| first.trim().starts_with("text/csv")),
        |format| format == ReportFormat::Csv,
    )
}

fn csv(name: &str, text: String) -> axum::response::Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
        (header::VARY, "accept".to_owned()),
    ];
    (headers, text).into_response()
}
