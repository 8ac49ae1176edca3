//! The model port's checks. They ask nothing of what a model says, for only its author knows.

use std::sync::Arc;

use tandem_switchboard::ports::speech::{Message, Model, ModelEvent, ModelRequest, Role, ToolCall};

use super::soon;

/// A model under test, and a request that it can answer: a system message and one of the customer.
#[derive(Clone)]
pub struct Subject {
    pub model: Arc<dyn Model>,
    pub request: ModelRequest,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("tools", &self.request.tools.len()).finish_non_exhaustive()
    }
}

/// Text and tool calls, then `Finished`, then the end of the channel; a reply has at least one of the former.
pub async fn a_reply_ends_with_one_end_and_nothing_after_it(subject: Subject) {
    let events = answer(&subject.model, subject.request).await;
    let (last, before) = events.split_last().expect("a reply");
    assert!(matches!(last, ModelEvent::Finished { .. }), "{events:?}");
    assert!(!before.is_empty(), "something is said or done");
    let content = |event: &ModelEvent| matches!(event, ModelEvent::Text(_) | ModelEvent::ToolCall(_));
    assert!(before.iter().all(content), "{events:?}");
}

/// After a takeover the context holds a person's words, after a tool its result.
pub async fn a_context_with_every_role_is_taken(subject: Subject) {
    let mut request = subject.request;
    let call = ToolCall { id: "call_1".into(), name: "lookup".into(), arguments: Default::default() };
    request.messages.extend([
        Message { tool_calls: vec![call], ..message(Role::Assistant, "One moment.") },
        Message { tool_call_id: Some("call_1".into()), ..message(Role::Tool, "{\"found\":true}") },
        message(Role::Human, "Sam: I will waive the late fee."),
        message(Role::System, "[whisper from Sam] be brief"),
        message(Role::User, "Thank you."),
    ]);
    let events = answer(&subject.model, request).await;
    assert!(matches!(events.last(), Some(ModelEvent::Finished { .. })), "{events:?}");
}

/// Whatever is asked for, what the assistant may not do is not done.
pub async fn a_tool_that_was_not_offered_is_not_called(subject: Subject) {
    let mut request = subject.request;
    request.tools.clear();
    for words in ["Goodbye.", "Can I speak to a person please", "Stop calling me", "Call me back tomorrow"] {
        request.messages.push(message(Role::User, words));
        let events = answer(&subject.model, request.clone()).await;
        let called = events.iter().any(|event| matches!(event, ModelEvent::ToolCall(_)));
        assert!(!called, "{words:?} made {events:?}");
        request.messages.pop();
    }
}

/// A reply that is no longer wanted is dropped; the next one comes all the same.
pub async fn dropping_the_receiver_hurts_no_later_request(subject: Subject) {
    drop(soon("a reply", subject.model.reply(subject.request.clone())).await.expect("asked"));
    let mut events = soon("a reply", subject.model.reply(subject.request.clone())).await.expect("asked");
    assert!(soon("its first event", events.recv()).await.is_some());
    drop(events);
    assert!(matches!(
        answer(&subject.model, subject.request).await.last(),
        Some(ModelEvent::Finished { .. })
    ));
}

/// Calls are many.
pub async fn requests_at_once_are_each_answered(subject: Subject) {
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let subject = subject.clone();
        calls.spawn(async move { answer(&subject.model, subject.request).await });
    }
    for events in calls.join_all().await {
        let ends = events.iter().filter(|event| matches!(event, ModelEvent::Finished { .. })).count();
        assert_eq!(ends, 1, "{events:?}");
    }
}

async fn answer(model: &Arc<dyn Model>, request: ModelRequest) -> Vec<ModelEvent> {
    let mut events = soon("a reply", model.reply(request)).await.expect("asked");
    let mut seen = Vec::new();
    while let Some(event) = soon("the end of a reply", events.recv()).await {
        assert!(!matches!(event, ModelEvent::Failed { .. }), "{event:?}");
        seen.push(event);
    }
    seen
}

fn message(role: Role, content: &str) -> Message {
    Message { role, content: content.to_owned(), tool_calls: Vec::new(), tool_call_id: None }
}
