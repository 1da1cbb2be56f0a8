//! Names and label values that Kubernetes takes, whatever the Gateway is called.
//!
//! Owns both shortenings. Must not know which object a name is for. The invariant: different inputs give
//! different outputs (as far as 48 bits of a hash tell), and what fits is left as it is.

/// Longest name of a Service, and longest value of a label.
const LIMIT: usize = 63;
/// Characters of the hash.
const HASH: usize = 12;

/// The name of a child: `base` and `suffix`, if that is a DNS label that starts with a letter; otherwise what is
/// left of it, and a hash.
pub fn child(base: &str, suffix: &str) -> String {
    let whole = format!("{base}{suffix}");
    let plain: String = whole
        .chars()
        .map(|c| {
            if c.is_ascii_lowercase() || c.is_ascii_digit() {
                c
            } else {
                '-'
            }
        })
        .collect();
    let starts_well = plain.starts_with(|c: char| c.is_ascii_lowercase());
    let ends_well = plain.ends_with(|c: char| c != '-');
    if plain == whole && starts_well && ends_well && plain.len() <= LIMIT {
        return whole;
    }
    // Services are the strictest: their names start with a letter.
    let plain = if starts_well {
        plain
    } else {
        format!("gw-{plain}")
    };
    shortened(&plain, &whole)
}

/// A label's value: `text`, if that is one; otherwise what is left of it, and a hash.
pub fn label_value(text: &str) -> String {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let plain: String = text
        .chars()
        .map(|c| if is_inner(c) { c } else { '-' })
        .collect();
    let is_outer = |c: char| c.is_ascii_alphanumeric();
    let fits = plain.len() <= LIMIT && plain.starts_with(is_outer) && plain.ends_with(is_outer);
    if plain == text && (fits || text.is_empty()) {
        return plain;
    }
    let plain = plain.trim_start_matches(|c: char| !is_outer(c));
    let plain = if plain.is_empty() { "x" } else { plain };
    shortened(plain, text)
}

/// `plain`, cut so that the hash of `whole` fits behind it.
fn shortened(plain: &str, whole: &str) -> String {
    let kept: String = plain.chars().take(LIMIT - HASH - 1).collect();
    let kept = kept.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    format!("{kept}-{}", hash(whole.as_bytes()))
}

/// A short hash, for names and for telling contents apart.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let hex = blake3::hash(bytes).to_hex();
    hex.chars().take(HASH).collect()
}

#[cfg(test)]
mod tests {
    use super::{child, label_value};
    use proptest::prelude::{ProptestConfig, proptest};

    #[test]
    fn what_fits_is_left() {
        assert_eq!(child("gw", ""), "gw");
        assert_eq!(child("gw", "-xds-ca"), "gw-xds-ca");
        assert_eq!(child(&"a".repeat(63), ""), "a".repeat(63));
        assert_eq!(label_value("a.B_c"), "a.B_c");
        assert_eq!(label_value(""), "");
    }

    #[test]
    fn what_does_not_fit_is_told_apart() {
        let long = "a".repeat(64);
        assert_eq!(child(&long, "").len(), 63);
        assert_ne!(child(&long, ""), child(&"a".repeat(65), ""));
        assert_ne!(child("a.b", ""), child("a-b", ""));
        assert!(child("1st", "").starts_with("gw-1st-"));
        assert!(child("a-", "").starts_with("a-") && child("a-", "").len() > 10);
        assert_eq!(label_value(&long).len(), 63);
        assert_ne!(label_value("a/b"), label_value("a-b"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn whatever_comes_is_a_name(base in "[a-z0-9.-]{0,253}", suffix in "(-xds-ca)?") {
            let name = child(&base, &suffix);
            let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(name.len() <= 63 && name.chars().all(ok), "{name}");
            assert!(name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
            assert!(name.ends_with(|c: char| c.is_ascii_alphanumeric()), "{name}");
        }

        #[test]
        fn whatever_comes_is_a_label_value(text in "\\PC{1,300}") {
            let value = label_value(&text);
            let edge = |c: char| c.is_ascii_alphanumeric();
            assert!(value.len() <= 63 && value.starts_with(edge) && value.ends_with(edge), "{value}");
        }
    }
}
