//! From an assistant's row to the conversation's settings, and from the conversation's context to a model's.

use std::collections::BTreeMap;
use std::time::Duration;

use tandem_conversation::io as talk;
use tandem_conversation::settings::{
    KeyAction as TalkKeyAction, KeyRule as TalkKeyRule, Settings, WhenFailed as TalkWhenFailed,
};

use crate::ports::speech::{Message, Role, ToolCall, ToolSpec};
use crate::records::{Assistant, KeyAction, ToolSettings, WhenFailed};
use crate::spoken_text::{instruction, spoken};

/// Settings of the conversation that this assistant holds in a call with these variables.
pub(crate) fn settings(assistant: &Assistant, variables: &BTreeMap<String, String>) -> Settings {
    let own = &assistant.settings;
    let mut settings = Settings::for_language(&own.language);
    settings.first_message = spoken(&own.first_message, variables);
    settings.system_prompt = instruction(&own.system_prompt, variables);
    settings.first_message_interruptible = own.first_message_interruptible;
    for (text, line) in [
        (&own.resume_line, &mut settings.resume_line),
        (&own.bridge_line, &mut settings.bridge_line),
        (&own.goodbye_line, &mut settings.goodbye),
        (&own.apology_line, &mut settings.apology),
    ] {
        if !text.is_empty() {
            *line = spoken(text, variables);
        }
    }
    if !own.filler_line.is_empty() {
        settings.fillers = vec![spoken(&own.filler_line, variables)];
    }
    settings.when_failed = match &own.when_failed {
        WhenFailed::Goodbye => TalkWhenFailed::Goodbye,
        WhenFailed::Callback => TalkWhenFailed::Callback,
        WhenFailed::Transfer { to } => TalkWhenFailed::Transfer(to.clone()),
    };
    for tool in &own.tools {
        if let ToolSettings::Transfer { announcement, .. } = tool
            && !announcement.is_empty()
        {
            settings.transfer_announcement = spoken(announcement, variables);
        }
    }
    settings.key_rules =
        own.keys.iter().map(|rule| key_rule(&rule.digits, &rule.action, variables)).collect();
    let turns = &own.turns;
    let ms = |value: Option<u32>, knob: &mut Duration| {
        if let Some(value) = value {
            *knob = Duration::from_millis(value.into());
        }
    };
    ms(turns.end_of_turn_min_ms, &mut settings.end_of_turn_min);
    ms(turns.end_of_turn_max_ms, &mut settings.end_of_turn_max);
    ms(turns.barge_in_pause_ms, &mut settings.barge_in_pause);
    ms(turns.barge_in_commit_ms, &mut settings.barge_in_commit);
    ms(turns.false_interruption_resume_ms, &mut settings.false_interruption_resume);
    if let Some(s) = turns.idle_prompt_s {
        settings.idle_prompt_after = Duration::from_secs(s.into());
    }
    if let Some(n) = turns.idle_prompts {
        settings.idle_prompts = n;
    }
    if let Some(s) = turns.longest_call_s {
        settings.longest_call = Duration::from_secs(s.into());
        // Warned a tenth of the call before its end, a minute at the most.
        let notice = (settings.longest_call / 10).min(Duration::from_secs(60));
        settings.longest_call_warning = settings.longest_call.saturating_sub(notice);
    }
    settings
}

/// The tools a model is offered: the built-in ones that the assistant has, and its webhooks.
pub(crate) fn tools(assistant: &Assistant) -> Vec<ToolSpec> {
    let built_in = tandem_conversation::tools::built_in();
    let mut specs = Vec::new();
    for tool in &assistant.settings.tools {
        let name = match tool {
            ToolSettings::Transfer { .. } => "transfer",
            ToolSettings::EndCall => "end_call",
            ToolSettings::SendDtmf => "send_dtmf",
            ToolSettings::Callback => "schedule_callback",
            ToolSettings::OptOut => "opt_out",
            ToolSettings::Webhook { name, description, parameters, .. } => {
                let (name, description) = (name.clone(), description.clone());
                specs.push(ToolSpec { name, description, parameters: parameters.clone() });
                continue;
            }
        };
        if let Some(spec) = built_in.iter().find(|spec| spec.name == name) {
            specs.push(ToolSpec {
                name: spec.name.to_owned(),
                description: spec.description.to_owned(),
                parameters: serde_json::from_str(spec.parameters).unwrap_or_default(),
            });
        }
    }
    specs
}

/// A context message as models take it.
pub(crate) fn message(message: talk::Message) -> Message {
    let content = match &message.name {
        Some(name) if message.role == talk::Role::Person => format!("{name}: {}", message.text),
        _ => message.text,
    };
    Message {
        role: match message.role {
            talk::Role::System => Role::System,
            talk::Role::Customer => Role::User,
            talk::Role::Assistant => Role::Assistant,
            talk::Role::Person => Role::Human,
            talk::Role::Tool => Role::Tool,
        },
        content,
        tool_calls: message.tool_calls.into_iter().map(tool_call).collect(),
        tool_call_id: message.tool_call_id,
    }
}

fn tool_call(call: talk::ToolCall) -> ToolCall {
    let arguments = serde_json::from_str(&call.arguments)
        .unwrap_or_else(|_| serde_json::Value::String(call.arguments.clone()));
    ToolCall { id: call.id, name: call.name, arguments }
}

fn key_rule(digits: &str, action: &KeyAction, variables: &BTreeMap<String, String>) -> TalkKeyRule {
    let action = match action {
        KeyAction::Say { text } => TalkKeyAction::Say(spoken(text, variables)),
        KeyAction::Transfer { to } => TalkKeyAction::Transfer(to.clone()),
        KeyAction::HangUp => TalkKeyAction::HangUp,
        KeyAction::Store { variable } => TalkKeyAction::Store { variable: variable.clone() },
        KeyAction::OptOut => TalkKeyAction::OptOut,
    };
    TalkKeyRule { digits: digits.to_owned(), action }
}
