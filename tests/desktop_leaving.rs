//! The desktop program on a desk with a window manager and a session bus: one instance, and leaving with care.

#[path = "support/screen.rs"]
mod screen;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use screen::Screen;
use tandem_scenarios::binary;

const MAIN: &str = "Tandem \u{2013} Sandbox";
const QUESTION: &str = " Tandem";

/// A running program.
struct Program(Child);

impl Program {
    fn start(screen: &Screen) -> Self {
        let mut child = screen
            .command(binary("tandem-console"))
            .args(["--sandbox"])
            .env("RUST_LOG", "info")
            .env("NO_COLOR", "1")
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let opened = lines.any(|line| line.is_ok_and(|line| line.contains("the console is opened")));
        assert!(opened, "it never opened");
        // Reading on keeps the pipe from filling up.
        std::thread::spawn(move || lines.for_each(drop));
        screen.await_window(MAIN, true);
        Self(child)
    }

    fn ends(&mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.0.try_wait().expect("waited for") {
                return status.code();
            }
            assert!(Instant::now() < deadline, "it goes on");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_second_start_brings_the_first_to_the_front_and_ends() {
    let screen = Screen::desk();
    let first = Program::start(&screen);
    let began = Instant::now();
    let second = screen.command(binary("tandem-console")).arg("--sandbox").output().expect("it runs");
    assert_eq!(second.status.code(), Some(0), "{}", String::from_utf8_lossy(&second.stderr));
    assert!(began.elapsed() < Duration::from_secs(20));
    let windows = screen.windows().expect("a list");
    assert_eq!(windows.lines().filter(|line| line.ends_with(MAIN)).count(), 1, "{windows}");
    drop(first);
}

#[test]
fn without_calls_closing_the_window_ends_the_program() {
    let screen = Screen::desk();
    let mut program = Program::start(&screen);
    screen.close(MAIN);
    assert_eq!(program.ends(), Some(0));
}

#[tokio::test]
async fn with_a_live_call_it_asks_first_and_keeps_running_when_told_so() {
    let screen = Screen::desk();
    let mut program = Program::start(&screen);
    let api = screen.operator();
    let id = api.call("+62812345678", "asst_jane_collections").await;
    screen.close(MAIN);
    screen.await_window(QUESTION, true);
    screen.press("Tandem", "Escape");
    screen.await_window(QUESTION, false);
    assert!(program.0.try_wait().expect("waited for").is_none(), "it keeps running");
    assert!(api.get(&format!("/calls/{id}")).await["ended_at"].is_null(), "the call goes on");

    screen.close(MAIN);
    screen.await_window(QUESTION, true);
    screen.press("Tandem", "Return");
    assert_eq!(program.ends(), Some(0));
}
