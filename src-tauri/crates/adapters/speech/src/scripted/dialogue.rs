//! The dialogue file: intents by their words, with replies and tools.

use serde::Deserialize;

/// Why a dialogue cannot be used; names the line and the field.
#[derive(Debug, thiserror::Error)]
#[error("reading the dialogue: {0}")]
pub struct DialogueError(#[from] toml::de::Error);

/// A whole dialogue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dialogue {
    /// Said in turn when nothing was understood.
    #[serde(default)]
    pub fallback: Vec<String>,
    /// Said when nothing was understood three times running.
    #[serde(default)]
    pub give_up: Option<Step>,
    /// Tried in order; the first that fits wins.
    #[serde(default)]
    pub intent: Vec<Intent>,
}

/// What is said and done.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// `{date}` is the customer's own words for a day, other names are variables of the call.
    #[serde(default)]
    pub reply: String,
    #[serde(default)]
    pub tool: Option<String>,
    #[serde(default)]
    pub arguments: Option<serde_json::Value>,
}

/// Something a customer may mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intent {
    /// One of these runs of words must be there.
    pub any: Vec<String>,
    /// And, where given, one of these.
    #[serde(default)]
    pub and: Vec<String>,
    /// None of these may be.
    #[serde(default)]
    pub not: Vec<String>,
    #[serde(default)]
    pub reply: String,
    #[serde(default)]
    pub tool: Option<String>,
    #[serde(default)]
    pub arguments: Option<serde_json::Value>,
}

impl Dialogue {
    pub fn parse(toml: &str) -> Result<Self, DialogueError> {
        Ok(toml::from_str(toml)?)
    }

    /// What the customer meant by this, if anything is known to mean it.
    pub fn meant(&self, heard: &str) -> Option<Step> {
        let heard = words(heard);
        let fits = |intent: &&Intent| {
            let has = |runs: &[String]| runs.iter().any(|run| heard.contains(&words(run)));
            has(&intent.any) && (intent.and.is_empty() || has(&intent.and)) && !has(&intent.not)
        };
        let intent = self.intent.iter().find(fits)?;
        let (reply, tool) = (intent.reply.clone(), intent.tool.clone());
        Some(Step { reply, tool, arguments: intent.arguments.clone() })
    }
}

/// Lower case, one space around every word, no punctuation: runs of words can be looked for as text.
fn words(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '\'' { c.to_ascii_lowercase() } else { ' ' })
        .collect();
    format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialogue() -> Dialogue {
        let text = "[[intent]]\nany = ['can pay', 'will pay']\nnot = ['can i']\nreply = 'Good.'\n\
                    [[intent]]\nany = ['pay']\nand = ['how much']\nreply = 'Ten.'\n";
        Dialogue::parse(text).expect("a dialogue")
    }

    #[test]
    fn whole_words_in_a_run_are_what_counts() {
        assert_eq!(dialogue().meant("Yes, I can pay!").map(|s| s.reply).as_deref(), Some("Good."));
        assert!(dialogue().meant("I can payload").is_none());
        assert_eq!(dialogue().meant("how much do i pay").map(|s| s.reply).as_deref(), Some("Ten."));
        assert!(dialogue().meant("can i pay").is_none());
    }

    #[test]
    fn a_field_that_is_not_known_is_named() {
        let error =
            Dialogue::parse("[[intent]]\nany = ['a']\nanswer = 'b'\n").expect_err("misspelt").to_string();
        assert!(error.contains("answer"), "{error}");
    }
}
