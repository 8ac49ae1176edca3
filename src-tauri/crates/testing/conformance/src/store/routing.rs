//! Opening hours, messages of callers, and the secrets of routes.

use tandem_foundation::{HoursId, OrgId};
use tandem_switchboard::ports::routing::VoicemailFilter;
use tandem_switchboard::ports::store::Commit;
use tandem_switchboard::records::{Hours, Mailbox, NamedHours, Route, UnixMs, Voicemail};

use super::Subject;
use super::fixtures::*;

fn hours(org: &OrgId, name: &str) -> NamedHours {
    let id: HoursId = fresh("hours").into();
    NamedHours { id, org: org.clone(), name: name.to_owned(), hours: Hours::always(), created_at: UnixMs(5) }
}

pub async fn hours_are_kept_under_a_name_of_their_own(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let mut office = hours(&org, "office");
    store.put_hours(office.clone(), vec![]).await.expect("put");
    store.put_hours(hours(&other, "office"), vec![]).await.expect("another organisation's");
    conflict(store.put_hours(hours(&org, "office"), vec![]).await, "name");
    office.name = "desk".to_owned();
    store.put_hours(office.clone(), vec![]).await.expect("renamed");
    assert_eq!(store.hours(&org).await.expect("list"), [office.clone()]);
    not_found(store.delete_hours(&other, &office.id, vec![]).await);
    store.delete_hours(&org, &office.id, vec![]).await.expect("deleted");
    assert!(store.hours(&org).await.expect("list").is_empty());
}

pub async fn messages_are_listed_by_box_heard_and_deleted(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let call = new_call(&org, 100);
    let mut rows: Vec<_> = (1..=4).map(|at| voicemail(&call, at)).collect();
    rows[3].mailbox = Mailbox::User("user_ann".into());
    let commit = Commit { call: Some(call.clone()), voicemails: rows.clone(), ..Commit::default() };
    store.commit(&org, commit).await.expect("committed");

    let whole = VoicemailFilter::default();
    assert!(store.voicemails(&other, whole.clone()).await.expect("list").items.is_empty());
    let ids = |rows: &[Voicemail]| -> Vec<String> { rows.iter().map(|row| row.id.to_string()).collect() };
    let newest: Vec<_> = rows.iter().rev().cloned().collect();
    let first = store.voicemails(&org, VoicemailFilter { limit: 3, ..whole.clone() }).await.expect("list");
    assert_eq!(ids(&first.items), ids(&newest[..3]));
    let rest = store.voicemails(&org, VoicemailFilter { after: first.next, ..whole.clone() }).await;
    assert_eq!(rest.expect("list").items, [rows[0].clone()]);
    let anns = VoicemailFilter { mailbox: Some("user:user_ann".into()), ..whole.clone() };
    assert_eq!(store.voicemails(&org, anns).await.expect("list").items, [rows[3].clone()]);

    let id = &rows[0].id;
    not_found(store.note_heard(&other, id, Some(UnixMs(9)), vec![]).await);
    store.note_heard(&org, id, Some(UnixMs(9)), vec![]).await.expect("noted");
    assert_eq!(store.voicemail(&org, id).await.expect("read").heard_at, Some(UnixMs(9)));
    let unheard = VoicemailFilter { unheard_only: true, ..whole };
    assert_eq!(store.voicemails(&org, unheard).await.expect("list").items.len(), 3);

    not_found(store.delete_voicemail(&other, id, vec![]).await);
    let events = store.delete_voicemail(&org, id, vec![changed("voicemail", id.as_str())]).await;
    let events = events.expect("deleted");
    assert_eq!(events.len(), 1);
    not_found(store.voicemail(&org, id).await);
}

pub async fn a_routes_secret_is_read_back(store: Subject) {
    let org = organisation(&store).await;
    let trunk = trunk(&org);
    store.put_trunk(trunk.clone(), vec![]).await.expect("trunk");
    let fallback = Box::new(Route::Hangup { say: None });
    let secret = Some("hush hush".into());
    let asked = Route::Webhook { url: "https://example.com".to_owned(), secret, fallback };
    let mut number = number(&trunk);
    number.route = Some(Route::Person { user: "user_1".into(), otherwise: Some(Box::new(asked)) });
    store.put_number(number.clone(), vec![]).await.expect("number");
    assert_eq!(store.numbers(&org).await.expect("list"), [number]);
}
