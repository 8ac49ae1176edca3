//! What every request must have before a transaction is made of it (RFC 3261 section 8.1.1).

use super::fields::HeaderError;
use super::request::Request;
use super::response::Response;

/// A well-framed request that must be refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} {reason}")]
pub struct RequestFault {
    pub code: u16,
    pub reason: String,
}

impl Request {
    /// Checks that Via, From, To, Call-ID and CSeq stand once and can be read, that CSeq names this method, and that
    /// Max-Forwards, Contact, Route and Record-Route can be read where they stand.
    ///
    /// Neither a missing Max-Forwards nor a missing From tag is a fault: RFC 2543 had neither (RFC 4475 section 3.3.15).
    pub fn check(&self) -> Result<(), RequestFault> {
        self.check_headers()?;
        if self.uri.headers.is_some() {
            return Err(bad("Headers In Request-URI"));
        }
        match self.headers.cseq()?.method == self.method {
            true => Ok(()),
            false => Err(bad("CSeq Method Mismatch")),
        }
    }

    fn check_headers(&self) -> Result<(), HeaderError> {
        let headers = &self.headers;
        headers.vias()?;
        headers.from()?;
        headers.to()?;
        headers.call_id()?;
        headers.cseq()?;
        headers.max_forwards()?;
        headers.contacts()?;
        headers.routes()?;
        headers.record_routes()?;
        Ok(())
    }
}

impl Response {
    /// Checks what is needed to find the transaction and dialog this response belongs to; one that fails is dropped.
    pub fn check(&self) -> Result<(), HeaderError> {
        self.headers.vias()?;
        self.headers.from()?;
        self.headers.to()?;
        self.headers.call_id()?;
        self.headers.cseq()?;
        Ok(())
    }
}

impl From<HeaderError> for RequestFault {
    fn from(error: HeaderError) -> RequestFault {
        bad(&match error.problem {
            "missing" => format!("Missing {} Header", error.header),
            "more than one" => format!("More Than One {} Header", error.header),
            problem => format!("Bad {} Header: {problem}", error.header),
        })
    }
}

fn bad(reason: &str) -> RequestFault {
    RequestFault { code: 400, reason: reason.to_owned() }
}
