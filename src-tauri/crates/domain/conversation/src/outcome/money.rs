//! Amounts of money said in words or digits.

/// An amount in hundredths, and its currency where it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// Hundredths of the currency's unit.
    pub hundredths: u64,
    /// ISO 4217.
    pub currency: Option<&'static str>,
}

const CURRENCIES: &[(&str, &str)] = &[
    ("dollar", "USD"),
    ("dollars", "USD"),
    ("usd", "USD"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("eur", "EUR"),
    ("rupee", "INR"),
    ("rupees", "INR"),
    ("inr", "INR"),
    ("rupiah", "IDR"),
    ("idr", "IDR"),
    ("som", "KGS"),
    ("kgs", "KGS"),
    ("shilling", "KES"),
    ("shillings", "KES"),
    ("kes", "KES"),
    ("pound", "GBP"),
    ("pounds", "GBP"),
    ("gbp", "GBP"),
    ("bucks", "USD"),
];
const SIGNS: &[(char, &str)] = &[('$', "USD"), ('€', "EUR"), ('£', "GBP"), ('₹', "INR")];

/// The first amount a text names: `$50`, `90.50 dollars`, `one hundred and fifty dollars`. A number alone is none.
pub fn find_money(text: &str) -> Option<Money> {
    let words: Vec<String> = text.split_whitespace().map(clean).filter(|word| !word.is_empty()).collect();
    for (at, word) in words.iter().enumerate() {
        if let Some((sign, currency)) = SIGNS.iter().find(|(sign, _)| word.starts_with(*sign)) {
            return digits(word.trim_start_matches(*sign))
                .map(|hundredths| Money { hundredths, currency: Some(currency) });
        }
        let Some(currency) = CURRENCIES.iter().find(|(name, _)| name == word).map(|(_, code)| *code) else {
            continue;
        };
        let before = words[..at].last().and_then(|word| digits(word));
        if let Some(hundredths) = before.or_else(|| in_words(&words[..at])) {
            return Some(Money { hundredths, currency: Some(currency) });
        }
        // "INR 5000"
        if let Some(hundredths) = words.get(at + 1).and_then(|word| digits(word)) {
            return Some(Money { hundredths, currency: Some(currency) });
        }
    }
    None
}

/// Reads `1,250.50` as hundredths.
pub(crate) fn digits(text: &str) -> Option<u64> {
    let text = text.trim().replace(',', "");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let fine = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !fine(whole) || !fine(part) || part.len() > 2 {
        return None;
    }
    let part: u64 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(part)
}

/// The number in words that ends here.
fn in_words(words: &[String]) -> Option<u64> {
    let from = words.iter().rposition(|word| value(word).is_none() && word != "and").map_or(0, |at| at + 1);
    let (mut total, mut part, mut any) = (0_u64, 0_u64, false);
    for word in words[from..].iter().filter(|word| *word != "and") {
        any = true;
        match value(word)? {
            100 => part = part.max(1).checked_mul(100)?,
            big @ (1_000 | 1_000_000) => {
                total = total.checked_add(part.max(1).checked_mul(big)?)?;
                part = 0;
            }
            small => part = part.checked_add(small)?,
        }
    }
    any.then(|| total.checked_add(part)?.checked_mul(100)).flatten().filter(|sum| *sum > 0)
}

fn value(word: &str) -> Option<u64> {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let small = SMALL.iter().position(|name| *name == word).map(|at| at as u64);
    let tens = || TENS.iter().position(|name| *name == word).map(|at| (at as u64 + 2) * 10);
    small.or_else(tens).or(match word {
        "hundred" => Some(100),
        "thousand" => Some(1_000),
        "million" => Some(1_000_000),
        _ => None,
    })
}

fn clean(word: &str) -> String {
    word.to_lowercase()
        .replace('-', " ")
        .trim_matches(|c: char| !c.is_alphanumeric() && !"$€£₹".contains(c))
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_words_and_digits_and_bare_numbers_are_left_alone() {
        let of = |text| find_money(text).map(|money| (money.hundredths, money.currency.unwrap_or("?")));
        assert_eq!(of("I can pay $50 now"), Some((5_000, "USD")));
        assert_eq!(of("ninety dollars."), Some((9_000, "USD")));
        assert_eq!(of("one hundred and fifty rupees"), Some((15_000, "INR")));
        assert_eq!(of("two thousand five hundred rupiah"), Some((250_000, "IDR")));
        assert_eq!(of("1,250.50 euros"), Some((125_050, "EUR")));
        assert_eq!(of("INR 5000"), Some((500_000, "INR")));
        assert_eq!(of("on the fifth, at nine"), None);
        assert_eq!(of("dollars"), None);
    }
}
