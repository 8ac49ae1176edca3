//! A browser as a phone, besides the takeover that `console_takeover.rs` tries: without WebRTC, and in two windows.

#[path = "support/peers.rs"]
mod peers;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/supervisor.rs"]
mod supervisor;
#[path = "support/webdriver.rs"]
mod webdriver;

use std::path::Path;

use supervisor::RINA;
use tandem_scenarios::Server;
use webdriver::Window;

/// A browser that is signed in; `prepare` is run in its page before that.
async fn signed_in(server: &Server, folder: &Path, microphone: &Path, webrtc: bool) -> Window {
    let window = Window::chromium(folder, server.http(), microphone).await;
    if webrtc {
        peers::watch(&window).await;
    } else {
        peers::take_away(&window).await;
    }
    let user = &server.ready["sandbox"]["users"]["supervisor"];
    let text = |field: &str| user[field].as_str().expect("text");
    supervisor::sign_in(&window, text("email"), text("password")).await;
    window
}

#[tokio::test]
async fn without_webrtc_the_socket_carries_the_sound() {
    let server = Server::sandbox();
    let folder = tempfile::tempdir().expect("a folder");
    let sentence = supervisor::sentence().await;
    let microphone = folder.path().join("microphone.wav");
    sentence.write_mono(&microphone);
    let window = signed_in(&server, &folder.path().join("profile"), &microphone, false).await;
    peers::leave_the_sound_as_it_is(&window).await;
    let picture = std::env::temp_dir().join("tandem-takeover-socket.png");
    supervisor::takes_over_and_hands_back(&window, &picture).await;
    supervisor::was_heard(&sentence, &server.heard_by(RINA));
    window.close().await;
}

#[tokio::test]
async fn the_newer_window_has_the_phone_and_the_older_one_is_told() {
    let server = Server::sandbox();
    let folder = tempfile::tempdir().expect("a folder");
    let microphone = folder.path().join("microphone.wav");
    supervisor::sentence().await.write_mono(&microphone);
    let older = signed_in(&server, &folder.path().join("older"), &microphone, true).await;
    let newer = signed_in(&server, &folder.path().join("newer"), &microphone, true).await;
    for window in [&older, &newer] {
        window.run(&pressed("Phone off|SIP phone ready")).await;
        window.run(&pressed("Connect the phone")).await;
        window.until("the phone", &shown("Phone ready"), |found| *found == true).await;
    }
    older.until("the word", &shown("another window"), |found| *found == true).await;
    let me = "fetch('/api/v1/session').then((answer) => answer.json())";
    newer.run(&pressed("Disconnect")).await;
    newer.until("no phone", me, |me| me["phone_connected"] == false).await;
    older.close().await;
    newer.close().await;
}

fn shown(text: &str) -> String {
    format!("document.body.textContent.includes('{text}')")
}

/// Presses the button with one of these labels, once it is there.
fn pressed(labels: &str) -> String {
    format!(
        "new Promise((done) => {{ const look = () => {{ \
         const found = [...document.querySelectorAll('button')].find((one) => /^({labels})$/.test(one.textContent)); \
         if (found) {{ found.click(); done(true); }} else setTimeout(look, 100); }}; look(); }})"
    )
}
