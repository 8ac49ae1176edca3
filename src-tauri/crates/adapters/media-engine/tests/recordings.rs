//! Recordings: the right people on the right side, whole after a stop, playable after a crash.

mod support;

use std::path::Path;

use support::{House, hum, tones};
use tandem_audio::{FRAME, wav};
use tandem_foundation::LegId;
use tandem_media_engine::{MediaConfig, RoomCommand};
use tandem_switchboard::ports::media::{MediaEvent, RecordingPlan, Sound};

const ALL: [u64; 4] = [1, 2, 3, 4];

/// Customer 1, agent 2, whisperer 3 (heard by the agent), listener 4.
fn call(path: &Path) -> House {
    let mut house = House::new(MediaConfig::default());
    ALL.iter().for_each(|&leg| house.connected_phone(leg));
    house.hearing(&[(1, 2), (2, 1), (2, 3), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3)]);
    house.tell(RoomCommand::Sound { leg: LegId(1), sound: Some(Sound::HoldMusic) });
    let plan = RecordingPlan { path: path.to_owned(), left: vec![LegId(1)], lead: std::time::Duration::ZERO };
    house.tell(RoomCommand::StartRecording { plan });
    house
}

fn channels(path: &Path) -> Vec<Vec<i16>> {
    let bytes = std::fs::read(path).expect("the file is there");
    wav::read(&bytes).expect("it is a WAV file").1
}

#[test]
fn left_is_the_customer_and_right_is_what_the_customer_hears_of_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("2026/11/call.wav");
    let mut house = call(&path);
    for _ in 0..6 {
        house.run(25, hum);
        house.writer.turn();
    }
    house.tell(RoomCommand::StopRecording);
    house.writer.turn();
    let Ok(MediaEvent::RecordingClosed { path: told, file, .. }) = house.written.try_recv() else {
        panic!("the recording is closed");
    };
    assert_eq!((told, file.frames), (path.clone(), 150 * 160));
    let channels = channels(&path);
    assert_eq!(channels.iter().map(Vec::len).collect::<Vec<_>>(), [24_000, 24_000]);
    assert_eq!(tones(&channels[0][16_000..], &ALL), [1]);
    assert_eq!(tones(&channels[1][16_000..], &ALL), [2], "neither the whisper nor the listener's microphone");
}

#[test]
fn a_plan_without_left_legs_has_everybody_who_is_heard_on_both_sides() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("room.wav");
    let mut house = House::new(MediaConfig::default());
    ALL.iter().for_each(|&leg| house.connected_phone(leg));
    // Nobody hears the fourth.
    house.hearing(&[(1, 2), (2, 1), (1, 3), (2, 3)]);
    let plan = RecordingPlan { path: path.clone(), left: Vec::new(), lead: std::time::Duration::ZERO };
    house.tell(RoomCommand::StartRecording { plan });
    house.run(100, hum);
    house.tell(RoomCommand::StopRecording);
    house.writer.turn();
    for channel in channels(&path) {
        assert_eq!(tones(&channel[4_000..], &ALL), [1, 2, 3]);
    }
}

#[test]
fn a_barge_comes_to_the_right_when_it_is_heard() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.wav");
    let mut house = call(&path);
    house.run(50, hum);
    house.hearing(&[(1, 2), (2, 1), (1, 3), (3, 1)]);
    house.run(50, hum);
    house.tell(RoomCommand::StopRecording);
    house.writer.turn();
    let right = &channels(&path)[1];
    assert_eq!(tones(&right[4_800..8_000], &ALL), [2]);
    assert_eq!(tones(&right[8_160..], &ALL), [2, 3]);
}

#[test]
fn what_the_writer_had_written_plays_although_the_process_died() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.wav");
    let mut house = call(&path);
    house.run(50, hum);
    house.writer.turn();
    std::thread::sleep(std::time::Duration::from_millis(1_010));
    house.run(50, hum);
    house.writer.turn();
    house.run(20, hum);
    // Neither stopped nor dropped: what a kill leaves behind.
    std::mem::forget(house);
    let channels = channels(&path);
    assert_eq!(channels[0].len(), 100 * FRAME);
    assert_eq!(tones(&channels[0][8_000..], &ALL), [1]);
}

#[test]
fn a_disk_that_stands_still_costs_silence_and_not_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.wav");
    let mut house = call(&path);
    house.run(50, hum);
    house.writer.turn();
    house.run(400, hum);
    house.writer.turn();
    house.run(50, hum);
    house.tell(RoomCommand::StopRecording);
    house.writer.turn();
    let channels = channels(&path);
    assert_eq!(channels[0].len(), 500 * FRAME);
    assert_eq!(tones(&channels[0][350 * FRAME..400 * FRAME], &ALL), [0u64; 0]);
    assert_eq!(tones(&channels[0][460 * FRAME..], &ALL), [1]);
}

#[test]
fn a_recording_that_cannot_be_written_is_told_and_the_call_goes_on() {
    let mut house = call(Path::new("/dev/null/call.wav"));
    house.run(50, hum);
    house.writer.turn();
    house.run(50, hum);
    assert!(matches!(house.written.try_recv(), Ok(MediaEvent::RecordingFailed { .. })));
    assert_eq!(tones(&house.phone_of(2).heard_last(20), &ALL), [1, 3]);
}
