//! Rows of trunks and numbers.

use std::sync::LazyLock;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use tandem_foundation::{OrgId, TrunkId};
use tandem_switchboard::records::{Number, Trunk};

use crate::error::Fault;
use crate::row::{Columns, flag, json, json_opt, name_of, private, upsert_sql};
use crate::seal::Sealer;

static PUT_TRUNK: LazyLock<String> = LazyLock::new(|| {
    let columns = [
        "name",
        "host",
        "transport",
        "domain",
        "username",
        "password_sealed",
        "register_s",
        "accept_from",
        "options_every_s",
        "srtp",
        "codecs",
        "caller_id",
        "max_cps",
        "max_channels",
        "enabled",
        "created_at",
    ];
    upsert_sql("trunks", &["org_id", "id"], &columns)
});

static PUT_NUMBER: LazyLock<String> = LazyLock::new(|| {
    upsert_sql("numbers", &["org_id", "id"], &["number", "label", "trunk_id", "route", "created_at"])
});

/// The password as it is stored.
pub(crate) fn sealed_password(trunk: &Trunk, sealer: &Sealer) -> Option<String> {
    let place = place(&trunk.org, &trunk.id);
    trunk.password.as_ref().map(|password| sealer.seal(&place, password.as_str()))
}

pub(crate) async fn put_trunk(
    connection: &mut AnyConnection,
    trunk: &Trunk,
    password: Option<String>,
) -> Result<(), Fault> {
    sqlx::query(PUT_TRUNK.as_str())
        .bind(trunk.org.as_str())
        .bind(trunk.id.as_str())
        .bind(trunk.name.as_str())
        .bind(trunk.host.as_str())
        .bind(name_of(&trunk.transport))
        .bind(trunk.domain.clone())
        .bind(trunk.username.clone())
        .bind(password)
        .bind(trunk.register_s.map(i64::from))
        .bind(json(&trunk.accept_from))
        .bind(i64::from(trunk.options_every_s))
        .bind(trunk.srtp.as_ref().map(name_of))
        .bind(json(&trunk.codecs))
        .bind(private(trunk.caller_id.as_ref()))
        .bind(i64::from(trunk.max_cps))
        .bind(i64::from(trunk.max_channels))
        .bind(flag(trunk.enabled))
        .bind(trunk.created_at.0)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) fn read_trunk(row: &AnyRow, sealer: &Sealer) -> Result<Trunk, sqlx::Error> {
    let (org, id): (OrgId, TrunkId) = (row.id("org_id")?, row.id("id")?);
    Ok(Trunk {
        name: row.text("name")?,
        host: row.text("host")?,
        transport: row.named("transport")?,
        domain: row.text_opt("domain")?,
        username: row.text_opt("username")?,
        password: row.sealed_opt("password_sealed", sealer, &place(&org, &id))?,
        register_s: row.int_opt("register_s")?.map(|_| row.small("register_s")).transpose()?,
        accept_from: row.json("accept_from")?,
        options_every_s: row.small("options_every_s")?,
        srtp: row.text_opt("srtp")?.map(|_| row.named("srtp")).transpose()?,
        codecs: row.json("codecs")?,
        caller_id: row.private_opt("caller_id")?,
        max_cps: row.small("max_cps")?,
        max_channels: row.small("max_channels")?,
        enabled: row.flag("enabled")?,
        created_at: row.time("created_at")?,
        org,
        id,
    })
}

pub(crate) async fn put_number(connection: &mut AnyConnection, number: &Number) -> Result<(), Fault> {
    sqlx::query(PUT_NUMBER.as_str())
        .bind(number.org.as_str())
        .bind(number.id.as_str())
        .bind(number.number.as_str())
        .bind(number.label.as_str())
        .bind(number.trunk.as_str())
        .bind(json_opt(number.route.as_ref()))
        .bind(number.created_at.0)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) fn read_number(row: &AnyRow) -> Result<Number, sqlx::Error> {
    Ok(Number {
        id: row.id("id")?,
        org: row.id("org_id")?,
        number: row.private("number")?,
        label: row.text("label")?,
        trunk: row.id("trunk_id")?,
        route: row.json_opt("route")?,
        created_at: row.time("created_at")?,
    })
}

fn place(org: &OrgId, id: &TrunkId) -> String {
    format!("trunks.password\n{org}\n{id}")
}
