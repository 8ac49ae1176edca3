//! What was said so far: the transcript's items, and the model's context that is read from them.
//!
//! The context keeps no words of its own: it points at items and lines, so that a sentence that turns out to have
//! been cut short is short for the model too.

use std::time::Instant;

use crate::io::{Item, ItemKey, Message, Role, Speaker, ToolCall};
use crate::text::join;

/// What became of one sentence of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Not a sound of it left yet.
    Nothing,
    /// It is being played, and will be heard as far as is known.
    Playing,
    All,
    /// Cut or failed after so many bytes.
    Part(usize),
}

#[derive(Debug, Clone)]
struct Part {
    text: String,
    heard: Heard,
}

/// Sentences of ours that belong together: one reply, one prompt.
#[derive(Debug, Clone)]
struct Line {
    key: Option<ItemKey>,
    name: Option<String>,
    parts: Vec<Part>,
    in_context: bool,
    /// Cut short by the customer or a person (a voice that failed is no interruption).
    interrupted: bool,
    start: Instant,
    end: Instant,
}

/// Names a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineId(usize);

#[derive(Debug, Clone)]
enum Entry {
    Said(ItemKey),
    Line(LineId),
    Note(String),
    Tools { calls: Vec<ToolCall>, results: Vec<Option<String>> },
}

/// Items and context of one conversation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transcript {
    last_key: u64,
    items: Vec<Item>,
    lines: Vec<Line>,
    entries: Vec<Entry>,
}

impl Transcript {
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    pub fn new_key(&mut self) -> ItemKey {
        self.last_key += 1;
        ItemKey(self.last_key)
    }

    /// Takes an item over; answers it when it is new or differs from what was known.
    pub fn put(&mut self, item: Item) -> Option<Item> {
        match self.items.iter_mut().find(|known| known.key == item.key) {
            Some(known) if *known == item => None,
            Some(known) => {
                *known = item.clone();
                Some(item)
            }
            None => {
                let place = self.items.partition_point(|known| known.key < item.key);
                self.items.insert(place, item.clone());
                Some(item)
            }
        }
    }

    /// The item is part of the context from here on.
    pub fn said(&mut self, key: ItemKey) {
        self.entries.push(Entry::Said(key));
    }

    /// The item is no part of the context for now (its turn goes on).
    pub fn unsaid(&mut self, key: ItemKey) {
        self.entries.retain(|entry| !matches!(entry, Entry::Said(said) if *said == key));
    }

    pub fn note(&mut self, text: String) {
        self.entries.push(Entry::Note(text));
    }

    /// A marker for readers of the transcript.
    pub fn marker(&mut self, now: Instant, text: String) -> Option<Item> {
        let key = self.new_key();
        self.put(Item {
            key,
            speaker: Speaker::System,
            name: None,
            text,
            intended: None,
            interrupted: false,
            acknowledgement: false,
            start: now,
            end: now,
            confidence: None,
        })
    }

    /// Adds a tool call beside those that the model made in the same reply.
    pub fn tool_call(&mut self, call: ToolCall, same_reply: bool) {
        if same_reply
            && let Some(Entry::Tools { calls, results }) =
                self.entries.iter_mut().rev().find(|entry| matches!(entry, Entry::Tools { .. }))
        {
            calls.push(call);
            results.push(None);
            return;
        }
        self.entries.push(Entry::Tools { calls: vec![call], results: vec![None] });
    }

    /// Keeps what a tool answered; ids may come again in a later reply, the newest open one is meant.
    pub fn tool_result(&mut self, id: &str, content: String) {
        for entry in self.entries.iter_mut().rev() {
            let Entry::Tools { calls, results } = entry else { continue };
            for (call, result) in calls.iter().zip(results) {
                if call.id == id && result.is_none() {
                    *result = Some(content);
                    return;
                }
            }
        }
    }

    // ---- lines ---------------------------------------------------------------------------------------------

    pub fn new_line(&mut self, now: Instant, name: Option<String>, in_context: bool) -> LineId {
        let id = LineId(self.lines.len());
        self.lines.push(Line {
            key: None,
            name,
            parts: Vec::new(),
            in_context,
            interrupted: false,
            start: now,
            end: now,
        });
        self.entries.push(Entry::Line(id));
        id
    }

    /// Adds a sentence to a line; answers its number there.
    pub fn add_part(&mut self, line: LineId, text: String) -> usize {
        let parts = &mut self.lines[line.0].parts;
        parts.push(Part { text, heard: Heard::Nothing });
        parts.len() - 1
    }

    pub fn line_key(&self, line: LineId) -> Option<ItemKey> {
        self.lines[line.0].key
    }

    /// Keeps what became of a sentence; answers the line's item where that changed it.
    pub fn heard(&mut self, now: Instant, line: LineId, part: usize, heard: Heard) -> Option<Item> {
        let of = &mut self.lines[line.0];
        of.parts[part].heard = heard;
        if of.key.is_none() {
            let begun = match heard {
                Heard::Playing | Heard::All => true,
                Heard::Part(bytes) => bytes > 0,
                Heard::Nothing => false,
            };
            if !begun {
                return None;
            }
            of.start = now;
            let key = self.new_key();
            self.lines[line.0].key = Some(key);
        }
        self.lines[line.0].end = now.max(self.lines[line.0].start);
        self.publish(line)
    }

    /// The line was cut short.
    pub fn interrupt(&mut self, line: LineId) -> Option<Item> {
        self.lines[line.0].interrupted = true;
        self.publish(line)
    }

    /// The line is not what the model is to remember (its reply was withdrawn and the customer answered anew).
    pub fn withdraw(&mut self, line: LineId) {
        self.lines[line.0].in_context = false;
    }

    /// The last words of ours that the model knows.
    pub fn last_line(&self) -> Option<String> {
        self.lines.iter().rev().filter(|line| line.in_context).map(Line::text).find(|text| !text.is_empty())
    }

    fn publish(&mut self, line: LineId) -> Option<Item> {
        let of = &self.lines[line.0];
        let key = of.key?;
        let (text, meant) = (of.heard_text(), of.meant());
        let item = Item {
            key,
            speaker: Speaker::Assistant,
            name: of.name.clone(),
            intended: (of.is_settled() && text != meant).then_some(meant),
            text,
            interrupted: of.interrupted,
            acknowledgement: false,
            start: of.start,
            end: of.end,
            confidence: None,
        };
        self.put(item)
    }

    // ---- context -------------------------------------------------------------------------------------------

    /// What the model is to know, oldest first.
    pub fn context(&self, system_prompt: &str) -> Vec<Message> {
        let mut messages = Vec::with_capacity(self.entries.len() + 1);
        if !system_prompt.is_empty() {
            messages.push(message(Role::System, None, system_prompt.to_owned()));
        }
        for entry in &self.entries {
            match entry {
                Entry::Said(key) => messages.extend(self.item_message(*key)),
                Entry::Line(id) => messages.extend(self.lines[id.0].message()),
                Entry::Note(text) => messages.push(message(Role::System, None, text.clone())),
                Entry::Tools { calls, results } => {
                    let mut said = message(Role::Assistant, None, String::new());
                    said.tool_calls.clone_from(calls);
                    messages.push(said);
                    for (call, result) in calls.iter().zip(results) {
                        // Models refuse a context in which a call has no answer.
                        let text = result.clone().unwrap_or_else(|| "no answer yet".to_owned());
                        let mut answer = message(Role::Tool, Some(call.name.clone()), text);
                        answer.tool_call_id = Some(call.id.clone());
                        messages.push(answer);
                    }
                }
            }
        }
        messages
    }

    fn item_message(&self, key: ItemKey) -> Option<Message> {
        let item = self.items.iter().find(|item| item.key == key)?;
        let role = match item.speaker {
            Speaker::Customer => Role::Customer,
            Speaker::Person => Role::Person,
            Speaker::Assistant => Role::Assistant,
            Speaker::System => Role::System,
        };
        Some(message(role, item.name.clone(), item.text.clone()))
    }
}

impl Line {
    fn is_settled(&self) -> bool {
        self.parts.iter().all(|part| matches!(part.heard, Heard::All | Heard::Part(_)))
    }

    fn meant(&self) -> String {
        self.parts.iter().fold(String::new(), |text, part| join(&text, &part.text))
    }

    fn heard_text(&self) -> String {
        self.parts.iter().fold(String::new(), |text, part| match part.heard {
            Heard::Nothing => text,
            Heard::Playing | Heard::All => join(&text, &part.text),
            Heard::Part(bytes) => join(&text, &part.text[..bytes]),
        })
    }

    /// What was heard or is about to be.
    fn text(&self) -> String {
        self.parts.iter().fold(String::new(), |text, part| match part.heard {
            Heard::Part(bytes) => join(&text, &part.text[..bytes]),
            Heard::Nothing | Heard::Playing | Heard::All => join(&text, &part.text),
        })
    }

    fn message(&self) -> Option<Message> {
        let text = self.text();
        (self.in_context && !text.is_empty()).then(|| message(Role::Assistant, None, text))
    }
}

fn message(role: Role, name: Option<String>, text: String) -> Message {
    Message { role, name, text, tool_calls: Vec::new(), tool_call_id: None }
}
