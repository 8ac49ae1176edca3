//! What may be connected to, by addresses and by names whose resolver is a double.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::routing::post;
use parking_lot::Mutex;
use tandem_webhooks::{HttpWebhook, Names, Reach};

const SECOND: Duration = Duration::from_secs(5);

/// Answers each question with the next of its lists, and counts them.
#[derive(Debug, Default)]
struct Answers {
    lists: Mutex<Vec<Vec<&'static str>>>,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Names for Answers {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().push(name.to_owned());
        let mut lists = self.lists.lock();
        if lists.is_empty() {
            return Err(io::Error::other("no such name"));
        }
        Ok(lists.remove(0).into_iter().map(|text| text.parse().expect("an address")).collect())
    }
}

fn answers(lists: &[&[&'static str]]) -> Arc<Answers> {
    let lists = lists.iter().map(|list| list.to_vec()).collect();
    Arc::new(Answers { lists: Mutex::new(lists), ..Answers::default() })
}

async fn sink() -> SocketAddr {
    let app = Router::new().fallback(post(|| async { "hello" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn refused(web: &HttpWebhook, url: &str) -> String {
    web.send(url, "{}", Vec::new(), SECOND).await.expect_err(url)
}

#[tokio::test]
async fn every_address_of_a_name_has_to_be_within_reach() {
    let lists: [&[&str]; 5] = [
        &["127.0.0.1"],
        &["93.184.216.34", "10.0.0.1"],
        &["::ffff:169.254.169.254"],
        &["fd00::1", "2606:4700::1"],
        &[],
    ];
    let names = answers(&lists);
    let web = HttpWebhook::with_names(Reach::Public, SECOND, names.clone());
    for _ in 0..4 {
        assert!(refused(&web, "http://example.org/").await.contains("may be called"));
    }
    for _ in 0..2 {
        assert!(refused(&web, "http://example.org/").await.contains("cannot be resolved"), "it fails closed");
    }
    assert_eq!(names.asked.lock().len(), 6, "once for each request");
}

#[tokio::test]
async fn a_name_that_is_another_the_next_time_is_judged_again_and_connected_to_as_judged() {
    let port = sink().await.port();
    let names = answers(&[&["127.0.0.1"], &["10.0.0.1"], &["127.0.0.1"]]);
    let web = HttpWebhook::with_names(Reach::AlsoLoopback, SECOND, names.clone());
    let url = format!("http://rebinds.example:{port}/");
    let first = web.send(&url, "{}", Vec::new(), SECOND).await.expect("answered");
    assert_eq!((first.status, first.excerpt.as_str()), (200, "hello"));
    assert_eq!(names.asked.lock().len(), 1, "judged and connected to by one answer");
    assert!(
        refused(&web, &url).await.contains("may be called"),
        "the second answer is judged, no connection is kept"
    );
}

#[tokio::test]
async fn no_way_to_write_a_private_address_gets_it_past() {
    let names = answers(&[]);
    let web = HttpWebhook::with_names(Reach::Public, SECOND, names);
    let corpus = include_str!("../../../../../tests/support/hostile_urls.txt");
    assert!(corpus.lines().count() >= 60);
    for url in corpus.lines() {
        let error = refused(&web, url).await;
        let known = ["may be called", "cannot be resolved", "not a valid address"];
        assert!(known.iter().any(|part| error.contains(part)), "{url}: {error}");
    }
}
