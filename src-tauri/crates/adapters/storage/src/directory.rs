//! The port's `Directory`: organisations, assistants, trunks, numbers and users.

use async_trait::async_trait;
use sqlx::any::AnyRow;
use tandem_foundation::{AssistantId, NumberId, OrgId, TrunkId, UserId};
use tandem_switchboard::ports::store::{Directory, StoreError};
use tandem_switchboard::records::{Assistant, Event, NewEvent, Number, Organisation, Trunk, User};

use crate::error::Fault;
use crate::people::{folded, put_user, read_user, sealed_phone_password};
use crate::routing::{opened_route, sealed_route};
use crate::row::{Columns, each};
use crate::trunks::{put_number, put_trunk, read_number, read_trunk, sealed_password};
use crate::{Storage, assistants, events};

impl Storage {
    /// All rows of one organisation that `sql` finds, each read by `read`.
    pub(crate) async fn rows_of<T>(
        &self,
        operation: &'static str,
        org: &OrgId,
        sql: &'static str,
        read: impl Fn(&AnyRow) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, StoreError> {
        let rows =
            self.readers.answer(sqlx::query(sql).bind(org.as_str()).fetch_all(&self.readers.now())).await;
        rows.and_then(|rows| each(&rows, read)).map_err(|error| Fault::from(error).at(operation))
    }

    /// The row of one organisation and id that `sql` finds.
    pub(crate) async fn row_of<T>(
        &self,
        operation: &'static str,
        org: &OrgId,
        id: &str,
        sql: &'static str,
        read: impl Fn(&AnyRow) -> Result<T, sqlx::Error>,
    ) -> Result<T, StoreError> {
        let row = self
            .readers
            .answer(sqlx::query(sql).bind(org.as_str()).bind(id).fetch_one(&self.readers.now()))
            .await;
        row.and_then(|row| read(&row)).map_err(|error| Fault::from(error).at(operation))
    }

    /// Carries `sql` out on one organisation and id, and appends the events; no such row is `NotFound`, and a row
    /// that another one (`used_by`) refers to is a conflict.
    pub(crate) async fn delete(
        &self,
        operation: &'static str,
        (org, id): (&OrgId, &str),
        sql: &'static str,
        used_by: &'static str,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let (org, id) = (org.clone(), id.to_owned());
        let work = self.writer.write(operation, move |connection| {
            Box::pin(async move {
                let done = sqlx::query(sql).bind(org.as_str()).bind(id).execute(&mut *connection).await;
                match done.map_err(Fault::from) {
                    Err(fault) if fault.is_foreign_key() => return Err(Fault::Conflict(used_by)),
                    Err(fault) => return Err(fault),
                    Ok(done) if done.rows_affected() == 0 => return Err(Fault::NotFound),
                    Ok(_) => {}
                }
                events::append(connection, &org, events, &[]).await
            })
        });
        work.await
    }
}

#[async_trait]
impl Directory for Storage {
    async fn organisations(&self) -> Result<Vec<Organisation>, StoreError> {
        let read = |row: &AnyRow| {
            Ok(Organisation {
                id: row.id("id")?,
                name: row.text("name")?,
                time_zone: row.text("time_zone")?,
                created_at: row.time("created_at")?,
            })
        };
        let rows = self
            .readers
            .answer(
                sqlx::query("SELECT * FROM organisations ORDER BY created_at DESC, id DESC")
                    .fetch_all(&self.readers.now()),
            )
            .await;
        rows.and_then(|rows| each(&rows, read)).map_err(|error| Fault::from(error).at("list organisations"))
    }

    async fn put_organisation(&self, row: Organisation) -> Result<(), StoreError> {
        let work = self.writer.write("put organisation", move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO organisations (id, name, time_zone, created_at) VALUES ($1, $2, $3, $4) \
                     ON CONFLICT (id) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, \
                     created_at = excluded.created_at",
                )
                .bind(row.id.as_str())
                .bind(row.name)
                .bind(row.time_zone)
                .bind(row.created_at.0)
                .execute(connection)
                .await?;
                Ok(())
            })
        });
        work.await
    }

    async fn assistants(&self, org: &OrgId) -> Result<Vec<Assistant>, StoreError> {
        let sql = "SELECT * FROM assistants WHERE org_id = $1 ORDER BY created_at DESC, id DESC";
        self.rows_of("list assistants", org, sql, assistants::read).await
    }

    async fn assistant(&self, org: &OrgId, id: &AssistantId) -> Result<Assistant, StoreError> {
        let sql = "SELECT * FROM assistants WHERE org_id = $1 AND id = $2";
        self.row_of("read assistant", org, id.as_str(), sql, assistants::read).await
    }

    async fn put_assistant(
        &self,
        row: Assistant,
        expected_version: Option<i64>,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let work = self.writer.write("put assistant", move |connection| {
            Box::pin(async move {
                match expected_version {
                    None => assistants::insert(connection, &row).await?,
                    Some(version) => assistants::replace(connection, &row, version).await?,
                }
                events::append(connection, &row.org, events, &[]).await
            })
        });
        work.await
    }

    async fn delete_assistant(
        &self,
        org: &OrgId,
        id: &AssistantId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let sql = "DELETE FROM assistants WHERE org_id = $1 AND id = $2";
        self.delete("delete assistant", (org, id.as_str()), sql, "assistant", events).await
    }

    async fn trunks(&self, org: &OrgId) -> Result<Vec<Trunk>, StoreError> {
        let sql = "SELECT * FROM trunks WHERE org_id = $1 ORDER BY created_at DESC, id DESC";
        self.rows_of("list trunks", org, sql, |row| read_trunk(row, &self.sealer)).await
    }

    async fn put_trunk(&self, row: Trunk, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError> {
        let password = sealed_password(&row, &self.sealer);
        let work = self.writer.write("put trunk", move |connection| {
            Box::pin(async move {
                put_trunk(connection, &row, password).await?;
                events::append(connection, &row.org, events, &[]).await
            })
        });
        work.await
    }

    async fn delete_trunk(
        &self,
        org: &OrgId,
        id: &TrunkId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let sql = "DELETE FROM trunks WHERE org_id = $1 AND id = $2";
        self.delete("delete trunk", (org, id.as_str()), sql, "number", events).await
    }

    async fn numbers(&self, org: &OrgId) -> Result<Vec<Number>, StoreError> {
        let sql = "SELECT * FROM numbers WHERE org_id = $1 ORDER BY created_at DESC, id DESC";
        self.rows_of("list numbers", org, sql, |row| opened_route(read_number(row)?, &self.sealer)).await
    }

    async fn put_number(&self, row: Number, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError> {
        let row = sealed_route(row, &self.sealer);
        let work = self.writer.write("put number", move |connection| {
            Box::pin(async move {
                put_number(connection, &row).await?;
                events::append(connection, &row.org, events, &[]).await
            })
        });
        work.await
    }

    async fn delete_number(
        &self,
        org: &OrgId,
        id: &NumberId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Event>, StoreError> {
        let sql = "DELETE FROM numbers WHERE org_id = $1 AND id = $2";
        self.delete("delete number", (org, id.as_str()), sql, "number", events).await
    }

    async fn users(&self, org: &OrgId) -> Result<Vec<User>, StoreError> {
        let sql = "SELECT * FROM users WHERE org_id = $1 ORDER BY created_at DESC, id DESC";
        self.rows_of("list users", org, sql, |row| read_user(row, &self.sealer)).await
    }

    async fn user(&self, org: &OrgId, id: &UserId) -> Result<User, StoreError> {
        let sql = "SELECT * FROM users WHERE org_id = $1 AND id = $2";
        self.row_of("read user", org, id.as_str(), sql, |row| read_user(row, &self.sealer)).await
    }

    async fn user_by_email(&self, email: &str) -> Result<User, StoreError> {
        let row = self
            .readers
            .answer(
                sqlx::query("SELECT * FROM users WHERE email_folded = $1")
                    .bind(folded(email))
                    .fetch_one(&self.readers.now()),
            )
            .await;
        row.and_then(|row| read_user(&row, &self.sealer))
            .map_err(|error| Fault::from(error).at("find user by e-mail"))
    }

    async fn put_user(&self, row: User, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError> {
        let phone_password = sealed_phone_password(&row, &self.sealer);
        let work = self.writer.write("put user", move |connection| {
            Box::pin(async move {
                put_user(connection, &row, phone_password).await?;
                events::append(connection, &row.org, events, &[]).await
            })
        });
        work.await
    }
}
