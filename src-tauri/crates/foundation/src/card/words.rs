//! Words for digits, in English, Indonesian, Swahili, Hindi, Kyrgyz and Russian.

/// What a word is among digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Digit(u8),
    /// Two digits in one word: "seventeen".
    Pair(u8, u8),
    /// "Forty": with the digit after it, or with a nought.
    Tens(u8),
    /// "Double", "triple": the next digit so often.
    Times(usize),
    Hundred,
    /// Said between digits without meaning anything.
    Hesitation,
}

const DIGITS: &[(&str, u8)] = &[
    ("zero", 0),
    ("oh", 0),
    ("o", 0),
    ("nought", 0),
    ("naught", 0),
    ("nil", 0),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("niner", 9),
    // Indonesian.
    ("nol", 0),
    ("kosong", 0),
    ("satu", 1),
    ("dua", 2),
    ("tiga", 3),
    ("empat", 4),
    ("lima", 5),
    ("enam", 6),
    ("tujuh", 7),
    ("delapan", 8),
    ("sembilan", 9),
    // Swahili.
    ("sifuri", 0),
    ("moja", 1),
    ("mbili", 2),
    ("tatu", 3),
    ("nne", 4),
    ("tano", 5),
    ("sita", 6),
    ("saba", 7),
    ("nane", 8),
    ("tisa", 9),
    // Hindi.
    ("शून्य", 0),
    ("जीरो", 0),
    ("ज़ीरो", 0),
    ("एक", 1),
    ("दो", 2),
    ("तीन", 3),
    ("चार", 4),
    ("पांच", 5),
    ("पाँच", 5),
    ("छह", 6),
    ("छः", 6),
    ("छे", 6),
    ("सात", 7),
    ("आठ", 8),
    ("नौ", 9),
    // Kyrgyz.
    ("нөл", 0),
    ("бир", 1),
    ("эки", 2),
    ("үч", 3),
    ("төрт", 4),
    ("беш", 5),
    ("алты", 6),
    ("жети", 7),
    ("сегиз", 8),
    ("тогуз", 9),
    // Russian.
    ("ноль", 0),
    ("нуль", 0),
    ("один", 1),
    ("раз", 1),
    ("два", 2),
    ("три", 3),
    ("четыре", 4),
    ("пять", 5),
    ("шесть", 6),
    ("семь", 7),
    ("восемь", 8),
    ("девять", 9),
];

const PAIRS: &[(&str, u8, u8)] = &[
    ("ten", 1, 0),
    ("eleven", 1, 1),
    ("twelve", 1, 2),
    ("thirteen", 1, 3),
    ("fourteen", 1, 4),
    ("fifteen", 1, 5),
    ("sixteen", 1, 6),
    ("seventeen", 1, 7),
    ("eighteen", 1, 8),
    ("nineteen", 1, 9),
    ("десять", 1, 0),
    ("одиннадцать", 1, 1),
    ("двенадцать", 1, 2),
    ("тринадцать", 1, 3),
    ("четырнадцать", 1, 4),
    ("пятнадцать", 1, 5),
    ("шестнадцать", 1, 6),
    ("семнадцать", 1, 7),
    ("восемнадцать", 1, 8),
    ("девятнадцать", 1, 9),
];

const TENS: &[(&str, u8)] = &[
    ("twenty", 2),
    ("thirty", 3),
    ("forty", 4),
    ("fourty", 4),
    ("fifty", 5),
    ("sixty", 6),
    ("seventy", 7),
    ("eighty", 8),
    ("ninety", 9),
    ("двадцать", 2),
    ("тридцать", 3),
    ("сорок", 4),
    ("пятьдесят", 5),
    ("шестьдесят", 6),
    ("семьдесят", 7),
    ("восемьдесят", 8),
    ("девяносто", 9),
    // Kyrgyz; "ten" goes with a digit as the others do.
    ("он", 1),
    ("жыйырма", 2),
    ("отуз", 3),
    ("кырк", 4),
    ("элүү", 5),
    ("алтымыш", 6),
    ("жетимиш", 7),
    ("сексен", 8),
    ("токсон", 9),
];

const TIMES: &[(&str, usize)] = &[("double", 2), ("triple", 3), ("treble", 3), ("quadruple", 4), ("डबल", 2)];

const HESITATION: &[&str] = &[
    "um",
    "uh",
    "er",
    "erm",
    "hmm",
    "mm",
    "and",
    "then",
    "dash",
    "hyphen",
    "space",
    "minus",
    "x",
    "okay",
    "ok",
    "yes",
    "lalu",
    "kemudian",
    "dan",
    "na",
    "halafu",
    "और",
    "फिर",
    "э",
    "эм",
    "потом",
    "дальше",
    "и",
    "анан",
    "жана",
];

/// What this word is; `None` for one that parts numbers.
pub(super) fn word(text: &str) -> Option<Word> {
    let folded = text.to_lowercase();
    let text = folded.as_str();
    let digit = DIGITS.iter().find(|(word, _)| *word == text).map(|(_, value)| Word::Digit(*value));
    digit
        .or_else(|| PAIRS.iter().find(|(word, ..)| *word == text).map(|(_, a, b)| Word::Pair(*a, *b)))
        .or_else(|| TENS.iter().find(|(word, _)| *word == text).map(|(_, value)| Word::Tens(*value)))
        .or_else(|| TIMES.iter().find(|(word, _)| *word == text).map(|(_, count)| Word::Times(*count)))
        .or_else(|| (text == "hundred").then_some(Word::Hundred))
        .or_else(|| HESITATION.contains(&text).then_some(Word::Hesitation))
}
