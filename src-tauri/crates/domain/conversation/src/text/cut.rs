//! How much of a sentence was heard.

/// The byte length of what was heard of `text` after `played_ms`: whole words only.
///
/// `words` gives the start of words (byte offset, ms) where the voice knows them; else the text is taken to pass
/// evenly over `length_ms`.
pub fn heard_bytes(text: &str, words: &[(usize, u32)], length_ms: u32, played_ms: u32) -> usize {
    if played_ms == 0 {
        return 0;
    }
    if played_ms >= length_ms {
        return text.len();
    }
    if words.is_empty() {
        by_proportion(text, length_ms, played_ms)
    } else {
        by_words(text, words, played_ms)
    }
}

/// A word was heard once the next one has begun.
fn by_words(text: &str, words: &[(usize, u32)], played_ms: u32) -> usize {
    let begun = words.iter().filter(|(_, at)| *at <= played_ms).map(|(offset, _)| *offset).max();
    let Some(offset) = begun.filter(|offset| text.is_char_boundary(*offset)) else { return 0 };
    snap(text, offset)
}

fn by_proportion(text: &str, length_ms: u32, played_ms: u32) -> usize {
    let chars = text.chars().count() as u64;
    let heard = usize::try_from(chars * u64::from(played_ms) / u64::from(length_ms)).unwrap_or(usize::MAX);
    let offset = text.char_indices().nth(heard).map_or(text.len(), |(offset, _)| offset);
    snap(text, offset)
}

/// The last end of a word at or before `offset`.
fn snap(text: &str, offset: usize) -> usize {
    let inside = text[offset..].chars().next().is_some_and(|c| !c.is_whitespace());
    let head = &text[..offset];
    let head = if inside { head.rfind(char::is_whitespace).map_or("", |at| &head[..at]) } else { head };
    // Alignment may be by letters: a cut just before a word leaves the white space, which is not said.
    if inside && text[..offset].ends_with(char::is_whitespace) {
        text[..offset].trim_end().len()
    } else {
        head.trim_end().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "You owe ninety dollars.";

    #[test]
    fn words_of_the_voice_decide_where_they_are_known() {
        let words = [(0, 0), (4, 200), (8, 500), (15, 1_400)];
        let heard = |ms| &TEXT[..heard_bytes(TEXT, &words, 2_000, ms)];
        assert_eq!(heard(0), "");
        assert_eq!(heard(199), "");
        assert_eq!(heard(200), "You");
        assert_eq!(heard(1_399), "You owe");
        assert_eq!(heard(1_999), "You owe ninety");
        assert_eq!(heard(2_000), TEXT);
    }

    #[test]
    fn else_the_text_passes_evenly_and_only_whole_words_count() {
        let heard = |ms| &TEXT[..heard_bytes(TEXT, &[], 2_300, ms)];
        assert_eq!(heard(250), "");
        assert_eq!(heard(300), "You");
        assert_eq!(heard(1_350), "You owe");
        assert_eq!(heard(1_450), "You owe ninety");
        assert_eq!(heard(9_999), TEXT);
    }

    #[test]
    fn letters_of_other_scripts_are_never_cut_in_two() {
        let text = "Сиздин карызыңыз бар";
        for ms in 0..1_000 {
            assert!(text.is_char_boundary(heard_bytes(text, &[], 1_000, ms)));
        }
    }
}
