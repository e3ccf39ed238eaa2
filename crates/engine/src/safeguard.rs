//! The paragraphs of 45 CFR Part 164 that policies cite.

use std::{fmt, sync::LazyLock};

use serde::{Deserialize, Serialize};

/// How binding a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Implementation {
    /// Must be implemented.
    Required,
    /// Must be implemented where reasonable and appropriate, else documented.
    Addressable,
    /// The heading of specifications that carry the mark themselves.
    Standard,
    /// Stands in the rule proposed in January 2025 alone.
    Proposed,
}

impl Implementation {
    /// Its word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Addressable => "addressable",
            Self::Standard => "standard",
            Self::Proposed => "proposed",
        }
    }
}

impl fmt::Display for Implementation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A paragraph of the Security Rule (or of the Privacy Rule where it binds infrastructure).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Safeguard {
    /// `164.312(a)(2)(iv)`; `proposed 164.312(d)` for the proposed rule.
    pub paragraph: String,
    /// What it asks for, in our words.
    pub title: String,
    /// How binding it is.
    pub implementation: Implementation,
}

static TABLE: LazyLock<Vec<Safeguard>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("data/safeguards.json")).unwrap_or_default()
});

/// Every paragraph, in the order of the regulation.
pub fn table() -> &'static [Safeguard] {
    &TABLE
}

/// The paragraph of this number.
pub fn find(paragraph: &str) -> Option<&'static Safeguard> {
    TABLE
        .iter()
        .find(|safeguard| safeguard.paragraph == paragraph)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_at_rest_is_addressable_and_backup_required() {
        assert_eq!(
            find("164.312(a)(2)(iv)").unwrap().implementation,
            Implementation::Addressable
        );
        assert_eq!(
            find("164.308(a)(7)(ii)(A)").unwrap().implementation,
            Implementation::Required
        );
        assert!(find("164.312(z)").is_none());
        assert_eq!(table().len(), 86);
    }
}
