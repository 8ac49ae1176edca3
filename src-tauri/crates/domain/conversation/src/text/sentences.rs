//! Cutting streamed text into sentences as soon as each is complete.

/// Words after which a full stop does not end a sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "jr", "sr", "approx", "dept", "fig", "inc",
    "ltd", "co", "gen", "rev", "hon", "messrs", "mt", "sgt", "capt", "cf", "al",
];
/// Words that are abbreviations only where a digit or a small letter follows.
const SOMETIMES: &[&str] = &[
    "no", "nr", "art", "sec", "p", "a.m", "p.m", "etc", "ext", "tel", "u.s", "jan", "feb", "mar", "apr",
    "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
];
/// A sentence without an end is cut at a pause mark beyond this many bytes, so that the voice is not kept waiting.
const LONGEST: usize = 240;

/// Collects streamed text and gives out whole sentences.
#[derive(Debug, Clone, Default)]
pub struct Splitter {
    buffer: String,
}

impl Splitter {
    /// Takes more text; answers the sentences that are complete now.
    pub fn push(&mut self, text: &str) -> Vec<String> {
        self.buffer.push_str(text);
        let mut complete = Vec::new();
        while let Some(end) = boundary(&self.buffer).or_else(|| pause_mark(&self.buffer)) {
            let rest = self.buffer.split_off(end);
            let sentence = std::mem::replace(&mut self.buffer, rest);
            push_sentence(&mut complete, &sentence);
        }
        complete
    }

    /// What is left when the stream has ended.
    pub fn finish(&mut self) -> Option<String> {
        let mut last = Vec::new();
        push_sentence(&mut last, &std::mem::take(&mut self.buffer));
        last.pop()
    }

    /// Whether nothing is waiting for its end.
    pub fn is_empty(&self) -> bool {
        self.buffer.trim().is_empty()
    }
}

/// Cuts a whole text.
pub fn sentences(text: &str) -> Vec<String> {
    let mut splitter = Splitter::default();
    let mut all = splitter.push(text);
    all.extend(splitter.finish());
    all
}

/// Pieces without a letter or digit ("…", a lone quote) cannot be said.
fn push_sentence(into: &mut Vec<String>, sentence: &str) {
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    if sentence.chars().any(char::is_alphanumeric) {
        into.push(sentence);
    }
}

/// The byte after the first complete sentence; `None` while it could still go on.
fn boundary(text: &str) -> Option<usize> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut at = 0;
    while at < chars.len() {
        let (offset, c) = chars[at];
        if c == '\n' && text[..offset].chars().any(char::is_alphanumeric) {
            return Some(offset + 1);
        }
        if matches!(c, '。' | '！' | '？' | '।') {
            return Some(offset + c.len_utf8());
        }
        if !matches!(c, '.' | '!' | '?' | '…') {
            at += 1;
            continue;
        }
        // A run of marks and closing quotes belongs to the sentence.
        let mut after = at + 1;
        while after < chars.len()
            && matches!(chars[after].1, '.' | '!' | '?' | '…' | '"' | '”' | '’' | ')' | '\'')
        {
            after += 1;
        }
        let (end, space) = *chars.get(after)?;
        if space.is_whitespace() && (c != '.' || after > at + 1 || ends_here(&text[..offset], &text[end..])?)
        {
            return Some(end);
        }
        at = after;
    }
    None
}

/// Whether the full stop after `before` ends a sentence; `None` while that hangs on text to come.
fn ends_here(before: &str, after: &str) -> Option<bool> {
    let word =
        before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default().to_lowercase();
    if ABBREVIATIONS.contains(&word.as_str()) {
        return Some(false);
    }
    // An initial ("J. Smith"); "I." is a sentence's end far more often than a name's beginning.
    if word.chars().count() == 1 && word.chars().all(char::is_alphabetic) && word != "i" {
        return Some(false);
    }
    if SOMETIMES.contains(&word.as_str()) {
        let next = after.chars().find(|c| !c.is_whitespace())?;
        return Some(!(next.is_ascii_digit() || next.is_lowercase()));
    }
    Some(true)
}

fn pause_mark(text: &str) -> Option<usize> {
    if text.len() <= LONGEST {
        return None;
    }
    let limit = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at))?;
    let head = &text[..limit];
    let at = head.rfind([',', ';', ':', '—']).filter(|at| *at > LONGEST / 3).or_else(|| head.rfind(' '))?;
    Some(at + head[at..].chars().next().map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_comes_out_as_soon_as_the_next_one_begins() {
        let mut splitter = Splitter::default();
        assert!(splitter.push("Hello").is_empty());
        assert!(splitter.push(" there.").is_empty(), "3. could still become 3.5");
        assert_eq!(splitter.push(" How"), ["Hello there."]);
        assert_eq!(splitter.push(" are you? I"), ["How are you?"]);
        assert_eq!(splitter.finish().as_deref(), Some("I"));
        assert!(splitter.finish().is_none());
    }

    #[test]
    fn abbreviations_initials_and_decimals_do_not_end_a_sentence() {
        assert_eq!(
            sentences(
                "Dr. Smith owes 3.50 dollars. Call J. Doe, i.e. his aunt, at 5 p.m. today. No. 5 is next. No. Really."
            ),
            [
                "Dr. Smith owes 3.50 dollars.",
                "Call J. Doe, i.e. his aunt, at 5 p.m. today.",
                "No. 5 is next.",
                "No.",
                "Really."
            ]
        );
        assert_eq!(sentences("Come at 5 p.m. We are here."), ["Come at 5 p.m.", "We are here."]);
    }

    #[test]
    fn quotes_and_runs_of_marks_stay_with_their_sentence() {
        assert_eq!(
            sentences("He said \"stop!\" Then... silence?! Yes"),
            ["He said \"stop!\"", "Then...", "silence?!", "Yes"]
        );
        assert_eq!(sentences("… \" "), Vec::<String>::new());
    }

    #[test]
    fn text_comes_out_the_same_however_it_was_streamed() {
        let text = "Mr. Wu, it is 9.75 today! Shall I? At 5 p.m. then. Done";
        let mut splitter = Splitter::default();
        let mut all: Vec<String> = text.chars().flat_map(|c| splitter.push(&c.to_string())).collect();
        all.extend(splitter.finish());
        assert_eq!(all, sentences(text));
    }

    #[test]
    fn an_endless_sentence_is_cut_at_a_pause_mark() {
        let text = "and so it goes, on and on, ".repeat(20);
        let all = sentences(&text);
        assert!(all.len() > 1 && all.iter().all(|part| part.len() <= LONGEST + 1), "{all:?}");
        assert_eq!(all.join(" "), text.trim());
    }
}
