//! Routes from JSON, within limits, with every field that is not as it should be named by its path.

use serde_json::Value;
use tandem_foundation::Pii;

use crate::fields::{Fields, Finding, Findings, below, text};
use crate::hours_read;
use crate::route::{ConferenceRoute, HoursRef, Menu, Prompt, Route, Spoken, VoicemailRoute};

/// Routes within routes.
const DEEPEST: usize = 10;
/// Routes in one tree.
const MOST_ROUTES: usize = 300;
const LONGEST_PROMPT: usize = 2_000;
const LONGEST_ID: usize = 100;
const LONGEST_URL: usize = 2_000;
const MOST_KEYS: usize = 4;
/// What storage keeps in place of a PIN begins so.
const SEALED: &str = "v1:";
const KINDS: &str =
    "one of assistant, person, queue, number, hours, menu, voicemail, conference, say, hangup, webhook";

impl Route {
    /// Reads a route that lies at `path`.
    ///
    /// # Errors
    /// Every field that is not as expected.
    pub fn read(value: &Value, path: &str) -> Result<Self, Vec<Finding>> {
        let mut reader = Reader::default();
        match reader.route(value, path, 0) {
            Some(route) if reader.found.0.is_empty() => Ok(route),
            _ => Err(reader.found.0),
        }
    }
}

/// Findings as the error of a deserializer.
pub(crate) fn refused<E: serde::de::Error>(found: Vec<Finding>) -> E {
    let line = |finding: Finding| format!("{}: expected {}", finding.path, finding.expected);
    E::custom(found.into_iter().map(line).collect::<Vec<_>>().join("; "))
}

#[derive(Default)]
struct Reader {
    found: Findings,
    routes: usize,
}

impl Reader {
    fn route(&mut self, value: &Value, path: &str, depth: usize) -> Option<Route> {
        self.routes += 1;
        if depth >= DEEPEST {
            self.found.add(path, format!("at most {DEEPEST} routes within each other"));
            return None;
        }
        if self.routes > MOST_ROUTES {
            // Said once: what is beyond it is not read.
            if self.routes == MOST_ROUTES + 1 {
                self.found.add(path, format!("at most {MOST_ROUTES} routes in all"));
            }
            return None;
        }
        let mut fields = Fields::of(value, path, &mut self.found)?;
        let kind = fields.text("kind", 20, &mut self.found)?;
        let route = match kind.as_str() {
            "assistant" => {
                let assistant = fields.text("assistant", LONGEST_ID, &mut self.found);
                assistant.map(|assistant| Route::Assistant { assistant: assistant.into() })
            }
            "person" => {
                let user = fields.text("user", LONGEST_ID, &mut self.found);
                let otherwise = self.below_opt(&mut fields, "otherwise", depth);
                user.map(|user| Route::Person { user: user.into(), otherwise })
            }
            "queue" => {
                let queue = fields.text("queue", LONGEST_ID, &mut self.found);
                let otherwise = self.below_opt(&mut fields, "otherwise", depth);
                queue.map(|queue| Route::Queue { queue: queue.into(), otherwise })
            }
            "number" => {
                let number = self.number(&mut fields);
                let otherwise = self.below_opt(&mut fields, "otherwise", depth);
                number.map(|number| Route::Number { number, otherwise })
            }
            "hours" => self.hours(&mut fields, depth),
            "menu" => self.menu(&mut fields, depth),
            "voicemail" => self.voicemail(&mut fields),
            "conference" => self.conference(&mut fields, depth),
            "say" => {
                let text = self.prompt(&mut fields, "text", true);
                let then = self.below(&mut fields, "then", depth);
                text.zip(then).map(|(text, then)| Route::Say { text, then })
            }
            "hangup" => Some(Route::Hangup { say: self.prompt(&mut fields, "say", false) }),
            "webhook" => self.webhook(&mut fields, depth),
            _ => {
                self.found.add(&fields.at("kind"), KINDS);
                return None;
            }
        };
        fields.no_others(&mut self.found);
        route
    }

    fn below(&mut self, fields: &mut Fields<'_>, name: &'static str, depth: usize) -> Option<Box<Route>> {
        let value = fields.required(name, &mut self.found)?;
        self.route(value, &fields.at(name), depth + 1).map(Box::new)
    }

    fn below_opt(&mut self, fields: &mut Fields<'_>, name: &'static str, depth: usize) -> Option<Box<Route>> {
        let value = fields.get(name)?;
        self.route(value, &fields.at(name), depth + 1).map(Box::new)
    }

    fn number(&mut self, fields: &mut Fields<'_>) -> Option<Pii<String>> {
        let number = fields.text("number", 16, &mut self.found)?;
        let e164 = number.strip_prefix('+').is_some_and(|digits| {
            (2..=15).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && !digits.starts_with('0')
        });
        if !e164 {
            self.found.add(&fields.at("number"), "an E.164 number: + and 2 to 15 digits, the first not 0");
        }
        e164.then(|| Pii::new(number))
    }

    fn hours(&mut self, fields: &mut Fields<'_>, depth: usize) -> Option<Route> {
        let hours = fields.required("hours", &mut self.found).and_then(|value| match value {
            Value::String(_) => {
                text(value, &fields.at("hours"), LONGEST_ID, &mut self.found).map(HoursRef::Named)
            }
            _ => hours_read::read(value, &fields.at("hours"), &mut self.found).map(HoursRef::Inline),
        });
        let open = self.below(fields, "open", depth);
        let closed = self.below(fields, "closed", depth);
        Some(Route::Hours { hours: hours?, open: open?, closed: closed? })
    }

    fn menu(&mut self, fields: &mut Fields<'_>, depth: usize) -> Option<Route> {
        let prompt = self.prompt(fields, "prompt", true);
        let mut keys = std::collections::BTreeMap::new();
        let at = fields.at("keys");
        match fields.get("keys") {
            None => {}
            Some(Value::Object(map)) => {
                for (key, value) in map {
                    let path = below(&at, key);
                    let plain = key.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*' || byte == b'#');
                    if !plain || !(1..=MOST_KEYS).contains(&key.len()) {
                        self.found.add(&path, "1 to 4 keys of 0-9, * and #");
                    }
                    keys.extend(self.route(value, &path, depth + 1).map(|route| (key.clone(), route)));
                }
            }
            Some(_) => self.found.add(&at, "an object of keys and their routes"),
        }
        let at = fields.at("speech");
        let mut speech = Vec::new();
        for (index, value) in fields.list("speech", 50, &mut self.found).iter().enumerate() {
            speech.extend(self.spoken(value, &below(&at, &index.to_string()), depth));
        }
        if fields.get("keys").is_none() && fields.get("speech").is_none() {
            self.found.add(&fields.at("keys"), "at least one choice, by key or by speech");
        }
        let timeout_s = fields.whole("timeout_s", 5, 1..=60, &mut self.found);
        let retries = fields.whole("retries", 2, 0..=10, &mut self.found);
        let invalid = self.prompt(fields, "invalid", false);
        let otherwise = self.below_opt(fields, "otherwise", depth);
        let prompt = prompt?;
        Some(Route::Menu(Box::new(Menu { prompt, keys, speech, timeout_s, retries, invalid, otherwise })))
    }

    fn spoken(&mut self, value: &Value, path: &str, depth: usize) -> Option<Spoken> {
        let mut fields = Fields::of(value, path, &mut self.found)?;
        let at = fields.at("phrases");
        let mut phrases = Vec::new();
        let listed = fields.list("phrases", 30, &mut self.found);
        if listed.is_empty() {
            self.found.add(&at, "at least one phrase");
        }
        for (index, phrase) in listed.iter().enumerate() {
            let path = below(&at, &index.to_string());
            let Some(phrase) = text(phrase, &path, 100, &mut self.found) else { continue };
            if crate::phrases::words(&phrase).is_empty() {
                self.found.add(&path, "words");
            }
            phrases.push(phrase);
        }
        let route = self.below(&mut fields, "route", depth);
        fields.no_others(&mut self.found);
        Some(Spoken { phrases, route: *route? })
    }

    fn voicemail(&mut self, fields: &mut Fields<'_>) -> Option<Route> {
        let user = fields.text_opt("user", LONGEST_ID, &mut self.found);
        let queue = fields.text_opt("queue", LONGEST_ID, &mut self.found);
        let name = fields.text_opt("box", LONGEST_ID, &mut self.found);
        if [&user, &queue, &name].into_iter().flatten().count() > 1 {
            self.found.add(&fields.path, "at most one of user, queue and box");
        }
        let greeting = self.prompt(fields, "greeting", false);
        let max_s = fields.whole("max_s", 120, 5..=600, &mut self.found);
        let (user, queue) = (user.map(Into::into), queue.map(Into::into));
        Some(Route::Voicemail(VoicemailRoute { user, queue, name, greeting, max_s }))
    }

    fn conference(&mut self, fields: &mut Fields<'_>, depth: usize) -> Option<Route> {
        let name = fields.text("name", LONGEST_ID, &mut self.found);
        let (pin, moderator_pin) = (self.pin(fields, "pin"), self.pin(fields, "moderator_pin"));
        let same = |a: &Pii<String>, b: &Pii<String>| a.expose() == b.expose() && !a.expose().is_empty();
        if pin.as_ref().zip(moderator_pin.as_ref()).is_some_and(|(a, b)| same(a, b)) {
            self.found.add(&fields.at("moderator_pin"), "another PIN than pin");
        }
        let ends_with_moderator = self.flag(fields, "ends_with_moderator");
        let record = self.flag(fields, "record");
        let then = self.below_opt(fields, "then", depth);
        let otherwise = self.below_opt(fields, "otherwise", depth);
        let name = name?;
        Some(Route::Conference(ConferenceRoute {
            name,
            pin,
            moderator_pin,
            ends_with_moderator,
            record,
            then,
            otherwise,
        }))
    }

    fn pin(&mut self, fields: &mut Fields<'_>, name: &'static str) -> Option<Pii<String>> {
        let digits = match fields.get(name)? {
            // An empty one says that there is to be none any more.
            Value::String(text) => text.clone(),
            _ => "?".to_owned(),
        };
        // Storage holds it sealed, which is no PIN to look at.
        let fits = digits.is_empty()
            || ((3..=12).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
        if !fits && !digits.starts_with(SEALED) {
            self.found.add(&fields.at(name), "3 to 12 digits");
        }
        Some(Pii::new(digits))
    }

    fn flag(&mut self, fields: &mut Fields<'_>, name: &'static str) -> bool {
        match fields.get(name) {
            None => false,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.found.add(&fields.at(name), "true or false");
                false
            }
        }
    }

    fn webhook(&mut self, fields: &mut Fields<'_>, depth: usize) -> Option<Route> {
        let url = fields.text("url", LONGEST_URL, &mut self.found).filter(|url| {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            let fits = host.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
            if !fits {
                self.found.add(&fields.at("url"), "an http or https address");
            }
            fits
        });
        let at = fields.at("secret");
        let secret = match fields.get("secret") {
            None => None,
            // An empty one says that there is to be none any more.
            Some(Value::String(text)) if text.is_empty() => Some(Pii::new(String::new())),
            Some(value) => text(value, &at, 255, &mut self.found).map(Pii::new),
        };
        let fallback = self.below(fields, "fallback", depth);
        Some(Route::Webhook { url: url?, secret, fallback: fallback? })
    }

    fn prompt(&mut self, fields: &mut Fields<'_>, name: &'static str, required: bool) -> Option<Prompt> {
        let value = if required { fields.required(name, &mut self.found) } else { fields.get(name) }?;
        let path = fields.at(name);
        let Value::Object(_) = value else {
            return text(value, &path, LONGEST_PROMPT, &mut self.found).map(Prompt::Text);
        };
        let mut fields = Fields::of(value, &path, &mut self.found)?;
        let sound = fields.text("sound", 100, &mut self.found).filter(|name| {
            // It is the name of a file.
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            if !plain {
                self.found.add(&fields.at("sound"), "a name of letters, digits, - and _");
            }
            plain
        });
        fields.no_others(&mut self.found);
        sound.map(|sound| Prompt::Sound { sound })
    }
}

#[cfg(test)]
mod tests;
