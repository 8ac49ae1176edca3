//! A foreign program: what it prints is watched line by line, so that nobody has to sleep until it is so far.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

/// A running program; killed when dropped.
#[derive(Debug)]
pub struct Program {
    name: &'static str,
    child: Child,
    input: Option<ChildStdin>,
    gently: bool,
    lines: Arc<Mutex<Vec<String>>>,
    grown: watch::Receiver<usize>,
}

impl Program {
    /// Starts it; `package` is the Debian package that has it.
    pub fn start(name: &'static str, package: &str, command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} (Debian: {package}): {error}"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (told, grown) = watch::channel(0);
        let told = Arc::new(told);
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().expect("piped")), Box::new(child.stderr.take().expect("piped"))];
        for stream in streams {
            let (lines, told) = (lines.clone(), told.clone());
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                let mut bytes = Vec::new();
                while reader.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
                    let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
                    bytes.clear();
                    let count = {
                        let mut lines = lines.lock().expect("nobody panics with it");
                        lines.push(text);
                        lines.len()
                    };
                    told.send_replace(count);
                }
            });
        }
        let input = child.stdin.take();
        Self { name, child, input, gently: false, lines, grown }
    }

    /// It has children of its own, which it takes with it only if it is asked to end.
    pub fn ended_gently(mut self) -> Self {
        self.gently = true;
        self
    }

    /// How many lines there are: what comes later is what a command caused.
    pub fn mark(&self) -> usize {
        *self.grown.borrow()
    }

    /// Waits until a line after `mark` holds `part`, and answers the mark behind it.
    pub async fn until(&self, mark: usize, part: &str, seconds: u64) -> usize {
        let mut grown = self.grown.clone();
        let wait = async {
            let mut next = mark;
            loop {
                let count = *grown.borrow_and_update();
                let found = {
                    let lines = self.lines.lock().expect("nobody panics with it");
                    lines[next..count].iter().position(|line| line.contains(part))
                };
                if let Some(at) = found {
                    return Some(next + at + 1);
                }
                next = count;
                if grown.changed().await.is_err() {
                    return None;
                }
            }
        };
        match tokio::time::timeout(Duration::from_secs(seconds), wait).await {
            Ok(Some(mark)) => mark,
            Ok(None) => panic!("{} ended without {part:?}:\n{}", self.name, self.tail()),
            Err(_) => panic!("{}: no {part:?} within {seconds} s:\n{}", self.name, self.tail()),
        }
    }

    /// Types a line.
    pub fn type_line(&mut self, line: &str) {
        let input = self.input.as_mut().expect("its input is open");
        writeln!(input, "{line}").and_then(|()| input.flush()).expect("it reads");
    }

    /// Waits until it ends by itself and answers its exit code.
    pub async fn exit_code(&mut self, seconds: u64) -> Option<i32> {
        let mut grown = self.grown.clone();
        // Both readers end with the program's output.
        let _ = tokio::time::timeout(Duration::from_secs(seconds), async {
            while grown.changed().await.is_ok() {}
        })
        .await;
        match self.child.try_wait().expect("waited for") {
            Some(status) => status.code(),
            None => {
                // Its output is closed: it is about to end, or it hangs.
                let _ = self.child.kill();
                self.child.wait().ok().and_then(|status| status.code())
            }
        }
    }

    /// One line.
    pub fn line(&self, number: usize) -> String {
        self.lines.lock().expect("nobody panics with it")[number].clone()
    }

    /// All it printed.
    pub fn text(&self) -> String {
        self.lines.lock().expect("nobody panics with it").join("\n")
    }

    /// The last of what it printed.
    fn tail(&self) -> String {
        let lines = self.lines.lock().expect("nobody panics with it");
        lines[lines.len().saturating_sub(60)..].join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.gently {
            let id = i32::try_from(self.child.id()).expect("a process id");
            // SAFETY: kill(2) has no memory effects; the process is ours and not reaped yet.
            unsafe { libc::kill(id, libc::SIGTERM) };
        } else {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
