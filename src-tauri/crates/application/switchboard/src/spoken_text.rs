//! Texts with places for a call's variables: `{name}`, or `{name|what is said without it}`.
//!
//! Invariant: a place that nothing fills is never read out. What is spoken loses the sentence that has the gap, so that
//! no half of one is heard; a form of address before a comma (`Hello {name}, …`) and a text that is one sentence alone
//! lose only the place. What a model reads says that the value is not known.

use std::collections::BTreeMap;

/// What a model reads in place of a value that nobody gave.
const UNKNOWN: &str = "(not known)";
/// Stands for a gap while a text is put together; no text holds it, since control characters are refused.
const GAP: char = '\u{0}';

/// A text that is spoken, with its places filled.
pub(crate) fn spoken(text: &str, variables: &BTreeMap<String, String>) -> String {
    let filled = replaced(text, variables, &GAP.to_string());
    if !filled.contains(GAP) {
        return filled;
    }
    let addressed = without_address(&filled);
    let whole: Vec<&str> = sentences(&addressed).into_iter().filter(|one| !one.contains(GAP)).collect();
    let kept = if whole.is_empty() { addressed.replace(GAP, "") } else { whole.concat() };
    tidy(&kept)
}

/// A text that a model reads, with its places filled.
pub(crate) fn instruction(text: &str, variables: &BTreeMap<String, String>) -> String {
    replaced(text, variables, UNKNOWN)
}

fn replaced(text: &str, variables: &BTreeMap<String, String>, gap: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        out.push_str(&rest[..start]);
        let inner = &rest[start + 1..];
        let place = inner.find(['}', '{']).filter(|end| inner[*end..].starts_with('}'));
        let named = place.map(|end| (inner[..end].split_once('|').unzip(), &inner[..end], end));
        match named {
            Some(((name, without), whole, end)) if is_name(name.unwrap_or(whole)) => {
                let value = variables.get(name.unwrap_or(whole)).map(String::as_str);
                // An empty value is as good as none.
                let value = value.filter(|value| !value.trim().is_empty());
                out.push_str(value.or(without).unwrap_or(gap));
                rest = &inner[end + 1..];
            }
            _ => {
                out.push('{');
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    out
}

/// What is in braces and no name (JSON in an instruction) is text.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// `Hello GAP, this is Jane` is said as `Hello, this is Jane`, and `Thank you, GAP.` as `Thank you.`
fn without_address(text: &str) -> String {
    text.replace(&format!(" {GAP},"), ",").replace(&format!(", {GAP}"), "")
}

/// With what ends them and the space after it, so that all of them together are the text.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut ended) = (0, false);
    for (at, c) in text.char_indices() {
        if ended && !c.is_whitespace() {
            found.push(&text[start..at]);
            start = at;
            ended = false;
        }
        let next = text[at + c.len_utf8()..].chars().next();
        // A full stop within a number or an address ends nothing.
        let stop = matches!(c, '.' | '!' | '?') && next.is_none_or(char::is_whitespace);
        ended |= stop || matches!(c, '\n' | '。' | '！' | '？' | '।');
    }
    found.push(&text[start..]);
    found
}

fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if out.ends_with(' ') && (c == ' ' || matches!(c, ',' | '.' | '!' | '?')) {
            out.pop();
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rina() -> BTreeMap<String, String> {
        BTreeMap::from([
            ("customer_name".to_owned(), "Rina".to_owned()),
            ("empty".to_owned(), " ".to_owned()),
        ])
    }

    #[test]
    fn variables_fill_their_places() {
        assert_eq!(spoken("Hi {customer_name}, hello.", &rina()), "Hi Rina, hello.");
        assert_eq!(spoken("Due {when|soon}, {customer_name|friend}.", &rina()), "Due soon, Rina.");
        assert_eq!(spoken("Due {empty|soon}.", &rina()), "Due soon.");
    }

    #[test]
    fn a_sentence_with_a_gap_is_not_said() {
        let text = "Hello {customer_name}, this is Jane. I call about 2.50 and {amount_due}. Can you pay?";
        assert_eq!(spoken(text, &rina()), "Hello Rina, this is Jane. Can you pay?");
        assert_eq!(spoken("आप कैसे हैं। {amount} है। ठीक?", &rina()), "आप कैसे हैं। ठीक?");
    }

    #[test]
    fn a_form_of_address_goes_alone_and_so_does_the_gap_of_a_single_sentence() {
        assert_eq!(spoken("Hello {name}, this is Jane.", &rina()), "Hello, this is Jane.");
        assert_eq!(spoken("Thank you, {name}. Goodbye.", &rina()), "Thank you. Goodbye.");
        assert_eq!(spoken("Your payment is {amount}.", &rina()), "Your payment is.");
        assert_eq!(spoken("{amount}", &rina()), "");
    }

    #[test]
    fn what_is_no_place_stays() {
        let text = "Answer with {\"ok\": true} or {not a name} or { open";
        assert_eq!(instruction(text, &rina()), text);
        assert_eq!(instruction("It owes {amount}.", &rina()), "It owes (not known).");
    }
}
