//! The whole exchange on PostgreSQL: a call is written there, and read again by the next server.

use tandem_conformance::store::cluster::Cluster;
use tandem_scenarios::{Live, Server};

#[tokio::test]
async fn a_call_is_kept_in_postgresql_and_outlives_the_server() {
    let cluster = Cluster::start();
    let database = cluster.database();
    let server = Server::sandbox_with(&["--database", &database]);
    let api = server.api();
    let mut live = Live::open(&api).await;
    let id = api.call("+62812345678", "asst_jane_collections").await;
    let ended = live.event(&id, "call.ended", 60).await;
    assert_eq!(ended["data"]["outcome"]["disposition"], "promise_to_pay", "{ended}");
    let transcript = api.get(&format!("/calls/{id}/transcript")).await;

    let again = server.crash_and_restart();
    let api = again.api();
    let kept = api.get(&format!("/calls/{id}")).await;
    assert_eq!(kept["outcome"], ended["data"]["outcome"]);
    assert_eq!(api.get(&format!("/calls/{id}/transcript")).await, transcript);
}
