//! What every number is asked before a call to it leaves, whoever wants the call.

use tandem_foundation::OrgId;

use crate::context::Context;
use crate::exchange::ExchangeError;
use crate::ports::store::StoreError;
use crate::queueing::Dialled;

/// Whether a number may be called now; the trunk's capacity is asked for when the call leaves.
pub(crate) async fn may_call(context: &Context, org: &OrgId, number: &str) -> Result<(), ExchangeError> {
    match context.ports.store.is_do_not_call(org, number).await {
        Ok(false) => Ok(()),
        Ok(true) => Err(ExchangeError::DoNotCall),
        Err(error) => {
            if !matches!(error, StoreError::Unavailable { .. }) {
                tracing::error!(%error, "whether a number may be called is not known");
            }
            Err(ExchangeError::Storage)
        }
    }
}

/// The same answer, for a callback.
pub(crate) fn refused(error: ExchangeError) -> Dialled {
    match error {
        ExchangeError::DoNotCall => Dialled::Forbidden { why: "do_not_call" },
        _ => Dialled::NotYet { why: "storage" },
    }
}
