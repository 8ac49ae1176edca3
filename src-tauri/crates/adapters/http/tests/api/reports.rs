//! Reports of queues and agents, the wallboard beside them, and both as programs read them.

use serde_json::{Value, json};
use tandem_foundation::UserId;
use tandem_switchboard::ports::store::{CallStore as _, Commit};
use tandem_switchboard::records::*;
use tandem_switchboard::reports::{self, Boards, Interval};

use crate::support::{World, body, now, problem, rows};

const MINUTE: i64 = 60_000;
/// 2026-03-02, 09:00 in Jakarta.
const NINE: i64 = 1_772_416_800_000;

fn agent() -> UserId {
    rows::user_id("org_1", UserRole::Agent)
}

fn state(at: i64, state: AgentState, reason: Option<&str>) -> NewEvent {
    let reason = reason.map(str::to_owned);
    let body = EventBody::AgentStateChanged { user: agent(), state, reason, until: None, by: None };
    NewEvent { call: None, at: UnixMs(at), body }
}

fn of(call: &str, at: i64, body: EventBody) -> NewEvent {
    NewEvent { call: Some(call.into()), at: UnixMs(at), body }
}

fn queue() -> tandem_foundation::QueueId {
    "queue_org_1".into()
}

/// One call is answered after 10 s and takes two minutes, another is given up after 40 s.
fn calls(at: i64) -> Vec<NewEvent> {
    let by = MemberRef::Person { user: agent() };
    let floor = FloorHolder::Person { user: agent(), name: "Ann".into() };
    let taken = at + 10_000;
    let mut ended = rows::call("org_1", "call_a", at, CallStatus::Completed);
    (ended.answered_at, ended.duration_ms) = (Some(UnixMs(at)), Some(130_000));
    vec![
        of("call_a", at, EventBody::QueueJoined { queue: queue() }),
        of("call_b", at, EventBody::QueueJoined { queue: queue() }),
        of("call_a", at, EventBody::QueueOffered { queue: queue(), to: by.clone() }),
        state(at, AgentState::Offered, None),
        of("call_a", taken, EventBody::QueueAnswered { queue: queue(), by, waited_ms: 10_000 }),
        state(taken, AgentState::Busy, None),
        of(
            "call_a",
            taken,
            EventBody::FloorChanged { floor, version: 1, by: None, reason: "x".into(), at_ms: 0 },
        ),
        of(
            "call_b",
            at + 40_000,
            EventBody::QueueLeft { queue: queue(), why: "abandoned".into(), waited_ms: 40_000 },
        ),
        state(at + 130_000, AgentState::WrapUp, None),
        of("call_a", at + 131_000, EventBody::CallEnded(Box::new(ended))),
        state(at + 150_000, AgentState::Ready, None),
    ]
}

async fn write(world: &World, events: Vec<NewEvent>) {
    let agents = vec![AgentProfile::new("org_1".into(), agent(), UnixMs(1))];
    world
        .store
        .commit(&"org_1".into(), Commit { agents, events, ..Commit::default() })
        .await
        .expect("commit");
}

async fn show(world: &World, path: &str) -> Value {
    body(world.get(&world.session("org_1", UserRole::Supervisor), path).await).await
}

#[tokio::test]
async fn a_report_tells_what_happened_in_each_interval() {
    let world = World::new().await;
    write(&world, calls(NINE)).await;
    let report = show(&world, "/reports/queues?from=2026-03-02&to=2026-03-02&interval=60m").await;
    assert_eq!(report["time_zone"], "Asia/Jakarta");
    assert_eq!(report["rows"].as_array().map(Vec::len), Some(1), "{report}");
    let row = &report["rows"][0];
    assert_eq!((&row["from"], &row["name"]), (&json!("2026-03-02T02:00:00Z"), &json!("Support")));
    let expected = json!({
        "offered": 2, "answered": 1, "answered_in_time": 1, "abandoned": 1, "abandoned_short": 0,
        "overflowed": {}, "moved": 0, "taken_over": 0, "service_level_percent": 50.0, "abandon_percent": 50.0,
        "asa_ms": 10_000, "longest_wait_ms": 40_000, "average_abandon_wait_ms": 40_000, "handled": 1,
        "aht_ms": 140_000, "average_talk_ms": 120_000, "missed": 0, "declined": 0,
    });
    assert_eq!(row["figures"], expected);
    assert_eq!(report["total"], expected);
    let other = show(&world, "/reports/queues?from=2026-03-02&to=2026-03-02&queue=queue_x").await;
    assert_eq!((&other["rows"], &other["total"]["offered"]), (&json!([]), &json!(0)));
    let stranger = world.session("org_2", UserRole::Supervisor);
    let theirs = body(world.get(&stranger, "/reports/queues?from=2026-03-02&to=2026-03-02").await).await;
    assert_eq!(theirs["rows"], json!([]));
}

#[tokio::test]
async fn a_break_is_split_at_the_hour_though_it_began_long_before_the_report() {
    let world = World::new().await;
    let early = NINE - 40 * 60 * MINUTE;
    write(&world, vec![state(early, AgentState::Paused, Some("lunch"))]).await;
    write(&world, vec![state(NINE + 80 * MINUTE, AgentState::Ready, None)]).await;
    write(&world, vec![state(NINE + 110 * MINUTE, AgentState::Offline, None)]).await;
    let path = "/reports/agents?from=2026-03-02T02:50:00Z&to=2026-03-02T04:00:00Z&interval=60m";
    let report = show(&world, path).await;
    let figures = |index: usize| &report["rows"][index]["figures"];
    assert_eq!(figures(0)["paused_by_reason_ms"]["lunch"], 10 * MINUTE, "{report}");
    assert_eq!(figures(1)["paused_by_reason_ms"]["lunch"], 20 * MINUTE);
    assert_eq!(
        (&figures(1)["ready_ms"], &figures(1)["signed_in_ms"]),
        (&json!(30 * MINUTE), &json!(50 * MINUTE))
    );
    assert_eq!(report["total"]["paused_ms"], 30 * MINUTE);
}

#[tokio::test]
async fn the_wallboard_is_the_report_of_today() {
    let world = World::new().await;
    // Far enough from now that neither what is waited for nor midnight lies in between.
    let at = reports::day_of("Asia/Jakarta", now()).0.0;
    write(&world, calls(at)).await;
    let first = show(&world, "/wallboard").await;
    assert_eq!(first["total"]["offered"], 2);
    let more = vec![
        of("call_c", at + 1, EventBody::QueueJoined { queue: queue() }),
        of("call_d", at + 2, EventBody::QueueJoined { queue: queue() }),
        of(
            "call_d",
            at + 3_002,
            EventBody::QueueLeft { queue: queue(), why: "abandoned".into(), waited_ms: 3_000 },
        ),
    ];
    write(&world, more).await;
    let board = show(&world, "/wallboard").await;
    let report = show(&world, "/reports/queues").await;
    assert_eq!(board["total"], report["total"]);
    assert_eq!(board["queues"][0]["figures"], report["rows"][0]["figures"]);
    assert_eq!((&board["total"]["offered"], &board["total"]["abandoned_short"]), (&json!(4), &json!(1)));
    assert_eq!((&board["waiting"], &board["queues"][0]["waiting"]), (&json!(1), &json!(1)));
    let agents = show(&world, "/reports/agents").await;
    assert_eq!(agents["rows"][0]["figures"]["taken"], 1);
    // Another service level counts for all of today.
    world.store.data.lock().queues[0].settings.service_level_s = 5;
    let board = show(&world, "/wallboard").await;
    assert_eq!(board["total"]["answered_in_time"], 0);
    assert_eq!(board["total"], show(&world, "/reports/queues").await["total"]);
}

#[tokio::test]
async fn what_is_kept_of_today_equals_what_is_read_at_once_however_often_it_is_asked() {
    let world = World::new().await;
    let (org, boards) = ("org_1".into(), Boards::default());
    let queues = world.store.data.lock().queues.clone();
    let day = reports::day_of("Asia/Jakarta", UnixMs(NINE));
    write(&world, vec![state(day.0.0 - 5 * MINUTE, AgentState::Ready, None)]).await;
    for round in 0..5 {
        write(&world, calls(NINE + round * 7 * MINUTE)).await;
        let kept =
            boards.today(world.store.as_ref(), &org, day, reports::thresholds(&queues)).await.expect("read");
        let whole = reports::boundaries("Asia/Jakarta", day.0, day.1, Interval::Day);
        let read = reports::read(world.store.as_ref(), &org, whole, reports::thresholds(&queues))
            .await
            .expect("read");
        let until = NINE + round * 11 * MINUTE;
        assert_eq!((kept.queues(), kept.agents(until)), (read.queues(), read.agents(until)));
        assert_eq!(kept.waiting(), read.waiting());
        assert!(!kept.agents(until).is_empty() && !kept.queues().is_empty());
    }
}

#[tokio::test]
async fn a_report_is_sent_as_csv_where_that_is_asked_for() {
    let world = World::new().await;
    world.store.data.lock().queues[0].name = "=1+1, \"sum\"".into();
    write(&world, calls(NINE)).await;
    let supervisor = world.session("org_1", UserRole::Supervisor);
    let asked = world.get(&supervisor, "/reports/queues?from=2026-03-02&to=2026-03-02&format=csv").await;
    assert!(asked.headers()["content-type"].to_str().expect("text").starts_with("text/csv"));
    let text = asked.text().await.expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with("from,to,queue,name,offered,"));
    assert!(lines[1].contains(",queue_org_1,\"'=1+1, \"\"sum\"\"\",2,1,1,"), "{text}");
    let request = world.request(&supervisor, "GET", "/reports/agents?from=2026-03-02&to=2026-03-02");
    let accepted = request.header("accept", "text/csv, application/json").send().await.expect("answered");
    let text = accepted.text().await.expect("text");
    assert!(text.starts_with("from,to,user,name,signed_in_s,"), "{text}");
    assert!(text.contains(",120.000,20.000,"), "busy and wrapping up: {text}");
}

#[tokio::test]
async fn a_report_of_too_much_is_refused() {
    let world = World::new().await;
    let supervisor = world.session("org_1", UserRole::Supervisor);
    for (query, field) in [
        ("from=2026-01-01&to=2026-12-31", "to"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("interval=5m", "interval"),
        ("format=pdf", "format"),
        ("color=red", "color"),
    ] {
        for report in ["queues", "agents"] {
            let refused = problem(world.get(&supervisor, &format!("/reports/{report}?{query}")).await).await;
            assert_eq!(refused["errors"][0]["field"], field, "{query}: {refused}");
        }
    }
    let longest = "/reports/queues?from=2026-01-01&to=2026-04-02&interval=15m";
    assert_eq!(world.get(&supervisor, longest).await.status(), 200);
}
