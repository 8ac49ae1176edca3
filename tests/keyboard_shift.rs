//! A whole shift by keyboard alone: an agent's in a browser, a supervisor's in a browser and in the desktop window.

#[path = "support/keyboard.rs"]
mod keyboard;
#[allow(dead_code, reason = "each test uses its part")]
#[path = "support/phone.rs"]
mod phone;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/supervisor.rs"]
mod supervisor;
#[path = "support/webdriver.rs"]
mod webdriver;

use keyboard::{DOWN, ENTER, ESCAPE, Keyboard};
use phone::Phone;
use screen::Screen;
use serde_json::{Value, json};
use supervisor::{RINA, post};
use tandem_scenarios::{Server, binary};
use webdriver::Window;

const SUPPORT: &str = "+62215551236";

/// A browser at the sign-in form.
async fn browser(server: &Server, folder: &std::path::Path) -> Window {
    let microphone = folder.join("microphone.wav");
    supervisor::sentence().await.write_mono(&microphone);
    Window::chromium(&folder.join("profile"), server.http(), &microphone).await
}

fn user<'a>(server: &'a Server, who: &str) -> (&'a str, &'a str) {
    let user = &server.ready["sandbox"]["users"][who];
    let text = |field: &str| user[field].as_str().expect("text");
    (text("email"), text("password"))
}

/// What the agent is at, as the exchange has it.
fn is_at(state: &'static str) -> impl Fn(&Value) -> bool {
    move |desk| desk["agent"]["state"] == state
}

#[tokio::test]
#[ignore = "not seen to pass yet"]
async fn an_agent_works_a_shift() {
    let server = Server::sandbox();
    let folder = tempfile::tempdir().expect("a folder");
    let sam = server.signed_in("supervisor").await;
    let sams = Phone::connect(&sam, 1_000.0).await;
    let window = browser(&server, folder.path()).await;
    let alex = Keyboard(&window);
    let (email, password) = user(&server, "agent");
    alex.signs_in(email, password).await;

    alex.shows("the desk", "document.querySelector('[aria-label=\"Your work\"]') !== null").await;
    alex.press("r").await;
    alex.knows("readiness", "/me/desk", is_at("ready")).await;
    sam.post("/sandbox/call-in", json!({ "from": RINA, "to": SUPPORT })).await;
    alex.reads("Call for you").await;
    alex.press("a").await;
    alex.knows("the call", "/me/desk", |desk| {
        desk["calls"][0]["live"]["call"]["floor"]["user"] == desk["agent"]["user"]
    })
    .await;

    // Hold, and off hold.
    let hold = "[...document.querySelectorAll('button')].some((one) => one.textContent.startsWith('Hold'))";
    alex.shows("the button", hold).await;
    alex.press("h").await;
    alex.reads("is on hold and hears music").await;
    alex.press("h").await;
    alex.knows("the way back", "/me/desk", |desk| desk["calls"][0]["live"]["held"] == false).await;

    alex.shows("the button again", hold).await;

    // A key for the customer's telephone.
    alex.press("k").await;
    alex.shows("the keypad", "document.activeElement?.getAttribute('aria-label') === 'Keypad'").await;
    alex.press("5").await;
    alex.shows("the digit", "document.querySelector('output')?.textContent === '5'").await;
    alex.press(ESCAPE).await;

    // Sam is talked to first, and has the customer.
    alex.press("t").await;
    alex.shows("the dialog", "document.activeElement?.closest('[role=dialog]') !== null").await;
    alex.reads("Sam Supervisor").await;
    alex.types("sam").await;
    alex.press(ENTER).await;
    alex.reads("You and Sam Supervisor hear each other").await;
    alex.press("v").await;
    alex.knows("wrap-up", "/me/desk", is_at("wrap_up")).await;
    drop(sams);

    alex.reads("Wrap-up").await;
    alex.press("1").await;
    alex.shows(
        "the disposition",
        "document.querySelector('[aria-pressed=true]')?.textContent.includes('Resolved') ?? false",
    )
    .await;
    alex.press("f").await;
    alex.knows("the end of wrap-up", "/me/desk", |desk| desk["agent"]["state"] != "wrap_up").await;

    alex.press("u").await;
    alex.shows("the menu", "document.querySelector('[role=menuitem]') !== null").await;
    alex.press(DOWN).await;
    alex.shows("a reason", "document.activeElement?.getAttribute('role') === 'menuitem'").await;
    alex.press(ENTER).await;
    alex.knows("the break", "/me/desk", is_at("paused")).await;

    alex.commands("sign out", "Sign out").await;
    alex.shows("the way in", "document.querySelector('input[type=email]') !== null").await;
    window.close().await;
}

/// Finds a call among the live ones, listens, whispers, takes it over and hands it back.
async fn supervises(sam: &Keyboard<'_>) {
    let call = json!({ "to": RINA, "assistant": "asst_jane_collections", "customer_name": "Rina Wijaya" });
    let placed = sam.0.run(&post("/calls", &call)).await;
    let id = placed["id"].as_str().unwrap_or_else(|| panic!("no call: {placed}")).to_owned();
    let path = format!("/calls/{id}");
    sam.knows("the answer", &path, |call| call["status"] == "in_progress").await;
    sam.press("/").await;
    sam.types("rina").await;
    sam.goes_to("[role=option], [role=listbox]", "Rina").await;
    sam.press(DOWN).await;
    sam.reads("Take over").await;
    let mode = |wanted: &str| {
        format!(
            "[...document.querySelectorAll('[aria-pressed=true]')].some((one) => /^{wanted}/.test(one.textContent))"
        )
    };
    sam.press("l").await;
    sam.shows("listening", &mode("Listen")).await;
    sam.press("w").await;
    sam.shows("whispering", &mode("Whisper")).await;
    sam.press("t").await;
    sam.knows("the floor", &path, |call| call["floor"]["holder"] == "person").await;
    sam.reads("Hand back").await;
    sam.press("h").await;
    sam.shows("the note", "document.activeElement?.matches('[role=dialog] textarea') ?? false").await;
    sam.types("Be kind.").await;
    sam.press(ENTER).await;
    sam.knows("the assistant", &path, |call| call["floor"]["holder"] == "assistant").await;
    sam.0.run(&post(&format!("{path}/end"), &Value::Null)).await;
}

#[tokio::test]
async fn a_supervisor_works_in_a_browser() {
    let server = Server::sandbox();
    let folder = tempfile::tempdir().expect("a folder");
    let window = browser(&server, folder.path()).await;
    let (email, password) = user(&server, "supervisor");
    let sam = Keyboard(&window);
    sam.signs_in(email, password).await;
    supervises(&sam).await;
    window.close().await;
}

#[tokio::test]
async fn a_supervisor_works_in_the_desktop_window() {
    let screen = Screen::new();
    let window = Window::open(&screen, &binary("tandem-console"), &["--sandbox"]).await;
    let known = window.run("window.__TANDEM_SIGN_IN__").await;
    let text = |field: &str| known[field].as_str().expect("text").to_owned();
    let sam = Keyboard(&window);
    sam.signs_in(&text("email"), &text("password")).await;
    let phone = "window.__TAURI_INTERNALS__.invoke('phone_status')";
    window.until("phone", phone, |phone| phone["status"] == "ready").await;
    // The program mutes its phone and says so.
    window.invoke("phone_mute", json!({ "muted": true })).await;
    window.until("muted phone", phone, |phone| phone["muted"] == true).await;
    window.invoke("phone_mute", json!({ "muted": false })).await;
    supervises(&sam).await;
    window.close().await;
}
