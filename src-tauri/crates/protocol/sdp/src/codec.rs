//! Codecs as SDP names them (RFC 3551, RFC 4733).

/// The encoding name of RFC 4733's named events (DTMF).
pub const TELEPHONE_EVENT: &str = "telephone-event";

/// An encoding and the payload type it goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codec {
    /// Compares without regard to case.
    pub name: String,
    /// The RTP clock in Hz; for G.722 this is 8000, by RFC 3551's old mistake.
    pub clock_rate: u32,
    pub channels: u8,
    pub payload_type: u8,
    /// The `a=fmtp` text without the payload type.
    pub format_parameters: Option<String>,
}

impl Codec {
    /// A mono codec without format parameters.
    pub fn new(name: &str, clock_rate: u32, payload_type: u8) -> Codec {
        Codec { name: name.to_owned(), clock_rate, channels: 1, payload_type, format_parameters: None }
    }

    pub fn pcmu() -> Codec {
        Codec::new("PCMU", 8000, 0)
    }

    pub fn pcma() -> Codec {
        Codec::new("PCMA", 8000, 8)
    }

    /// G.722 at 64 kbit/s under its static payload type.
    pub fn g722() -> Codec {
        Codec::new("G722", 8000, 9)
    }

    /// Opus, always named with two channels (RFC 7587 section 7); we ask for in-band FEC.
    pub fn opus(payload_type: u8) -> Codec {
        let format_parameters = Some("useinbandfec=1".to_owned());
        Codec { channels: 2, format_parameters, ..Codec::new("opus", 48_000, payload_type) }
    }

    /// Named events 0 to 15, the telephone keys.
    pub fn telephone_event(clock_rate: u32, payload_type: u8) -> Codec {
        let format_parameters = Some("0-15".to_owned());
        Codec { format_parameters, ..Codec::new(TELEPHONE_EVENT, clock_rate, payload_type) }
    }

    /// Whether both name the same encoding, whatever their payload types and format parameters.
    pub fn same_encoding(&self, other: &Codec) -> bool {
        self.name.eq_ignore_ascii_case(&other.name)
            && self.clock_rate == other.clock_rate
            && self.channels == other.channels
    }

    pub fn is_telephone_event(&self) -> bool {
        self.name.eq_ignore_ascii_case(TELEPHONE_EVENT)
    }

    /// Whether the encoding can carry a conversation by itself; events and comfort noise cannot.
    pub fn carries_speech(&self) -> bool {
        !self.is_telephone_event()
            && !self.name.eq_ignore_ascii_case("CN")
            && !self.name.eq_ignore_ascii_case("red")
    }

    /// The text after `a=rtpmap:`.
    pub(crate) fn rtpmap(&self) -> String {
        let Codec { payload_type, name, clock_rate, channels, .. } = self;
        match channels {
            1 => format!("{payload_type} {name}/{clock_rate}"),
            _ => format!("{payload_type} {name}/{clock_rate}/{channels}"),
        }
    }

    /// Reads the text after `a=rtpmap:`.
    pub(crate) fn from_rtpmap(text: &str) -> Option<Codec> {
        let (payload_type, encoding) = text.trim().split_once([' ', '\t'])?;
        let mut parts = encoding.trim().split('/');
        let name = parts.next().filter(|n| !n.is_empty())?.trim().to_owned();
        let clock_rate = parts.next()?.trim().parse().ok()?;
        let channels = parts.next().map_or(Some(1), |c| c.trim().parse().ok())?;
        let payload_type = payload_type.parse().ok().filter(|p| *p < 128)?;
        Some(Codec { name, clock_rate, channels, payload_type, format_parameters: None })
    }

    /// The audio encodings that RFC 3551 ties to a payload type, for descriptions that leave the rtpmap out.
    pub(crate) fn of_static_payload_type(payload_type: u8) -> Option<Codec> {
        let (name, clock_rate, channels) = match payload_type {
            0 => ("PCMU", 8000, 1),
            3 => ("GSM", 8000, 1),
            4 => ("G723", 8000, 1),
            5 => ("DVI4", 8000, 1),
            6 => ("DVI4", 16_000, 1),
            7 => ("LPC", 8000, 1),
            8 => ("PCMA", 8000, 1),
            9 => ("G722", 8000, 1),
            10 => ("L16", 44_100, 2),
            11 => ("L16", 44_100, 1),
            12 => ("QCELP", 8000, 1),
            13 => ("CN", 8000, 1),
            14 => ("MPA", 90_000, 1),
            15 => ("G728", 8000, 1),
            16 => ("DVI4", 11_025, 1),
            17 => ("DVI4", 22_050, 1),
            18 => ("G729", 8000, 1),
            _ => return None,
        };
        Some(Codec { channels, ..Codec::new(name, clock_rate, payload_type) })
    }
}
