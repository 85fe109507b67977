use super::Placed;
use bytes::Bytes;
use kontor_domain::events::Cursor;

/// What subscribers are told of an event: the JSON of a response, made once for all of them.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Where one goes on behind it.
    pub cursor: Cursor,
    /// The response.
    pub body: Bytes,
}

impl Placed for Frame {
    fn cursor(&self) -> Cursor {
        self.cursor
    }
}
