//! Bodies as they come in, in pieces: how long they may be, and of how many pieces.

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;

/// Pieces that any body may come in.
pub(super) const PIECES: usize = 4_096;
/// Bytes for which there may be one more: clients and networks send far more at a time.
const PER_PIECE: usize = 256;

/// Why a body was not read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// It came in too many pieces for its length: each costs the server more than its bytes do (RFC 9112, section 7.1,
    /// allows a chunk for each byte).
    InPieces,
    /// The client did not send all of it.
    Broken,
}

/// Reads a body of at most so many bytes.
pub(super) async fn read(body: Body, most: usize) -> Result<Bytes, Unread> {
    let mut pieces = body.into_data_stream();
    let mut whole: Vec<u8> = Vec::new();
    let mut number = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Unread::Broken)?;
        number += 1;
        if whole.len() + piece.len() > most {
            return Err(Unread::TooLong);
        }
        if number > PIECES + whole.len() / PER_PIECE {
            return Err(Unread::InPieces);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    async fn of(pieces: usize, length: usize) -> Result<usize, Unread> {
        let piece = Bytes::from(vec![b'x'; length]);
        let pieces = std::iter::repeat_n(piece, pieces).map(Ok::<_, std::io::Error>);
        read(Body::from_stream(stream::iter(pieces)), 1_000_000).await.map(|read| read.len())
    }

    #[tokio::test]
    async fn a_body_is_as_long_and_in_as_many_pieces_as_it_may_be() {
        assert_eq!(of(1, 1_000_000).await, Ok(1_000_000));
        assert_eq!(of(2, 500_001).await, Err(Unread::TooLong));
        assert_eq!(of(PIECES, 1).await, Ok(PIECES));
        assert_eq!(of(PIECES + 100, 1).await, Err(Unread::InPieces));
        assert_eq!(of(20_000, 50).await, Err(Unread::InPieces));
        assert_eq!(of(3_900, 256).await, Ok(998_400));
    }
}
