//! A supervisor takes a call over in the console and hands it back, in a browser and in the desktop window.

#[path = "support/peers.rs"]
mod peers;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/supervisor.rs"]
mod supervisor;
#[path = "support/webdriver.rs"]
mod webdriver;

use screen::Screen;
use serde_json::json;
use supervisor::RINA;
use tandem_scenarios::{Server, Wav, binary, newest_recording};
use webdriver::Window;

const PHONE: &str = "window.__TAURI_INTERNALS__.invoke('phone_status')";

#[tokio::test]
async fn in_a_browser() {
    let server = Server::sandbox();
    let folder = tempfile::tempdir().expect("a folder");
    let sentence = supervisor::sentence().await;
    let microphone = folder.path().join("microphone.wav");
    sentence.write_mono(&microphone);
    let window = Window::chromium(&folder.path().join("profile"), server.http(), &microphone).await;
    let user = &server.ready["sandbox"]["users"]["supervisor"];
    let text = |field: &str| user[field].as_str().expect("text");
    peers::watch(&window).await;
    supervisor::sign_in(&window, text("email"), text("password")).await;
    peers::leave_the_sound_as_it_is(&window).await;
    let picture = std::env::temp_dir().join("tandem-takeover-browser.png");
    supervisor::takes_over_and_hands_back(&window, &picture).await;
    peers::carried_opus_both_ways(&window).await;
    supervisor::was_heard(&sentence, &server.heard_by(RINA));
    window.close().await;
}

#[tokio::test]
async fn in_the_desktop_window() {
    let screen = Screen::new();
    let folder = tempfile::tempdir().expect("a folder");
    let heard = folder.path().join("heard");
    let sentence = supervisor::sentence().await;
    let microphone = folder.path().join("microphone.wav");
    Wav::mono(sentence.rate, sentence.channels[0].repeat(40)).write_mono(&microphone);
    let arguments = ["--sandbox", "--sandbox-recordings", heard.to_str().expect("a path")];
    let window = Window::open(&screen, &binary("tandem-console"), &arguments).await;
    let known = window.run("window.__TANDEM_SIGN_IN__").await;
    let text = |field: &str| known[field].as_str().expect("text");
    assert_eq!(window.value("input[type=email]").await, text("email"), "the sandbox's form is filled in");
    supervisor::sign_in(&window, text("email"), text("password")).await;
    window.until("phone", PHONE, |phone| phone["status"] == "ready").await;
    // As it is, so that it can be compared.
    window.invoke("phone_select", json!({ "input": "mic", "output": "spk", "plain": true })).await;
    let _speaking = screen.speak(&microphone);
    let picture = std::env::temp_dir().join("tandem-takeover-window.png");
    supervisor::takes_over_and_hands_back(&window, &picture).await;
    supervisor::was_heard(&sentence, &newest_recording(&heard, RINA));
    window.close().await;
}
