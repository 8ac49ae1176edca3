//! The dialogue file (TOML): what customers may mean by their words, and what is said and done about it.
//!
//! ```toml
//! question = "Can you pay this month?"    # asked again wherever no question of ours is open
//! fallback = ["Pardon? {question}"]       # in turn, while nothing is understood
//! give_up = { reply = "Goodbye.", tool = "end_call" }   # at the third miss in a row
//!
//! [[intent]]                              # tried in order: the first that fits answers
//! name = "promise"
//! any = ["can pay", "will pay"]           # one of these runs of words …
//! all = ["today | tomorrow", "please"]    # … and each of these (with alternatives) …
//! not = ["can not"]                       # … and none of these
//! slots = ["date"]                        # … and these were named: date, amount, number, yes, no
//! after = ["asked"]                       # … and one of these was met last (`start`: none yet); enough by itself
//! once = true                             # … and it was not met before
//! aside = true                            # does not count as the last that was met
//! whisper = ["part payment"]              # also said when a supervisor whispers one of these
//! reply = "You will pay {date|soon}."     # {slot}, {last_slot}, {variable}, {question}; a default after a bar
//! replies = ["First.", "From then on."]   # instead of `reply`: another one each time it is met
//! tool = "schedule_callback"
//! arguments = { when = "{date|later}" }
//! ```

use serde::Deserialize;
use serde_json::Value;

use super::fill::names;
use super::slots::Slot;
use super::words::Phrase;

/// Why a dialogue cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DialogueError {
    /// Not TOML of this shape; the message names line and field.
    #[error("reading the dialogue: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A field whose value cannot be meant.
    #[error("reading the dialogue: {field}: expected {expected}, found {found}")]
    Field { field: String, expected: String, found: String },
}

/// A whole dialogue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dialogue {
    /// Said when asked to speak before anybody else did.
    #[serde(default)]
    pub greeting: String,
    #[serde(default = "default_question")]
    pub question: String,
    #[serde(default)]
    pub fallback: Vec<String>,
    #[serde(default)]
    pub give_up: Option<Step>,
    #[serde(default)]
    pub intent: Vec<Intent>,
}

/// What is said and done; both may be empty.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    #[serde(default)]
    pub reply: String,
    #[serde(default)]
    pub tool: Option<String>,
    #[serde(default)]
    pub arguments: Option<Value>,
}

/// Something a customer may mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intent {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub any: Vec<Phrase>,
    #[serde(default)]
    pub all: Vec<Phrase>,
    #[serde(default)]
    pub not: Vec<Phrase>,
    #[serde(default)]
    pub slots: Vec<Slot>,
    #[serde(default)]
    pub after: Vec<String>,
    #[serde(default)]
    pub once: bool,
    #[serde(default)]
    pub aside: bool,
    #[serde(default)]
    pub whisper: Vec<Phrase>,
    #[serde(default)]
    reply: String,
    #[serde(default)]
    replies: Vec<String>,
    #[serde(default)]
    pub tool: Option<String>,
    #[serde(default)]
    arguments: Option<Value>,
}

/// The name in `after` for a conversation in which nothing was met yet.
pub(super) const START: &str = "start";

impl Dialogue {
    pub fn parse(toml: &str) -> Result<Self, DialogueError> {
        let dialogue: Self = toml::from_str(toml)?;
        dialogue.check()?;
        Ok(dialogue)
    }

    fn check(&self) -> Result<(), DialogueError> {
        for (index, line) in self.fallback.iter().enumerate() {
            check_text(&format!("fallback[{index}]"), line)?;
        }
        check_text("greeting", &self.greeting)?;
        check_text("question", &self.question)?;
        if let Some(step) = &self.give_up {
            check_text("give_up.reply", &step.reply)?;
            check_tool("give_up", step.tool.as_deref(), step.arguments.as_ref())?;
        }
        for (index, intent) in self.intent.iter().enumerate() {
            let place = match intent.name.as_str() {
                "" => format!("intent[{index}]"),
                name => format!("intent[{index}] ({name})"),
            };
            self.check_intent(&place, index, intent)?;
        }
        Ok(())
    }

    fn check_intent(&self, place: &str, index: usize, intent: &Intent) -> Result<(), DialogueError> {
        let fault = |field: &str, expected: &str, found: &str| Err(error(place, field, expected, found));
        if intent.is_bare() && intent.whisper.is_empty() && intent.after.is_empty() {
            return fault("any", "any, all, slots, after or whisper", "none of them");
        }
        let said = !intent.reply.is_empty() || !intent.replies.is_empty();
        if !said && intent.tool.is_none() {
            return fault("reply", "something to say or a tool to call", "neither");
        }
        if !intent.reply.is_empty() && !intent.replies.is_empty() {
            return fault("replies", "either reply or replies", "both");
        }
        for phrases in [&intent.any, &intent.all, &intent.not, &intent.whisper] {
            if phrases.iter().any(Phrase::is_empty) {
                return fault("any, all, not, whisper", "at least one word between the bars", "none");
            }
        }
        if !intent.name.is_empty() && self.intent[..index].iter().any(|other| other.name == intent.name) {
            return fault("name", "a name that no other intent has", &intent.name);
        }
        let known = |name: &&String| *name == START || self.intent.iter().any(|other| other.name == **name);
        if let Some(name) = intent.after.iter().find(|name| !known(name)) {
            return fault("after", "`start` or the name of an intent", name);
        }
        for text in intent.replies.iter().chain([&intent.reply]) {
            check_text(&format!("{place}.reply"), text)?;
        }
        check_tool(place, intent.tool.as_deref(), intent.arguments.as_ref())
    }
}

impl Intent {
    /// Asks for no words: met by anything in the state that `after` names, or by whispers alone.
    pub fn is_bare(&self) -> bool {
        self.any.is_empty() && self.all.is_empty() && self.slots.is_empty()
    }

    /// What is said and done when it is met for the `times + 1`th time.
    pub fn step(&self, times: usize) -> Step {
        let reply = match self.replies.len() {
            0 => &self.reply,
            count => &self.replies[times.min(count - 1)],
        };
        Step { reply: reply.clone(), tool: self.tool.clone(), arguments: self.arguments.clone() }
    }
}

fn default_question() -> String {
    "How can I help you?".to_owned()
}

fn check_text(field: &str, text: &str) -> Result<(), DialogueError> {
    let fault = |found: &str| Err(error(field, "", "a name in every pair of braces", found));
    let left_over = names(text)
        .iter()
        .fold(text.to_owned(), |rest, name| rest.replacen(&format!("{{{name}"), "", 1).replacen('}', "", 1));
    if left_over.contains(['{', '}']) || names(text).iter().any(|name| name.trim().is_empty()) {
        return fault(text);
    }
    Ok(())
}

/// The built-in tools that ask for an argument are refused without it, as the conversation would.
fn check_tool(place: &str, tool: Option<&str>, arguments: Option<&Value>) -> Result<(), DialogueError> {
    let needed = match tool {
        Some("transfer") => "to",
        Some("schedule_callback") => "when",
        Some("send_dtmf") => "digits",
        Some("") => return Err(error(place, "tool", "the name of a tool", "nothing")),
        _ => return Ok(()),
    };
    match arguments.and_then(|arguments| arguments.get(needed)).and_then(Value::as_str) {
        Some(text) => check_text(&format!("{place}.arguments.{needed}"), text),
        None => Err(error(place, "arguments", &format!("text in `{needed}`"), "none")),
    }
}

fn error(place: &str, field: &str, expected: &str, found: &str) -> DialogueError {
    let field = [place, field].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".");
    DialogueError::Field { field, expected: expected.to_owned(), found: format!("`{found}`") }
}
