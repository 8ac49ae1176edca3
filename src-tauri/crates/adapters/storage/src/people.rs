//! Rows of users.

use std::sync::LazyLock;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use tandem_foundation::{OrgId, UserId};
use tandem_switchboard::records::User;

use crate::error::Fault;
use crate::row::{Columns, flag, name_of, upsert_sql};
use crate::seal::Sealer;

static PUT_USER: LazyLock<String> = LazyLock::new(|| {
    let columns = [
        "email",
        "email_folded",
        "name",
        "role",
        "password_hash",
        "phone_name",
        "phone_password_sealed",
        "enabled",
        "created_at",
    ];
    upsert_sql("users", &["org_id", "id"], &columns)
});

/// The form of an e-mail address in which addresses are compared.
pub(crate) fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The phone password as it is stored.
pub(crate) fn sealed_phone_password(user: &User, sealer: &Sealer) -> Option<String> {
    let place = place(&user.org, &user.id);
    user.phone_password.as_ref().map(|password| sealer.seal(&place, password.as_str()))
}

pub(crate) async fn put_user(
    connection: &mut AnyConnection,
    user: &User,
    phone_password: Option<String>,
) -> Result<(), Fault> {
    sqlx::query(PUT_USER.as_str())
        .bind(user.org.as_str())
        .bind(user.id.as_str())
        .bind(user.email.as_str())
        .bind(folded(user.email.as_str()))
        .bind(user.name.as_str())
        .bind(name_of(&user.role))
        .bind(user.password_hash.as_str())
        .bind(user.phone_name.clone())
        .bind(phone_password)
        .bind(flag(user.enabled))
        .bind(user.created_at.0)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) fn read_user(row: &AnyRow, sealer: &Sealer) -> Result<User, sqlx::Error> {
    let (org, id): (OrgId, UserId) = (row.id("org_id")?, row.id("id")?);
    Ok(User {
        email: row.private("email")?,
        name: row.text("name")?,
        role: row.named("role")?,
        password_hash: row.private("password_hash")?,
        phone_name: row.text_opt("phone_name")?,
        phone_password: row.sealed_opt("phone_password_sealed", sealer, &place(&org, &id))?,
        enabled: row.flag("enabled")?,
        created_at: row.time("created_at")?,
        org,
        id,
    })
}

fn place(org: &OrgId, id: &UserId) -> String {
    format!("users.phone_password\n{org}\n{id}")
}
