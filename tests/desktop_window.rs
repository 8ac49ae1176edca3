//! The desktop program in a real window: it opens the sandbox, lets somebody sign in, and its phone is a phone.

#[path = "support/screen.rs"]
mod screen;
#[path = "support/supervisor.rs"]
mod supervisor;
#[path = "support/webdriver.rs"]
mod webdriver;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use screen::Screen;
use serde_json::{Value, json};
use supervisor::post;
use tandem_scenarios::binary;
use webdriver::Window;

const PHONE: &str = "window.__TAURI_INTERNALS__.invoke('phone_status')";

/// A window on the sandbox in which the supervisor has signed in and whose phone is ready.
async fn signed_in(screen: &Screen) -> Window {
    let window = Window::open(screen, &binary("tandem-console"), &["--sandbox"]).await;
    let known = window.run("window.__TANDEM_SIGN_IN__").await;
    assert_eq!(known["email"], "supervisor@sandbox.test");
    let text = |field: &str| known[field].as_str().expect("text");
    supervisor::sign_in(&window, text("email"), text("password")).await;
    window.until("phone", PHONE, |phone| phone["status"] == "ready").await;
    window
}

#[tokio::test]
async fn the_window_shows_the_floor_after_signing_in_and_its_phone_registers() {
    let screen = Screen::new();
    let window = signed_in(&screen).await;
    let place = window.run("location.pathname").await;
    assert_eq!(place, "/floor");
    let devices = window.invoke("phone_devices", json!({})).await;
    assert_eq!(devices["inputs"][0]["id"], "mic", "{devices}");
    let chosen =
        window.invoke("phone_select", json!({ "input": "mic", "output": "spk", "plain": true })).await;
    assert_eq!(chosen, Value::Null);
    let phone = window.run(PHONE).await;
    assert_eq!((&phone["input"], &phone["output"]), (&json!("mic"), &json!("spk")));
    assert_eq!(phone["plain"], true);
    let picture = std::env::temp_dir().join("tandem-desktop-window.png");
    window.picture(&picture).await;
    assert!(std::fs::metadata(&picture).expect("a picture").len() > 10_000, "the window is not empty");
    window.close().await;
}

#[tokio::test]
async fn pages_may_ask_for_the_phone_and_for_nothing_else() {
    let screen = Screen::new();
    let window = Window::open(&screen, &binary("tandem-console"), &["--sandbox"]).await;
    assert_eq!(window.run(PHONE).await["status"], "off");
    for command in ["plugin:dialog|message", "plugin:window|close", "plugin:webview|create_webview_window"] {
        let refused = window.invoke(command, json!({ "message": "x", "label": "main" })).await;
        assert!(
            refused["error"].as_str().is_some_and(|error| error.contains("not allowed")),
            "{command}: {refused}"
        );
    }
    // Leaving the exchange's origin is refused, so no other page ever gets as far as asking.
    window.run("void (location.href = 'http://127.0.0.1:9/')").await;
    assert_eq!(window.run(PHONE).await["status"], "off");
    window.close().await;
}

#[tokio::test]
async fn somebody_who_listens_in_hears_the_call_in_the_loudspeaker() {
    let screen = Screen::new();
    let window = signed_in(&screen).await;
    let call = json!({ "to": "+62812345678", "assistant": "asst_jane_collections" });
    let placed = window.run(&post("/calls", &call)).await;
    let id = placed["id"].as_str().unwrap_or_else(|| panic!("no call: {placed}"));
    let state = format!("fetch('/api/v1/calls/{id}').then((answer) => answer.json())");
    window.until("answered call", &state, |call| call["status"] == "in_progress").await;
    let listening =
        window.run(&post(&format!("/calls/{id}/supervision"), &json!({ "mode": "listen" }))).await;
    assert!(listening["status"].as_u64().is_none_or(|status| status < 400), "{listening}");
    window.until("call on the phone", PHONE, |phone| phone["status"] == "in_call").await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while screen.loudness() < 0.05 {
        assert!(Instant::now() < deadline, "nobody is heard");
    }
    window.invoke("phone_hang_up", json!({})).await;
    window.until("phone that is ready again", PHONE, |phone| phone["status"] == "ready").await;
    window.close().await;
}

#[test]
fn without_a_display_it_says_so_in_a_sentence_and_ends() {
    let output = Command::new(binary("tandem-console"))
        .arg("--sandbox")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.lines().count() == 1 && said.contains("tandem serve"), "{said}");
}

#[test]
fn sigterm_ends_it_in_order() {
    let screen = Screen::new();
    let mut console = screen
        .command(binary("tandem-console"))
        .arg("--sandbox")
        .env("RUST_LOG", "info")
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(console.stderr.take().expect("piped")).lines();
    assert!(
        lines.any(|line| line.is_ok_and(|line| line.contains("the console is opened"))),
        "it never opened"
    );
    let id = i32::try_from(console.id()).expect("a process id");
    // SAFETY: kill(2) has no memory effects; the process is ours and not reaped yet.
    unsafe { libc::kill(id, libc::SIGTERM) };
    // Reading on keeps the pipe from filling up; it ends with the process.
    lines.for_each(drop);
    assert_eq!(console.wait().expect("it ends").code(), Some(0));
}
