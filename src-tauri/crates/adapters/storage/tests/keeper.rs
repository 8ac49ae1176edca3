//! The key that seals secrets, kept outside the data's folder where there is such a place.

use std::io;
use std::sync::{Arc, Mutex};

use tandem_conformance::store::Subject;
use tandem_conformance::store::fixtures::organisation;
use tandem_foundation::{OrgId, Pii};
use tandem_storage::backup::{Place, back_up, restore};
use tandem_storage::{KeyKeeper, Storage};
use tandem_switchboard::ports::providers::ProviderStore;
use tandem_switchboard::records::{Provider, ProviderKind, ProviderSettings, ProviderVendor, UnixMs};

const KEY: &str = "planted-key-0123456789";

/// A keychain in memory, which can be out of reach.
#[derive(Debug, Default)]
struct Drawer {
    kept: Mutex<Option<String>>,
    stuck: bool,
}

impl KeyKeeper for Drawer {
    fn load(&self) -> io::Result<Option<String>> {
        if self.stuck { Err(io::Error::other("stuck")) } else { Ok(self.kept.lock().expect("whole").clone()) }
    }

    fn store(&self, key: &str) -> io::Result<()> {
        *self.kept.lock().expect("whole") = Some(key.to_owned());
        Ok(())
    }
}

fn provider(org: &OrgId) -> Provider {
    Provider {
        id: "prov_1".into(),
        org: org.clone(),
        name: "nova".into(),
        kind: ProviderKind::Recogniser,
        vendor: ProviderVendor::Deepgram,
        base_url: "wss://api.deepgram.com".into(),
        settings: ProviderSettings { endpointing_ms: Some(200), ..ProviderSettings::default() },
        key: Some(Pii::new(KEY.into())),
        last_check: None,
        created_at: UnixMs(1),
        updated_at: UnixMs(2),
    }
}

#[tokio::test]
async fn a_new_databases_key_goes_to_the_keeper_and_its_backup_has_it() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, drawer) = (folder.path().join("data"), Arc::new(Drawer::default()));
    let database = data.join("tandem.db");
    let storage = Storage::open_file_kept(&database, drawer.clone()).await.expect("open");
    let org = organisation(&(Arc::new(storage.clone()) as Subject)).await;
    let row = provider(&org);
    storage.put_provider(row.clone(), Vec::new()).await.expect("put");
    storage.close().await;
    assert!(!data.join("tandem.key").exists() && drawer.kept.lock().expect("whole").is_some());

    let again = Storage::open_file_kept(&database, drawer.clone()).await.expect("open again");
    assert_eq!(again.providers(&org).await.expect("read"), std::slice::from_ref(&row));
    let file = folder.path().join("backup.tar");
    let place = Place::new(None, &data).expect("place").kept_by(drawer.clone());
    back_up(&place, &file, UnixMs(3)).await.expect("backed up");
    again.close().await;
    let bytes = std::fs::read(&file).expect("read");
    assert!(!bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes()), "sealed in the backup");
    let elsewhere = folder.path().join("elsewhere");
    restore(&file, &Place::new(None, &elsewhere).expect("place")).await.expect("restored");
    let restored = Storage::open_file(&elsewhere.join("tandem.db")).await.expect("open");
    assert_eq!(restored.providers(&org).await.expect("read"), [row]);

    *drawer.kept.lock().expect("whole") = None;
    let lost = Storage::open_file_kept(&database, drawer).await.expect_err("no key");
    let said = format!("{:?}", lost);
    assert!(said.contains("neither in the system's keychain nor in the file"), "{said}");
}

#[tokio::test]
async fn where_there_is_no_keychain_the_key_is_in_its_file_and_stays_there() {
    let folder = tempfile::tempdir().expect("folder");
    let database = folder.path().join("tandem.db");
    let stuck = Arc::new(Drawer { stuck: true, ..Drawer::default() });
    Storage::open_file_kept(&database, stuck).await.expect("open").close().await;
    assert!(folder.path().join("tandem.key").exists());
    let drawer = Arc::new(Drawer::default());
    Storage::open_file_kept(&database, drawer.clone()).await.expect("open again").close().await;
    assert!(drawer.kept.lock().expect("whole").is_none(), "one place for one key");
}
