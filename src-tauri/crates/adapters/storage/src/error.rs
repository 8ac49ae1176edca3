//! What goes wrong below the port, and how it is told above it.

use tandem_switchboard::ports::store::{DiskFull, StoreError};

/// A failure before it is known which operation it belongs to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error(transparent)]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("file: {0}")]
    File(#[from] std::io::Error),
    #[error("not found")]
    NotFound,
    #[error("conflict on {0}")]
    Conflict(&'static str),
    #[error("{0}")]
    Invalid(String),
    #[error("the database did not answer in time")]
    TooSlow,
    /// Storage is shutting down.
    #[error("storage is closed")]
    Closed,
}

/// Unique constraints: PostgreSQL's constraint name, the columns as SQLite names them, the field of the record.
const UNIQUE: &[(&str, &str, &str)] = &[
    ("users_email_unique", "users.email_folded", "email"),
    ("users_phone_name_unique", "users.phone_name", "phone_name"),
    ("api_keys_hash_unique", "api_keys.hash", "hash"),
    ("sessions_token_hash_unique", "sessions.token_hash", "token_hash"),
    ("numbers_number_unique", "numbers.org_id, numbers.number", "number"),
    ("providers_name_unique", "providers.org_id, providers.kind, providers.name", "name"),
    ("queues_name_unique", "queues.org_id, queues.name", "name"),
    ("hours_name_unique", "hours.org_id, hours.name", "name"),
    ("assistants_code_unique", "assistants.org_id, assistants.code", "code"),
];

impl Fault {
    /// Names the operation and sorts the failure into the port's kinds.
    pub(crate) fn at(self, operation: &'static str) -> StoreError {
        match self {
            Self::NotFound => StoreError::NotFound { operation },
            Self::Conflict(field) => StoreError::Conflict { operation, field },
            Self::Sql(sqlx::Error::RowNotFound) => StoreError::NotFound { operation },
            Self::Sql(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                StoreError::Conflict { operation, field: unique_field(error.as_ref()) }
            }
            // A row that it refers to (its organisation, call, user or trunk) is not there.
            Self::Sql(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
                StoreError::NotFound { operation }
            }
            full if full.is_full() => {
                StoreError::Unavailable { operation, source: Box::new(DiskFull(Box::new(full))) }
            }
            other if other.is_unavailable() => StoreError::Unavailable { operation, source: Box::new(other) },
            other => StoreError::Broken { operation, source: Box::new(other) },
        }
    }

    /// Whether trying again later may help.
    pub(crate) fn is_unavailable(&self) -> bool {
        match self {
            Self::File(_) | Self::TooSlow | Self::Closed => true,
            Self::Sql(error) => sql_unavailable(error),
            Self::Migrate(sqlx::migrate::MigrateError::Execute(error)) => sql_unavailable(error),
            _ => false,
        }
    }

    /// SQLite's or PostgreSQL's word for a disk without room, or the operating system's.
    fn is_full(&self) -> bool {
        match self {
            Self::File(error) | Self::Sql(sqlx::Error::Io(error)) => is_no_room(error),
            Self::Sql(sqlx::Error::Database(error)) => error.code().is_some_and(|code| code_full(&code)),
            _ => false,
        }
    }

    /// A row still refers to the one that was to go, or refers to one that is not there.
    pub(crate) fn is_foreign_key(&self) -> bool {
        matches!(self, Self::Sql(sqlx::Error::Database(error)) if error.is_foreign_key_violation())
    }
}

fn is_no_room(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

/// `SQLITE_FULL`, or PostgreSQL's "disk full".
fn code_full(code: &str) -> bool {
    code == "13" || code == "53100"
}

fn sql_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code_unavailable(&code)),
        _ => false,
    }
}

/// SQLite's result codes (the low byte of an extended one) or PostgreSQL's SQLSTATE classes.
fn code_unavailable(code: &str) -> bool {
    const SQLITE_BUSY: i32 = 5;
    const SQLITE_LOCKED: i32 = 6;
    const SQLITE_READONLY: i32 = 8;
    const SQLITE_IOERR: i32 = 10;
    const SQLITE_FULL: i32 = 13;
    const SQLITE_CANTOPEN: i32 = 14;
    if code.len() == 5 {
        // connection exception, insufficient resources, operator intervention, serialization failure; a lock that
        // another node holds, and a transaction that was ended because it held one
        return ["08", "53", "57", "40"].contains(&&code[..2]) || ["55P03", "25P03"].contains(&code);
    }
    let primary = code.parse::<i32>().map_or(0, |code| code & 0xFF);
    [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN]
        .contains(&primary)
}

fn unique_field(error: &dyn sqlx::error::DatabaseError) -> &'static str {
    if let Some(name) = error.constraint() {
        return UNIQUE.iter().find(|(constraint, ..)| *constraint == name).map_or("id", |(.., field)| field);
    }
    // SQLite: "UNIQUE constraint failed: users.email_folded".
    let columns = error.message().rsplit(": ").next().unwrap_or_default();
    UNIQUE.iter().find(|(_, named, _)| *named == columns).map_or("id", |(.., field)| field)
}

#[cfg(test)]
mod tests {
    use super::{Fault, code_full, code_unavailable};

    #[test]
    fn a_disk_without_room_is_told_apart_from_one_that_does_not_answer() {
        assert!(code_full("13") && code_full("53100"));
        assert!(!code_full("10") && !code_full("53300"));
        let full = Fault::File(std::io::Error::from(std::io::ErrorKind::StorageFull)).at("put");
        assert!(full.is_full());
        assert!(!Fault::TooSlow.at("put").is_full());
    }

    #[test]
    fn a_full_disk_and_a_lost_connection_may_pass_but_a_constraint_does_not() {
        assert!(code_unavailable("13") && code_unavailable("14") && code_unavailable("5"));
        assert!(code_unavailable("3338"), "SQLITE_IOERR_ACCESS is 10 | 13 << 8");
        assert!(code_unavailable("53100") && code_unavailable("08006"));
        assert!(!code_unavailable("2067") && !code_unavailable("787") && !code_unavailable("1"));
        assert!(!code_unavailable("23505"));
    }
}
