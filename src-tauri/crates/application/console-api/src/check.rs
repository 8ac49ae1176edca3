//! Checks of what was sent: each finding names the field and what was expected of it.

use crate::problem::FieldError;

/// A request whose fields can be checked without asking anybody.
pub trait Check {
    /// Adds a finding for every field that is not as expected.
    fn check(&self, found: &mut Findings);
}

/// What was wrong with a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings(Vec<FieldError>);

impl Findings {
    /// Notes that `field` (a dotted path) was not as `expected`.
    pub fn add(&mut self, field: &str, expected: &str) {
        self.0.push(FieldError { field: field.to_owned(), expected: expected.to_owned() });
    }

    /// All findings; empty when the request is well-formed.
    pub fn into_errors(self) -> Vec<FieldError> {
        self.0
    }
}

/// E.164 with `+`: up to 15 digits, the first not 0 (ITU-T E.164, section 6).
pub fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

pub(crate) fn e164(found: &mut Findings, field: &str, number: &str) {
    if !is_e164(number) {
        found.add(field, "an E.164 number: + and 2 to 15 digits, the first not 0");
    }
}

/// `least` to `most` characters, none of them a control character other than tab and line breaks.
pub(crate) fn length(found: &mut Findings, field: &str, text: &str, least: usize, most: usize) {
    let count = text.chars().count();
    if count < least || count > most {
        found.add(field, &format!("{least} to {most} characters"));
    } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        found.add(field, "text without control characters");
    }
}

/// What a reader of routes or hours found.
pub(crate) fn found(found: &mut Findings, more: Vec<tandem_routing::Finding>) {
    for finding in more {
        found.add(&finding.path, &finding.expected);
    }
}

/// Something that could be an address; whether mail arrives is not for us to say.
pub(crate) fn email(found: &mut Findings, field: &str, text: &str) {
    let plausible = text.len() <= 254
        && text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if !plausible {
        found.add(field, "an e-mail address");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_international_numbers_with_a_plus_are_e164() {
        for good in ["+62812345678", "+15005550002", "+999999999999999"] {
            assert!(is_e164(good), "{good}");
        }
        for bad in ["", "+", "+1", "62812345678", "+0812345678", "+1 500 555", "+1234567890123456", "+１２３"]
        {
            assert!(!is_e164(bad), "{bad}");
        }
    }

    #[test]
    fn a_finding_names_the_field_and_what_was_expected() {
        let mut found = Findings::default();
        length(&mut found, "text", "", 1, 10);
        length(&mut found, "name", "a\u{0}b", 1, 10);
        email(&mut found, "email", "nobody");
        let errors = found.into_errors();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["text", "name", "email"]);
        assert_eq!(errors[0].expected, "1 to 10 characters");
    }
}
