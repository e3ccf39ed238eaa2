//! What is known of vendors, edge runtimes and cloud services, and whether an agreement can cover them.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

/// A vendor of the registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vendor {
    /// Its id in policies and in `baa.yaml`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it signs a BAA: `yes`, `plan-gated`, `no` or `unknown`.
    pub offered: String,
    /// How well that is known: `verified`, `secondary`, `conflicting` or `memory`.
    pub confidence: String,
    /// The vendor whose agreement can cover it.
    #[serde(default)]
    pub covered_by: Option<String>,
}

/// An edge runtime of the registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// Its id, as a service of `baa.yaml`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether an agreement covers it, as far as is known.
    pub status: String,
    /// Whose it is.
    #[serde(default)]
    pub vendor: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Service {
    status: String,
    prefixes: Vec<String>,
}

static VENDORS: LazyLock<BTreeMap<String, Vendor>> = LazyLock::new(|| {
    let vendors: Vec<Vendor> =
        serde_json::from_str(include_str!("data/vendors.json")).unwrap_or_default();
    vendors
        .into_iter()
        .map(|vendor| (vendor.id.clone(), vendor))
        .collect()
});

static RUNTIMES: LazyLock<BTreeMap<String, Runtime>> = LazyLock::new(|| {
    let runtimes: Vec<Runtime> =
        serde_json::from_str(include_str!("data/runtimes.json")).unwrap_or_default();
    runtimes
        .into_iter()
        .map(|runtime| (runtime.id.clone(), runtime))
        .collect()
});

/// The status of each prefix of resource types.
static SERVICES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let services: Vec<Service> =
        serde_json::from_str(include_str!("data/services.json")).unwrap_or_default();
    let prefixes = services.into_iter().flat_map(|service| {
        let status = service.status;
        service
            .prefixes
            .into_iter()
            .map(move |prefix| (prefix, status.clone()))
    });
    prefixes.collect()
});

/// The vendor of an id.
pub fn find(id: &str) -> Option<&'static Vendor> {
    VENDORS.get(id)
}

/// Every vendor, by id.
pub fn vendors() -> impl Iterator<Item = &'static Vendor> {
    VENDORS.values()
}

/// The runtime of an id.
pub fn runtime(id: &str) -> Option<&'static Runtime> {
    RUNTIMES.get(id)
}

/// `yes`, `plan-gated`, `no` or `unknown`. A verdict is never stronger than its evidence: `no` from memory is `unknown`.
pub(crate) fn baa(id: &str) -> &'static str {
    match VENDORS.get(id) {
        Some(vendor)
            if vendor.offered == "no"
                && matches!(vendor.confidence.as_str(), "memory" | "conflicting") =>
        {
            "unknown"
        }
        Some(vendor) => &vendor.offered,
        None => "unknown",
    }
}

/// The vendors whose agreement covers a vendor: itself, and the one that it belongs to.
pub(crate) fn coverers(id: &str) -> impl Iterator<Item = &str> {
    let parent = VENDORS
        .get(id)
        .and_then(|vendor| vendor.covered_by.as_deref());
    std::iter::once(id).chain(parent)
}

/// Whether the cloud's BAA lists the service of a resource type: `eligible`, `not-listed` or `unknown`. The longest prefix decides;
/// one without `_` at its end is also the type itself.
pub(crate) fn eligibility(resource_type: &str) -> &'static str {
    let longest = (1..=resource_type.len()).rev().find_map(|end| {
        let prefix = resource_type.get(..end)?;
        SERVICES.get(prefix)
    });
    match longest.map(String::as_str) {
        Some("eligible" | "eligible-with-exclusions") => "eligible",
        Some("not-listed" | "third-party") => "not-listed",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_whole() {
        assert_eq!(VENDORS.len(), 209);
        assert_eq!(RUNTIMES.len(), 33);
        assert!(SERVICES.len() > 300);
    }

    #[test]
    fn no_from_memory_is_unknown() {
        for vendor in vendors().filter(|vendor| vendor.offered == "no") {
            let expected = if matches!(vendor.confidence.as_str(), "memory" | "conflicting") {
                "unknown"
            } else {
                "no"
            };
            assert_eq!(baa(&vendor.id), expected, "{}", vendor.id);
        }
        assert_eq!(baa("vercel"), "plan-gated");
        assert_eq!(baa("nobody"), "unknown");
    }

    #[test]
    fn the_longest_prefix_decides() {
        assert_eq!(eligibility("aws_db_instance"), "eligible");
        assert_eq!(eligibility("aws_apprunner_service"), "not-listed");
        assert_eq!(eligibility("random_id"), "unknown");
    }
}
