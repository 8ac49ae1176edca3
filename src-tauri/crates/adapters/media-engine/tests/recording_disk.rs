//! Recordings as Ogg-Opus, their pauses and hashes, and a disk that is full.

mod support;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use support::{House, hum, tones};
use tandem_audio::ogg_opus::OggOpusReader;
use tandem_audio::{FRAME, wav};
use tandem_foundation::LegId;
use tandem_media_engine::{MediaConfig, MediaEngine, RoomCommand};
use tandem_switchboard::ports::media::{Media as _, MediaEvent, RecordingPlan, WrittenRecording};

const BOTH: [u64; 2] = [1, 2];

/// A customer, an agent, and a recording.
fn call(path: &Path) -> House {
    let mut house = House::new(MediaConfig::default());
    BOTH.iter().for_each(|&leg| house.connected_phone(leg));
    house.hearing(&[(1, 2), (2, 1)]);
    record(&mut house, path);
    house
}

fn record(house: &mut House, path: &Path) {
    let plan = RecordingPlan { path: path.to_owned(), left: vec![LegId(1)], lead: std::time::Duration::ZERO };
    house.tell(RoomCommand::StartRecording { plan });
}

fn stop(house: &mut House) -> WrittenRecording {
    house.tell(RoomCommand::StopRecording);
    house.writer.turn();
    match house.written.try_recv() {
        Ok(MediaEvent::RecordingClosed { file, .. }) => file,
        other => panic!("the recording is closed: {other:?}"),
    }
}

/// Both channels of an Ogg-Opus file.
fn decoded(path: &Path) -> [Vec<i16>; 2] {
    let mut reader = OggOpusReader::new(File::open(path).expect("the file is there")).expect("Ogg-Opus");
    let mut both = Vec::new();
    while reader.read(&mut both).expect("whole packets") {}
    [0, 1].map(|side| both.iter().skip(side).step_by(2).copied().collect())
}

fn sha256(path: &Path) -> String {
    let bytes = std::fs::read(path).expect("the file is there");
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn ogg_has_the_same_two_sides_in_a_fraction_of_the_space() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.ogg");
    let mut house = call(&path);
    house.run(200, hum);
    let file = stop(&mut house);
    assert_eq!((file.frames, file.duration_ms()), (200 * FRAME as u64, 4_000));
    assert!(file.bytes < 30_000, "4 s of WAV are 128 000 bytes, this is {}", file.bytes);
    let sides = decoded(&path);
    assert_eq!(tones(&sides[0][16_000..30_000], &BOTH), [1]);
    assert_eq!(tones(&sides[1][16_000..30_000], &BOTH), [2]);
}

#[test]
fn the_hash_is_of_the_file_as_it_lies_on_disk_and_an_altered_byte_changes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["call.wav", "call.ogg"] {
        let path = folder.path().join(name);
        let mut house = call(&path);
        house.run(100, hum);
        let file = stop(&mut house);
        assert_eq!(file.sha256, sha256(&path), "{name}");
        assert_eq!(file.bytes, std::fs::metadata(&path).expect("there").len());
        let mut bytes = std::fs::read(&path).expect("read");
        bytes[100] ^= 1;
        std::fs::write(&path, bytes).expect("written");
        assert_ne!(file.sha256, sha256(&path), "{name}");
    }
}

#[test]
fn a_pause_is_silence_of_the_same_length() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.wav");
    let mut house = call(&path);
    for paused in [true, false] {
        house.run(50, hum);
        house.tell(RoomCommand::PauseRecording { paused });
        house.writer.turn();
    }
    house.run(50, hum);
    assert_eq!(stop(&mut house).frames, 150 * FRAME as u64);
    let channels = wav::read(&std::fs::read(&path).expect("read")).expect("WAV").1;
    for (side, own) in [(0, 1), (1, 2)] {
        let second = |n: usize| &channels[side][n * 50 * FRAME + 1_600..(n + 1) * 50 * FRAME];
        assert_eq!(tones(second(0), &BOTH), [own]);
        let paused = &channels[side][50 * FRAME..100 * FRAME];
        assert!(paused.iter().all(|&sample| sample == 0), "nothing of the pause is on disk");
        assert_eq!(tones(second(2), &BOTH), [own]);
    }
    assert_eq!(tones(&house.phone_of(2).heard()[60 * FRAME..90 * FRAME], &BOTH), [1], "the call goes on");
}

#[test]
fn an_ogg_file_cut_anywhere_plays_to_within_a_second_of_the_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.ogg");
    let mut house = call(&path);
    house.run(250, hum);
    house.writer.turn();
    // Neither stopped nor dropped: what a kill leaves behind.
    std::mem::forget(house);
    let bytes = std::fs::read(&path).expect("read");
    let (events, _kept) = tokio::sync::mpsc::unbounded_channel();
    let engine = MediaEngine::start(MediaConfig::default(), events);
    for cut in [bytes.len(), bytes.len() - 1, bytes.len() / 2, bytes.len() / 3] {
        std::fs::write(&path, &bytes[..cut]).expect("cut");
        let file = engine.repair_recording(&path).expect("repaired");
        let there = 5_000 * cut as i64 / bytes.len() as i64;
        assert!(file.duration_ms() >= there - 1_000, "{} of {there} ms", file.duration_ms());
        assert_eq!(file.sha256, sha256(&path));
        let samples = decoded(&path)[0].len() as i64;
        assert!((samples / 8 - file.duration_ms()).abs() <= 40, "{samples} samples");
    }
    std::fs::write(&path, &bytes[..40]).expect("cut");
    assert_eq!(engine.repair_recording(&path), None, "there is no sound to save");
}

/// A small disk in memory; gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this process may not mount.
    fn mount(folder: &Path, kib: u32) -> Option<Self> {
        let size = format!("size={kib}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(folder.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// What came of a recording that could not go on.
fn failure(house: &mut House) -> Option<WrittenRecording> {
    match house.written.try_recv() {
        Ok(MediaEvent::RecordingFailed { kept, .. }) => kept,
        other => panic!("the recording failed: {other:?}"),
    }
}

#[test]
fn a_full_disk_keeps_what_it_has_and_takes_the_next_recording_once_there_is_space() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(_disk) = SmallDisk::mount(folder.path(), 128) else { return };
    let path = folder.path().join("call.wav");
    let mut house = call(&path);
    for _ in 0..8 {
        house.run(50, hum);
        house.writer.turn();
    }
    let kept = failure(&mut house).expect("three seconds fitted");
    assert!((2_000..4_200).contains(&kept.duration_ms()), "{} ms", kept.duration_ms());
    assert_eq!(kept.sha256, sha256(&path));
    assert_eq!(tones(&house.phone_of(2).heard_last(50), &BOTH), [1], "the call goes on");

    let next = folder.path().join("next.wav");
    record(&mut house, &next);
    house.run(50, hum);
    house.writer.turn();
    assert_eq!(failure(&mut house), None, "not recorded");
    assert!(!next.exists(), "an empty file would take the space that others lack");

    std::fs::remove_file(&path).expect("freed");
    record(&mut house, &next);
    house.run(50, hum);
    house.writer.turn();
    assert_eq!(stop(&mut house).duration_ms(), 1_000);
}

#[test]
fn the_space_laid_aside_carries_a_recording_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(_disk) = SmallDisk::mount(folder.path(), 512) else { return };
    let mut house = call(&folder.path().join("call.wav"));
    house.writer.keep_space(folder.path(), 128 << 10);
    house.writer.turn();
    let ballast = folder.path().join(".ballast");
    assert_eq!(std::fs::metadata(&ballast).expect("laid aside").len(), 128 << 10);
    std::fs::write(folder.path().join("others"), vec![1; 352 << 10]).expect("written by others");
    for _ in 0..3 {
        house.run(50, hum);
        house.writer.turn();
    }
    assert!(!ballast.exists(), "given free");
    assert_eq!(stop(&mut house).duration_ms(), 3_000);
}

#[test]
fn a_device_that_takes_nothing_is_told_and_the_call_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.ogg");
    std::os::unix::fs::symlink("/dev/full", &path).expect("a link");
    let mut house = call(&path);
    house.run(50, hum);
    house.writer.turn();
    assert_eq!(failure(&mut house), None);
    // Nobody reads the ring any more: it fills up, and nothing waits for it.
    let begun = std::time::Instant::now();
    house.run(400, hum);
    assert!(begun.elapsed() < Duration::from_secs(8));
    assert_eq!(tones(&house.phone_of(2).heard_last(20), &BOTH), [1]);
}

#[test]
fn what_is_taken_back_is_silence_in_a_wav_file_and_the_rest_is_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.wav");
    let mut house = call(&path);
    house.run(100, hum);
    house.tell(RoomCommand::BlankRecording { frames: 30 });
    house.tell(RoomCommand::PauseRecording { paused: true });
    house.run(50, hum);
    house.tell(RoomCommand::PauseRecording { paused: false });
    house.run(50, hum);
    let written = stop(&mut house);
    assert_eq!(written.sha256, sha256(&path), "the hash is of the file as it is");
    let bytes = std::fs::read(&path).expect("the file is there");
    let samples: Vec<i16> =
        bytes[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    let frame = |n: usize| &samples[n * FRAME * 2..(n + 1) * FRAME * 2];
    let loud = |n: usize| frame(n).iter().any(|sample| sample.unsigned_abs() > 500);
    let first_silent = (20..100).find(|n| !loud(*n)).expect("something was taken back");
    assert!((65..=75).contains(&first_silent), "{first_silent}");
    assert!((first_silent..150).all(|n| frame(n).iter().all(|sample| *sample == 0)));
    assert!((160..190).all(loud), "recorded again");
}

#[test]
fn a_recording_that_begins_later_begins_with_silence() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.wav");
    let mut house = House::new(MediaConfig::default());
    BOTH.iter().for_each(|&leg| house.connected_phone(leg));
    house.hearing(&[(1, 2), (2, 1)]);
    let plan = RecordingPlan { path, left: vec![LegId(1)], lead: Duration::from_secs(3) };
    house.tell(RoomCommand::StartRecording { plan });
    house.run(50, hum);
    assert_eq!(stop(&mut house).frames, 200 * FRAME as u64);
}
