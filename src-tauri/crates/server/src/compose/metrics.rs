//! Figures for operators in Prometheus' text format: counted by name where things happen, collected and shown here.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tandem_media_engine::TickStatistics;
use tandem_switchboard::Switchboard;

/// Upper edges, seconds: of what people wait for, and of a call's length.
const WAITS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.5, 0.8, 1.2, 2.0, 5.0];
const LENGTHS: [f64; 8] = [5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0];

const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// One for the process: the macros that count know of no other.
static COLLECTED: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to collect; a second server in the process shares what the first began.
pub(super) fn collect() -> Option<PrometheusHandle> {
    COLLECTED.get_or_init(install).clone()
}

fn install() -> Option<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets(&WAITS)
        .and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Full("tandem_call_seconds".into()), &LENGTHS)
        })
        .ok()?;
    let handle = builder.install_recorder().ok()?;
    describe_gauge!("tandem_calls_live", "Calls that are not over");
    describe_counter!("tandem_calls_total", "Calls that ended, by direction and status");
    describe_histogram!("tandem_call_seconds", Unit::Seconds, "From answer to end");
    describe_histogram!(
        "tandem_turn_seconds",
        Unit::Seconds,
        "From the end of speech to each stage of the reply"
    );
    describe_histogram!("tandem_takeover_seconds", Unit::Seconds, "From the command to silence and to sound");
    describe_counter!("tandem_floor_changes_total", "Changes of who speaks with the customer");
    describe_counter!("tandem_provider_errors_total", "Failures of recognisers, voices and models");
    describe_histogram!("tandem_commit_seconds", Unit::Seconds, "State and events, from asking to durable");
    describe_histogram!(
        "tandem_rtp_jitter_seconds",
        Unit::Seconds,
        "Interarrival jitter of customers' lines"
    );
    describe_counter!(
        "tandem_speculation_total",
        "Requests begun before their turn was surely over, by result"
    );
    describe_gauge!(
        "tandem_recogniser_final_p99_seconds",
        Unit::Seconds,
        "From the end of speech to the recogniser's last word, 99th percentile, as learned"
    );
    describe_counter!("tandem_rtp_packets_total", "RTP packets of customers' lines");
    describe_counter!("tandem_sip_messages_untraced_total", "SIP messages missing from the traces of calls");
    describe_counter!("tandem_rtp_lost_packets_total", "RTP packets that never came");
    describe_histogram!(
        "tandem_http_request_seconds",
        Unit::Seconds,
        "Requests of the API, by operation and status"
    );
    describe_gauge!("tandem_media_ticks", "Ticks of the media threads");
    describe_gauge!("tandem_media_tick_late_seconds", Unit::Seconds, "How late ticks are, at this quantile");
    describe_gauge!("tandem_media_ticks_skipped", "Ticks left out because the machine stood still");
    describe_gauge!("tandem_media_busy_seconds", Unit::Seconds, "Time spent within ticks, of all threads");
    keep_up(handle.clone())?;
    Some(handle)
}

/// Folds what was observed into its buckets, whether or not anybody asks for the page: until then every single
/// observation is kept.
fn keep_up(handle: PrometheusHandle) -> Option<()> {
    let thread = std::thread::Builder::new().name("metrics".into());
    let running = thread.spawn(move || {
        loop {
            std::thread::sleep(UPKEEP_EVERY);
            handle.run_upkeep();
        }
    });
    running.map(drop).ok()
}

/// What `GET /metrics` answers.
pub(super) fn page(
    handle: PrometheusHandle,
    exchange: Arc<Switchboard>,
    ticks: Arc<TickStatistics>,
) -> Arc<dyn Fn() -> String + Send + Sync> {
    Arc::new(move || {
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let count = |n: u64| n as f64;
        gauge!("tandem_calls_live").set(count(exchange.live_count() as u64));
        gauge!("tandem_media_ticks").set(count(ticks.ticks()));
        gauge!("tandem_media_ticks_skipped").set(count(ticks.skipped()));
        gauge!("tandem_media_busy_seconds").set(ticks.busy_time().as_secs_f64());
        for (quantile, part) in [("0.5", 0.5), ("0.99", 0.99), ("1", 1.0)] {
            gauge!("tandem_media_tick_late_seconds", "quantile" => quantile)
                .set(ticks.percentile(part).as_secs_f64());
        }
        handle.run_upkeep();
        handle.render()
    })
}
