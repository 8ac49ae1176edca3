//! One row's id in every contract: `call_` and 32 hexadecimal digits of a UUID, or that UUID itself.

use uuid::Uuid;

/// The id as contracts show it whose ids are UUIDs; an id that was brought along (`akylai`) stays as it is.
pub fn uuid_of(id: &str) -> String {
    let digits = id.rsplit_once('_').map_or(id, |(_, digits)| digits);
    let plain = digits.len() == 32 && id != digits;
    let uuid = plain.then(|| Uuid::try_parse(digits).ok()).flatten();
    uuid.map_or_else(|| id.to_owned(), |uuid| uuid.hyphenated().to_string())
}

/// The id as we write it, from either form; `prefix` without the `_`.
pub fn text_id(prefix: &str, shown: &str) -> String {
    match hyphenated(shown) {
        Some(uuid) => format!("{prefix}_{}", uuid.simple()),
        None => shown.to_owned(),
    }
}

/// The ids that a row may be stored under: a UUID may have been brought along, or be ours.
pub fn found_under(prefix: &str, shown: &str) -> Vec<String> {
    let ours = text_id(prefix, shown);
    if ours == shown { vec![ours] } else { vec![shown.to_owned(), ours] }
}

fn hyphenated(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calls_two_forms_are_the_same_bits() {
        let (ours, theirs) =
            ("call_0190aaaabbbb7ccc8dddeeeeffff0001", "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001");
        assert_eq!(uuid_of(ours), theirs);
        assert_eq!(text_id("call", theirs), ours);
        assert_eq!(text_id("call", ours), ours);
    }

    #[test]
    fn ids_that_were_brought_along_are_kept() {
        for id in ["akylai", "asst_jane_collections", "830f767a-397e-4b39-82ff-235cd344e2f9"] {
            assert_eq!(uuid_of(id), id);
        }
        let brought = "830f767a-397e-4b39-82ff-235cd344e2f9";
        assert_eq!(
            found_under("asst", brought),
            [brought, "asst_830f767a397e4b3982ff235cd344e2f9"].map(str::to_owned)
        );
        assert_eq!(found_under("asst", "akylai"), ["akylai".to_owned()]);
    }
}
