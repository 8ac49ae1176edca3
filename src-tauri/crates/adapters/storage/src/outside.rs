//! Results of calls that somebody else carried.

use async_trait::async_trait;
use sqlx::any::AnyRow;
use tandem_foundation::{OrgId, Pii};
use tandem_switchboard::ports::outside::{OutsideResult, OutsideResults};
use tandem_switchboard::ports::store::StoreError;
use tandem_switchboard::records::Contract;

use crate::Storage;
use crate::error::Fault;
use crate::row::{Columns, json};

#[async_trait]
impl OutsideResults for Storage {
    async fn keep_result(&self, row: OutsideResult) -> Result<bool, StoreError> {
        let work = self.writer.write("keep outside result", move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO outside_results (org_id, contract, reference, call_id, payload, received_at) \
                     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (org_id, contract, reference) DO UPDATE SET \
                     call_id = excluded.call_id, payload = excluded.payload, received_at = excluded.received_at \
                     WHERE outside_results.org_id = $1 AND outside_results.call_id IS NULL",
                )
                .bind(row.org.as_str())
                .bind(row.contract.as_str())
                .bind(row.reference)
                .bind(row.call.map(|call| call.as_str().to_owned()))
                .bind(json(&row.payload))
                .bind(row.received_at.0)
                .execute(connection)
                .await?;
                Ok(done.rows_affected() > 0)
            })
        });
        work.await
    }

    async fn result(
        &self,
        org: &OrgId,
        contract: Contract,
        reference: &str,
    ) -> Result<Option<OutsideResult>, StoreError> {
        let row = self
            .readers
            .answer(
                sqlx::query(
                    "SELECT * FROM outside_results WHERE org_id = $1 AND contract = $2 AND reference = $3",
                )
                .bind(org.as_str())
                .bind(contract.as_str())
                .bind(reference)
                .fetch_optional(&self.readers.now()),
            )
            .await;
        row.and_then(|row| row.as_ref().map(read).transpose())
            .map_err(|error| Fault::from(error).at("read outside result"))
    }
}

fn read(row: &AnyRow) -> Result<OutsideResult, sqlx::Error> {
    Ok(OutsideResult {
        org: row.id("org_id")?,
        contract: row.named("contract")?,
        reference: row.text("reference")?,
        call: row.id_opt("call_id")?,
        payload: Pii::new(row.json("payload")?),
        received_at: row.time("received_at")?,
    })
}
