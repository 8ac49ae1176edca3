//! The first start with an empty data directory: an organisation and its owner.

use std::path::{Path, PathBuf};

use tandem_foundation::{OrgId, Pii, UserId};
use tandem_switchboard::ports::clock::Clock;
use tandem_switchboard::ports::store::{Store, StoreError};
use tandem_switchboard::records::{Organisation, User, UserRole};

use crate::operator_file::write_private;

/// Why the first start failed.
#[derive(Debug, thiserror::Error)]
pub enum FirstRunError {
    #[error("preparing an empty database")]
    Store(#[from] StoreError),
    #[error("writing the first sign-in to {path}")]
    SignIn {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("hashing the first password: {0}")]
    Hash(String),
}

/// Makes an organisation and its owner where there is none; the sign-in goes to a file only its owner can read.
pub(crate) async fn prepare(
    store: &dyn Store,
    clock: &dyn Clock,
    data: &Path,
    hash: impl Fn(&str) -> Result<String, String>,
) -> Result<(), FirstRunError> {
    if !store.organisations().await?.is_empty() {
        return Ok(());
    }
    let now = clock.now();
    let unix_ms = u64::try_from(now.0).unwrap_or_default();
    let org = OrgId::generate(unix_ms, clock.random());
    let password = format!("{:032x}", clock.random());
    let email = "owner@tandem.local";
    store
        .put_organisation(Organisation {
            id: org.clone(),
            name: "My organisation".into(),
            time_zone: "UTC".into(),
            created_at: now,
        })
        .await?;
    let owner = User {
        id: UserId::generate(unix_ms, clock.random()),
        org,
        email: email.into(),
        name: "Owner".into(),
        role: UserRole::Owner,
        password_hash: Pii::new(hash(&password).map_err(FirstRunError::Hash)?),
        phone_name: Some("owner".into()),
        phone_password: Some(Pii::new(format!("{:032x}", clock.random()))),
        enabled: true,
        created_at: now,
    };
    store.put_user(owner, Vec::new()).await?;
    let path = data.join("first-sign-in.txt");
    let text =
        format!("e-mail:   {email}\npassword: {password}\n\nChange the password and delete this file.\n");
    write_private(&path, &text).map_err(|source| FirstRunError::SignIn { path: path.clone(), source })?;
    tracing::info!(path = %path.display(), "an organisation was made; how to sign in is in this file");
    Ok(())
}
