//! Routes as data: a tree of what becomes of a caller.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use tandem_foundation::{AssistantId, Pii, QueueId, UserId};

pub use crate::conference_route::ConferenceRoute;
use crate::fields::below;
use crate::hours::Hours;

/// Where calls to a number go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Route {
    Assistant {
        /// Id of the assistant.
        #[cfg_attr(feature = "schema", schema(value_type = String))]
        assistant: AssistantId,
    },
    Person {
        /// Id of the person.
        #[cfg_attr(feature = "schema", schema(value_type = String))]
        user: UserId,
        /// Taken where they cannot be reached.
        #[cfg_attr(feature = "schema", schema(value_type = Option<Box<Route>>, no_recursion))]
        otherwise: Option<Box<Route>>,
    },
    Queue {
        /// Id of the queue.
        #[cfg_attr(feature = "schema", schema(value_type = String))]
        queue: QueueId,
        /// Taken where nobody of it can be reached.
        #[cfg_attr(feature = "schema", schema(value_type = Option<Box<Route>>, no_recursion))]
        otherwise: Option<Box<Route>>,
    },
    /// Forwarded to an outside number.
    Number {
        /// E.164 with `+`.
        #[cfg_attr(feature = "schema", schema(value_type = String))]
        number: Pii<String>,
        /// Taken where it cannot be reached.
        #[cfg_attr(feature = "schema", schema(value_type = Option<Box<Route>>, no_recursion))]
        otherwise: Option<Box<Route>>,
    },
    Hours {
        hours: HoursRef,
        #[cfg_attr(feature = "schema", schema(value_type = Box<Route>, no_recursion))]
        open: Box<Route>,
        #[cfg_attr(feature = "schema", schema(value_type = Box<Route>, no_recursion))]
        closed: Box<Route>,
    },
    Menu(Box<Menu>),
    Voicemail(VoicemailRoute),
    /// The caller meets others in a conference.
    Conference(ConferenceRoute),
    /// Something is said, then the call goes on.
    Say {
        text: Prompt,
        #[cfg_attr(feature = "schema", schema(value_type = Box<Route>, no_recursion))]
        then: Box<Route>,
    },
    Hangup {
        say: Option<Prompt>,
    },
    /// A server is asked, and answers with a route.
    Webhook {
        url: String,
        /// Signs what is sent. Written, never shown: left out, it stays; an empty text removes it.
        #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
        secret: Option<Pii<String>>,
        /// Taken where there is no answer in time, or none that is a route.
        #[cfg_attr(feature = "schema", schema(value_type = Box<Route>, no_recursion))]
        fallback: Box<Route>,
    },
}

/// Which hours are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum HoursRef {
    /// The organisation's hours of this name.
    Named(String),
    Inline(Hours),
}

/// A choice by key or by word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Menu {
    pub prompt: Prompt,
    /// By up to four keys (`0-9*#`).
    #[cfg_attr(feature = "schema", schema(required = false, value_type = BTreeMap<String, Route>, no_recursion))]
    pub keys: BTreeMap<String, Route>,
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub speech: Vec<Spoken>,
    /// How long a caller may think after the prompt, seconds.
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub timeout_s: u32,
    /// How often the menu is said again: after something that is no choice, and, counted apart, after nothing.
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub retries: u32,
    /// Said after something that is no choice.
    pub invalid: Option<Prompt>,
    /// Taken after the last try, and where what was chosen cannot be reached.
    #[cfg_attr(feature = "schema", schema(value_type = Option<Box<Route>>, no_recursion))]
    pub otherwise: Option<Box<Route>>,
}

/// A choice by word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Spoken {
    /// Any of these, anywhere in what is said.
    pub phrases: Vec<String>,
    #[cfg_attr(feature = "schema", schema(no_recursion))]
    pub route: Route,
}

/// The caller leaves a message. At most one of `user`, `queue` and `box` says whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct VoicemailRoute {
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub user: Option<UserId>,
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub queue: Option<QueueId>,
    /// A box by name; `main` where none of the three is given.
    #[serde(rename = "box")]
    #[cfg_attr(feature = "schema", schema(rename = "box"))]
    pub name: Option<String>,
    pub greeting: Option<Prompt>,
    /// Longest message, seconds.
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub max_s: u32,
}

/// Something to be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Prompt {
    Text(String),
    /// A sound of this name.
    Sound {
        sound: String,
    },
}

/// Whose box a message is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mailbox {
    User(UserId),
    Queue(QueueId),
    Named(String),
}

impl Route {
    /// Every route of the tree with its path below `path`, this one first.
    pub fn walk(&self, path: &str, visit: &mut impl FnMut(&str, &Route)) {
        visit(path, self);
        match self {
            Self::Assistant { .. } | Self::Voicemail(_) | Self::Hangup { .. } => {}
            Self::Person { otherwise, .. }
            | Self::Queue { otherwise, .. }
            | Self::Number { otherwise, .. } => {
                if let Some(otherwise) = otherwise {
                    otherwise.walk(&below(path, "otherwise"), visit);
                }
            }
            Self::Hours { open, closed, .. } => {
                open.walk(&below(path, "open"), visit);
                closed.walk(&below(path, "closed"), visit);
            }
            Self::Menu(menu) => {
                for (key, route) in &menu.keys {
                    route.walk(&below(path, &format!("keys.{key}")), visit);
                }
                for (index, spoken) in menu.speech.iter().enumerate() {
                    spoken.route.walk(&below(path, &format!("speech.{index}.route")), visit);
                }
                if let Some(otherwise) = &menu.otherwise {
                    otherwise.walk(&below(path, "otherwise"), visit);
                }
            }
            Self::Say { then, .. } => then.walk(&below(path, "then"), visit),
            Self::Conference(conference) => {
                if let Some(then) = &conference.then {
                    then.walk(&below(path, "then"), visit);
                }
                if let Some(otherwise) = &conference.otherwise {
                    otherwise.walk(&below(path, "otherwise"), visit);
                }
            }
            Self::Webhook { fallback, .. } => fallback.walk(&below(path, "fallback"), visit),
        }
    }

    /// Every route of the tree, this one first, to change it.
    pub fn walk_mut(&mut self, visit: &mut impl FnMut(&mut Route)) {
        visit(self);
        match self {
            Self::Assistant { .. } | Self::Voicemail(_) | Self::Hangup { .. } => {}
            Self::Person { otherwise, .. }
            | Self::Queue { otherwise, .. }
            | Self::Number { otherwise, .. } => {
                if let Some(otherwise) = otherwise {
                    otherwise.walk_mut(visit);
                }
            }
            Self::Hours { open, closed, .. } => {
                open.walk_mut(visit);
                closed.walk_mut(visit);
            }
            Self::Menu(menu) => {
                menu.keys.values_mut().for_each(|route| route.walk_mut(visit));
                menu.speech.iter_mut().for_each(|spoken| spoken.route.walk_mut(visit));
                if let Some(otherwise) = &mut menu.otherwise {
                    otherwise.walk_mut(visit);
                }
            }
            Self::Say { then, .. } => then.walk_mut(visit),
            Self::Conference(ConferenceRoute { then, otherwise, .. }) => {
                [then, otherwise].into_iter().flatten().for_each(|route| route.walk_mut(visit));
            }
            Self::Webhook { fallback, .. } => fallback.walk_mut(visit),
        }
    }

    /// The assistants of the tree, each once, in its order.
    pub fn assistants(&self) -> Vec<AssistantId> {
        let mut assistants = Vec::new();
        self.walk("", &mut |_, route| {
            if let Self::Assistant { assistant } = route
                && !assistants.contains(assistant)
            {
                assistants.push(assistant.clone());
            }
        });
        assistants
    }

    /// Whether it asks for the organisation's hours of this name.
    pub fn names_hours(&self, name: &str) -> bool {
        let mut found = false;
        self.walk("", &mut |_, route| {
            found |= matches!(route, Self::Hours { hours: HoursRef::Named(own), .. } if own == name);
        });
        found
    }

    /// As it may be shown.
    pub fn without_secrets(&self) -> Self {
        let mut shown = self.clone();
        shown.walk_mut(&mut |route| match route {
            Self::Webhook { secret, .. } => *secret = None,
            Self::Conference(conference) => conference.pins_mut().into_iter().for_each(|pin| *pin = None),
            _ => {}
        });
        shown
    }

    /// Takes secrets that were not written anew from what was there, by their address or the conference's name; an
    /// empty one is removed.
    pub fn keep_secrets(&mut self, former: Option<&Self>) {
        let mut known: BTreeMap<(String, usize), Pii<String>> = BTreeMap::new();
        if let Some(former) = former {
            former.walk("", &mut |_, route| match route {
                Self::Webhook { url, secret: Some(secret), .. } => {
                    known.insert((url.clone(), 0), secret.clone());
                }
                Self::Conference(ConferenceRoute { name, pin, moderator_pin, .. }) => {
                    for (number, pin) in [pin, moderator_pin].into_iter().enumerate() {
                        known.extend(pin.clone().map(|pin| ((name.clone(), number + 1), pin)));
                    }
                }
                _ => {}
            });
        }
        let keep = |written: &mut Option<Pii<String>>, key: (String, usize)| {
            *written = match written.take() {
                None => known.get(&key).cloned(),
                Some(text) if text.expose().is_empty() => None,
                written => written,
            };
        };
        self.walk_mut(&mut |route| match route {
            Self::Webhook { url, secret, .. } => keep(secret, (url.clone(), 0)),
            Self::Conference(conference) => {
                let name = conference.name.clone();
                for (number, pin) in conference.pins_mut().into_iter().enumerate() {
                    keep(pin, (name.clone(), number + 1));
                }
            }
            _ => {}
        });
    }
}

impl VoicemailRoute {
    /// Whose box the message goes to.
    pub fn mailbox(&self) -> Mailbox {
        match (&self.user, &self.queue, &self.name) {
            (Some(user), ..) => Mailbox::User(user.clone()),
            (_, Some(queue), _) => Mailbox::Queue(queue.clone()),
            (.., name) => Mailbox::Named(name.clone().unwrap_or_else(|| "main".to_owned())),
        }
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "user:{user}"),
            Self::Queue(queue) => write!(f, "queue:{queue}"),
            Self::Named(name) => write!(f, "box:{name}"),
        }
    }
}

impl Mailbox {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        match kind {
            "user" => Some(Self::User(id.into())),
            "queue" => Some(Self::Queue(id.into())),
            "box" => Some(Self::Named(id.to_owned())),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Route {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Self::read(&value, "").map_err(crate::read::refused)
    }
}
