//! Who hears whom: each party hums its own tone, and the tones in what each hears tell the matrix.

mod support;

use support::{House, hum, tones};
use tandem_audio::measure;
use tandem_foundation::LegId;
use tandem_media_engine::{MediaConfig, RoomCommand};
use tandem_switchboard::ports::media::{MediaEvent, Sound};

const CUSTOMER: u64 = 1;
const AGENT: u64 = 2;
const SUPERVISOR: u64 = 3;
const ALL: [u64; 3] = [CUSTOMER, AGENT, SUPERVISOR];

fn three() -> House {
    let mut house = House::new(MediaConfig::default());
    ALL.iter().for_each(|&leg| house.connected_phone(leg));
    house
}

fn heard(house: &mut House) -> [Vec<u64>; 3] {
    house.run(60, hum);
    ALL.map(|leg| tones(&house.phone_of(leg).heard_last(20), &ALL))
}

#[test]
fn two_parties_hear_each_other_and_nobody_hears_himself() {
    let mut house = three();
    house.hearing(&[(CUSTOMER, AGENT), (AGENT, CUSTOMER), (AGENT, AGENT)]);
    assert_eq!(heard(&mut house), [vec![AGENT], vec![CUSTOMER], vec![]]);
}

#[test]
fn listening_whispering_and_barging_reach_whom_they_should() {
    let mut house = three();
    let call = [(CUSTOMER, AGENT), (AGENT, CUSTOMER)];
    let listen = [&call[..], &[(SUPERVISOR, CUSTOMER), (SUPERVISOR, AGENT)]].concat();
    house.hearing(&listen);
    assert_eq!(heard(&mut house), [vec![AGENT], vec![CUSTOMER], vec![CUSTOMER, AGENT]]);
    let whisper = [&listen[..], &[(AGENT, SUPERVISOR)]].concat();
    house.hearing(&whisper);
    assert_eq!(heard(&mut house), [vec![AGENT], vec![CUSTOMER, SUPERVISOR], vec![CUSTOMER, AGENT]]);
    let barge = [&whisper[..], &[(CUSTOMER, SUPERVISOR)]].concat();
    house.hearing(&barge);
    assert_eq!(
        heard(&mut house),
        [vec![AGENT, SUPERVISOR], vec![CUSTOMER, SUPERVISOR], vec![CUSTOMER, AGENT]]
    );
    house.hearing(&call);
    assert_eq!(heard(&mut house), [vec![AGENT], vec![CUSTOMER], vec![]]);
}

#[test]
fn sound_crosses_the_room_at_the_quality_of_its_codec() {
    let mut house = three();
    house.hearing(&[(CUSTOMER, AGENT)]);
    house.run(200, hum);
    let reference = tandem_audio::tone::sine(support::pitch(AGENT) as f32, 5_000.0, 8_000, 0);
    let found = measure::align(&reference, &house.phone_of(CUSTOMER).heard_last(60), 160);
    // µ-law alone gives about 38 dB; it is applied twice.
    assert!(found.snr_db > 33.0, "{found:?}");
}

#[test]
fn a_leg_that_is_opened_later_takes_the_place_it_was_given() {
    let mut house = House::new(MediaConfig::default());
    house.connected_phone(CUSTOMER);
    house.hearing(&[(CUSTOMER, AGENT), (AGENT, CUSTOMER)]);
    house.run(10, hum);
    house.connected_phone(AGENT);
    house.run(60, hum);
    assert_eq!(tones(&house.phone_of(CUSTOMER).heard_last(20), &ALL), [AGENT]);
    house.tell(RoomCommand::Close { leg: LegId(AGENT) });
    house.connected_phone(SUPERVISOR);
    house.run(60, hum);
    assert_eq!(
        tones(&house.phone_of(CUSTOMER).heard_last(20), &ALL),
        [0u64; 0],
        "the slot's new owner inherits no listener"
    );
}

#[test]
fn first_audible_is_told_once_per_change_and_only_for_sound_that_reaches_somebody() {
    let mut house = three();
    let audible = |house: &mut House| -> Vec<(LegId, u128)> {
        let start = house.start;
        let found = house.events.iter().filter_map(|event| match event {
            MediaEvent::FirstAudible { leg, at, .. } => Some((*leg, (*at - start).as_millis() / 20)),
            _ => None,
        });
        let found = found.collect();
        house.events.clear();
        found
    };
    house.run(50, hum);
    assert_eq!(audible(&mut house), [], "heard by nobody");
    house.hearing(&[(CUSTOMER, AGENT)]);
    house.run(50, hum);
    assert_eq!(audible(&mut house), [(LegId(AGENT), 50)], "in the very tick of the change");
    house.run(50, |phone, tick| (phone.leg.0 != SUPERVISOR).then(|| hum(phone, tick)).flatten());
    house.hearing(&[(CUSTOMER, AGENT), (CUSTOMER, SUPERVISOR)]);
    house.run(50, |phone, tick| (phone.leg.0 != SUPERVISOR).then(|| hum(phone, tick)).flatten());
    assert_eq!(audible(&mut house), [], "the supervisor is heard but silent");
    house.run(50, hum);
    let told = audible(&mut house);
    assert!(matches!(told[..], [(LegId(SUPERVISOR), 200..=206)]), "{told:?}");
}

#[test]
fn a_sound_is_for_one_leg_alone() {
    let mut house = three();
    house.hearing(&[(CUSTOMER, AGENT), (AGENT, CUSTOMER)]);
    house.tell(RoomCommand::Sound { leg: LegId(CUSTOMER), sound: Some(Sound::Ringback) });
    house.run(40, |_, _| None);
    let level = measure::tone_level(&house.phone_of(CUSTOMER).heard_last(20), 425.0);
    assert!(level > 4_000.0, "{level}");
    assert!(house.phone_of(AGENT).heard().iter().all(|s| s.abs() < 16));
    house.tell(RoomCommand::Sound { leg: LegId(CUSTOMER), sound: Some(Sound::HoldMusic) });
    house.wait(100);
    assert!(measure::rms(&house.phone_of(CUSTOMER).heard_last(50)) > 200.0);
    house.tell(RoomCommand::Sound { leg: LegId(CUSTOMER), sound: None });
    house.wait(2);
    assert!(house.phone_of(CUSTOMER).heard_last(1).iter().all(|s| s.abs() < 16));
}
