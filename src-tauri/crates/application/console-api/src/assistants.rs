//! Assistants as the API shows and takes them.

use serde::{Deserialize, Serialize};
use tandem_switchboard::records;
use utoipa::ToSchema;

use crate::assistant_settings::AssistantSettings;
use crate::check::{self, Check, Findings};
use crate::time::Time;

/// An AI persona.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Assistant {
    pub id: String,
    pub name: String,
    /// Short internal name, unique in the organisation.
    pub code: String,
    pub enabled: bool,
    /// Grows by one with every change; also the ETag.
    pub version: i64,
    pub settings: AssistantSettings,
    pub created_at: Time,
    pub updated_at: Time,
}

/// All assistants, in the order of their names.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Assistants {
    pub items: Vec<Assistant>,
}

/// An assistant to be created, or that replaces one as a whole.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssistantWrite {
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Letters, digits, `-`, `_` and `.`.
    #[schema(min_length = 1, max_length = 64)]
    pub code: String,
    #[serde(default = "yes")]
    pub enabled: bool,
    #[serde(default)]
    pub settings: AssistantSettings,
}

impl From<&records::Assistant> for Assistant {
    fn from(row: &records::Assistant) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            code: row.code.clone(),
            enabled: row.enabled,
            version: row.version,
            settings: (&row.settings).into(),
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        }
    }
}

impl Check for AssistantWrite {
    fn check(&self, found: &mut Findings) {
        check::length(found, "name", self.name.trim(), 1, 100);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if self.code.is_empty() || self.code.len() > 64 || !self.code.chars().all(plain) {
            found.add("code", "1 to 64 letters, digits, -, _ and .");
        }
        self.settings.check(found);
    }
}

pub(crate) fn yes() -> bool {
    true
}
