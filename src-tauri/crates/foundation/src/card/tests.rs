//! Card numbers that have to be found, and numbers that are none.

use super::*;

/// A generator with a seed (Steele, Lea and Flood's SplitMix64): the same numbers on every machine.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("small")
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.below(10)).expect("a digit"))).collect()
    }
}

fn with_check_digit(body: &str) -> String {
    (0..=9)
        .map(|check| format!("{body}{check}"))
        .find(|number| passes_luhn(&values(number)))
        .expect("one of ten digits is the check digit")
}

fn card(seeded: &mut Seeded) -> String {
    let schemes = [
        ("4", 16),
        ("4", 13),
        ("4", 19),
        ("51", 16),
        ("2221", 16),
        ("34", 15),
        ("37", 15),
        ("36", 14),
        ("6011", 16),
        ("3528", 16),
        ("62", 16),
        ("62", 19),
        ("2202", 16),
        ("9417", 16),
    ];
    let (prefix, length) = schemes[seeded.below(schemes.len())];
    let rest = seeded.digits(length - prefix.len() - 1);
    with_check_digit(&format!("{prefix}{rest}"))
}

const ENGLISH: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const INDONESIAN: [&str; 10] =
    ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"];
const RUSSIAN: [&str; 10] =
    ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"];

fn spoken(number: &str, words: &[&str; 10]) -> String {
    number.bytes().map(|byte| words[usize::from(byte - b'0')]).collect::<Vec<_>>().join(" ")
}

fn grouped(number: &str, by: &str) -> String {
    let groups: Vec<&str> =
        (0..number.len()).step_by(4).map(|at| &number[at..number.len().min(at + 4)]).collect();
    groups.join(by)
}

/// Digits said in pairs: "forty one eleven double two".
fn paired(number: &str) -> String {
    let teens = [
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
    let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let digits = values(number);
    let mut words = Vec::new();
    for pair in digits.chunks(2) {
        match *pair {
            [a, b] if a == b => words.push(format!("double {}", ENGLISH[usize::from(a)])),
            [1, b] => words.push(teens[usize::from(b)].to_owned()),
            [a, 0] if a > 1 => words.push(tens[usize::from(a)].to_owned()),
            [a, b] if a > 1 => words.push(format!("{}-{}", tens[usize::from(a)], ENGLISH[usize::from(b)])),
            _ => words.extend(pair.iter().map(|digit| ENGLISH[usize::from(*digit)].to_owned())),
        }
    }
    words.join(" ")
}

fn said(seeded: &mut Seeded, number: &str) -> String {
    let written = match seeded.below(9) {
        0 => number.to_owned(),
        1 => grouped(number, " "),
        2 => grouped(number, "-"),
        3 => grouped(number, ". "),
        4 => grouped(number, ", um, "),
        5 => spoken(number, &ENGLISH),
        6 => spoken(number, &INDONESIAN),
        7 => spoken(number, &RUSSIAN),
        _ => paired(number),
    };
    match seeded.below(5) {
        0 => written,
        1 => format!("Sure, my card number is {written}."),
        2 => format!("It's {written}, expires 12/27 and the code is 123."),
        3 => format!("I live at number 12 and the card is {written} thank you"),
        _ => format!("{written} okay?"),
    }
}

fn all_digits(text: &str) -> String {
    read::runs(text, Reading::Joined)
        .iter()
        .flat_map(|run| &run.digits)
        .map(|digit| char::from(b'0' + digit.value))
        .collect()
}

#[test]
fn of_two_hundred_card_numbers_none_is_left() {
    let mut seeded = Seeded(7);
    for n in 0..200 {
        let number = card(&mut seeded);
        let text = said(&mut seeded, &number);
        let masked = mask(&text).unwrap_or_else(|| panic!("{n}: {number} is left in {text:?}"));
        assert!(masked.contains(CARD_NUMBER), "{n}: {masked:?}");
        let left = all_digits(&masked);
        assert!(left.len() <= 4, "{n}: {left:?} is left of {number} in {masked:?}");
        assert!(!text.contains("code is 123") || !masked.contains("123"), "{masked:?}");
    }
}

#[test]
fn of_two_hundred_other_numbers_none_is_taken_for_a_card() {
    let mut seeded = Seeded(11);
    let mut wrong = Vec::new();
    for n in 0..200 {
        let number = match n % 8 {
            0 => format!("+62 812 {} {}", seeded.digits(4), seeded.digits(4)),
            1 => format!("+996 {} {} {}", seeded.digits(3), seeded.digits(3), seeded.digits(3)),
            2 => format!("0812-{}-{}", seeded.digits(4), seeded.digits(4)),
            3 => {
                format!("{:02}.{:02}.19{:02}", 1 + seeded.below(28), 1 + seeded.below(12), seeded.below(100))
            }
            4 => spoken(&seeded.digits(10), &ENGLISH),
            5 => format!("{} rupiah", seeded.digits(7)),
            6 => seeded.digits(12),
            _ => {
                // An account number whose last digit is not the check digit.
                let length = 13 + seeded.below(4);
                let good = with_check_digit(&format!("1{}", seeded.digits(length - 2)));
                let last = good.bytes().last().expect("not empty") - b'0';
                format!(
                    "{}{}",
                    &good[..good.len() - 1],
                    (last + 1 + u8::try_from(seeded.below(9)).expect("small")) % 10
                )
            }
        };
        let text = format!("You can use {number} for that.");
        if mask(&text).is_some() {
            wrong.push(text);
        }
    }
    assert!(wrong.is_empty(), "{} of 200 were taken for cards: {wrong:?}", wrong.len());
}

#[test]
fn a_number_said_in_two_breaths_is_taken_out_of_both() {
    let (earlier, later) =
        mask_across("it is 4111 1111", "1111, uh, one one one one. That's it").expect("a card number");
    assert_eq!((earlier.as_str(), later.as_str()), ("it is [card number]", "[card number]. That's it"));
    assert_eq!(mask_across("it is 4111 1111 I think", "1111 1111"), None, "other words part it");
    assert_eq!(mask_across("it is 4111 1111", "1111 1112"), None);
}

#[test]
fn what_is_keyed_is_known_at_the_last_key_and_not_before() {
    let number = "4111111111111111";
    let known: Vec<bool> = (1..=16).map(|end| ends_card_number(&number[..end])).collect();
    assert_eq!(known.iter().position(|known| *known), Some(15));
    assert!(ends_card_number("24111111111111111"), "after the key of a menu");
    assert!(!is_card_number("4111111111111112") && !is_card_number("0000000000000000"));
}

#[test]
fn a_piece_of_a_number_is_taken_out_where_a_number_is_known_to_be() {
    assert_eq!(mask_pieces("4111 1111 1111 111 ok").as_deref(), Some("[card number] ok"));
    assert_eq!(mask_pieces("in 12 days"), None);
}
