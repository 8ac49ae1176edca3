//! The embedded recogniser: PocketSphinx with a language model for telephone talk.
mod corpus;
mod ffi;
mod ngram;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tandem_switchboard::ports::speech::*;
use tokio::sync::mpsc;

use crate::resample::Resampler;
use ffi::Decoder;

const CORPUS: &str = include_str!("../../../../../../assets/speech/corpus-en.txt");

#[derive(Debug)]
pub struct PocketSphinx { model: PathBuf, cache: PathBuf, pool: Arc<Mutex<Vec<Decoder>>>, prepared: Mutex<Option<(PathBuf, PathBuf)>> }

fn error(operation: &'static str, message: impl Into<String>) -> ProviderError {
    ProviderError { provider: "pocketsphinx".into(), operation, message: message.into(), code: None, transient: false }
}

impl PocketSphinx {
    pub fn new(cache: PathBuf) -> Self {
        Self { model: "/usr/share/pocketsphinx/model/en-us".into(), cache, pool: Arc::default(), prepared: Mutex::default() }
    }
    fn prepare(&self) -> Result<(PathBuf, PathBuf), ProviderError> {
        let mut prepared = self.prepared.lock().unwrap();
        if let Some(paths) = prepared.clone() { return Ok(paths); }
        let io = |e: std::io::Error| error("prepare", e.to_string());
        std::fs::create_dir_all(&self.cache).map_err(io)?;
        let counts = corpus::counts(CORPUS);
        let words = counts.vocabulary();
        let dict = std::fs::read_to_string(self.model.join("cmudict-en-us.dict")).map_err(|e| error("read dictionary", e.to_string()))?;
        let mut subset = String::new();
        let mut found = std::collections::BTreeSet::new();
        for line in dict.lines() {
            let Some(head) = line.split_whitespace().next() else { continue };
            let word = head.split('(').next().unwrap_or(head);
            if words.contains(word) { subset.push_str(line); subset.push('\n'); found.insert(word.to_owned()); }
        }
        if words.contains("mm") && !found.contains("mm") { subset.push_str("mm M\n"); }
        let (lm, dic) = (self.cache.join("en.lm"), self.cache.join("en.dict"));
        std::fs::write(&lm, counts.arpa()).map_err(io)?;
        std::fs::write(&dic, subset).map_err(io)?;
        *prepared = Some((lm.clone(), dic.clone()));
        Ok((lm, dic))
    }
}

fn load(model: &Path, lm: &Path, dict: &Path) -> Option<Decoder> {
    let text = |p: &Path| p.to_string_lossy().into_owned();
    Decoder::new(&[("-hmm", &text(&model.join("en-us"))), ("-lm", &text(lm)), ("-dict", &text(dict)), ("-samprate", "16000"),
        ("-bestpath", "yes"), ("-fwdflat", "no"), ("-maxhmmpf", "3000"), ("-ds", "2"), ("-topn", "2"), ("-logfn", "/dev/null")])
}

#[async_trait]
impl Recogniser for PocketSphinx {
    async fn open(&self, session: RecogniserSession) -> Result<Recognition, ProviderError> {
        let (lm, dict) = self.prepare()?;
        let (input, inbox) = mpsc::channel(500);
        let (events, outbox) = mpsc::channel(100);
        let (pool, model) = (self.pool.clone(), self.model.clone());
        std::thread::Builder::new().name("recogniser".into()).spawn(move || run(inbox, events, session.sample_rate, || {
            let pooled = pool.lock().unwrap().pop();
            pooled.or_else(|| load(&model, &lm, &dict))
        }, |d| pool.lock().unwrap().push(d))).map_err(|e| error("start", e.to_string()))?;
        Ok(Recognition { input, events: outbox })
    }
}

fn run(mut inbox: mpsc::Receiver<RecogniserInput>, events: mpsc::Sender<RecogniserEvent>, rate: u32, take: impl Fn() -> Option<Decoder>, give: impl Fn(Decoder)) {
    let mut up = Resampler::new(rate, 16_000);
    let mut roll: VecDeque<i16> = VecDeque::new();
    let mut decoder: Option<Decoder> = None;
    let mut voice = false;
    let mut stopped: Option<u32> = None;
    let mut last = String::new();
    let mut since = Instant::now();
    while let Some(message) = inbox.blocking_recv() {
        match message {
            RecogniserInput::Audio { samples, .. } => {
                let made = up.process(&samples);
                if let Some(d) = &mut decoder {
                    d.process(&made);
                    if voice && since.elapsed() > Duration::from_millis(250) {
                        since = Instant::now();
                        if let Some(text) = d.hypothesis().map(|t| clean(&t)).filter(|t| !t.is_empty() && *t != last) {
                            last.clone_from(&text);
                            if events.blocking_send(RecogniserEvent::Interim { text, stable_ms: 0 }).is_err() { break; }
                        }
                    }
                    if let Some(n) = &mut stopped { *n += 1; if *n >= 8 { finish(&mut decoder, &events, &give); stopped = None; last.clear(); } }
                } else {
                    roll.extend(&made);
                    while roll.len() > 6_400 { roll.pop_front(); }
                }
            }
            RecogniserInput::Voice { active: true } => {
                voice = true; stopped = None;
                if decoder.is_none() {
                    decoder = take();
                    if let Some(d) = &mut decoder { d.start(); let pre: Vec<i16> = roll.drain(..).collect(); d.process(&pre); }
                }
            }
            RecogniserInput::Voice { active: false } => { voice = false; stopped = Some(0); }
            RecogniserInput::Finalize => { if decoder.is_some() && !voice { finish(&mut decoder, &events, &give); stopped = None; last.clear(); } }
        }
    }
    if let Some(mut d) = decoder.take() { d.end(); give(d); }
}

fn clean(text: &str) -> String {
    text.split_whitespace().filter(|w| !w.starts_with('<') && !w.starts_with('[')).map(|w| w.split('(').next().unwrap_or(w)).collect::<Vec<_>>().join(" ")
}

fn finish(decoder: &mut Option<Decoder>, events: &mpsc::Sender<RecogniserEvent>, give: &impl Fn(Decoder)) {
    let Some(mut d) = decoder.take() else { return };
    d.end();
    let text = d.hypothesis().map(|t| clean(&t)).unwrap_or_default();
    let confidence = d.probability() as f32;
    give(d);
    let _ = events.blocking_send(RecogniserEvent::Final { text, words: Vec::new(), confidence, utterance_end: true });
}
