//! One customer on the line: the script's deeds become SIP and audio.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tandem_foundation::{CallId, LegId};
use tandem_switchboard::ports::media::{RecordingPlan, SAMPLE_RATE, SpeechId};
use tandem_switchboard::ports::signalling::SignallingCommand;
use tandem_switchboard::ports::speech::{
    RecogniserEvent, RecogniserInput, RecogniserSession, Recognition, VoiceEvent, VoiceSettings,
};
use tandem_switchboard::terms;
use tokio::sync::mpsc;

use crate::carrier::Carrier;
use crate::customers::Behaviour;
use crate::line::Line;
use crate::noise;
use crate::script::{Deed, Notice, Script};

/// What happens to a customer's call.
#[derive(Debug)]
pub(crate) enum CallEvent {
    Answered(Bytes),
    Reoffered(Option<Bytes>),
    Ended,
    VoiceStarted(Instant),
    VoiceStopped(Instant),
    Said,
    Heard(String),
}

pub(crate) struct CustomerCall {
    carrier: Arc<Carrier>,
    leg: LegId,
    mouth: LegId,
    room: CallId,
    behaviour: Behaviour,
    script: Script,
    digits: String,
    speeches: u64,
    line: Option<Line>,
}

impl CustomerCall {
    /// `line`: the leg's RTP socket, if it is open already.
    pub fn new(
        carrier: Arc<Carrier>,
        leg: LegId,
        room: CallId,
        behaviour: Behaviour,
        number: &str,
        line: Option<Line>,
    ) -> Self {
        let mouth = carrier.ports.leg_ids.next();
        let script = Script::new(&behaviour);
        let digits = number.chars().filter(char::is_ascii_digit).collect();
        Self { carrier, leg, mouth, room, behaviour, script, digits, speeches: 0, line }
    }

    /// Runs until the line is dead. `offer`: the call came to us (with or without an offer).
    pub async fn run(mut self, mut events: mpsc::UnboundedReceiver<CallEvent>, offer: Option<Option<Bytes>>) {
        match offer {
            Some(offer) => {
                if !self.pick_up(&mut events, offer).await {
                    return;
                }
            }
            None => loop {
                match events.recv().await {
                    Some(CallEvent::Answered(sdp)) => {
                        let agreed = self.line.as_ref().and_then(|line| {
                            let terms = terms::read_answer(&sdp, line.local, self.leg.0).ok()?;
                            Some(line.through(terms))
                        });
                        let Some(negotiated) = agreed else { return self.hang_up() };
                        self.carrier.ports.media.connect(&self.room, self.leg, negotiated);
                        break;
                    }
                    Some(CallEvent::Ended) | None => return,
                    Some(_) => {}
                }
            },
        }
        self.talk(&mut events).await;
    }

    /// Rings and answers, or refuses; `false`: there will be no conversation.
    async fn pick_up(
        &mut self,
        events: &mut mpsc::UnboundedReceiver<CallEvent>,
        offer: Option<Bytes>,
    ) -> bool {
        let signalling = self.carrier.ports.signalling.clone();
        let leg = self.leg;
        if self.behaviour.reject.is_none() || self.behaviour.after_ms != Some(0) {
            signalling.send(SignallingCommand::Progress { leg, code: 180, answer: None });
        }
        let ring = async {
            match self.behaviour.after_ms {
                Some(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = ring => {}
            // Whatever comes before the answer can only be the caller giving up.
            () = ended(events) => return false,
        }
        if let Some(code) = self.behaviour.reject {
            signalling.send(SignallingCommand::Reject { leg, code, retry_after: None });
            return false;
        }
        let ports = &self.carrier.ports;
        let interface = signalling.local_address().ip();
        let line = Line::open(ports.media.as_ref(), &self.room, leg, interface, self.behaviour.line);
        let Some(line) = line else {
            signalling.send(SignallingCommand::Reject { leg, code: 503, retry_after: None });
            return false;
        };
        let Some(Ok((answer, negotiated))) = offer.map(|offer| terms::answer(&offer, line.local, leg.0))
        else {
            signalling.send(SignallingCommand::Reject { leg, code: 488, retry_after: None });
            return false;
        };
        ports.media.connect(&self.room, leg, line.through(negotiated));
        self.line = Some(line);
        signalling.send(SignallingCommand::Answer { leg, answer });
        true
    }

    async fn talk(&mut self, events: &mut mpsc::UnboundedReceiver<CallEvent>) {
        let media = self.carrier.ports.media.clone();
        media.open_speaker(&self.room, self.mouth);
        media.set_hearing(&self.room, vec![(self.leg, self.mouth)]);
        media.watch_voice(&self.room, self.leg, true);
        if let Some(folder) = &self.carrier.ports.recordings {
            let path = folder.join(format!("{}-{}.wav", self.digits, self.leg.0));
            // "Left" is what the customer hears: the exchange's leg.
            media.start_recording(
                &self.room,
                RecordingPlan { path, left: vec![self.leg], lead: std::time::Duration::ZERO },
            );
        }
        let (heard, mut words) = mpsc::unbounded_channel();
        let (hints, hints_in) = mpsc::unbounded_channel();
        let ears = self.script.needs_ears().then(|| tokio::spawn(listen(self.ears(), hints_in, heard)));
        self.script.handle(Instant::now(), Notice::Connected);
        loop {
            while let Some(deed) = self.script.poll_deed() {
                self.act(deed).await;
            }
            let deadline = self.script.next_deadline();
            tokio::select! {
                event = events.recv() => match event {
                    Some(CallEvent::Ended) | None => break,
                    Some(event) => {
                        if let CallEvent::VoiceStarted(_) | CallEvent::VoiceStopped(_) = event {
                            // Nobody listens where the script needs no ears.
                            let _ = hints.send(matches!(event, CallEvent::VoiceStarted(_)));
                        }
                        self.notice(event);
                    }
                },
                Some(text) = words.recv() => self.notice(CallEvent::Heard(text)),
                () = sleep_until(deadline) => self.script.tick(Instant::now()),
            }
        }
        if let Some(ears) = ears {
            ears.abort();
        }
    }

    fn notice(&mut self, event: CallEvent) {
        let notice = match event {
            CallEvent::VoiceStarted(at) => Notice::VoiceStarted(at),
            CallEvent::VoiceStopped(at) => Notice::VoiceStopped(at),
            CallEvent::Said => Notice::Said,
            CallEvent::Heard(text) => Notice::Heard(text),
            CallEvent::Reoffered(offer) => return self.reoffered(offer),
            CallEvent::Answered(_) | CallEvent::Ended => return,
        };
        self.script.handle(Instant::now(), notice);
    }

    fn reoffered(&self, offer: Option<Bytes>) {
        let leg = self.leg;
        let answered = offer.zip(self.line.as_ref()).and_then(|(offer, line)| {
            let (answer, terms) = terms::answer(&offer, line.local, leg.0).ok()?;
            Some((answer, line.through(terms)))
        });
        let command = match answered {
            Some((answer, negotiated)) => {
                self.carrier.ports.media.connect(&self.room, leg, negotiated);
                SignallingCommand::AcceptReoffer { leg, answer }
            }
            None => SignallingCommand::RefuseReoffer { leg, code: 488 },
        };
        self.carrier.ports.signalling.send(command);
    }

    async fn act(&mut self, deed: Deed) {
        match deed {
            Deed::Say(text) => self.say(&text).await,
            Deed::Noise(_) => self.play(noise::cough(self.leg.0)),
            Deed::Beep(ms) => self.play(noise::beep(ms)),
            Deed::Press(digits) => self.carrier.ports.media.send_dtmf(&self.room, self.leg, &digits),
            Deed::HangUp => self.hang_up(),
        }
    }

    /// Speaks with the customer's own voice, straight from the voice's stream.
    async fn say(&mut self, text: &str) {
        let settings = VoiceSettings {
            voice: self.behaviour.voice.clone(),
            language: "en".into(),
            speed: 1.0,
            sample_rate: SAMPLE_RATE,
        };
        let mut samples = Vec::new();
        if let Ok(mut session) = self.carrier.ports.voice.open(settings).await {
            let mut stream = session.speak(text).await;
            while let Some(VoiceEvent::Audio { samples: more, .. }) = stream.recv().await {
                samples.extend(more);
            }
        }
        if samples.is_empty() {
            tracing::warn!("a sandbox customer has lost their voice");
            self.script.handle(Instant::now(), Notice::Said);
        } else {
            self.play(samples);
        }
    }

    fn play(&mut self, samples: Vec<i16>) {
        self.speeches += 1;
        self.carrier.ports.media.speak(&self.room, self.mouth, SpeechId(self.speeches), samples, true);
    }

    fn hang_up(&self) {
        self.carrier.ports.signalling.send(SignallingCommand::Hangup { leg: self.leg, cause: None });
    }

    fn ears(&self) -> Ears {
        let tap = self.carrier.ports.media.tap(&self.room, self.leg);
        Ears { tap, recogniser: self.carrier.ports.recogniser.clone() }
    }
}

struct Ears {
    tap: mpsc::Receiver<tandem_switchboard::ports::media::TappedFrame>,
    recogniser: Arc<dyn tandem_switchboard::ports::speech::Recogniser>,
}

/// Sends on every word that the recogniser is sure of, or nearly.
async fn listen(
    mut ears: Ears,
    mut voice: mpsc::UnboundedReceiver<bool>,
    heard: mpsc::UnboundedSender<String>,
) {
    let session =
        RecogniserSession { language: "en".into(), sample_rate: SAMPLE_RATE, key_terms: Vec::new() };
    let Ok(Recognition { input, mut events }) = ears.recogniser.open(session).await else { return };
    loop {
        tokio::select! {
            Some(active) = voice.recv() => {
                let _ = input.try_send(RecogniserInput::Voice { active });
            }
            Some(frame) = ears.tap.recv() => {
                let _ = input.try_send(RecogniserInput::Audio { position: frame.position, samples: frame.samples });
            }
            event = events.recv() => match event {
                Some(RecogniserEvent::Interim { text, .. } | RecogniserEvent::Final { text, .. }) => {
                    let _ = heard.send(text);
                }
                Some(_) => {}
                None => return,
            },
        }
    }
}

async fn ended(events: &mut mpsc::UnboundedReceiver<CallEvent>) {
    while !matches!(events.recv().await, Some(CallEvent::Ended) | None) {}
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
