//! Small writes in one piece.
//!
//! Owns the choice between one plain write and a gathering one. Must not buffer: what the socket does not take is
//! offered again by the caller. Invariant: the bytes and their order are those of the slices.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{io::AsyncWrite, net::TcpStream};

/// Up to this many bytes, copying them together is cheaper than making the kernel gather them: a head with a small
/// body behind it. A large body must not be copied.
const SMALL: usize = 2048;

/// Writes slices to a socket.
pub fn poll_write(
    socket: Pin<&mut TcpStream>,
    cx: &mut Context<'_>,
    slices: &[IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    if let [only] = slices {
        return socket.poll_write(cx, only);
    }
    let mut whole = [0; SMALL];
    match gather(slices, &mut whole) {
        Some(gathered) => socket.poll_write(cx, gathered),
        None => socket.poll_write_vectored(cx, slices),
    }
}

/// The slices one behind the other; `None` where they are too much.
fn gather<'w>(slices: &[IoSlice<'_>], whole: &'w mut [u8]) -> Option<&'w [u8]> {
    let mut end = 0;
    for slice in slices {
        let start = end;
        end += slice.len();
        whole.get_mut(start..end)?.copy_from_slice(slice);
    }
    whole.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(slices: &[&[u8]], room: usize, expected: Option<&[u8]>) {
        let slices: Vec<_> = slices.iter().map(|slice| IoSlice::new(slice)).collect();
        let mut whole = vec![0; room];
        assert_eq!(gather(&slices, &mut whole), expected);
    }

    #[test]
    fn slices_are_put_together_where_they_fit() {
        check(&[b"head", b"", b"body"], 8, Some(b"headbody"));
        check(&[b"head", b"body"], 9, Some(b"headbody"));
        check(&[b"head", b"body"], 7, None);
        check(&[], 4, Some(b""));
    }
}
