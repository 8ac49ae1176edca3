//! Refusals: problem details (RFC 9457) with a code for programs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $status:literal, $title:literal;)*) => {
        /// Why a request was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $code),* }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Code] = &[$(Code::$code),*];

            /// The HTTP status it comes with.
            pub const fn status(self) -> u16 {
                match self { $(Self::$code => $status),* }
            }

            /// The same short text for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$code => $title),* }
            }
        }
    };
}

codes! {
    MalformedRequest = 400, "The request could not be read";
    Unauthenticated = 401, "Sign in or send a valid key";
    InvalidCredentials = 401, "E-mail address or password is wrong";
    Forbidden = 403, "Your role does not allow this";
    /// A key was used where a signed-in person is needed.
    PersonRequired = 403, "Only a signed-in person can do this";
    OriginRefused = 403, "The request came from another site";
    NotFound = 404, "There is no such thing";
    MethodNotAllowed = 405, "This method is not offered here";
    Conflict = 409, "Something with this name exists already";
    FloorTaken = 409, "Somebody else was first";
    WrongState = 409, "The call is not in a state that allows this";
    NoPhone = 409, "You have no phone connected";
    /// One call at a time is placed.
    AgentBusy = 409, "You are on a call already";
    ColleagueUnreachable = 409, "Your colleague has no phone connected, or is on a call";
    /// The caller is not, or no longer, held out to whoever asks.
    NotOffered = 409, "This call is not offered to you";
    DispositionRequired = 409, "Say what came of the call first";
    DoNotCall = 409, "This number asked not to be called";
    InUse = 409, "It is still in use";
    /// It was set up outside the console: part of the program, or in a file of the server.
    ReadOnly = 409, "It cannot be changed here";
    IdempotencyRunning = 409, "The first request with this key is still running";
    PreconditionFailed = 412, "It was changed in the meantime";
    BodyTooLarge = 413, "The body is too large";
    UnsupportedMediaType = 415, "The body has to be application/json";
    RangeNotSatisfiable = 416, "There are no bytes in this range";
    ValidationFailed = 422, "Some fields are not as expected";
    IdempotencyMismatch = 422, "The idempotency key was used with another request";
    PreconditionRequired = 428, "Send If-Match with the version you read";
    TooManyAttempts = 429, "Too many failed attempts";
    AtCapacity = 429, "The trunk is at its limit";
    Internal = 500, "Something went wrong on our side";
    Draining = 503, "The exchange is shutting down";
    ConversionsBusy = 503, "As many recordings as may be are being converted";
    PhonesBusy = 503, "As many browsers as may be are phones already";
    StorageUnavailable = 503, "Storage is not available";
}

/// A refusal (RFC 9457), sent as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:tandem:problem:` and the code.
    pub r#type: String,
    pub title: String,
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// Path of the request.
    pub instance: String,
    pub code: Code,
    /// Which fields were wrong; empty where no field is to blame.
    pub errors: Vec<FieldError>,
    pub request_id: String,
    /// The floor as it is now, with `floor_taken`.
    #[serde(default)]
    #[schema(value_type = Option<crate::calls::Floor>)]
    pub floor: Option<serde_json::Value>,
}

/// A field that was not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Dotted path (`settings.turns.idle_prompt_s`).
    pub field: String,
    pub expected: String,
}

impl Code {
    /// As programs see it (`floor_taken`).
    pub fn as_text(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

impl Problem {
    /// A refusal with no field to blame; `instance` and `request_id` are filled in at the edge.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            r#type: format!("urn:tandem:problem:{}", code.as_text()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            instance: String::new(),
            code,
            errors: Vec::new(),
            request_id: String::new(),
            floor: None,
        }
    }

    /// A request whose fields are not as expected.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|error| format!("{}: expected {}", error.field, error.expected))
            .collect::<Vec<_>>()
            .join("; ");
        Self { errors, ..Self::new(Code::ValidationFailed, detail) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_a_client_or_server_error_and_has_its_own_name() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_text()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| (400..=503).contains(&code.status())));
    }

    #[test]
    fn an_invalid_request_says_which_field_and_what_was_expected() {
        let problem = Problem::invalid(vec![FieldError { field: "to".into(), expected: "a number".into() }]);
        assert_eq!((problem.status, problem.code), (422, Code::ValidationFailed));
        assert_eq!(problem.detail, "to: expected a number");
        assert_eq!(problem.r#type, "urn:tandem:problem:validation_failed");
    }
}
