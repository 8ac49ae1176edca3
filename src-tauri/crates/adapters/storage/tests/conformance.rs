//! The storage port's conformance suite over SQLite, in memory and in a file.

mod memory {
    use std::sync::Arc;

    use tandem_conformance::store::Subject;
    use tandem_storage::Storage;

    async fn open() -> ((), Subject) {
        ((), Arc::new(Storage::open("sqlite::memory:").await.expect("open")))
    }

    tandem_conformance::store_conformance!(open());
}

mod file {
    use std::sync::Arc;

    use tandem_conformance::store::Subject;
    use tandem_storage::Storage;

    async fn open() -> (tempfile::TempDir, Subject) {
        let folder = tempfile::tempdir().expect("folder");
        let url = format!("sqlite://{}/tandem.db", folder.path().display());
        (folder, Arc::new(Storage::open(&url).await.expect("open")))
    }

    tandem_conformance::store_conformance!(open());
}
