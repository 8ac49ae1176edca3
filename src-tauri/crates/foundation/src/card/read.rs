//! Runs of digits in a text, whichever way it writes them, with the bytes that each was read from.

use super::words::{Word, word};

/// A digit, and the word that it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Digit {
    pub value: u8,
    pub from: usize,
    pub to: usize,
}

/// Digits that nothing but space, points, dashes and hesitation parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub digits: Vec<Digit>,
    /// A plus stands before it, as before a telephone number.
    pub international: bool,
    /// No other word stands before it, or after it.
    pub begins_text: bool,
    pub ends_text: bool,
}

/// A word of the text with its place.
struct Token<'a> {
    text: &'a str,
    from: usize,
    plus: bool,
    /// Something stands before it that no number is parted by.
    parted: bool,
}

/// How "eighty six" is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reading {
    /// 86.
    #[default]
    Joined,
    /// 80 and 6.
    Apart,
}

/// All runs, first to last.
pub(super) fn runs(text: &str, reading: Reading) -> Vec<Run> {
    let mut reader = Reader { begins: true, reading, ..Reader::default() };
    for token in tokens(text) {
        reader.take(&token);
    }
    reader.finish_group();
    reader.close(true);
    reader.runs
}

#[derive(Default)]
struct Reader {
    runs: Vec<Run>,
    run: Run,
    reading: Reading,
    /// Nothing but hesitation was read yet.
    begins: bool,
    /// "Forty", which may be a part of "forty-one".
    tens: Option<Digit>,
    /// "Double" and "triple".
    times: Option<(usize, usize)>,
}

impl Reader {
    fn take(&mut self, token: &Token<'_>) {
        if token.parted {
            self.finish_group();
            self.close(false);
        }
        let (from, to) = (token.from, token.from + token.text.len());
        if let Some(values) = figures(token.text) {
            self.finish_group();
            self.international |= token.plus && self.is_empty();
            for value in values {
                self.push(value, from, to);
            }
            return;
        }
        match word(token.text) {
            Some(Word::Digit(value)) => match self.tens.take() {
                Some(tens) if value > 0 && self.reading == Reading::Joined => {
                    self.put(Digit { to, ..tens });
                    self.push(value, tens.from, to);
                }
                tens => {
                    self.flush(tens);
                    self.push(value, from, to);
                }
            },
            Some(Word::Pair(first, second)) => {
                self.finish_group();
                self.push(first, from, to);
                self.push(second, from, to);
            }
            Some(Word::Tens(value)) => {
                self.finish_group();
                self.tens = Some(Digit { value, from, to });
            }
            Some(Word::Times(count)) => {
                self.finish_group();
                self.times = Some((count, from));
            }
            Some(Word::Hundred) => {
                // "Forty-one hundred": two noughts, as said of years and cards.
                self.finish_group();
                self.push(0, from, to);
                self.push(0, from, to);
            }
            Some(Word::Hesitation) => {}
            None => {
                self.finish_group();
                self.close(false);
                self.begins = false;
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.run.digits.is_empty()
    }

    fn push(&mut self, value: u8, from: usize, to: usize) {
        let (count, from) = self.times.take().unwrap_or((1, from));
        for _ in 0..count {
            self.put(Digit { value, from, to });
        }
    }

    fn put(&mut self, digit: Digit) {
        if self.is_empty() {
            self.run.begins_text = self.begins;
        }
        self.run.digits.push(digit);
    }

    fn flush(&mut self, tens: Option<Digit>) {
        if let Some(tens) = tens {
            self.put(tens);
            self.put(Digit { value: 0, ..tens });
        }
    }

    fn finish_group(&mut self) {
        let tens = self.tens.take();
        self.flush(tens);
    }

    fn close(&mut self, ends_text: bool) {
        self.times = None;
        if !self.is_empty() {
            let run = std::mem::take(&mut self.run);
            self.runs.push(Run { ends_text, ..run });
            self.begins = false;
        }
    }
}

impl std::ops::Deref for Reader {
    type Target = Run;

    fn deref(&self) -> &Run {
        &self.run
    }
}

impl std::ops::DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Run {
        &mut self.run
    }
}

/// Words: letters and figures, with the marks that some scripts write above and below them.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut plus, mut parted) = (false, false);
    let mut begin: Option<usize> = None;
    let mut digits = false;
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in ends {
        let is_digit = value(c).is_some();
        // "4111x1111": letters and figures are read apart.
        if let Some(from) = begin
            && (!is_word(c) || is_digit != digits)
        {
            tokens.push(Token { text: &text[from..at], from, plus, parted });
            (begin, plus, parted) = (None, false, false);
        }
        if is_word(c) {
            begin.get_or_insert(at);
            digits = is_digit;
            continue;
        }
        plus = c == '+';
        parted |= matches!(c, '+' | ':' | '$' | '€' | '%' | '@' | '=' | '(' | ')' | '[' | ']');
    }
    tokens
}

fn is_word(c: char) -> bool {
    // A virama is no letter and yet within a word.
    c.is_alphanumeric() || ('\u{0900}'..='\u{097F}').contains(&c)
}

fn figures(text: &str) -> Option<Vec<u8>> {
    text.chars().map(value).collect()
}

/// Figures of the scripts that recognisers write.
fn value(c: char) -> Option<u8> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{0966}'..='\u{096F}' => '\u{0966}',
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06F0}'..='\u{06F9}' => '\u{06F0}',
        '\u{FF10}'..='\u{FF19}' => '\u{FF10}',
        _ => return None,
    };
    u8::try_from(u32::from(c) - u32::from(zero)).ok()
}
