//! `zstd` that comes in pieces (RFC 8878 section 3.1.1).
//!
//! Owns the cut into blocks, because the decoder takes whole ones and would decode any number of them at once. It must not
//! know what is in them. Invariant: no more than one block and the window are kept. The decoder gives what is within the
//! window only at the frame's end.

use ruzstd::decoding::FrameDecoder;

use super::DecodeError;

/// The largest window, in bytes (RFC 9659 section 3).
const WINDOW: u64 = 8 << 20;
/// The magic number of a frame.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Bytes of a block's header.
const BLOCK_HEADER: usize = 3;
/// The largest block, in bytes.
const BLOCK: usize = 128 << 10;
/// Bytes of a frame's checksum.
const CHECKSUM: usize = 4;

/// Decodes frames.
#[derive(Default)]
pub(super) struct Zstd {
    held: Vec<u8>,
    frame: Option<Frame>,
}

struct Frame {
    decoder: FrameDecoder,
    has_checksum: bool,
    is_over: bool,
}

/// What a frame's header says.
struct Header {
    length: usize,
    has_checksum: bool,
}

// === impl Zstd ===

impl Zstd {
    pub(super) fn decode(&mut self, bytes: &[u8], room: usize) -> Result<Vec<u8>, DecodeError> {
        self.held.extend_from_slice(bytes);
        let mut out = Vec::new();
        let mut at = 0;
        loop {
            let rest = self.held.get(at..).unwrap_or_default();
            let Some(frame) = &mut self.frame else {
                let Some(header) = Header::read(rest)? else {
                    break;
                };
                let mut decoder = FrameDecoder::new();
                let head = rest.get(..header.length).unwrap_or_default();
                decoder.init(head).map_err(|_| DecodeError::Broken)?;
                at += header.length;
                self.frame = Some(Frame {
                    decoder,
                    has_checksum: header.has_checksum,
                    is_over: false,
                });
                continue;
            };
            if frame.is_over && !rest.is_empty() {
                // Another frame follows.
                self.frame = None;
                continue;
            }
            let Some(taken) = frame.block(rest, &mut out, room)? else {
                break;
            };
            at += taken;
        }
        self.held.drain(..at);
        Ok(out)
    }

    pub(super) fn finish(self) -> Result<(), DecodeError> {
        let is_whole = self.held.is_empty() && self.frame.is_some_and(|frame| frame.is_over);
        is_whole.then_some(()).ok_or(DecodeError::Broken)
    }
}

// === impl Frame ===

impl Frame {
    /// Decodes the block in front; `None` where it is not whole yet.
    fn block(
        &mut self,
        bytes: &[u8],
        out: &mut Vec<u8>,
        room: usize,
    ) -> Result<Option<usize>, DecodeError> {
        let [first, second, third, ..] = bytes else {
            return Ok(None);
        };
        let header = u32::from_le_bytes([*first, *second, *third, 0]);
        let is_last = header & 1 == 1;
        let size = usize::try_from(header >> 3).unwrap_or(usize::MAX);
        let content = match (header >> 1) & 3 {
            // One byte, said many times.
            1 => 1,
            _ => size,
        };
        if size > BLOCK {
            return Err(DecodeError::Broken);
        }
        let trailer = match is_last && self.has_checksum {
            true => CHECKSUM,
            false => 0,
        };
        let length = BLOCK_HEADER + content + trailer;
        let Some(block) = bytes.get(..length) else {
            return Ok(None);
        };
        let mut block = block;
        let mut target = vec![0; BLOCK];
        loop {
            let (read, written) = self
                .decoder
                .decode_from_to(block, &mut target)
                .map_err(|_| DecodeError::Broken)?;
            block = block.get(read..).unwrap_or_default();
            if out.len().saturating_add(written) > room {
                return Err(DecodeError::TooLarge);
            }
            out.extend_from_slice(target.get(..written).unwrap_or_default());
            if written == 0 {
                break;
            }
        }
        if is_last {
            let told = self.decoder.get_checksum_from_data();
            let is_so = told.is_none() || told == self.decoder.get_calculated_checksum();
            if !self.decoder.is_finished() || !is_so {
                return Err(DecodeError::Broken);
            }
            self.is_over = true;
        }
        Ok(Some(length))
    }
}

// === impl Header ===

impl Header {
    /// The header of a frame; `None` where it is not whole yet.
    fn read(bytes: &[u8]) -> Result<Option<Self>, DecodeError> {
        let magic = bytes.len().min(MAGIC.len());
        if bytes.get(..magic) != MAGIC.get(..magic) {
            return Err(DecodeError::Broken);
        }
        let Some(descriptor) = bytes.get(MAGIC.len()) else {
            return Ok(None);
        };
        let is_single = descriptor & 0x20 != 0;
        let dictionary = match descriptor & 3 {
            0 => 0,
            1 => 1,
            2 => 2,
            _ => 4,
        };
        let size = match (descriptor >> 6, is_single) {
            (0, false) => 0,
            (0, true) => 1,
            (1, _) => 2,
            (2, _) => 4,
            _ => 8,
        };
        let window = usize::from(!is_single);
        let at = MAGIC.len() + 1;
        let length = at + window + dictionary + size;
        let Some(header) = bytes.get(..length) else {
            return Ok(None);
        };
        let wanted = match (header.get(at), is_single) {
            (Some(byte), false) => {
                let base = 1_u64 << (10 + (byte >> 3));
                base + (base >> 3) * u64::from(byte & 7)
            }
            // All of it is the window.
            _ => {
                let told = header.get(length - size..).unwrap_or_default().iter().rev();
                told.fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
            }
        };
        if wanted > WINDOW {
            return Err(DecodeError::TooLarge);
        }
        Ok(Some(Self {
            length,
            has_checksum: descriptor & 4 != 0,
        }))
    }
}
