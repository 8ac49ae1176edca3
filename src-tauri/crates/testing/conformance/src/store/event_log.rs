//! Events read again by kind and time.

use tandem_foundation::OrgId;
use tandem_switchboard::ports::event_log::EventsOf;
use tandem_switchboard::ports::store::Commit;
use tandem_switchboard::records::*;

use super::Subject;
use super::fixtures::*;

fn state(at: i64, user: &str, state: AgentState, by: Option<&str>) -> NewEvent {
    let body = EventBody::AgentStateChanged {
        user: user.into(),
        state,
        reason: None,
        until: None,
        by: by.map(Into::into),
    };
    NewEvent { call: None, at: UnixMs(at), body }
}

fn joined(at: i64) -> NewEvent {
    NewEvent { call: None, at: UnixMs(at), body: EventBody::QueueJoined { queue: "queue_a".into() } }
}

async fn write(store: &Subject, org: &OrgId, events: Vec<NewEvent>) -> Vec<Event> {
    store.commit(org, Commit { events, ..Commit::default() }).await.expect("commit")
}

pub async fn events_are_read_by_kind_in_pages(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let mut written = Vec::new();
    for n in 0..10 {
        written.extend(write(&store, &org, vec![joined(n), changed("queue", "q")]).await);
        write(&store, &other, vec![joined(n)]).await;
    }
    written.retain(|event| event.body.kind() == "queue.joined");
    let (mut read, mut after) = (Vec::new(), 0);
    loop {
        let wanted = EventsOf { kinds: &["queue.joined", "queue.left"], after, last: i64::MAX, limit: 4 };
        let page = store.events_of(&org, wanted).await.expect("read");
        assert!(page.len() <= 4);
        let Some(last) = page.last() else { break };
        after = last.seq;
        read.extend(page);
    }
    assert_eq!(read, written, "of one kind and organisation, each once, in order");
    let wanted =
        EventsOf { kinds: &["queue.joined"], after: written[1].seq, last: written[3].seq, limit: 100 };
    assert_eq!(store.events_of(&org, wanted).await.expect("read"), written[2..=3]);
    let none = EventsOf { kinds: &[], after: 0, last: i64::MAX, limit: 100 };
    assert_eq!(store.events_of(&org, none).await.expect("read"), []);
}

pub async fn the_numbers_of_a_time_span_are_found_though_some_events_come_late(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let written =
        write(&store, &org, vec![joined(10), joined(20), changed("queue", "q"), joined(30), joined(15)])
            .await;
    let numbers = |from, to| {
        let (store, org) = (store.clone(), org.clone());
        async move { store.numbers_of(&org, &["queue.joined"], UnixMs(from), UnixMs(to)).await.expect("read") }
    };
    assert_eq!(numbers(11, 30).await, Some((written[1].seq, written[4].seq)));
    assert_eq!(numbers(30, 31).await, Some((written[3].seq, written[3].seq)));
    assert_eq!(numbers(31, 99).await, None);
    let span = (UnixMs(0), UnixMs(99));
    assert_eq!(store.numbers_of(&other, &["queue.joined"], span.0, span.1).await.expect("read"), None);
    assert_eq!(store.numbers_of(&org, &[], span.0, span.1).await.expect("read"), None);
}

pub async fn what_was_last_told_of_an_agent_is_found(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let told = [
        state(10, "user_a", AgentState::Ready, None),
        state(20, "user_a", AgentState::Paused, None),
        state(25, "user_b", AgentState::Ready, Some("user_a")),
        state(25, "userXa", AgentState::Ready, None),
        state(30, "user_a", AgentState::Offline, None),
    ];
    let written = write(&store, &org, told.to_vec()).await;
    let last = |user: &'static str, before| {
        let (store, org) = (store.clone(), org.clone());
        async move { store.agent_state_before(&org, &user.into(), UnixMs(before)).await.expect("read") }
    };
    assert_eq!(last("user_a", 30).await.as_ref(), Some(&written[1]), "neither another's nor a later one");
    assert_eq!(last("user_a", 31).await.as_ref(), Some(&written[4]));
    assert_eq!(last("user_b", 99).await.as_ref(), Some(&written[2]));
    assert_eq!(last("user_a", 10).await, None);
    assert_eq!(store.agent_state_before(&other, &"user_a".into(), UnixMs(99)).await.expect("read"), None);
}
