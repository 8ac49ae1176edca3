//! Texts and word lists by language, and the defaults that are the same in all.

use std::time::Duration;

use crate::settings::{Settings, WhenFailed};

/// One language's texts and word lists; lists are comma-separated.
struct Language {
    code: &'static str,
    acknowledgements: &'static str,
    stop_words: &'static str,
    opt_out_phrases: &'static str,
    opt_out_exceptions: &'static str,
    trailing_words: &'static str,
    complete_endings: &'static str,
    lone_words: &'static str,
    number_words: &'static str,
    number_requests: &'static str,
    request_words: &'static str,
    idle_prompts: [&'static str; 2],
    fillers: [&'static str; 2],
    longest_call_warning: &'static str,
    apology: &'static str,
    failure: &'static str,
    unheard: &'static str,
    callback: &'static str,
    goodbye: &'static str,
    opt_out_confirmation: &'static str,
    resume_line: &'static str,
    bridge_line: &'static str,
    transfer_announcement: &'static str,
    transfer_failed: &'static str,
    transfer_waiting: &'static str,
}

/// The first is the fallback for languages that are not here yet.
const LANGUAGES: &[Language] = &[ENGLISH];

const ENGLISH: Language = Language {
    code: "en",
    acknowledgements: "mm hm, mm-hmm, mhm, mm, hm, hmm, uh huh, uh-huh, uhhuh, uh, um, ah, aha, oh, ooh, yeah, yea, yep, \
        yup, yes, ok, okay, k, right, sure, got it, i see, alright, all right, understood, of course, great, good, \
        fine, cool, nice, perfect, exactly, correct, true, indeed, thanks, thank you, oh okay, fair enough, \
        makes sense, no problem, hello, hi, hey, huh",
    stop_words: "stop, wait, hold on, hang on, no, nope, quiet, enough, actually, but, excuse me, sorry but, \
        one second, one moment, just a second, just a moment, shut up, listen, cancel, not now",
    opt_out_phrases: "stop calling, remove me, take me off your list, take me off the list, do not call, don't call me, \
        never call me, no more calls, quit calling, unsubscribe me",
    opt_out_exceptions: "do not stop calling, don't stop calling, why do not call, did not ask you to stop calling",
    trailing_words: "and, but, or, so, um, uh, er, hmm, because, cause, if, when, then, that, the, a, an, my, to, of, for, \
        with, from, at, in, like, well, is, are, was, maybe, i mean, you know, let me see, let me think, \
        hold on, wait",
    complete_endings: "yes, no, yes please, no thanks, thanks, thank you, please, bye, goodbye, okay, ok, sure, yes i am, \
        yes it is, that's right, that is right, speaking, this is me, of course, correct, tomorrow, today, \
        i don't know, never mind",
    lone_words: "what, why, how, who, when, where, which, pardon, sorry, repeat, again, help, operator, agent, person, \
        human, representative, goodbye, bye, question",
    number_words: "zero, oh, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, twenty, thirty, \
        forty, fifty, sixty, seventy, eighty, ninety, hundred, thousand, double, triple",
    number_requests: "number, digits, digit, code, pin, spell, spelling, date of birth, birthday, postcode, postal code, \
        zip, zip code, amount, account, card, reference, phone, letters",
    request_words: "please, tell me, give me, say, enter, could you, can you, spell, i need, may i have",
    idle_prompts: ["Are you still there?", "I cannot hear you. Are you there?"],
    fillers: ["One moment, please.", "I am still looking into that."],
    longest_call_warning: "I have to end this call in about a minute.",
    apology: "I am sorry, I have a technical problem. Could you say that again, please?",
    failure: "I am sorry, I have a technical problem and cannot go on.",
    unheard: "I am sorry, I cannot hear you well.",
    callback: "We will call you back as soon as we can. Goodbye.",
    goodbye: "Thank you for your time. Goodbye.",
    opt_out_confirmation: "I understand. We will not call you again. Goodbye.",
    resume_line: "I am sorry, we lost my colleague. I am back with you.",
    bridge_line: "Thank you. I am taking over from {person} again.",
    transfer_announcement: "I will connect you now. Please stay on the line.",
    transfer_failed: "I am sorry, nobody is free to take your call at the moment. I will go on helping you.",
    transfer_waiting: "Thank you for waiting. I am still trying to reach somebody.",
};

impl Settings {
    /// The defaults with the texts and word lists of a language (`en`, `en-US`); English where it is not known.
    pub fn for_language(language: &str) -> Self {
        let primary = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let of = LANGUAGES.iter().find(|known| known.code == primary).unwrap_or(&ENGLISH);
        Self { language: language.to_owned(), ..defaults(of) }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::for_language("en")
    }
}

fn list(words: &str) -> Vec<String> {
    words.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

fn defaults(of: &Language) -> Settings {
    let (ms, s) = (Duration::from_millis, Duration::from_secs);
    Settings {
        first_message: String::new(),
        system_prompt: String::new(),
        language: of.code.to_owned(),
        end_of_turn_min: ms(300),
        end_of_turn_voice_only: ms(500),
        end_of_turn_max: ms(2_500),
        recogniser_p99: ms(1_000),
        barge_in_pause: ms(200),
        barge_in_commit: ms(500),
        false_interruption_resume: ms(1_500),
        speech_start_grace: ms(500),
        first_message_interruptible: true,
        idle_prompt_after: s(10),
        idle_prompts: 2,
        idle_prompt_texts: of.idle_prompts.map(str::to_owned).to_vec(),
        idle_hang_up_after: s(10),
        longest_call: s(600),
        longest_call_warning: s(540),
        longest_call_warning_text: of.longest_call_warning.to_owned(),
        filler_first: ms(1_200),
        filler_every: s(6),
        filler_most: 2,
        longest_silence: ms(1_600),
        filler_least: ms(500),
        fillers: of.fillers.map(str::to_owned).to_vec(),
        apology: of.apology.to_owned(),
        failure_line: of.failure.to_owned(),
        unheard_line: of.unheard.to_owned(),
        callback_line: of.callback.to_owned(),
        when_failed: WhenFailed::Goodbye,
        goodbye: of.goodbye.to_owned(),
        opt_out_confirmation: of.opt_out_confirmation.to_owned(),
        resume_line: of.resume_line.to_owned(),
        bridge_line: of.bridge_line.to_owned(),
        transfer_announcement: of.transfer_announcement.to_owned(),
        transfer_failed_line: of.transfer_failed.to_owned(),
        acknowledgements: list(of.acknowledgements),
        stop_words: list(of.stop_words),
        opt_out_phrases: list(of.opt_out_phrases),
        opt_out_key: Some('9'),
        key_rules: Vec::new(),
        digit_gap: s(3),
        speculative_replies: true,
        fade_out_ms: 40,
        speculative_after: ms(150),
        speculative_tries: 3,
        speculative_longest: s(10),
        voice_stop_delay: ms(200),
        repair_window: ms(300),
        first_message_grace: ms(800),
        resume_rewind_ms: 200,
        model_patience: s(15),
        model_gap: s(4),
        tool_patience: s(30),
        voice_patience: s(15),
        transfer_waiting_line: of.transfer_waiting.to_owned(),
        transfer_waiting_every: s(15),
        opt_out_exceptions: list(of.opt_out_exceptions),
        trailing_words: list(of.trailing_words),
        complete_endings: list(of.complete_endings),
        lone_words: list(of.lone_words),
        number_words: list(of.number_words),
        number_requests: list(of.number_requests),
        request_words: list(of.request_words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_of_a_language_has_its_lists_and_an_unknown_language_has_the_fallback() {
        let american = Settings::for_language("en-US");
        assert_eq!(american.language, "en-US");
        assert!(american.stop_words.contains(&"hold on".to_owned()));
        assert_eq!(Settings::for_language("xx").stop_words, american.stop_words);
    }
}
