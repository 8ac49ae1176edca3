//! The storage port's conformance suite over SQLite, in memory and in a file, and over PostgreSQL.

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

mod postgres {
    use std::sync::{Arc, LazyLock};

    use tandem_conformance::store::Subject;
    use tandem_conformance::store::cluster::Cluster;
    use tandem_storage::Storage;

    /// One database for all checks, as for the nodes of a server: each check opens it as a node of its own.
    static DATABASE: LazyLock<(Cluster, String, tempfile::TempDir)> = LazyLock::new(|| {
        let cluster = Cluster::start();
        let url = cluster.database();
        (cluster, url, tempfile::tempdir().expect("folder"))
    });

    async fn open() -> ((), Subject) {
        let (_, url, folder) = tokio::task::spawn_blocking(|| &*DATABASE).await.expect("a cluster");
        let storage = Storage::open_with_key(url, &folder.path().join("tandem.key")).await;
        ((), Arc::new(storage.expect("open")))
    }

    tandem_conformance::store_conformance!(open());
}
