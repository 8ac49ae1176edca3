//! Numbers that other programs hand over: a `tel:` link opened anywhere on the machine starts this program with it, or
//! is handed to the one that runs.
//!
//! Invariant: a link only fills the dial field. Any page may open one, so calling stays a person's act.

use parking_lot::Mutex;
use tauri::{AppHandle, Emitter, Manager, State};

/// A number waits to be taken by the pages.
const WAITS: &str = "dial://waits";
/// Longest number that is handed on, in characters: fifteen digits and whatever people put between them.
const LONGEST: usize = 60;

/// A number that no page has taken yet; the last one counts.
#[derive(Debug, Default)]
pub(crate) struct Pending(Mutex<Option<String>>);

impl Pending {
    /// With what the program was started with.
    pub fn new(number: Option<String>) -> Self {
        Self(Mutex::new(number))
    }
}

/// The number of a `tel:` link (RFC 3966) or of plain digits, as it was written, without parameters such as `;ext=`.
///
/// # Errors
/// In words, where it is no number.
pub(crate) fn number(text: &str) -> Result<String, String> {
    let rest = match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel") => rest.trim_start_matches('/'),
        Some(_) => return Err("expected a tel: link".into()),
        None => text,
    };
    let plain = rest.split(';').next().unwrap_or_default().replace("%2B", "+").replace("%20", " ");
    let fits = plain.chars().count() <= LONGEST
        && plain.chars().any(|letter| letter.is_ascii_digit())
        && plain.chars().all(|letter| letter.is_ascii_digit() || "+-.() *#".contains(letter));
    if fits { Ok(plain.trim().to_owned()) } else { Err("expected a telephone number".into()) }
}

/// Takes a number from the command line of a second start.
pub(crate) fn hand_over(app: &AppHandle, arguments: &[String]) {
    let found = arguments.iter().skip(1).find_map(|argument| {
        argument.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:"))?;
        number(argument).ok()
    });
    let Some(found) = found else { return };
    *app.state::<Pending>().0.lock() = Some(found);
    if let Err(error) = app.emit(WAITS, ()) {
        tracing::debug!(%error, "telling the pages of a number");
    }
}

/// Gives the number that waits to the page that asks first.
#[tauri::command]
pub(crate) fn dial_take(pending: State<'_, Pending>) -> Option<String> {
    pending.0.lock().take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_its_number() {
        for (text, read) in [
            ("tel:+62-812-345-678", "+62-812-345-678"),
            ("TEL:+62812345678;ext=7", "+62812345678"),
            ("tel:%2B62%20812", "+62 812"),
            ("tel://+6281", "+6281"),
            ("0812 345", "0812 345"),
        ] {
            assert_eq!(number(text).as_deref(), Ok(read), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_taken() {
        for text in ["sip:a@example.com", "tel:", "tel:alice", "https://example.com", "--url", "<script>"] {
            assert!(number(text).is_err(), "{text}");
        }
        assert!(number(&format!("tel:+{}", "1".repeat(LONGEST))).is_err());
    }

    #[test]
    fn the_package_says_that_it_opens_such_links() {
        let entry = include_str!("../../assets/tandem.desktop");
        assert!(entry.contains("MimeType=x-scheme-handler/tel;") && entry.contains("Exec={{exec}} %u"));
        let package: serde_json::Value =
            serde_json::from_str(include_str!("../../tauri.conf.json")).expect("JSON");
        assert_eq!(package["bundle"]["linux"]["deb"]["desktopTemplate"], "assets/tandem.desktop");
    }
}
