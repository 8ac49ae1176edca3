//! Reading JSON objects field by field, so that everything that is wrong is found at once and named by its path.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

/// A field that was not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Dotted path (`keys.1.text`).
    pub path: String,
    pub expected: String,
}

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub Vec<Finding>);

impl Findings {
    pub fn add(&mut self, path: &str, expected: impl Into<String>) {
        self.0.push(Finding { path: path.to_owned(), expected: expected.into() });
    }
}

/// An object and its path; remembers which fields were asked for.
pub(crate) struct Fields<'a> {
    pub path: String,
    map: &'a Map<String, Value>,
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub fn of(value: &'a Value, path: &str, found: &mut Findings) -> Option<Self> {
        let Value::Object(map) = value else {
            found.add(path, "an object");
            return None;
        };
        Some(Self { path: path.to_owned(), map, asked: Vec::new() })
    }

    /// The path of one of the fields.
    pub fn at(&self, name: &str) -> String {
        below(&self.path, name)
    }

    /// The field, where it is there and not `null`.
    pub fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.push(name);
        self.map.get(name).filter(|value| !value.is_null())
    }

    pub fn required(&mut self, name: &'static str, found: &mut Findings) -> Option<&'a Value> {
        let value = self.get(name);
        if value.is_none() {
            found.add(&self.at(name), "to be there");
        }
        value
    }

    pub fn text(&mut self, name: &'static str, most: usize, found: &mut Findings) -> Option<String> {
        let value = self.required(name, found)?;
        text(value, &self.at(name), most, found)
    }

    pub fn text_opt(&mut self, name: &'static str, most: usize, found: &mut Findings) -> Option<String> {
        let value = self.get(name)?;
        text(value, &self.at(name), most, found)
    }

    pub fn whole(
        &mut self,
        name: &'static str,
        default: u32,
        range: RangeInclusive<u32>,
        found: &mut Findings,
    ) -> u32 {
        let Some(value) = self.get(name) else { return default };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.filter(|number| range.contains(number)).unwrap_or_else(|| {
            found.add(&self.at(name), format!("a whole number, {} to {}", range.start(), range.end()));
            default
        })
    }

    /// The list, empty where it is not there.
    pub fn list(&mut self, name: &'static str, most: usize, found: &mut Findings) -> &'a [Value] {
        match self.get(name) {
            None => &[],
            Some(Value::Array(items)) if items.len() <= most => items,
            Some(_) => {
                found.add(&self.at(name), format!("a list of at most {most}"));
                &[]
            }
        }
    }

    /// Finds fields that nobody asked for.
    pub fn no_others(self, found: &mut Findings) {
        for name in self.map.keys().filter(|name| !self.asked.contains(&name.as_str())) {
            found.add(&self.at(name), format!("no such field; known are {}", self.asked.join(", ")));
        }
    }
}

pub(crate) fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

pub(crate) fn text(value: &Value, path: &str, most: usize, found: &mut Findings) -> Option<String> {
    let fits = |text: &&str| {
        let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        !text.trim().is_empty() && text.chars().count() <= most && !text.contains(odd)
    };
    let text = value.as_str().filter(fits);
    if text.is_none() {
        found.add(path, format!("text of 1 to {most} characters"));
    }
    text.map(str::to_owned)
}
