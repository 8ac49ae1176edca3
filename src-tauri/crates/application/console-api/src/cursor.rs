//! Cursors of lists: opaque to the client, a page's last key to us.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tandem_switchboard::ports::store::PageKey;
use tandem_switchboard::records::UnixMs;

/// Writes the cursor of a page that ends with this key.
pub fn encode(key: &PageKey) -> String {
    URL_SAFE_NO_PAD.encode(format!("1:{}:{}", key.created_at.0, key.id))
}

/// Reads a cursor back; `None` where we did not write it.
pub fn decode(cursor: &str) -> Option<PageKey> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (at, id) = text.strip_prefix("1:")?.split_once(':')?;
    (!id.is_empty()).then_some(PageKey { created_at: UnixMs(at.parse().ok()?), id: id.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_anything_else_does_not() {
        let key = PageKey { created_at: UnixMs(-5), id: "call_a:b".into() };
        assert_eq!(decode(&encode(&key)), Some(key));
        for foreign in ["", "x", "MTo1Og", "!!!!", "MjoxOmE"] {
            assert_eq!(decode(foreign), None, "{foreign}");
        }
    }
}
