//! Customers who are to be called back, and a person's queues.

use tandem_switchboard::ports::callbacks::CallbackFilter;
use tandem_switchboard::ports::store::Commit;
use tandem_switchboard::records::*;

use super::Subject;
use super::fixtures::*;

fn callback(org: &tandem_foundation::OrgId, at: i64) -> Callback {
    Callback {
        id: fresh("cb").into(),
        org: org.clone(),
        queue: fresh("queue").into(),
        number: "+62812345678".into(),
        name: Some("Rina".into()),
        origin: CallbackOrigin::Assistant,
        state: CallbackState::Dialling,
        reason: Some("busy".into()),
        agent: Some("user_a".into()),
        since: UnixMs(at - 5),
        due_at: UnixMs(at),
        attempts: 2,
        asked_in: Some(fresh("call").into()),
        call: fresh("call").into(),
        note: "the invoice".into(),
        created_at: UnixMs(at),
        updated_at: UnixMs(at + 1),
    }
}

pub async fn who_is_to_be_called_back_is_read_as_written_and_found_while_it_is_not_over(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let (first, mut second) = (callback(&org, 10), callback(&org, 20));
    let body = EventBody::CallbackChanged { callback: Box::new(first.clone()), by: None };
    let events = vec![NewEvent { call: None, at: UnixMs(10), body: body.clone() }];
    let rows = vec![first.clone(), second.clone()];
    store.commit(&org, Commit { callbacks: rows, events, ..Commit::default() }).await.expect("commit");
    assert_eq!(store.callback(&org, &first.id).await.expect("read"), first);
    assert_eq!(store.events_after(&org, 0, 10).await.expect("read")[0].body, body);
    not_found(store.callback(&other, &first.id).await);
    let wrong = Commit { callbacks: vec![first.clone()], ..Commit::default() };
    assert!(store.commit(&other, wrong).await.is_err(), "another organisation's row");

    let ours = |rows: Vec<Callback>| rows.into_iter().filter(|row| row.org == org).collect::<Vec<_>>();
    assert_eq!(ours(store.open_callbacks().await.expect("read")), [first.clone(), second.clone()]);
    (second.state, second.name, second.reason) = (CallbackState::Reached, None, None);
    let done = Commit { callbacks: vec![second.clone()], ..Commit::default() };
    store.commit(&org, done).await.expect("commit");
    assert_eq!(ours(store.open_callbacks().await.expect("read")), std::slice::from_ref(&first));

    let page = |open_only, after| CallbackFilter { open_only, after, limit: 1 };
    let newest = store.callbacks(&org, page(false, None)).await.expect("list");
    assert_eq!(newest.items, [second]);
    let next = store.callbacks(&org, page(false, newest.next)).await.expect("list");
    assert_eq!((next.items, next.next), (vec![first.clone()], None));
    assert_eq!(store.callbacks(&org, page(true, None)).await.expect("list").items, [first]);
}

pub async fn a_persons_queues_are_changed_all_at_once_and_nothing_else_of_them(store: Subject) {
    let org = organisation(&store).await;
    let (mut one, mut two) =
        (queue(&org), Queue { id: fresh("queue").into(), name: fresh("Two"), ..queue(&org) });
    let user: tandem_foundation::UserId = "user_moved".into();
    (two.created_at, two.members) = (UnixMs(one.created_at.0 + 1), Vec::new());
    one.set_member(&user, Some(3));
    for row in [&one, &two] {
        store.put_queue(row.clone(), Vec::new()).await.expect("put");
    }
    let missing =
        vec![Membership { queue: two.id.clone(), rank: 1 }, Membership { queue: "nowhere".into(), rank: 1 }];
    not_found(store.put_memberships(&org, &user, missing, Vec::new()).await);
    assert_eq!(store.queues(&org).await.expect("read"), [one.clone(), two.clone()], "all or nothing");

    let wanted = vec![Membership { queue: two.id.clone(), rank: 2 }];
    let told = EventBody::AgentQueuesChanged { user: user.clone(), queues: wanted.clone(), by: None };
    let told = vec![NewEvent { call: None, at: UnixMs(1), body: told }];
    let events = store.put_memberships(&org, &user, wanted, told).await.expect("put");
    assert_eq!(events.len(), 1);
    one.set_member(&user, None);
    two.set_member(&user, Some(2));
    assert_eq!(store.queues(&org).await.expect("read"), [one, two]);
}
