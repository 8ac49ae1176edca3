//! Recordings are read in ranges and never from outside the data directory.

use tandem_switchboard::records::{Recording, RecordingFormat, UserRole};

use crate::support::{Show, World, body, code};

/// A second of stereo with one loud sample on the right.
fn wav() -> Vec<u8> {
    let mut data = vec![0; 8_000 * 4];
    data[4 * 4_000 + 2..4 * 4_000 + 4].copy_from_slice(&i16::MIN.to_le_bytes());
    let mut file =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x40\x1f\0\0\0\x7d\0\0\x04\0\x10\0data".to_vec();
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

async fn world(file: &str, complete: bool) -> (World, Show) {
    let world = World::new().await;
    std::fs::create_dir(world.data.path().join("recordings")).expect("directory");
    std::fs::write(world.data.path().join("recordings/a.wav"), wav()).expect("file");
    let recording = Recording {
        id: "rec_1".into(),
        file: file.to_owned(),
        duration_ms: 1_000,
        complete,
        state: None,
        format: RecordingFormat::Wav,
        bytes: None,
        sha256: None,
    };
    world.store.data.lock().calls[0].recording = Some(recording);
    let show = world.session("org_1", UserRole::Supervisor);
    (world, show)
}

#[tokio::test]
async fn a_range_of_the_file_is_served() {
    let (world, show) = world("recordings/a.wav", true).await;
    let path = "/calls/call_org_1/recording";
    let whole = world.get(&show, path).await;
    assert_eq!(
        (whole.status().as_u16(), &whole.headers()["content-type"]),
        (200, &"audio/wav".parse().expect("type"))
    );
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    assert_eq!(whole.headers()["cache-control"], "no-store");
    assert_eq!(whole.bytes().await.expect("body"), wav());
    let part =
        world.request(&show, "GET", path).header("range", "bytes=4-11").send().await.expect("answered");
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], format!("bytes 4-11/{}", wav().len()));
    assert_eq!(part.bytes().await.expect("body"), &wav()[4..12]);
    let beyond =
        world.request(&show, "GET", path).header("range", "bytes=99999999-").send().await.expect("answered");
    assert_eq!(code(beyond).await, (416, "range_not_satisfiable".into()));
}

#[tokio::test]
async fn the_shape_has_as_many_slices_as_asked_for() {
    let (world, show) = world("recordings/a.wav", true).await;
    let shape = body(world.get(&show, "/calls/call_org_1/waveform?slices=4").await).await;
    assert_eq!(shape["duration_ms"], 1_000);
    assert_eq!(shape["customer"], serde_json::json!([0.0, 0.0, 0.0, 0.0]));
    assert_eq!(shape["ours"], serde_json::json!([0.0, 0.0, 1.0, 0.0]));
    assert_eq!(code(world.get(&show, "/calls/call_org_1/waveform?slices=4001").await).await.0, 422);
}

#[tokio::test]
async fn nothing_outside_the_data_directory_is_served() {
    let outside = tempfile::NamedTempFile::new().expect("file");
    for file in ["../secret.wav", outside.path().to_str().expect("path"), "recordings/link.wav", "recordings"]
    {
        let (world, show) = world(file, true).await;
        let link = world.data.path().join("recordings/link.wav");
        std::os::unix::fs::symlink(outside.path(), link).expect("link");
        for what in ["recording", "waveform"] {
            let answer = world.get(&show, &format!("/calls/call_org_1/{what}")).await;
            assert!(!answer.status().is_success(), "{file} {what}: {}", answer.status());
        }
    }
}

#[tokio::test]
async fn a_recording_that_is_not_whole_is_not_there_yet() {
    let (world, show) = world("recordings/a.wav", false).await;
    assert_eq!(code(world.get(&show, "/calls/call_org_1/recording").await).await, (404, "not_found".into()));
}
