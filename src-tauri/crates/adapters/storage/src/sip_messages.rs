//! The port's `SipTraces`: SIP messages of calls.

use async_trait::async_trait;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use tandem_foundation::{CallId, LegId, OrgId};
use tandem_switchboard::ports::retention::RetentionStore;
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::ports::trace::SipTraces;
use tandem_switchboard::records::{SipMessage, TracedMessage};

use crate::Storage;
use crate::error::Fault;
use crate::row::{Columns, broken, each, name_of};

#[async_trait]
impl SipTraces for Storage {
    async fn put_sip_messages(&self, org: &OrgId, messages: Vec<SipMessage>) -> Result<(), StoreError> {
        let org = org.clone();
        let work = self.writer.write("keep SIP messages", move |connection| {
            Box::pin(async move {
                for message in messages {
                    put(connection, &org, message).await?;
                }
                Ok(())
            })
        });
        work.await
    }

    async fn sip_messages(&self, org: &OrgId, call: &CallId) -> Result<Vec<SipMessage>, StoreError> {
        let sql = "SELECT * FROM sip_messages WHERE org_id = $1 AND call_id = $2 ORDER BY position";
        let pool = self.readers.now();
        let asked = sqlx::query(sql).bind(org.as_str()).bind(call.as_str()).fetch_all(&pool);
        let rows = self.readers.answer(asked).await;
        rows.and_then(|rows| each(&rows, read)).map_err(|error| Fault::from(error).at("read SIP messages"))
    }

    async fn sip_trace_days(&self, org: &OrgId) -> Result<Option<u32>, StoreError> {
        Ok(self.retention(org).await?.sip_traces_days)
    }
}

async fn put(connection: &mut AnyConnection, org: &OrgId, row: SipMessage) -> Result<(), Fault> {
    let message = row.message;
    let leg = i64::try_from(row.leg.0).map_err(|error| broken("leg", error))?;
    sqlx::query(
        "INSERT INTO sip_messages (org_id, call_id, position, leg, party, happened_at, direction, transport, \
         local_address, peer_address, method, status, cseq, sip_call_id, start_line, message) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         ON CONFLICT (org_id, call_id, position) DO NOTHING",
    )
    .bind(org.as_str())
    .bind(row.call.as_str())
    .bind(row.position)
    .bind(leg)
    .bind(name_of(&row.party))
    .bind(message.at.0)
    .bind(name_of(&message.direction))
    .bind(message.transport)
    .bind(message.local)
    .bind(message.peer)
    .bind(message.method)
    .bind(message.status.map(i64::from))
    .bind(message.cseq)
    .bind(message.sip_call_id)
    .bind(message.start_line.into_inner())
    .bind(message.text.into_inner())
    .execute(connection)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<SipMessage, sqlx::Error> {
    let status = row.int_opt("status")?.map(u16::try_from).transpose();
    Ok(SipMessage {
        call: row.id("call_id")?,
        position: row.int("position")?,
        leg: LegId(u64::try_from(row.int("leg")?).map_err(|error| broken("leg", error))?),
        party: row.named("party")?,
        message: TracedMessage {
            at: row.time("happened_at")?,
            direction: row.named("direction")?,
            transport: row.text("transport")?,
            local: row.text("local_address")?,
            peer: row.text("peer_address")?,
            method: row.text("method")?,
            status: status.map_err(|error| broken("status", error))?,
            cseq: row.int("cseq")?,
            sip_call_id: row.text("sip_call_id")?,
            start_line: row.private("start_line")?,
            text: row.private("message")?,
        },
    })
}
