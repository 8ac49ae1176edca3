//! A person who has a keyboard and nothing else.

#![allow(dead_code, reason = "each test uses its part")]

use serde_json::{Value, json};

use crate::webdriver::Window;

pub const ENTER: &str = "\u{E007}";
pub const ESCAPE: &str = "\u{E00C}";
pub const DOWN: &str = "\u{E015}";
const TAB: &str = "\u{E004}";
/// More than any screen has to tab through.
const MOST_TABS: usize = 80;

/// The window's address bar aside, all of it.
#[derive(Debug)]
pub struct Keyboard<'a>(pub &'a Window);

impl Keyboard<'_> {
    /// Presses one key.
    pub async fn press(&self, key: &str) {
        self.0.key(key).await;
    }

    /// Types where the focus is.
    pub async fn types(&self, text: &str) {
        for letter in text.chars() {
            self.0.key(&letter.to_string()).await;
        }
    }

    /// Tabs on until what has the focus matches a CSS selector, and contains a text.
    pub async fn goes_to(&self, selector: &str, text: &str) {
        let there = format!(
            "(document.activeElement?.matches('{selector}') ?? false) \
             && document.activeElement.textContent.includes('{text}')"
        );
        for _ in 0..MOST_TABS {
            if self.0.run(&there).await == true {
                return;
            }
            self.press(TAB).await;
        }
        panic!("{selector} {text:?} cannot be reached by keyboard");
    }

    /// Signs in; the form may be filled in already.
    pub async fn signs_in(&self, email: &str, password: &str) {
        for (field, text) in
            [("input[type=email]", email), ("input[autocomplete=current-password]", password)]
        {
            self.0.find(field).await;
            self.goes_to(field, "").await;
            let held = self.0.value(field).await;
            if held != text {
                for _ in 0..held.chars().count() {
                    self.press("\u{E003}").await;
                }
                self.types(text).await;
            }
        }
        self.press(ENTER).await;
        self.0.find("#main h1").await;
    }

    /// Does something by the command palette: Ctrl-K, a few letters, Enter.
    pub async fn commands(&self, letters: &str, found: &str) {
        self.0.chord("\u{E009}", "k").await;
        self.shows("the palette", &format!("document.querySelector('{PALETTE}') !== null")).await;
        self.types(letters).await;
        let first = format!(
            "[...document.querySelectorAll('{PALETTE} button')].some((one) => one.textContent.includes('{found}'))"
        );
        self.shows(found, &first).await;
        self.press(ENTER).await;
    }

    /// Waits until an expression in the page is true.
    pub async fn shows(&self, what: &str, expression: &str) {
        self.0.until(what, expression, |found| *found == json!(true)).await;
    }

    /// Waits until the page says this.
    pub async fn reads(&self, text: &str) {
        self.shows(text, &format!("document.body.textContent.includes('{text}')")).await;
    }

    /// Waits until the API's answer to the signed-in person fits.
    pub async fn knows(&self, what: &str, path: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let asked = format!("fetch('/api/v1{path}').then((answer) => answer.json())");
        self.0.until(what, &asked, fits).await
    }
}

const PALETTE: &str = ".mantine-Spotlight-content";
