//! The port's `Access`: API keys, sessions and idempotency keys.

use std::sync::LazyLock;

use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use tandem_foundation::{KeyId, OrgId, SessionId};
use tandem_switchboard::ports::store::{Access, IdempotencyClaim, StoreError};
use tandem_switchboard::records::{ApiKey, Event, NewEvent, Session, UnixMs, User};

use crate::error::Fault;
use crate::people::read_user;
use crate::row::{Columns, broken, name_of, upsert_sql};
use crate::seal::Sealer;
use crate::{Storage, events};

/// How long the answer to an idempotent request is remembered, ms.
const REMEMBERED_MS: i64 = 24 * 60 * 60 * 1000;

static PUT_KEY: LazyLock<String> = LazyLock::new(|| {
    let columns = [
        "name",
        "role",
        "contract",
        "shown_prefix",
        "hash",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    ];
    upsert_sql("api_keys", &["org_id", "id"], &columns)
});

static PUT_SESSION: LazyLock<String> = LazyLock::new(|| {
    upsert_sql(
        "sessions",
        &["org_id", "id"],
        &["user_id", "token_hash", "created_at", "seen_at", "expires_at"],
    )
});

#[async_trait]
impl Access for Storage {
    async fn keys(&self, org: &OrgId) -> Result<Vec<ApiKey>, StoreError> {
        let sql = "SELECT * FROM api_keys WHERE org_id = $1 ORDER BY created_at DESC, id DESC";
        self.rows_of("list keys", org, sql, read_key).await
    }

    async fn put_key(&self, row: ApiKey, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError> {
        let work = self.writer.write("put key", move |connection| {
            Box::pin(async move {
                sqlx::query(PUT_KEY.as_str())
                    .bind(row.org.as_str())
                    .bind(row.id.as_str())
                    .bind(row.name)
                    .bind(name_of(&row.role))
                    .bind(row.contract.map(|contract| contract.as_str()))
                    .bind(row.shown_prefix)
                    .bind(row.hash)
                    .bind(row.created_at.0)
                    .bind(row.last_used_at.map(|at| at.0))
                    .bind(row.expires_at.map(|at| at.0))
                    .bind(row.revoked_at.map(|at| at.0))
                    .execute(&mut *connection)
                    .await?;
                events::append(connection, &row.org, events, &[]).await
            })
        });
        work.await
    }

    async fn revoke_key(
        &self,
        org: &OrgId,
        id: &KeyId,
        at: UnixMs,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        let work = self.writer.write("revoke key", move |connection| {
            Box::pin(async move {
                // The first revocation stands.
                let sql =
                    "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $3) WHERE org_id = $1 AND id = $2";
                touch(connection, sql, &org, id.as_str(), at).await?;
                events::append(connection, &org, events, &[]).await
            })
        });
        work.await
    }

    async fn key_by_hash(&self, hash: &str) -> Result<ApiKey, StoreError> {
        let row = self
            .readers
            .answer(
                sqlx::query("SELECT * FROM api_keys WHERE hash = $1 AND revoked_at IS NULL")
                    .bind(hash)
                    .fetch_one(&self.readers.now()),
            )
            .await;
        row.and_then(|row| read_key(&row)).map_err(|error| Fault::from(error).at("find key"))
    }

    async fn touch_key(&self, org: &OrgId, id: &KeyId, at: UnixMs) -> Result<(), StoreError> {
        let (org, id) = (org.clone(), id.clone());
        let work = self.writer.write("touch key", move |connection| {
            let sql = "UPDATE api_keys SET last_used_at = $3 WHERE org_id = $1 AND id = $2";
            Box::pin(async move { touch(connection, sql, &org, id.as_str(), at).await })
        });
        work.await
    }

    async fn put_session(&self, row: Session) -> Result<(), StoreError> {
        let work = self.writer.write("put session", move |connection| {
            Box::pin(async move {
                // Sign-ins are where ended sessions are swept up.
                sqlx::query("DELETE FROM sessions WHERE org_id = $1 AND expires_at <= $2")
                    .bind(row.org.as_str())
                    .bind(row.created_at.0)
                    .execute(&mut *connection)
                    .await?;
                sqlx::query(PUT_SESSION.as_str())
                    .bind(row.org.as_str())
                    .bind(row.id.as_str())
                    .bind(row.user.as_str())
                    .bind(row.token_hash)
                    .bind(row.created_at.0)
                    .bind(row.seen_at.0)
                    .bind(row.expires_at.0)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        });
        work.await
    }

    async fn session_by_hash(&self, token_hash: &str, now: UnixMs) -> Result<(Session, User), StoreError> {
        let row = self.readers.answer(sqlx::query(
            "SELECT u.*, s.id AS session_id, s.token_hash, s.created_at AS signed_in_at, s.seen_at, s.expires_at \
             FROM sessions s JOIN users u ON u.org_id = s.org_id AND u.id = s.user_id \
             WHERE s.token_hash = $1 AND s.expires_at > $2",
        )
        .bind(token_hash)
        .bind(now.0)
        .fetch_one(&self.readers.now())).await;
        row.and_then(|row| Ok((read_session(&row)?, read_user(&row, &self.sealer)?)))
            .map_err(|error| Fault::from(error).at("find session"))
    }

    async fn touch_session(&self, org: &OrgId, id: &SessionId, at: UnixMs) -> Result<(), StoreError> {
        let (org, id) = (org.clone(), id.clone());
        let work = self.writer.write("touch session", move |connection| {
            let sql = "UPDATE sessions SET seen_at = $3 WHERE org_id = $1 AND id = $2";
            Box::pin(async move { touch(connection, sql, &org, id.as_str(), at).await })
        });
        work.await
    }

    async fn delete_session(&self, org: &OrgId, id: &SessionId) -> Result<(), StoreError> {
        let (org, id) = (org.clone(), id.clone());
        let work = self.writer.write("delete session", move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM sessions WHERE org_id = $1 AND id = $2")
                    .bind(org.as_str())
                    .bind(id.as_str())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        });
        work.await
    }

    async fn claim_idempotency(
        &self,
        org: &OrgId,
        key: &str,
        request_hash: &str,
        now: UnixMs,
    ) -> Result<IdempotencyClaim, StoreError> {
        let (org, key, hash) = (org.clone(), key.to_owned(), request_hash.to_owned());
        let sealer = self.sealer.clone();
        let work = self.writer.write("claim idempotency key", move |connection| {
            Box::pin(async move { claim(connection, &sealer, &org, &key, &hash, now).await })
        });
        work.await
    }

    async fn finish_idempotency(
        &self,
        org: &OrgId,
        key: &str,
        status: u16,
        body: &str,
    ) -> Result<(), StoreError> {
        let (org, key) = (org.clone(), key.to_owned());
        // An answer may hold a secret that is shown once, such as a new API key.
        let body = self.sealer.seal(&place(&org, &key), body);
        let work = self.writer.write("finish idempotency key", move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE idempotency SET status = $3, body_sealed = $4 WHERE org_id = $1 AND claim_key = $2",
                )
                .bind(org.as_str())
                .bind(key)
                .bind(i64::from(status))
                .bind(body)
                .execute(connection)
                .await?;
                if done.rows_affected() == 0 { Err(Fault::NotFound) } else { Ok(()) }
            })
        });
        work.await
    }

    async fn release_idempotency(&self, org: &OrgId, key: &str) -> Result<(), StoreError> {
        let (org, key) = (org.clone(), key.to_owned());
        let work = self.writer.write("release idempotency key", move |connection| {
            Box::pin(async move {
                // An answered request has done something; its answer stays.
                sqlx::query(
                    "DELETE FROM idempotency WHERE org_id = $1 AND claim_key = $2 AND status IS NULL",
                )
                .bind(org.as_str())
                .bind(key)
                .execute(connection)
                .await?;
                Ok(())
            })
        });
        work.await
    }
}

/// Sets a time (`$3`) on the row of an organisation (`$1`) and id (`$2`).
async fn touch(
    connection: &mut AnyConnection,
    sql: &'static str,
    org: &OrgId,
    id: &str,
    at: UnixMs,
) -> Result<(), Fault> {
    let done = sqlx::query(sql).bind(org.as_str()).bind(id).bind(at.0).execute(connection).await?;
    if done.rows_affected() == 0 { Err(Fault::NotFound) } else { Ok(()) }
}

/// The insertion decides: of several claims at once, on any database, one finds no row.
async fn claim(
    connection: &mut AnyConnection,
    sealer: &Sealer,
    org: &OrgId,
    key: &str,
    request_hash: &str,
    now: UnixMs,
) -> Result<IdempotencyClaim, Fault> {
    sqlx::query("DELETE FROM idempotency WHERE org_id = $1 AND created_at <= $2")
        .bind(org.as_str())
        .bind(now.0.saturating_sub(REMEMBERED_MS))
        .execute(&mut *connection)
        .await?;
    let inserted = sqlx::query(
        "INSERT INTO idempotency (org_id, claim_key, request_hash, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (org_id, claim_key) DO NOTHING",
    )
    .bind(org.as_str())
    .bind(key)
    .bind(request_hash)
    .bind(now.0)
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() > 0 {
        return Ok(IdempotencyClaim::Fresh);
    }
    let row = sqlx::query(
        "SELECT request_hash, status, body_sealed FROM idempotency WHERE org_id = $1 AND claim_key = $2",
    )
    .bind(org.as_str())
    .bind(key)
    .fetch_one(connection)
    .await?;
    if row.text("request_hash")? != request_hash {
        return Ok(IdempotencyClaim::Mismatch);
    }
    let Some(status) = row.try_get::<Option<i64>, _>("status")? else {
        return Ok(IdempotencyClaim::Running);
    };
    let status = u16::try_from(status).map_err(|error| broken("status", error))?;
    let body = row.sealed_opt("body_sealed", sealer, &place(org, key))?;
    Ok(IdempotencyClaim::Replay { status, body: body.unwrap_or_default().into_inner() })
}

fn place(org: &OrgId, key: &str) -> String {
    format!("idempotency.body\n{org}\n{key}")
}

fn read_key(row: &AnyRow) -> Result<ApiKey, sqlx::Error> {
    Ok(ApiKey {
        id: row.id("id")?,
        org: row.id("org_id")?,
        name: row.text("name")?,
        role: row.named("role")?,
        contract: row.named_opt("contract")?,
        shown_prefix: row.text("shown_prefix")?,
        hash: row.text("hash")?,
        created_at: row.time("created_at")?,
        last_used_at: row.time_opt("last_used_at")?,
        expires_at: row.time_opt("expires_at")?,
        revoked_at: row.time_opt("revoked_at")?,
    })
}

/// Reads the session out of a row that begins with its user's columns.
fn read_session(row: &AnyRow) -> Result<Session, sqlx::Error> {
    Ok(Session {
        id: row.id("session_id")?,
        org: row.id("org_id")?,
        user: row.id("id")?,
        token_hash: row.text("token_hash")?,
        created_at: row.time("signed_in_at")?,
        seen_at: row.time("seen_at")?,
        expires_at: row.time("expires_at")?,
    })
}
