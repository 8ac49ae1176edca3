//! An assistant's speech on its way to the customer's telephone: what is counted is what was in the packets.

mod support;

use support::House;
use tandem_audio::{FRAME, measure, tone};
use tandem_foundation::LegId;
use tandem_media_engine::{MediaConfig, RoomCommand};
use tandem_switchboard::ports::media::{MediaEvent, RtpTerms, SpeechId};

const CUSTOMER: u64 = 1;
const ASSISTANT: LegId = LegId(9);

fn call() -> House {
    let mut house = House::new(MediaConfig::default());
    house.connected_phone(CUSTOMER);
    house.tell(RoomCommand::OpenSpeaker { leg: ASSISTANT });
    house.hearing(&[(CUSTOMER, ASSISTANT.0)]);
    house.wait(5);
    house
}

fn say(house: &mut House, id: u64, samples: Vec<i16>, last: bool) {
    house.tell(RoomCommand::Speak { leg: ASSISTANT, speech: SpeechId(id), samples, last });
}

fn stopped(house: &House) -> Vec<(u64, u64, bool)> {
    let stopped = house.events.iter().filter_map(|event| match event {
        MediaEvent::SpeechStopped { speech, samples, complete, .. } => Some((speech.0, *samples, *complete)),
        _ => None,
    });
    stopped.collect()
}

#[test]
fn speech_arrives_whole_in_the_tick_it_was_given_and_its_end_is_told() {
    let mut house = call();
    let words = tone::noise(8, 9_000.0, 8_000);
    let before = house.phone_of(CUSTOMER).heard().len();
    for (n, piece) in words.chunks(3_000).enumerate() {
        say(&mut house, 1, piece.to_vec(), n == 2);
    }
    house.wait(60);
    let heard = house.phone_of(CUSTOMER).heard()[before..].to_vec();
    let found = measure::align(&words, &heard, FRAME);
    assert!(found.offset == 0 && found.snr_db > 33.0, "{found:?}");
    assert_eq!(stopped(&house), [(1, 8_000, true)]);
    let first = house.events.iter().find_map(|event| match event {
        MediaEvent::SpeechStarted { at, .. } => Some(*at),
        _ => None,
    });
    assert_eq!(first, Some(house.start + std::time::Duration::from_millis(100)));
    let progress = house.events.iter().filter(|e| matches!(e, MediaEvent::SpeechProgress { .. })).count();
    assert!((9..=10).contains(&progress), "{progress} reports in a second");
}

#[test]
fn a_flush_reports_exactly_the_samples_that_are_in_the_packets() {
    for (ticks, fade_ms) in [(7, 20), (13, 60), (4, 33), (9, 0)] {
        let mut house = call();
        let before = house.phone_of(CUSTOMER).heard().len();
        say(&mut house, 1, vec![9_000; 80_000], true);
        house.wait(ticks);
        house.tell(RoomCommand::FlushSpeech { leg: ASSISTANT, fade_ms });
        house.wait(20);
        let heard = house.phone_of(CUSTOMER).heard()[before..].to_vec();
        let sounding = heard.iter().rposition(|&s| s > 300).map_or(0, |at| at + 1);
        let [(1, samples, false)] = stopped(&house)[..] else { panic!("{:?}", stopped(&house)) };
        assert_eq!(samples, u64::from(ticks) * 160 + u64::from(fade_ms) * 8);
        // The fade's very end is too quiet to be told from silence.
        assert!(sounding as u64 <= samples && sounding as u64 + 20 >= samples, "{sounding} of {samples}");
    }
}

#[test]
fn on_hold_the_speech_waits_and_goes_on_where_it_was() {
    let mut house = call();
    say(&mut house, 1, tone::noise(5, 9_000.0, 1_600), true);
    house.wait(3);
    let hold = RtpTerms { send: false, ..House::terms(CUSTOMER) };
    house.tell(RoomCommand::Connect { leg: LegId(CUSTOMER), terms: hold });
    let packets = house.phone_of(CUSTOMER).got.len();
    house.wait(50);
    assert_eq!(house.phone_of(CUSTOMER).got.len(), packets, "nothing is sent to a peer that put us on hold");
    assert_eq!(stopped(&house), []);
    house.tell(RoomCommand::Connect { leg: LegId(CUSTOMER), terms: House::terms(CUSTOMER) });
    house.wait(20);
    let heard = house.phone_of(CUSTOMER).heard();
    let found = measure::align(&tone::noise(5, 9_000.0, 1_600), &heard, 10 * FRAME);
    assert!(found.snr_db > 33.0, "{found:?}");
    assert_eq!(stopped(&house), [(1, 1_600, true)]);
}

#[test]
fn taking_the_floor_away_and_flushing_in_one_tick_still_fades() {
    let mut house = call();
    say(&mut house, 1, vec![9_000; 80_000], true);
    house.wait(10);
    let before = house.phone_of(CUSTOMER).heard().len();
    house.hearing(&[]);
    house.tell(RoomCommand::FlushSpeech { leg: ASSISTANT, fade_ms: 40 });
    house.wait(3);
    let heard = house.phone_of(CUSTOMER).heard()[before..].to_vec();
    assert!(heard[0] > 8_000 && heard[150] < 1_000, "{} {}", heard[0], heard[150]);
    assert!(heard[160..].iter().all(|s| s.abs() < 16));
    assert_eq!(
        stopped(&house),
        [(1, 1_760, false)],
        "what faded out within the hearing's 20 ms counts, no more"
    );
}
