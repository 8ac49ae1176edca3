//! Figures for operators after a call: what was counted, and that no person is among it.

use tandem_scenarios::{Live, Server};

async fn page(server: &Server, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = reqwest::Client::new().get(format!("{}/metrics", server.http()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.expect("answered");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

/// The sum of a figure's samples whose labels hold all of these.
fn figure(page: &str, name: &str, labels: &[&str]) -> f64 {
    let fits = |line: &&str| {
        let (series, _) = line.rsplit_once(' ').unwrap_or_default();
        series.split('{').next() == Some(name) && labels.iter().all(|label| series.contains(label))
    };
    page.lines().filter(fits).filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
}

#[tokio::test]
async fn a_call_leaves_its_figures_and_nothing_of_the_person() {
    let server = Server::sandbox();
    let api = server.api();
    let mut live = Live::open(&api).await;
    let id = api.call("+62812345678", "asst_jane_collections").await;
    live.said(&id, "assistant", "hello", 30).await;
    assert_eq!(figure(&page(&server, &[]).await.1, "tandem_calls_live", &[]), 1.0);
    live.event(&id, "call.ended", 60).await;
    let (status, page) = page(&server, &[]).await;
    assert_eq!(status, 200);
    assert_eq!(figure(&page, "tandem_calls_live", &[]), 0.0);
    assert_eq!(figure(&page, "tandem_calls_total", &["outbound", "completed"]), 1.0);
    for stage in ["final", "committed", "first_token", "first_audio", "first_packet"] {
        let stage = format!("stage=\"{stage}\"");
        assert!(figure(&page, "tandem_turn_seconds_count", &[&stage]) >= 1.0, "{stage} in\n{page}");
    }
    assert!(figure(&page, "tandem_commit_seconds_count", &[]) >= 5.0);
    assert!(
        figure(&page, "tandem_http_request_seconds_count", &["operation=\"place_call\""]) >= 1.0,
        "{page}"
    );
    assert!(figure(&page, "tandem_media_ticks", &[]) > 500.0);
    assert!(figure(&page, "tandem_rtp_packets_total", &["received"]) > 100.0);
    for private in ["62812345678", "Rina", "Jane", id.as_str(), "promise"] {
        assert!(!page.contains(private), "{private} in\n{page}");
    }
}

#[tokio::test]
async fn from_elsewhere_it_takes_a_supervisors_key() {
    let server = Server::sandbox();
    let through_a_proxy = ("x-forwarded-for", "192.0.2.7");
    assert_eq!(page(&server, &[through_a_proxy]).await.0, 401);
    let key = server.ready["sandbox"]["keys"]["api"].as_str().expect("a key");
    let bearer = format!("Bearer {key}");
    assert_eq!(page(&server, &[through_a_proxy, ("authorization", &bearer)]).await.0, 200);
}
