//! What every number is asked before a call to it leaves, whoever wants the call.

use tandem_foundation::{OrgId, Pii};

use crate::context::Context;
use crate::exchange::ExchangeError;
use crate::ports::store::StoreError;
use crate::queueing::Dialled;

/// `+` and 7 to 15 digits, the first of which is not 0 (ITU-T E.164, section 6).
pub fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

/// Refuses what is not a number that could be called.
pub(crate) fn is_number(to: &Pii<String>) -> Result<(), ExchangeError> {
    if is_e164(to.as_str()) {
        return Ok(());
    }
    let expected = "a number in E.164 form, + and 7 to 15 digits".to_owned();
    Err(ExchangeError::Invalid { field: "to", expected })
}

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
