//! Queues and agents.

use tandem_switchboard::ports::store::Commit;
use tandem_switchboard::records::*;

use super::Subject;
use super::fixtures::*;

pub async fn a_queue_is_read_as_it_was_written(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let mut row = queue(&org);
    let events = store.put_queue(row.clone(), vec![changed("queue", row.id.as_str())]).await.expect("put");
    assert_eq!(events.len(), 1);
    assert_eq!(store.queues(&org).await.expect("read"), std::slice::from_ref(&row));
    assert_eq!(store.queues(&other).await.expect("read"), []);
    row.name = fresh("Renamed");
    row.members.clear();
    store.put_queue(row.clone(), Vec::new()).await.expect("replace");
    assert_eq!(store.queues(&org).await.expect("read"), std::slice::from_ref(&row));

    let same_name = Queue { id: fresh("queue").into(), ..row.clone() };
    conflict(store.put_queue(same_name, Vec::new()).await, "name");
    not_found(store.delete_queue(&other, &row.id, Vec::new()).await);
    store.delete_queue(&org, &row.id, Vec::new()).await.expect("delete");
    assert_eq!(store.queues(&org).await.expect("read"), []);
}

pub async fn what_an_agent_is_at_is_kept_with_the_event_that_tells_it(store: Subject) {
    let org = organisation(&store).await;
    let row = agent_profile(&org, "user_a");
    store.put_agent_profile(row.clone(), Vec::new()).await.expect("put");
    let ready = AgentProfile { presence: Presence::Ready, since: UnixMs(9), ..row.clone() };
    let body = EventBody::AgentStateChanged {
        user: row.user.clone(),
        state: AgentState::Ready,
        reason: None,
        until: None,
        by: None,
    };
    let told = NewEvent { call: None, at: UnixMs(9), body };
    let commit = Commit { agents: vec![ready.clone()], events: vec![told.clone()], ..Commit::default() };
    store.commit(&org, commit).await.expect("commit");
    assert_eq!(store.agent_profiles(&org).await.expect("read"), [ready]);
    let events = store.events_after(&org, 0, 10).await.expect("read");
    assert_eq!(events.iter().map(|event| &event.body).collect::<Vec<_>>(), [&told.body]);
}

pub async fn settings_are_an_organisations_own_and_replaced_as_a_whole(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    assert_eq!(store.settings(&org, "alerts").await.expect("read"), None);
    for silence in [10, 20] {
        let value =
            serde_json::to_value(AlertSettings { silence_s: Some(silence), ..AlertSettings::default() });
        let value = value.expect("plain values");
        let events = store.put_settings(&org, "alerts", value.clone(), vec![changed("alerts", org.as_str())]);
        assert_eq!(events.await.expect("put").len(), 1);
        assert_eq!(store.settings(&org, "alerts").await.expect("read"), Some(value));
    }
    assert_eq!(store.settings(&org, "recording").await.expect("read"), None);
    assert_eq!(store.settings(&other, "alerts").await.expect("read"), None);
}
