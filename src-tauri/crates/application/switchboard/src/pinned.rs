//! Lines kept open to agents' phones: a phone is called once, when its person comes to work, and stays in a room of its
//! own. Every call is put through to that room without ringing anybody.
//!
//! To the rest of the exchange such a line is what a browser is: an audio link that is there already.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tandem_foundation::{CallId, LegId, OrgId, UserId};
use tokio::sync::mpsc;
use tracing::Instrument;

use crate::context::Context;
use crate::ports::media::{AudioLink, MediaEvent, Sound};
use crate::ports::signalling::{Destination, SignallingCommand, SignallingEvent};
use crate::queueing::Order;
use crate::terms::{self, Wishes};

/// The phone answers by itself, or its person does.
const RING_TIMEOUT: Duration = Duration::from_secs(30);
/// A phone that sends nothing for so long is dead, whatever its last message said.
const DEAD_S: u32 = 30;
/// After so long without sound from a call, the next is a call of its own and has a tone before it.
const BETWEEN_CALLS: Duration = Duration::from_millis(500);

/// What concerns one line.
enum News {
    Signalling(SignallingEvent),
    Media(MediaEvent),
    Close,
}

struct Line {
    room: CallId,
    leg: LegId,
    inbox: mpsc::UnboundedSender<News>,
}

/// Every line that is open or about to be.
#[derive(Default)]
pub(crate) struct PinnedLines(Mutex<HashMap<UserId, Line>>);

impl std::fmt::Debug for PinnedLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PinnedLines").field(&self.0.lock().len()).finish()
    }
}

impl PinnedLines {
    /// Calls the person's phone, unless there is a line to it already.
    pub fn open(&self, context: &Arc<Context>, org: &OrgId, user: &UserId) {
        let mut lines = self.0.lock();
        if lines.contains_key(user) {
            return;
        }
        let (inbox, news) = mpsc::unbounded_channel();
        let (room, leg) = (context.new_call_id(), context.ports.leg_ids.next());
        lines.insert(user.clone(), Line { room: room.clone(), leg, inbox });
        drop(lines);
        let (context, org, user) = (context.clone(), org.clone(), user.clone());
        let span = tracing::info_span!("open line", %user);
        let work = async move {
            let open = OpenLine { context: context.clone(), user: user.clone(), room, leg };
            let lost = open.run(news).await;
            context.pinned.0.lock().remove(&user);
            context.phones.unpin(&user);
            context.phone_changed(org.clone(), user.clone());
            if lost {
                tracing::warn!("an open line is lost");
                context.distributor.tell(&org, Order::LineLost { user });
            }
        };
        tokio::spawn(work.instrument(span));
    }

    /// Hangs up, if there is a line.
    pub fn close(&self, user: &UserId) {
        if let Some(line) = self.0.lock().get(user) {
            let _ = line.inbox.send(News::Close);
        }
    }

    pub fn close_all(&self) {
        for line in self.0.lock().values() {
            let _ = line.inbox.send(News::Close);
        }
    }

    /// `false`: the leg is no line's.
    pub fn to_leg(&self, leg: LegId, event: SignallingEvent) -> bool {
        let lines = self.0.lock();
        lines
            .values()
            .find(|line| line.leg == leg)
            .is_some_and(|l| l.inbox.send(News::Signalling(event)).is_ok())
    }

    pub fn to_room(&self, room: &CallId, event: MediaEvent) {
        if let Some(line) = self.0.lock().values().find(|line| line.room == *room) {
            let _ = line.inbox.send(News::Media(event));
        }
    }
}

struct OpenLine {
    context: Arc<Context>,
    user: UserId,
    room: CallId,
    leg: LegId,
}

impl OpenLine {
    /// Until the line is closed; whether it was lost.
    async fn run(self, mut news: mpsc::UnboundedReceiver<News>) -> bool {
        let media = &self.context.ports.media;
        media.open_room(&self.room);
        let lost = match self.called(&mut news).await {
            Some(local) => self.carry(local, &mut news).await,
            None => true,
        };
        let hang_up = SignallingCommand::Hangup { leg: self.leg, cause: None };
        self.context.ports.signalling.send(hang_up);
        media.close_room(&self.room);
        lost
    }

    /// Calls the phone; `None` where it does not answer.
    async fn called(&self, news: &mut mpsc::UnboundedReceiver<News>) -> Option<SocketAddr> {
        let ports = &self.context.ports;
        let interface = ports.signalling.local_address().ip();
        let local = match ports.media.open_rtp_leg(&self.room, self.leg, interface) {
            Ok(local) => local,
            Err(error) => {
                tracing::error!(%error, "no media for an open line");
                return None;
            }
        };
        let (wishes, session) = (self.wishes(), self.leg.0);
        let answers = ("Call-Info".to_owned(), "<sip:tandem>;answer-after=0".to_owned());
        let alerts = ("Alert-Info".to_owned(), "<sip:tandem>;info=alert-autoanswer".to_owned());
        ports.signalling.send(SignallingCommand::Invite {
            leg: self.leg,
            to: Destination::User(self.user.clone()),
            from: "line".into(),
            display_name: None,
            offer: terms::open_offer(&wishes, local, session),
            web_offer: terms::web_offer(&wishes, local, session),
            secure_offer: terms::secure_offer(&wishes, local, session),
            headers: vec![answers, alerts],
            call_id: None,
            ring_timeout: RING_TIMEOUT,
        });
        loop {
            match news.recv().await? {
                News::Signalling(SignallingEvent::Answered { answer, .. }) => {
                    let terms = terms::read_answer_under(&wishes, &answer, local, session).ok()?;
                    ports.media.connect(&self.room, self.leg, terms);
                    return Some(local);
                }
                News::Signalling(SignallingEvent::Failed { .. } | SignallingEvent::Ended { .. })
                | News::Close => {
                    return None;
                }
                News::Signalling(_) | News::Media(_) => {}
            }
        }
    }

    /// Carries sound between the phone's room and whichever call has the line; whether the line was lost.
    async fn carry(&self, local: SocketAddr, news: &mut mpsc::UnboundedReceiver<News>) -> bool {
        let media = &self.context.ports.media;
        let side = self.context.ports.leg_ids.next();
        let mut phone = media.open_audio_link(&self.room, side);
        media.set_hearing(&self.room, vec![(self.leg, side), (side, self.leg)]);
        let mut calls: AudioLink = self.context.phones.pin(&self.user);
        let org = self.context.plan.read().user(&self.user).map(|user| user.org.clone());
        if let Some(org) = org {
            self.context.phone_changed(org, self.user.clone());
        }
        let mut last_sound: Option<Instant> = None;
        loop {
            tokio::select! {
                frame = phone.from_room.recv() => match frame {
                    Some(frame) => drop(calls.to_room.try_send(frame)),
                    None => return true,
                },
                frame = calls.from_room.recv() => match frame {
                    Some(frame) => {
                        let now = Instant::now();
                        if last_sound.is_none_or(|last| now.duration_since(last) > BETWEEN_CALLS) {
                            // Heard with the first words, not in their place.
                            media.set_sound(&self.room, self.leg, Some(Sound::Beep));
                        }
                        last_sound = Some(now);
                        let _ = phone.to_room.try_send(frame);
                    }
                    None => return true,
                },
                heard = news.recv() => match heard {
                    None | Some(News::Close) => return false,
                    Some(News::Signalling(SignallingEvent::Ended { .. } | SignallingEvent::Failed { .. })) => {
                        return true;
                    }
                    Some(News::Signalling(SignallingEvent::Reoffered { leg, offer })) => {
                        self.reoffered(leg, offer.as_deref(), local);
                    }
                    Some(News::Signalling(SignallingEvent::ReferRequested { leg, .. })) => {
                        let refuse = SignallingCommand::RefuseRefer { leg, code: 603 };
                        self.context.ports.signalling.send(refuse);
                    }
                    Some(News::Media(MediaEvent::RtpTimeout { leg, silent_s, .. }))
                        if leg == self.leg && silent_s >= DEAD_S =>
                    {
                        return true;
                    }
                    Some(News::Signalling(_) | News::Media(_)) => {}
                },
            }
        }
    }

    /// The phone changes where it is, or holds.
    fn reoffered(&self, leg: LegId, offer: Option<&[u8]>, local: SocketAddr) {
        let ports = &self.context.ports;
        let agreed = offer.map(|offer| terms::answer_under(&self.wishes(), offer, local, self.leg.0));
        ports.signalling.send(match agreed {
            Some(Ok((answer, negotiated))) => {
                ports.media.connect(&self.room, self.leg, negotiated);
                SignallingCommand::AcceptReoffer { leg, answer }
            }
            Some(Err(code)) => SignallingCommand::RefuseReoffer { leg, code },
            None => SignallingCommand::RefuseReoffer { leg, code: 488 },
        });
    }

    fn wishes(&self) -> Wishes {
        Wishes::of_people().certified(self.context.ports.media.fingerprint())
    }
}
