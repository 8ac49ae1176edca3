//! What is not the API: pages, health, the document.

use serde_json::Value;

use crate::support::World;

#[tokio::test]
async fn the_consoles_own_routes_get_its_page_and_missing_files_do_not() {
    let world = World::new().await;
    let (root, route) = (world.page("/").await, world.page("/history/call_1").await);
    assert_eq!(root.status(), route.status());
    assert_eq!(root.text().await.expect("text"), route.text().await.expect("text"));
    assert_eq!(world.page("/assets/gone.js").await.status(), 404);
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let world = World::new().await;
    for path in ["/", "/api/v1/session", "/openapi.json", "/assets/gone.js"] {
        let answer = world.page(path).await;
        let headers = answer.headers();
        let policy = headers["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(policy.contains(&format!("ws://{}", world.server.addr)), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert!(headers["x-request-id"].to_str().expect("text").starts_with("req_"));
    }
    assert_eq!(world.page("/api/v1/session").await.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn health_and_the_document_need_no_credentials() {
    let world = World::new().await;
    assert_eq!(world.page("/health/live").await.status(), 200);
    assert_eq!(world.page("/health/ready").await.status(), 200);
    let document: Value = world.page("/openapi.json").await.json().await.expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["paths"]["/calls"]["post"]["operationId"], "place_call");
}

#[tokio::test]
async fn a_shut_down_server_takes_no_more_requests() {
    let world = World::new().await;
    let (live, _) = world.live(&world.session("org_1", tandem_switchboard::records::UserRole::Agent)).await;
    let address = world.server.addr;
    let mut live = live;
    let ((code, _), ()) = tokio::join!(live.close_code(), world.server.shutdown());
    assert_eq!(code, 1001);
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
