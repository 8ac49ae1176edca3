//! Configuration: organisations, assistants, trunks, numbers and users.

use tandem_switchboard::records::*;
use tokio::task::JoinSet;

use super::Subject;
use super::fixtures::*;

pub async fn an_assistant_is_changed_only_at_the_version_that_was_read(store: Subject) {
    let org = organisation(&store).await;
    let mut row = assistant(&org);
    not_found(store.put_assistant(row.clone(), Some(1), Vec::new()).await);
    store.put_assistant(row.clone(), None, Vec::new()).await.expect("insert");
    assert_eq!(store.assistant(&org, &row.id).await.expect("read"), row);
    let same_id = Assistant { code: fresh("code"), ..row.clone() };
    conflict(store.put_assistant(same_id, None, Vec::new()).await, "id");

    row.name = "Renamed".to_owned();
    row.enabled = false;
    row.version = 2;
    store.put_assistant(row.clone(), Some(1), Vec::new()).await.expect("replace");
    assert_eq!(store.assistant(&org, &row.id).await.expect("read"), row);
    row.name = "Too late".to_owned();
    conflict(store.put_assistant(row.clone(), Some(1), Vec::new()).await, "version");
    assert_eq!(store.assistant(&org, &row.id).await.expect("read").name, "Renamed");

    store.delete_assistant(&org, &row.id, Vec::new()).await.expect("delete");
    not_found(store.assistant(&org, &row.id).await);
    not_found(store.delete_assistant(&org, &row.id, Vec::new()).await);
}

pub async fn two_editors_of_one_version_cannot_both_win(store: Subject) {
    let org = organisation(&store).await;
    let row = assistant(&org);
    store.put_assistant(row.clone(), None, Vec::new()).await.expect("insert");
    let mut editors = JoinSet::new();
    for n in 0..10 {
        let (store, row) =
            (store.clone(), Assistant { name: format!("Editor {n}"), version: 2, ..row.clone() });
        editors.spawn(async move {
            let done =
                store.put_assistant(row.clone(), Some(1), vec![changed("assistant", row.id.as_str())]).await;
            done.is_ok().then_some(row)
        });
    }
    let winners: Vec<Assistant> = editors.join_all().await.into_iter().flatten().collect();
    let [winner] = winners.as_slice() else { panic!("{} editors won", winners.len()) };
    assert_eq!(&store.assistant(&org, &row.id).await.expect("read"), winner);
    assert_eq!(store.events_after(&org, 0, 100).await.expect("read").len(), 1);
}

pub async fn an_assistants_code_is_unique_in_its_organisation(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let first = assistant(&org);
    store.put_assistant(first.clone(), None, Vec::new()).await.expect("insert");
    let second = Assistant { code: first.code.clone(), ..assistant(&org) };
    conflict(store.put_assistant(second, None, Vec::new()).await, "code");
    let elsewhere = Assistant { code: first.code, ..assistant(&other) };
    store.put_assistant(elsewhere, None, Vec::new()).await.expect("another organisation's code");
}

pub async fn trunks_and_numbers_are_read_back_with_every_field(store: Subject) {
    let org = organisation(&store).await;
    let full = trunk(&org);
    let bare = Trunk {
        domain: None,
        username: None,
        password: None,
        register_s: None,
        accept_from: Vec::new(),
        caller_id: None,
        enabled: false,
        created_at: UnixMs(19),
        ..trunk(&org)
    };
    for row in [&full, &bare] {
        store.put_trunk(row.clone(), Vec::new()).await.expect("put trunk");
    }
    assert_eq!(store.trunks(&org).await.expect("list"), [full.clone(), bare]);

    let mut row = number(&full);
    store.put_number(row.clone(), Vec::new()).await.expect("put number");
    row.route = None;
    store.put_number(row.clone(), Vec::new()).await.expect("replace number");
    assert_eq!(store.numbers(&org).await.expect("list"), [row.clone()]);
    let taken = Number { number: row.number.clone(), ..number(&full) };
    conflict(store.put_number(taken, Vec::new()).await, "number");
    not_found(store.put_number(number(&trunk(&org)), Vec::new()).await);
    store.delete_number(&org, &row.id, Vec::new()).await.expect("delete");
    not_found(store.delete_number(&org, &row.id, Vec::new()).await);
}

pub async fn a_trunk_in_use_stays(store: Subject) {
    let org = organisation(&store).await;
    let trunk = trunk(&org);
    let number = number(&trunk);
    store.put_trunk(trunk.clone(), Vec::new()).await.expect("put trunk");
    store.put_number(number.clone(), Vec::new()).await.expect("put number");
    conflict(store.delete_trunk(&org, &trunk.id, Vec::new()).await, "number");
    store.delete_number(&org, &number.id, Vec::new()).await.expect("delete number");
    store.delete_trunk(&org, &trunk.id, Vec::new()).await.expect("delete trunk");
    assert!(store.trunks(&org).await.expect("list").is_empty());
}

pub async fn a_user_is_found_by_e_mail_whatever_its_case(store: Subject) {
    let org = organisation(&store).await;
    let mut row = user(&org);
    store.put_user(row.clone(), Vec::new()).await.expect("put user");
    assert_eq!(store.user(&org, &row.id).await.expect("read"), row);
    for email in [row.email.as_str().to_uppercase(), format!(" {} ", row.email.as_str().to_lowercase())] {
        assert_eq!(store.user_by_email(&email).await.expect("found"), row, "{email}");
    }
    let old = row.email.as_str().to_owned();
    row.email = "Zoë@example.org".into();
    row.phone_name = None;
    row.phone_password = None;
    row.enabled = false;
    store.put_user(row.clone(), Vec::new()).await.expect("replace user");
    assert_eq!(store.user_by_email("ZOË@EXAMPLE.ORG").await.expect("found"), row);
    not_found(store.user_by_email(&old).await);
}

pub async fn an_e_mail_address_and_a_phone_name_are_unique_on_the_server(store: Subject) {
    let (org, other) = (organisation(&store).await, organisation(&store).await);
    let first = user(&org);
    store.put_user(first.clone(), Vec::new()).await.expect("put user");
    let same_email = User { email: first.email.as_str().to_uppercase().into(), ..user(&other) };
    conflict(store.put_user(same_email, Vec::new()).await, "email");
    let same_phone = User { phone_name: first.phone_name.clone(), ..user(&other) };
    conflict(store.put_user(same_phone, Vec::new()).await, "phone_name");
    for _ in 0..2 {
        let no_phone = User { phone_name: None, ..user(&other) };
        store.put_user(no_phone, Vec::new()).await.expect("having no phone is no conflict");
    }
}

pub async fn lists_of_the_directory_are_newest_first(store: Subject) {
    let org = organisation(&store).await;
    let trunk = trunk(&org);
    store.put_trunk(trunk.clone(), Vec::new()).await.expect("put trunk");
    for n in [2, 1, 3] {
        let at = UnixMs(n);
        let assistant = Assistant { created_at: at, ..assistant(&org) };
        store.put_assistant(assistant, None, Vec::new()).await.expect("put assistant");
        store.put_number(Number { created_at: at, ..number(&trunk) }, Vec::new()).await.expect("put number");
        store.put_user(User { created_at: at, ..user(&org) }, Vec::new()).await.expect("put user");
        store.put_key(ApiKey { created_at: at, ..key(&org) }, Vec::new()).await.expect("put key");
    }
    let newest_first = [UnixMs(3), UnixMs(2), UnixMs(1)];
    let assistants = store.assistants(&org).await.expect("list");
    assert_eq!(assistants.iter().map(|row| row.created_at).collect::<Vec<_>>(), newest_first);
    let numbers = store.numbers(&org).await.expect("list");
    assert_eq!(numbers.iter().map(|row| row.created_at).collect::<Vec<_>>(), newest_first);
    let users = store.users(&org).await.expect("list");
    assert_eq!(users.iter().map(|row| row.created_at).collect::<Vec<_>>(), newest_first);
    let keys = store.keys(&org).await.expect("list");
    assert_eq!(keys.iter().map(|row| row.created_at).collect::<Vec<_>>(), newest_first);
}

pub async fn the_directory_is_isolated(store: Subject) {
    let (ours, theirs) = (organisation(&store).await, organisation(&store).await);
    let (assistant, trunk, user) = (assistant(&ours), trunk(&ours), user(&ours));
    let number = number(&trunk);
    store.put_assistant(assistant.clone(), None, Vec::new()).await.expect("put assistant");
    store.put_trunk(trunk.clone(), Vec::new()).await.expect("put trunk");
    store.put_number(number.clone(), Vec::new()).await.expect("put number");
    store.put_user(user.clone(), Vec::new()).await.expect("put user");

    assert!(store.assistants(&theirs).await.expect("list").is_empty());
    assert!(store.trunks(&theirs).await.expect("list").is_empty());
    assert!(store.numbers(&theirs).await.expect("list").is_empty());
    assert!(store.users(&theirs).await.expect("list").is_empty());
    not_found(store.assistant(&theirs, &assistant.id).await);
    not_found(store.user(&theirs, &user.id).await);
    not_found(store.delete_assistant(&theirs, &assistant.id, Vec::new()).await);
    not_found(store.delete_trunk(&theirs, &trunk.id, Vec::new()).await);
    not_found(store.delete_number(&theirs, &number.id, Vec::new()).await);
    let moved = Assistant { org: theirs.clone(), version: 2, ..assistant.clone() };
    not_found(store.put_assistant(moved, Some(1), Vec::new()).await);
    // A number of theirs cannot hang on a trunk of ours.
    not_found(store.put_number(Number { org: theirs.clone(), ..number.clone() }, Vec::new()).await);

    let namesake = Trunk { org: theirs.clone(), password: Some("theirs".into()), ..trunk.clone() };
    store.put_trunk(namesake, Vec::new()).await.expect("the same id is another row");
    assert_eq!(store.trunks(&ours).await.expect("list"), [trunk]);
    assert_eq!(store.numbers(&ours).await.expect("list"), [number]);
    let organisations = store.organisations().await.expect("list");
    assert!([ours, theirs].iter().all(|org| organisations.iter().any(|row| row.id == *org)));
}

pub async fn a_change_and_its_event_are_one(store: Subject) {
    let org = organisation(&store).await;
    let mut row = trunk(&org);
    let put = store.put_trunk(row.clone(), vec![changed("trunk", row.id.as_str())]).await.expect("put");
    let number = number(&row);
    store.put_number(number.clone(), Vec::new()).await.expect("put number");
    let refused = store.delete_trunk(&org, &row.id, vec![changed("trunk", row.id.as_str())]).await;
    conflict(refused, "number");
    row.name = "Renamed".to_owned();
    let renamed = store.put_trunk(row.clone(), vec![changed("trunk", row.id.as_str())]).await.expect("put");
    assert_eq!(store.events_after(&org, 0, 10).await.expect("read"), [put, renamed].concat());
}
