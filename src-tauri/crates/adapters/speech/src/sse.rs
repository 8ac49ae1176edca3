//! Server-sent events, line by line, whatever pieces the network cuts them into.

/// One event: its name (`message` where none is given) and its data lines joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub name: String,
    pub data: String,
}

/// Collects bytes into events (the WHATWG's "server-sent events": comments skipped, CR, LF and CRLF alike).
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    after_return: bool,
    name: String,
    data: Vec<String>,
}

impl Parser {
    /// Takes bytes and hands on every event that is complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' if self.after_return => self.after_return = false,
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
                    events.extend(self.take(&line));
                }
                byte => {
                    self.after_return = false;
                    self.line.push(*byte);
                }
            }
        }
        events
    }

    fn take(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            let data = std::mem::take(&mut self.data);
            let name = if name.is_empty() { "message".to_owned() } else { name };
            return (!data.is_empty()).then(|| Event { name, data: data.join("\n") });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => self.data.push(value.to_owned()),
            "event" => value.clone_into(&mut self.name),
            // Comments (an empty field name), ids and retry times mean nothing here.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] =
        b": hello\r\ndata: {\"a\":1}\r\n\r\nevent: error\ndata: one\ndata: two\n\nid: 7\n\ndata:[DONE]\n\n";

    #[test]
    fn the_same_events_come_out_however_the_bytes_are_cut() {
        let whole = Parser::default().push(STREAM);
        assert_eq!(whole.len(), 3);
        assert_eq!(whole[0], Event { name: "message".into(), data: "{\"a\":1}".into() });
        assert_eq!(whole[1], Event { name: "error".into(), data: "one\ntwo".into() });
        assert_eq!(whole[2].data, "[DONE]");
        for size in 1..STREAM.len() {
            let mut parser = Parser::default();
            let cut: Vec<_> = STREAM.chunks(size).flat_map(|piece| parser.push(piece)).collect();
            assert_eq!(cut, whole, "pieces of {size}");
        }
    }
}
