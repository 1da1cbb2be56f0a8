//! Where texts of a prompt are counted as their model's vendor does (llm.md L-2, O-4).
//!
//! Owns which models that is, and that neither a long text nor the opening of a vocabulary holds up other requests. Must not
//! count by itself (`dp_tokens`). Invariants: whoever needs no count pays nothing; nothing above 4 KB is counted on the
//! proxy's own threads, and nothing above 1 MB anywhere; however many long texts come, half of the cores count at most.

use std::num::NonZero;
use std::sync::LazyLock;

use bytes::Bytes;
use dp_llm::{
    class::Class,
    prompt_text::{PromptText, Scope},
};
use dp_policy::estimate::Family;
use dp_tokens::Vocabulary;
use tokio::sync::{Mutex, Semaphore};

use super::ledger::{Size, Uncounted};

/// The longest body whose texts are counted right away, in bytes: some 50 us of prose, and about 1 ms of what is made to take
/// long, such as one letter repeated. The specification allows eight times that.
const AT_ONCE: usize = 4 << 10;

/// The most text that is counted at all, in bytes.
const AT_MOST: usize = 1 << 20;

/// Who may count elsewhere now: a megabyte that is made to take long takes most of a second.
static ROOM: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    Semaphore::new(cores.div_ceil(2))
});

/// Who opens a vocabulary.
static OPENING: Mutex<()> = Mutex::const_new(());

/// How a model cuts texts, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) family: Family,
    /// What its texts are counted by.
    pub(super) vocabulary: Option<Vocabulary>,
}

/// Who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Whoever asks.
    Here,
    /// A thread that may take its time.
    Apart,
}

/// Tokens of the texts of a request; `None` where they cannot be read, or are too long.
pub(super) fn counted(vocabulary: Vocabulary, class: Class, body: &Bytes) -> Option<u64> {
    let text = PromptText::of_class(class, body).ok()?;
    // What of a definition is text is not all of it: definitions are told by their length.
    let runs = || {
        text.runs()
            .filter(|run| run.scope() != Scope::ToolDefinition)
    };
    let slots = runs().flat_map(|run| run.slots().iter());
    if slots.map(|slot| slot.text.len()).sum::<usize>() > AT_MOST {
        return None;
    }
    Some(runs().map(|run| vocabulary.count(&run.text())).sum())
}

/// Counts elsewhere what cannot be counted here, for [`Size::tokens`] to tell.
pub(super) async fn count(size: &Size, uncounted: Uncounted) {
    let Uncounted {
        vocabulary,
        class,
        body,
    } = uncounted;
    open(vocabulary).await;
    let texts = match Place::of(body.len(), vocabulary.is_open()) {
        Place::Here => counted(vocabulary, class, &body),
        // Nobody waits for others' texts: where there is no room, the length says it, as where the count breaks off.
        Place::Apart => match ROOM.try_acquire() {
            Err(_) => None,
            Ok(room) => {
                let counting = tokio::task::spawn_blocking(move || {
                    // Held until it is done, also where the client has left.
                    let _room = room;
                    counted(vocabulary, class, &body)
                });
                counting.await.unwrap_or_default()
            }
        },
    };
    size.note(vocabulary, texts);
}

/// Opens a vocabulary elsewhere; whoever needs it meanwhile waits, but no thread does.
async fn open(vocabulary: Vocabulary) {
    if vocabulary.is_open() {
        return;
    }
    let _opening = OPENING.lock().await;
    if !vocabulary.is_open() {
        // Where it broke off, it is not open, and whoever asks is told so.
        let _ = tokio::task::spawn_blocking(move || vocabulary.open()).await;
    }
}

// === impl Cut ===

impl Cut {
    /// By the model's name.
    pub(super) fn of(model: &str) -> Cut {
        Cut {
            family: Family::of(model),
            vocabulary: Vocabulary::of_model(model),
        }
    }
}

// === impl Place ===

impl Place {
    /// Of a body of so many bytes.
    pub(super) fn of(bytes: usize, is_open: bool) -> Place {
        match is_open && bytes <= AT_ONCE {
            true => Place::Here,
            false => Place::Apart,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxys_own_threads_count_what_is_short_and_open_nothing() {
        assert_eq!(Place::of(0, true), Place::Here);
        assert_eq!(Place::of(4 << 10, true), Place::Here);
        assert_eq!(Place::of((4 << 10) + 1, true), Place::Apart);
        assert_eq!(Place::of(0, false), Place::Apart);
    }

    #[test]
    fn a_model_has_a_family_and_perhaps_a_vocabulary() {
        for (model, family, vocabulary) in [
            ("openai/gpt-4o", Family::Other, Some(Vocabulary::O200k)),
            ("gpt-4-0613", Family::Other, Some(Vocabulary::Cl100k)),
            ("anthropic/claude-opus-4", Family::Claude, None),
            ("", Family::Other, None),
        ] {
            assert_eq!(Cut::of(model), Cut { family, vocabulary }, "{model}");
        }
    }
}
