//! Shares of providers in their groups.
//!
//! Owns the two places where one is written: `weight` of a provider, and the annotation `tidegate.dev/weights`
//! (`name=3,other=1`) for clusters whose CRD is upstream's and drops the field. The field wins. Must refuse an annotation
//! that cannot be read: a share that is not what somebody meant sends their data, and their bill, elsewhere.

use std::collections::BTreeMap;

const ANNOTATION: &str = "tidegate.dev/weights";
/// As the schema bounds the field.
const MOST: u32 = 1_000_000;

/// Shares by the annotation.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Weights(BTreeMap<String, u32>);

// === impl Weights ===

impl Weights {
    pub(super) fn of_annotation(annotations: &BTreeMap<String, String>) -> Result<Weights, String> {
        let Some(text) = annotations.get(ANNOTATION) else {
            return Ok(Weights::default());
        };
        let mut weights = BTreeMap::new();
        for item in text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
        {
            let read = item.split_once('=').and_then(|(name, weight)| {
                let weight: u32 = weight.trim().parse().ok()?;
                (weight <= MOST).then(|| (name.trim().to_owned(), weight))
            });
            let Some((name, weight)) = read else {
                return Err(format!(
                    "metadata.annotations[{ANNOTATION}]: {item:?} is not NAME=WEIGHT with a weight from 0 to {MOST}"
                ));
            };
            weights.insert(name, weight);
        }
        Ok(Weights(weights))
    }

    /// The share of a provider whose field says `own`.
    pub(super) fn of(&self, name: &str, own: Option<u32>) -> u32 {
        own.or_else(|| self.0.get(name).copied()).unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{ANNOTATION, Weights};

    fn read(text: &str) -> Result<Weights, String> {
        Weights::of_annotation(&BTreeMap::from([(ANNOTATION.to_owned(), text.to_owned())]))
    }

    #[test]
    fn the_field_beats_the_annotation() {
        let weights = read(" a=3, b=0 ,").expect("readable");
        assert_eq!(weights.of("a", None), 3);
        assert_eq!(weights.of("a", Some(7)), 7);
        assert_eq!(weights.of("b", None), 0);
        assert_eq!(weights.of("c", None), 1);
        assert_eq!(Weights::default().of("a", None), 1);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for text in ["a", "a=x", "a=-1", "a=1000001", "a=1;b=2"] {
            let message = read(text).expect_err("refused");
            assert!(message.contains(ANNOTATION), "{text}: {message}");
        }
    }
}
