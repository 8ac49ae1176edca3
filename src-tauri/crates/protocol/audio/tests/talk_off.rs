//! Speech must not be taken for telephone keys: spoken by flite, which has to be installed.

use std::process::Command;

use tandem_audio::FRAME;
use tandem_audio::dtmf::{DtmfDetector, press};
use tandem_audio::g711::Law;
use tandem_audio::resample::Resampler;
use tandem_audio::wav;

/// Sentences rich in vowels, sibilants and numbers, which talk off careless detectors.
const SENTENCES: [&str; 8] = [
    "Yes, please call me back at five five five, oh one two three, any time before nine.",
    "She sells sea shells by the sea shore, and we agree that he sees three green trees.",
    "Who knew the blue moon would soon move through the cool June gloom?",
    "My invoice number is eight zero seven four, star, and the pound sign at the end.",
    "I am sorry, the connection is very poor; could you please repeat the whole address?",
    "Around the rough and rugged rock the ragged rascal ran, early every morning.",
    "No, nobody told me anything about an open order for the old oak door.",
    "It is a pity that this little system is still sitting in the middle of the city.",
];

/// What a voice says, as it comes from a µ-law line.
fn spoken(voice: &str, text: &str, stretch: &str) -> Vec<i16> {
    let folder = std::env::temp_dir().join(format!("talk-off-{}-{voice}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("speech.wav");
    let done = Command::new("flite")
        .args(["-voice", voice, "--setf", &format!("duration_stretch={stretch}"), "-t", text, "-o"])
        .arg(&file)
        .status()
        .expect("flite is installed");
    assert!(done.success());
    let (format, channels) = wav::read(&std::fs::read(&file).expect("a file")).expect("a WAV file");
    std::fs::remove_dir_all(&folder).expect("our own folder");
    let narrow = Resampler::whole(format.sample_rate, 8_000, &channels[0]);
    let (mut coded, mut decoded) = (Vec::new(), Vec::new());
    Law::Mu.encode(&narrow, &mut coded);
    Law::Mu.decode(&coded, &mut decoded);
    decoded
}

fn keys(samples: &[i16]) -> String {
    let mut detector = DtmfDetector::default();
    let mut keys = String::new();
    samples.chunks(FRAME).for_each(|frame| detector.process(frame, |key| keys.push(key)));
    keys
}

/// Speaks until there were this many seconds; gives the keys that were taken from it.
fn talked_off(seconds: usize) -> String {
    let (mut heard, mut found) = (0, String::new());
    for round in 0.. {
        for voice in ["slt", "rms", "awb", "kal", "kal16"] {
            let stretch = format!("{:.2}", 0.8 + 0.07 * (round % 7) as f32);
            // Another order each round, so that no two utterances are the same.
            let text: Vec<_> = (0..8).map(|n| SENTENCES[(n * (1 + 2 * (round % 4)) + round) % 8]).collect();
            let samples = spoken(voice, &text.join(" "), &stretch);
            heard += samples.len();
            found += &keys(&samples);
            if heard >= seconds * 8_000 {
                return found;
            }
        }
    }
    found
}

#[test]
fn minutes_of_speech_are_no_keys_and_keys_among_speech_are_found() {
    assert_eq!(talked_off(180), "");
    let mut line = spoken("slt", SENTENCES[0], "1.0");
    for key in "159D*0#".chars() {
        line.extend(press(key, 4_000.0, 320).expect("a key"));
        line.extend([0; 400]);
    }
    line.extend(spoken("rms", SENTENCES[1], "1.0"));
    assert_eq!(keys(&line), "159D*0#");
}

#[test]
#[ignore = "an hour of speech takes minutes"]
fn an_hour_of_speech_is_no_keys() {
    assert_eq!(talked_off(3_600), "");
}
