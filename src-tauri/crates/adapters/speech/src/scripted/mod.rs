//! The scripted dialogue: intents by words, replies, tools; a pure function of the context.
use async_trait::async_trait;
use serde::Deserialize;
use tandem_switchboard::ports::speech::*;
use tokio::sync::mpsc;

#[derive(Debug, Clone, Deserialize)]
pub struct Dialogue {
    #[serde(default)]
    fallback: Vec<String>,
    #[serde(default)]
    intent: Vec<Intent>,
}
#[derive(Debug, Clone, Deserialize)]
struct Intent {
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
    reply: String,
    #[serde(default)]
    tool: Option<String>,
    #[serde(default)]
    arguments: Option<serde_json::Value>,
}

#[derive(Debug)]
pub struct Scripted(Dialogue);
impl Scripted {
    pub fn new(toml: &str) -> Result<Self, String> {
        Ok(Self(toml::from_str(toml).map_err(|e| e.to_string())?))
    }
}

fn date(text: &str) -> Option<String> {
    for lead in ["on the ", "on ", "until "] {
        if let Some((_, rest)) = text.rsplit_once(lead) {
            return Some(format!("{lead}{rest}"));
        }
    }
    ["tomorrow", "today", "next week", "this week", "next month"]
        .iter()
        .find(|w| text.contains(*w))
        .map(|w| (*w).to_owned())
}

#[async_trait]
impl Model for Scripted {
    async fn reply(&self, request: ModelRequest) -> Result<mpsc::Receiver<ModelEvent>, ProviderError> {
        let (tx, rx) = mpsc::channel(8);
        let bridging = request
            .messages
            .iter()
            .rposition(|m| m.role == Role::System && m.content.to_lowercase().contains("bridging sentence"));
        let last_user = request.messages.iter().rposition(|m| m.role == Role::User);
        let mut tool = None;
        let text = if let Some(at) = bridging.filter(|at| last_user.is_none_or(|u| u < *at)) {
            let human = request.messages[..at]
                .iter()
                .rev()
                .find(|m| m.role == Role::Human)
                .map(|m| m.content.clone());
            match human {
                Some(h) => {
                    let (name, said) = h.split_once(": ").unwrap_or(("my colleague", &h));
                    format!("As {name} said, {}. How can I help you further?", said.trim_end_matches('.'))
                }
                None => "Thank you for waiting. How can I help you further?".to_owned(),
            }
        } else {
            let heard = last_user.map(|u| request.messages[u].content.to_lowercase()).unwrap_or_default();
            let found = self.0.intent.iter().find(|i| {
                i.any.iter().any(|w| heard.contains(w.as_str()))
                    && !i.not.iter().any(|w| heard.contains(w.as_str()))
            });
            match found {
                Some(i) => {
                    tool = i.tool.clone().map(|t| (t, i.arguments.clone().unwrap_or_default()));
                    i.reply.replace("{date}", &date(&heard).unwrap_or_else(|| "as agreed".into()))
                }
                None => {
                    let n = request.messages.iter().filter(|m| m.role == Role::User).count();
                    self.0
                        .fallback
                        .get(n.saturating_sub(1) % self.0.fallback.len().max(1))
                        .cloned()
                        .unwrap_or_else(|| "I see.".into())
                }
            }
        };
        let mut text = text;
        for (k, v) in &request.variables {
            text = text.replace(&format!("{{{k}}}"), v);
        }
        tokio::spawn(async move {
            if !text.is_empty() {
                let _ = tx.send(ModelEvent::Text(text)).await;
            }
            let mut reason = FinishReason::Stop;
            if let Some((name, arguments)) = tool {
                reason = FinishReason::ToolCalls;
                let _ =
                    tx.send(ModelEvent::ToolCall(ToolCall { id: "call_1".into(), name, arguments })).await;
            }
            let _ = tx.send(ModelEvent::Finished { reason }).await;
        });
        Ok(rx)
    }
}
