//! A small WebDriver client (W3C WebDriver, REC-webdriver1): WebKitWebDriver for the desktop program, which it starts,
//! and ChromeDriver for a browser.

#![allow(dead_code, reason = "each test uses its part")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::screen::Screen;

/// Names an element in answers (section 11, "Elements").
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The program's window, driven from outside; both end when dropped.
#[derive(Debug)]
pub struct Window {
    driver: Child,
    client: Client,
    session: String,
}

impl Window {
    /// Starts `program` with `arguments` on a screen and waits for its window.
    pub async fn open(screen: &Screen, program: &Path, arguments: &[&str]) -> Self {
        let mut driver = screen.command("WebKitWebDriver");
        driver.env("TAURI_WEBVIEW_AUTOMATION", "true");
        let options = json!({ "binary": program, "args": arguments });
        Self::start(driver, json!({ "webkitgtk:browserOptions": options })).await
    }

    /// A headless browser without a sound card at a page; its microphone plays a WAV file in a loop.
    pub async fn chromium(profile: &Path, page: &str, microphone: &Path) -> Self {
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1400,900",
            "--use-fake-ui-for-media-stream",
            // A machine without a network has no other addresses.
            "--allow-loopback-in-peer-connection",
            "--use-fake-device-for-media-stream",
            &format!("--use-file-for-fake-audio-capture={}", microphone.display()),
            &format!("--user-data-dir={}", profile.display()),
        ];
        let options = json!({ "binary": "/usr/bin/chromium", "args": arguments });
        let mut driver = Command::new("chromedriver");
        driver.env("HOME", profile);
        let window = Self::start(driver, json!({ "goog:chromeOptions": options })).await;
        window.ask(Method::POST, "/url", json!({ "url": page })).await.expect("the page");
        window
    }

    async fn start(mut driver: Command, capabilities: Value) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let name = driver.get_program().to_string_lossy().into_owned();
        let driver = driver
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}; is it installed?"));
        let mut window =
            Self { driver, client: Client::new(), session: format!("http://127.0.0.1:{port}/session") };
        let wanted = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let deadline = Instant::now() + Duration::from_secs(60);
        let answer = loop {
            match window.ask(Method::POST, "", wanted.clone()).await {
                Ok(answer) => break answer,
                Err(error) => assert!(Instant::now() < deadline, "no session: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let id = answer["sessionId"].as_str().expect("a session").to_owned();
        window.session.push('/');
        window.session.push_str(&id);
        window
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Result<Value, String> {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.session));
        if method == Method::POST {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(|error| error.to_string())?;
        let well = response.status().is_success();
        let mut answer: Value = response.json().await.map_err(|error| error.to_string())?;
        if well { Ok(answer["value"].take()) } else { Err(answer["value"]["message"].to_string()) }
    }

    /// Waits for an element that matches a CSS selector.
    pub async fn find(&self, selector: &str) -> String {
        let wanted = json!({ "using": "css selector", "value": selector });
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            match self.ask(Method::POST, "/element", wanted.clone()).await {
                Ok(found) => return found[ELEMENT].as_str().expect("an element").to_owned(),
                Err(error) => assert!(Instant::now() < deadline, "no {selector}: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Presses an element; one that was drawn anew between the two requests is looked for once more.
    pub async fn press(&self, selector: &str) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let element = self.find(selector).await;
            match self.ask(Method::POST, &format!("/element/{element}/click"), json!({})).await {
                Ok(_) => return,
                Err(error) => assert!(Instant::now() < deadline, "{selector} cannot be pressed: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Types into a field.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let element = self.find(selector).await;
        let path = format!("/element/{element}/value");
        self.ask(Method::POST, &path, json!({ "text": text })).await.expect("typed");
    }

    /// Presses a key where the focus is.
    pub async fn key(&self, key: &str) {
        let strokes = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        let keyboard = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] });
        self.ask(Method::POST, "/actions", keyboard).await.expect("pressed");
    }

    /// Presses a key while another one is down.
    pub async fn chord(&self, held: &str, key: &str) {
        let strokes = json!([
            { "type": "keyDown", "value": held }, { "type": "keyDown", "value": key },
            { "type": "keyUp", "value": key }, { "type": "keyUp", "value": held },
        ]);
        let keyboard = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] });
        self.ask(Method::POST, "/actions", keyboard).await.expect("pressed");
    }

    /// What a field holds.
    pub async fn value(&self, selector: &str) -> String {
        self.find(selector).await;
        let value = self.run(&format!("document.querySelector('{selector}').value")).await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Runs an expression that may be a promise in the page and answers its value, or `{ "error": … }`.
    pub async fn run(&self, expression: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; Promise.resolve().then(() => ({expression}))\
             .then((value) => done(value ?? null), (error) => done({{ error: String(error) }}));"
        );
        self.ask(Method::POST, "/execute/async", json!({ "script": script, "args": [] }))
            .await
            .expect("it runs")
    }

    /// Calls one of the program's commands from the page.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Value {
        self.run(&format!("window.__TAURI_INTERNALS__.invoke('{command}', {arguments})")).await
    }

    /// Waits until an expression in the page gives a value that fits.
    pub async fn until(&self, what: &str, expression: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(40);
        loop {
            let value = self.run(expression).await;
            if fits(&value) {
                return value;
            }
            assert!(Instant::now() < deadline, "no {what}; last: {value}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Writes what the window shows to a PNG file.
    pub async fn picture(&self, path: &Path) {
        let shot = self.ask(Method::GET, "/screenshot", Value::Null).await.expect("a picture");
        let text = shot.as_str().expect("base64");
        let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
        std::fs::write(path, bytes).expect("written");
    }

    /// Closes the window and the program with it.
    pub async fn close(self) {
        let _ = self.ask(Method::DELETE, "", Value::Null).await;
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
