//! A watch in virtual time: what raises an alert, what clears it, and when it may be raised again.

use std::time::{Duration, Instant};

use tandem_alerts::{Cause, Input, KeywordRule, Output, Phrase, Settings, Side, Watch, Whose};

struct Call {
    now: Instant,
    watch: Watch,
}

impl Call {
    fn with(settings: Settings) -> Self {
        let mut call = Self { now: Instant::now(), watch: Watch::new(settings) };
        call.tell(Input::Answered);
        call
    }

    fn tell(&mut self, input: Input) -> Vec<Output> {
        self.watch.handle(self.now, input);
        std::iter::from_fn(|| self.watch.poll_output()).collect()
    }

    /// Lets time pass, one deadline after the other.
    fn pass(&mut self, s: u64) -> Vec<Output> {
        let end = self.now + Duration::from_secs(s);
        let mut told = Vec::new();
        while let Some((at, _)) = self.watch.next_deadline().filter(|(at, _)| *at <= end) {
            self.now = self.now.max(at);
            self.watch.tick(self.now);
            told.extend(std::iter::from_fn(|| self.watch.poll_output()));
        }
        self.now = end;
        told
    }

    fn says(&mut self, side: Side, item: &str, text: &str) -> Vec<Output> {
        self.tell(Input::Said { item: item.into(), side, text: text.to_owned().into() })
    }
}

fn seconds(s: u64) -> Option<Duration> {
    Some(Duration::from_secs(s))
}

fn raised(cause: Cause) -> Vec<Output> {
    vec![Output::Raised { cause, side: None, evidence: Vec::new() }]
}

fn cleared(cause: Cause) -> Vec<Output> {
    vec![Output::Cleared { cause }]
}

fn rule(whose: Whose) -> KeywordRule {
    let phrases = ["lawyer", "cancel my account"].iter().filter_map(|text| Phrase::new(text)).collect();
    KeywordRule { name: "risk".into(), phrases, whose, rearm: Duration::from_secs(60) }
}

#[test]
fn a_keyword_is_raised_once_and_again_only_after_its_rest() {
    let mut call = Call::with(Settings { keywords: vec![rule(Whose::Customer)], ..Settings::default() });
    let risk = || Cause::Keyword("risk".into());
    assert_eq!(call.says(Side::Ours, "i1", "You may ask your lawyer."), []);
    let told = call.says(Side::Customer, "i2", "I will call my LAWYER now");
    let expected = Output::Raised { cause: risk(), side: Some(Side::Customer), evidence: vec!["i2".into()] };
    assert_eq!(told, [expected]);
    assert_eq!(call.says(Side::Customer, "i2", "I will call my lawyer now."), [], "the same item, corrected");
    call.pass(30);
    assert_eq!(call.says(Side::Customer, "i3", "cancel my account"), []);
    call.pass(31);
    assert_eq!(call.says(Side::Customer, "i3", "Cancel my account!"), [], "said in the rest");
    let told = call.says(Side::Customer, "i4", "please cancel my account");
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], Output::Cleared { cause: risk() });
    assert_eq!(call.tell(Input::Ended), cleared(risk()));
}

#[test]
fn silence_counts_from_the_last_voice_and_not_in_a_hold() {
    let mut call = Call::with(Settings { silence: seconds(10), ..Settings::default() });
    assert_eq!(call.pass(9), []);
    assert_eq!(call.tell(Input::Voice { side: Side::Ours, active: true }), []);
    assert_eq!(call.pass(60), [], "somebody speaks");
    call.tell(Input::Voice { side: Side::Ours, active: false });
    assert_eq!(call.pass(11), raised(Cause::Silence));
    assert_eq!(call.pass(600), [], "once");
    assert_eq!(call.tell(Input::Voice { side: Side::Customer, active: true }), cleared(Cause::Silence));
    call.tell(Input::Voice { side: Side::Customer, active: false });
    call.tell(Input::Held(true));
    assert_eq!(call.pass(60), []);
    call.tell(Input::Held(false));
    assert_eq!(call.pass(9), []);
    assert_eq!(call.pass(2), raised(Cause::Silence));
}

#[test]
fn a_long_hold_a_long_call_and_cross_talk_are_told() {
    let settings =
        Settings { hold: seconds(20), call: seconds(100), cross_talk: seconds(5), ..Settings::default() };
    let mut call = Call::with(settings);
    call.tell(Input::Held(true));
    assert_eq!(call.pass(19), []);
    assert_eq!(call.pass(2), raised(Cause::LongHold));
    assert_eq!(call.tell(Input::Held(false)), cleared(Cause::LongHold));
    call.tell(Input::Voice { side: Side::Customer, active: true });
    call.tell(Input::Voice { side: Side::Ours, active: true });
    assert_eq!(call.pass(6), raised(Cause::CrossTalk));
    assert_eq!(call.tell(Input::Voice { side: Side::Ours, active: false }), cleared(Cause::CrossTalk));
    assert_eq!(call.pass(100), raised(Cause::LongCall));
    assert_eq!(call.tell(Input::Ended), cleared(Cause::LongCall));
    assert_eq!(call.pass(1_000), []);
}

#[test]
fn sentiment_is_raised_on_what_was_said_lately_and_cleared_by_better_words() {
    let settings = Settings { sentiment: Some(-4), language: "en-US".into(), ..Settings::default() };
    let mut call = Call::with(settings.clone());
    assert_eq!(call.says(Side::Ours, "i0", "terrible horrible awful"), [], "not the customer's");
    assert_eq!(call.says(Side::Customer, "i1", "That is a problem"), []);
    let told = call.says(Side::Customer, "i2", "this is terrible");
    let evidence = vec!["i1".into(), "i2".into()];
    assert_eq!(told, [Output::Raised { cause: Cause::Sentiment, side: None, evidence }]);
    assert_eq!(call.says(Side::Customer, "i3", "fine"), [], "one point is not enough");
    assert_eq!(call.says(Side::Customer, "i4", "great, thanks"), cleared(Cause::Sentiment));
    let mut call = Call::with(Settings { language: "id".into(), ..settings });
    assert_eq!(call.says(Side::Customer, "i1", "terrible horrible awful"), [], "there is no list of it");
}
