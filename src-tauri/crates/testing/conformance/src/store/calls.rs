//! Calls, transcripts, lists and the do-not-call list.

use std::collections::BTreeSet;

use tandem_foundation::OrgId;
use tandem_switchboard::ports::store::{CallFilter, Commit, DoNotCall};
use tandem_switchboard::records::{Call, CallStatus, TranscriptItem, UnixMs};

use super::Subject;
use super::fixtures::*;

pub async fn a_call_is_read_back_with_every_field(store: Subject) {
    let org = organisation(&store).await;
    for call in [full_call(&org, 100), new_call(&org, 101)] {
        commit_call(&store, &call).await;
        assert_eq!(store.call(&org, &call.id).await.expect("read"), call);
    }
}

pub async fn a_call_is_replaced_as_a_whole(store: Subject) {
    let org = organisation(&store).await;
    let full = full_call(&org, 100);
    commit_call(&store, &full).await;
    let emptied = Call { id: full.id.clone(), ..new_call(&org, 100) };
    commit_call(&store, &emptied).await;
    assert_eq!(store.call(&org, &full.id).await.expect("read"), emptied);
    assert_eq!(store.calls(&org, CallFilter::default()).await.expect("list").items, [emptied]);
}

pub async fn transcript_items_are_replaced_by_id_and_read_in_order(store: Subject) {
    let org = organisation(&store).await;
    let call = new_call(&org, 100);
    let (first, mut second) = (item(&call.id, 1, "Hello"), item(&call.id, 2, "Goo"));
    // What is not known comes first: a database must not take its type for that of what follows.
    let unknown = TranscriptItem { intended_text: None, confidence: None, latency: None, ..second.clone() };
    let items = vec![unknown, second.clone(), first.clone()];
    let commit = Commit { call: Some(call.clone()), items, ..Commit::default() };
    store.commit(&org, commit).await.expect("commit");

    second.text = "Good mor".into();
    second.intended_text = None;
    second.confidence = None;
    second.latency = None;
    let commit = Commit { items: vec![second.clone()], ..Commit::default() };
    store.commit(&org, commit).await.expect("correct an item");
    assert_eq!(store.transcript(&org, &call.id).await.expect("read"), [first, second]);
}

pub async fn lists_are_filtered(store: Subject) {
    let org = organisation(&store).await;
    let done = full_call(&org, 100);
    let ringing = new_call(&org, 101);
    let talking =
        Call { status: CallStatus::InProgress, assistant: Some("akylai".into()), ..new_call(&org, 102) };
    for call in [&done, &ringing, &talking] {
        commit_call(&store, call).await;
    }
    let list = async |filter| store.calls(&org, filter).await.expect("list").items;
    let all = CallFilter::default();
    assert_eq!(list(all.clone()).await, [talking.clone(), ringing.clone(), done.clone()], "newest first");
    let status = CallFilter { status: Some(CallStatus::Completed), ..all.clone() };
    assert_eq!(list(status).await, [done]);
    assert_eq!(list(CallFilter { live_only: true, ..all.clone() }).await, [talking.clone(), ringing]);
    let assistant = CallFilter { assistant: Some("akylai".into()), live_only: true, ..all };
    assert_eq!(list(assistant).await, [talking]);
}

pub async fn a_search_finds_numbers_and_names_whatever_their_case(store: Subject) {
    let org = organisation(&store).await;
    let named = Call { customer_name: Some("Айгүл ÖZTÜRK".into()), ..new_call(&org, 100) };
    let other = Call { to: "+15005550007".into(), ..new_call(&org, 101) };
    commit_call(&store, &named).await;
    commit_call(&store, &other).await;
    for search in ["айгүл", "öztürk", "Öztürk", " ZTÜ "] {
        assert_eq!(found(&store, &org, search).await, [named.id.as_str()], "{search}");
    }
    for search in ["+15005550007", "5550007", "+1 (500) 555-0007"] {
        assert_eq!(found(&store, &org, search).await, [other.id.as_str()], "{search}");
    }
    assert_eq!(found(&store, &org, "  ").await.len(), 2, "an empty search is none");
    assert!(found(&store, &org, "nobody").await.is_empty());
}

pub async fn a_search_takes_wildcards_as_text(store: Subject) {
    let org = organisation(&store).await;
    let percent = Call { customer_name: Some("100% O'Hara_!".into()), ..new_call(&org, 100) };
    let plain = Call { customer_name: Some("1000 OHara".into()), ..new_call(&org, 101) };
    commit_call(&store, &percent).await;
    commit_call(&store, &plain).await;
    for search in ["100%", "o'hara", "hara_", "_!", "0% o"] {
        assert_eq!(found(&store, &org, search).await, [percent.id.as_str()], "{search}");
    }
}

pub async fn paging_neither_repeats_nor_misses_while_calls_arrive(store: Subject) {
    let org = organisation(&store).await;
    let mut before = BTreeSet::new();
    for n in 0..25 {
        // Five calls share each time, so that the id has to decide.
        let call = new_call(&org, 1_000 + n / 5);
        commit_call(&store, &call).await;
        before.insert(call.id.as_str().to_owned());
    }
    let mut seen: Vec<Call> = Vec::new();
    let mut after = None;
    loop {
        let page =
            store.calls(&org, CallFilter { after, limit: 4, ..CallFilter::default() }).await.expect("page");
        assert!(page.items.len() <= 4);
        seen.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
        // One arrives as the newest.
        commit_call(&store, &new_call(&org, 2_000)).await;
    }
    let ids: BTreeSet<String> = seen.iter().map(|call| call.id.as_str().to_owned()).collect();
    assert_eq!(ids.len(), seen.len(), "a call came twice");
    assert_eq!(ids, before, "the calls that were there came, and no other");
    let keys: Vec<_> = seen.iter().map(|call| (call.created_at, call.id.clone())).collect();
    assert!(keys.is_sorted_by(|a, b| a > b), "newest first");
}

pub async fn a_page_is_at_most_two_hundred(store: Subject) {
    let org = organisation(&store).await;
    let writes = (0..201).map(|n| {
        let (store, call) = (store.clone(), new_call(&org, n));
        tokio::spawn(async move { commit_call(&store, &call).await })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.expect("committed");
    }
    let page = store.calls(&org, CallFilter { limit: 5_000, ..CallFilter::default() }).await.expect("page");
    assert_eq!(page.items.len(), 200);
    let rest = CallFilter { limit: 5_000, after: page.next, ..CallFilter::default() };
    let rest = store.calls(&org, rest).await.expect("last page");
    assert_eq!((rest.items.len(), rest.next), (1, None));
}

pub async fn unfinished_calls_are_found_over_all_organisations(store: Subject) {
    let (one, two) = (organisation(&store).await, organisation(&store).await);
    let queued = Call { status: CallStatus::Queued, ..new_call(&one, 100) };
    let talking = Call { status: CallStatus::InProgress, ..new_call(&two, 100) };
    let ended = full_call(&one, 100);
    for call in [&queued, &talking, &ended] {
        commit_call(&store, call).await;
    }
    let unfinished = store.unfinished_calls().await.expect("list");
    assert!(unfinished.contains(&queued) && unfinished.contains(&talking));
    assert!(!unfinished.contains(&ended));

    let interrupted = Call { status: CallStatus::Interrupted, ..queued };
    commit_call(&store, &interrupted).await;
    let unfinished = store.unfinished_calls().await.expect("list");
    assert!(unfinished.iter().all(|call| call.id != interrupted.id));
}

pub async fn do_not_call_knows_a_number_however_it_is_written(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let entry = DoNotCall {
        number: "+1 500 555-0009".into(),
        reason: "stop calling me".to_owned(),
        call: Some("call_1".into()),
        at: UnixMs(5),
    };
    assert!(!store.is_do_not_call(&org, "+15005550009").await.expect("check"));
    // Saying it twice is no failure.
    for _ in 0..2 {
        let commit = Commit { do_not_call: vec![entry.clone()], ..Commit::default() };
        store.commit(&org, commit).await.expect("commit");
    }
    assert!(store.is_do_not_call(&org, "+15005550009").await.expect("check"));
    assert!(store.is_do_not_call(&org, "+1 (500) 555 0009").await.expect("check"));
    assert!(!store.is_do_not_call(&org, "+1500555000").await.expect("check"));
    assert!(
        !store.is_do_not_call(&other, "+15005550009").await.expect("check"),
        "another organisation's list"
    );
}

pub async fn calls_are_isolated(store: Subject) {
    let (ours, theirs) = (organisation(&store).await, organisation(&store).await);
    let call = full_call(&ours, 100);
    let said = item(&call.id, 1, "Ours");
    commit_call(&store, &call).await;
    store.commit(&ours, Commit { items: vec![said.clone()], ..Commit::default() }).await.expect("commit");

    not_found(store.call(&theirs, &call.id).await);
    assert!(store.calls(&theirs, CallFilter::default()).await.expect("list").items.is_empty());
    assert!(found(&store, &theirs, "Rina").await.is_empty());
    assert!(store.transcript(&theirs, &call.id).await.expect("read").is_empty());
    assert!(store.call_events(&theirs, &call.id).await.expect("read").is_empty());
    // An item for a call of ours does not land in it.
    not_found(store.commit(&theirs, Commit { items: vec![said.clone()], ..Commit::default() }).await);

    // The same ids in another organisation are other rows.
    let namesake = Call { org: theirs.clone(), ..new_call(&theirs, 5) };
    let namesake = Call { id: call.id.clone(), ..namesake };
    commit_call(&store, &namesake).await;
    let mut theirs_said = said.clone();
    theirs_said.text = "Theirs".into();
    store.commit(&theirs, Commit { items: vec![theirs_said], ..Commit::default() }).await.expect("commit");
    assert_eq!(store.call(&ours, &call.id).await.expect("read"), call);
    assert_eq!(store.transcript(&ours, &call.id).await.expect("read"), [said]);
}

async fn found(store: &Subject, org: &OrgId, search: &str) -> Vec<String> {
    let filter = CallFilter { search: Some(search.to_owned()), ..CallFilter::default() };
    let page = store.calls(org, filter).await.expect("search");
    page.items.iter().map(|call| call.id.as_str().to_owned()).collect()
}
