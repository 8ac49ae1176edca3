//! The call's alerts: what the watch is told, and what becomes of what it finds.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use tandem_alerts::{Cause, Input, KeywordRule, Output, Phrase, Settings, Side, Watch, Whose};
use tandem_call::{Floor, Mode};
use tandem_foundation::{AlertId, LegId, QueueId};

use super::{CallTask, LegKind};
use crate::exchange::{Actor, ExchangeError};
use crate::records::{
    Acknowledged, Alert, AlertKind, AlertSettings, AlertSide, Assistant, EventBody, Speaker, TranscriptItem,
};

/// What is watched of a call, and which of its alerts are open.
#[derive(Debug)]
pub(super) struct Alerts {
    watch: Watch,
    settings: AlertSettings,
    /// The customer has or awaits somebody: before that, prompts of a route are nobody's silence.
    begun: bool,
    held: bool,
    ours: bool,
    /// Legs of people whom the customer hears, and who speak.
    speaking: HashSet<LegId>,
    open: Vec<(Cause, Alert)>,
}

impl Alerts {
    pub fn new(settings: AlertSettings, assistant: Option<&Assistant>) -> Self {
        let seconds = |s: Option<u32>| s.map(|s| Duration::from_secs(s.into()));
        let watched = Settings {
            keywords: settings.keywords.iter().filter(|rule| rule.queue.is_none()).map(rule).collect(),
            sentiment: settings.sentiment,
            language: assistant.map(|assistant| assistant.settings.language.clone()).unwrap_or_default(),
            silence: seconds(settings.silence_s),
            cross_talk: seconds(settings.cross_talk_s),
            hold: seconds(settings.hold_s),
            call: seconds(settings.call_s),
        };
        Self {
            watch: Watch::new(watched),
            settings,
            begun: false,
            held: false,
            ours: false,
            speaking: HashSet::new(),
            open: Vec::new(),
        }
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.watch.next_deadline().map(|(at, _)| at)
    }

    pub fn tick(&mut self, now: Instant) {
        self.watch.tick(now);
    }

    /// Rules of a queue hold from when the caller joins it.
    pub fn joined(&mut self, queue: &QueueId) {
        let rules = self.settings.keywords.iter().filter(|rule| rule.queue.as_ref() == Some(queue));
        self.watch.add_rules(rules.map(rule).collect());
    }

    /// The call is in another language than was thought.
    pub fn hears(&mut self, assistant: &Assistant) {
        self.watch.set_language(assistant.settings.language.clone());
    }

    /// The alerts that are open, oldest first.
    pub fn open(&self) -> Vec<Alert> {
        self.open.iter().map(|(_, alert)| alert.clone()).collect()
    }
}

impl CallTask {
    /// Tells the watch how the call stands now, and carries out what it finds.
    pub(super) fn look_after_alerts(&mut self) {
        let now = Instant::now();
        let floor = self.machine.floor().0;
        let held = self.answered.is_some()
            && (self.machine.customer_is_held() || (self.is_waiting() && *floor == Floor::Nobody));
        let holder = self.answered.is_some() && *floor != Floor::Nobody;
        let playing = self.talk.as_ref().is_some_and(|talk| talk.playing.is_some());
        let over = self.machine.is_over();
        let alerts = &mut self.alerts;
        if !alerts.begun && (held || holder) {
            alerts.begun = true;
            alerts.watch.handle(now, Input::Answered);
        }
        if held != alerts.held {
            alerts.held = held;
            alerts.watch.handle(now, Input::Held(held));
        }
        let ours = playing || !alerts.speaking.is_empty();
        if ours != alerts.ours {
            alerts.ours = ours;
            alerts.watch.handle(now, Input::Voice { side: Side::Ours, active: ours });
        }
        if over {
            alerts.watch.handle(now, Input::Ended);
        }
        while let Some(output) = self.alerts.watch.poll_output() {
            match output {
                Output::Raised { cause, side, evidence } => {
                    let alert = Alert {
                        id: self.context.new_alert_id(),
                        call: self.call.id.clone(),
                        kind: kind(&cause),
                        rule: match &cause {
                            Cause::Keyword(rule) => Some(rule.clone()),
                            _ => None,
                        },
                        side: side.map(|side| match side {
                            Side::Customer => AlertSide::Customer,
                            Side::Ours => AlertSide::Ours,
                        }),
                        evidence,
                        at: self.now(),
                        at_ms: self.offset_ms(now),
                        acknowledged: None,
                    };
                    tracing::info!(alert = %alert.id, kind = ?alert.kind, "an alert is raised");
                    self.alerts.open.push((cause, alert.clone()));
                    self.commit_event(EventBody::AlertRaised(Box::new(alert)));
                }
                Output::Cleared { cause } => self.alert_cleared(&cause, over),
            }
        }
    }

    fn alert_cleared(&mut self, cause: &Cause, over: bool) {
        let Some(place) = self.alerts.open.iter().position(|(open, _)| open == cause) else { return };
        let (_, alert) = self.alerts.open.remove(place);
        let why = match cause {
            _ if over => "call_over",
            Cause::Keyword(_) => "again",
            _ => "passed",
        };
        let at_ms = self.offset_ms(Instant::now());
        self.commit_event(EventBody::AlertCleared {
            alert: alert.id,
            alert_kind: alert.kind,
            why: why.to_owned(),
            at_ms,
        });
    }

    /// The customer's voice, or that of somebody of ours whom they hear.
    pub(super) fn alert_voice(&mut self, leg: LegId, active: bool) {
        match self.legs.get(&leg) {
            Some(LegKind::Customer) => {
                self.alerts.watch.handle(Instant::now(), Input::Voice { side: Side::Customer, active });
            }
            Some(LegKind::Person { who, .. }) => {
                let mut people = self.machine.people();
                let heard = people
                    .any(|(other, _, mode, _)| other == who && matches!(mode, Mode::Floor | Mode::Barge));
                if active && heard {
                    self.alerts.speaking.insert(leg);
                } else {
                    self.alerts.speaking.remove(&leg);
                }
            }
            None => drop(self.alerts.speaking.remove(&leg)),
        }
    }

    pub(super) fn alert_item(&mut self, row: &TranscriptItem) {
        let side = match row.speaker {
            Speaker::Customer => Side::Customer,
            Speaker::Assistant | Speaker::Person => Side::Ours,
            Speaker::System => return,
        };
        let (item, text) = (row.id.clone(), row.text.clone());
        self.alerts.watch.handle(Instant::now(), Input::Said { item, side, text });
    }

    pub(super) fn acknowledge_alert(&mut self, actor: &Actor, id: &AlertId) -> Result<(), ExchangeError> {
        let at = self.now();
        let open = self.alerts.open.iter_mut().map(|(_, alert)| alert).find(|alert| alert.id == *id);
        let alert = open.ok_or(ExchangeError::NotFound { what: "alert" })?;
        if alert.acknowledged.is_none() {
            let (by, name) = (actor.user.clone(), actor.name.clone());
            alert.acknowledged = Some(Acknowledged { by: by.clone(), name: name.clone(), at });
            self.commit_event(EventBody::AlertAcknowledged { alert: id.clone(), by, name });
        }
        Ok(())
    }
}

fn rule(row: &crate::records::KeywordAlert) -> KeywordRule {
    KeywordRule {
        name: row.name.clone(),
        phrases: row.phrases.iter().filter_map(|text| Phrase::new(text)).collect(),
        whose: match row.side {
            None => Whose::Either,
            Some(AlertSide::Customer) => Whose::Customer,
            Some(AlertSide::Ours) => Whose::Ours,
        },
        rearm: Duration::from_secs(row.rearm_s.into()),
    }
}

fn kind(cause: &Cause) -> AlertKind {
    match cause {
        Cause::Keyword(_) => AlertKind::Keyword,
        Cause::Sentiment => AlertKind::Sentiment,
        Cause::Silence => AlertKind::Silence,
        Cause::CrossTalk => AlertKind::CrossTalk,
        Cause::LongHold => AlertKind::LongHold,
        Cause::LongCall => AlertKind::LongCall,
    }
}
