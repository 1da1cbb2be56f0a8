//! Counts are the vendor's own, and so is the work they take.
//!
//! `tests/golden.json` has texts with their counts by OpenAI's tiktoken 0.14.0 for Python, over vocabularies whose SHA-256 it
//! checks; the first of them are those of OpenAI's cookbook, "How to count tokens with tiktoken". Must not read a clock: work
//! is counted in looks at characters and into the vocabulary.

use proptest::prelude::*;

use super::{CLASSES, Classes, Merge, Opened, Vocabulary, class::LOOKS, cut, ranks::Ranks};

const GOLDEN: &str = include_str!("tests/golden.json");

fn opened(vocabulary: Vocabulary) -> &'static Opened {
    vocabulary.cell().get_or_init(|| vocabulary.opened())
}

fn pieces(vocabulary: Vocabulary, text: &str) -> Vec<&str> {
    let classes = CLASSES.get_or_init(Classes::read);
    cut::pieces(opened(vocabulary).rule, classes, text).collect()
}

#[test]
fn counts_are_those_of_tiktoken() {
    let golden: Vec<(String, u64, u64)> = serde_json::from_str(GOLDEN).unwrap();
    assert!(golden.len() > 300);
    for (text, cl100k, o200k) in golden {
        assert_eq!(Vocabulary::Cl100k.count(&text), cl100k, "{text:?}");
        assert_eq!(Vocabulary::O200k.count(&text), o200k, "{text:?}");
    }
}

#[test]
fn texts_of_one_sign_have_the_counts_of_tiktoken() {
    for (unit, times, cl100k, o200k) in MONOTONOUS {
        let text = unit.repeat(times);
        assert_eq!(Vocabulary::Cl100k.count(&text), cl100k, "{unit:?}");
        assert_eq!(Vocabulary::O200k.count(&text), o200k, "{unit:?}");
    }
}

/// A unit, how often, and its tokens in each vocabulary, by the same library.
const MONOTONOUS: [(&str, usize, u64, u64); 10] = [
    ("a", 131_072, 16_384, 16_384),
    ("A", 131_072, 16_384, 16_384),
    (" ", 131_072, 1_024, 1_024),
    ("\n ", 65_536, 32_769, 32_769),
    ("7", 131_072, 43_691, 43_691),
    ("!", 131_072, 16_384, 8_192),
    ("aA", 65_536, 131_072, 65_537),
    ("漢", 43_690, 87_380, 43_690),
    ("\u{301}", 65_536, 65_536, 65_536),
    ("中A", 32_768, 65_536, 65_536),
];

#[test]
fn vocabularies_are_whole() {
    for (vocabulary, many) in [(Vocabulary::Cl100k, 100_256), (Vocabulary::O200k, 199_998)] {
        let ranks: &Ranks = &opened(vocabulary).ranks;
        assert_eq!(ranks.len(), many);
        assert!((0..=255).all(|byte: u8| ranks.rank(&[byte]).is_some()));
    }
}

#[test]
fn work_grows_with_the_text() {
    let mut seed = 88_172_645_463_325_252_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let mut unicode = |below: u64| -> String {
        let any = std::iter::repeat_with(|| u32::try_from(random() % below).unwrap());
        any.filter_map(char::from_u32).take(30_000).collect()
    };
    let mut texts = vec![unicode(0x11_0000), unicode(0x3000), unicode(0x250)];
    texts.extend(MONOTONOUS.map(|(unit, times, ..)| unit.repeat(times)));
    // What a rule looks far ahead for, and does not find.
    texts.push(format!("{}x", " ".repeat(100_000)));
    texts.push(format!("中{}", "A".repeat(100_000)));
    texts.push(format!(" \u{301}{}", "A".repeat(100_000)));
    texts.push("\n   x   ".repeat(10_000));
    texts.push(" \u{301}A".repeat(30_000));
    for text in texts {
        let begin: String = text.chars().take(9).collect();
        for vocabulary in [Vocabulary::Cl100k, Vocabulary::O200k] {
            let before = LOOKS.get();
            let pieces = pieces(vocabulary, &text);
            let looks = LOOKS.get() - before;
            let chars = u64::try_from(text.chars().count()).unwrap();
            assert!(
                looks <= 9 * chars + 9,
                "{looks} looks at {chars}: {begin:?}"
            );
            let mut merge = Merge::default();
            for piece in &pieces {
                merge.count(piece.as_bytes(), &opened(vocabulary).ranks);
            }
            let bytes = u64::try_from(text.len()).unwrap();
            assert!(
                merge.looks <= 3 * bytes,
                "{} of {bytes}: {begin:?}",
                merge.looks
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_are_the_text(text in "\\PC{0,40}|[a-zA-Z中ʰ\u{301}'sl1 \t\r\n!/]{0,60}") {
        for vocabulary in [Vocabulary::Cl100k, Vocabulary::O200k] {
            prop_assert_eq!(pieces(vocabulary, &text).concat(), text.as_str());
        }
    }

    /// The library that carries the vocabularies cuts by regular expressions.
    #[test]
    fn the_larger_vocabulary_counts_as_another_library_does(
        text in "\\PC{0,40}|[a-zA-ZǅбЖ中ʰ\u{301}'sl1½ \t\r\n!/\u{a0}]{0,60}"
    ) {
        let other = tiktoken::get_encoding("o200k_base").map(|own| own.count(&text));
        let own = usize::try_from(Vocabulary::O200k.count(&text)).ok();
        prop_assert_eq!(own, other);
    }
}
