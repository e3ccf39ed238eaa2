//! What Prometheus sees. No label holds the name of an object, but for the verifications of restores.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::restore::figures::Figures;

/// Labels of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// Which webhook was asked.
    pub entry: &'static str,
    /// What was done.
    pub operation: &'static str,
    /// To which kind; `other` for one that no policy judges.
    pub kind: String,
    /// `allowed`, `denied`, `warned`, or why it was not judged.
    pub decision: &'static str,
    /// The strictest mode that was in force for what is violated; `none` for nothing.
    pub mode: &'static str,
    /// Nothing was kept of the request.
    pub dry_run: String,
}

/// Labels of a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RuleLabels {
    /// The policy.
    pub rule: String,
    /// The verdict.
    pub outcome: &'static str,
}

/// A label with one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct KindLabels {
    /// The kind, with its group.
    pub kind: String,
}

/// A label with one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StateLabels {
    /// The state.
    pub state: &'static str,
}

/// A label with one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RoleLabels {
    /// `ca` or `leaf`.
    pub role: &'static str,
}

/// Gauges of numbers that are no whole ones.
type FloatGauge = Gauge<f64, AtomicU64>;

/// Every metric.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Requests, by what came of them.
    pub requests: Family<RequestLabels, Counter>,
    /// Seconds from the first byte of a request to the answer.
    pub duration: Histogram,
    /// Verdicts, by policy.
    pub rules: Family<RuleLabels, Counter>,
    /// Connections that were refused.
    pub connections_refused: Counter,
    /// Requests that are worked on.
    pub in_flight: Gauge<i64, AtomicI64>,
    /// Objects that are kept, by kind.
    pub cached: Family<KindLabels, Gauge>,
    /// Seconds since the last news of a kind.
    pub cache_age: Family<KindLabels, FloatGauge>,
    /// Whether a kind has not been watched for so long that it counts as unknown.
    pub cache_stale: Family<KindLabels, Gauge>,
    /// Waivers, by where they stand.
    pub exceptions: Family<StateLabels, Gauge>,
    /// Agreements, by where they stand.
    pub agreements: Family<StateLabels, Gauge>,
    /// Policies, in force and quarantined.
    pub policies: Family<StateLabels, Gauge>,
    /// Unix seconds at which a certificate ends.
    pub certificate_end: Family<RoleLabels, Gauge>,
    /// Whether the webhook configuration is in place, as the leader sees it.
    pub registered: Gauge,
    /// Whether this replica writes.
    pub leader: Gauge,
    /// Audit entries that were lost since the start.
    pub audit_dropped: Gauge,
    /// Restore verification.
    pub restores: Figures,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("hipaa_iac");
        let metrics = Self {
            requests: Family::default(),
            // From half a millisecond to the three seconds after which the API server gives up.
            duration: Histogram::new([
                0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1,
                0.25, 0.5, 1.0, 2.5, 3.0,
            ]),
            rules: Family::default(),
            connections_refused: Counter::default(),
            in_flight: Gauge::default(),
            cached: Family::default(),
            cache_age: Family::default(),
            cache_stale: Family::default(),
            exceptions: Family::default(),
            agreements: Family::default(),
            policies: Family::default(),
            certificate_end: Family::default(),
            registered: Gauge::default(),
            leader: Gauge::default(),
            audit_dropped: Gauge::default(),
            restores: Figures::default(),
            registry: Registry::default(),
        };
        registry.register(
            "admission_requests",
            "Requests, by what came of them",
            metrics.requests.clone(),
        );
        registry.register(
            "admission_duration_seconds",
            "Seconds from the body of a request to the answer",
            metrics.duration.clone(),
        );
        registry.register(
            "rule_evaluations",
            "Verdicts, by policy",
            metrics.rules.clone(),
        );
        registry.register(
            "connections_refused",
            "Connections that were refused, for their address had as many as it may",
            metrics.connections_refused.clone(),
        );
        registry.register(
            "admission_in_flight",
            "Requests that are worked on",
            metrics.in_flight.clone(),
        );
        registry.register(
            "context_cache_objects",
            "Objects that are kept, by kind",
            metrics.cached.clone(),
        );
        registry.register(
            "context_cache_age_seconds",
            "Seconds since the last news of a kind",
            metrics.cache_age.clone(),
        );
        registry.register(
            "context_cache_stale",
            "Whether a kind could not be watched for some minutes and counts as unknown",
            metrics.cache_stale.clone(),
        );
        registry.register(
            "exceptions",
            "Waivers, by where they stand",
            metrics.exceptions.clone(),
        );
        registry.register(
            "agreements",
            "Agreements, by where they stand",
            metrics.agreements.clone(),
        );
        registry.register(
            "policies",
            "Policies, in force and quarantined",
            metrics.policies.clone(),
        );
        registry.register(
            "webhook_cert_not_after_seconds",
            "Unix time at which a certificate ends",
            metrics.certificate_end.clone(),
        );
        registry.register(
            "webhook_registered",
            "Whether the webhook configuration is in place, as the leader sees it",
            metrics.registered.clone(),
        );
        registry.register(
            "leader",
            "Whether this replica writes",
            metrics.leader.clone(),
        );
        registry.register(
            "audit_log_dropped",
            "Audit entries that were lost since the start",
            metrics.audit_dropped.clone(),
        );
        metrics.restores.register(&mut registry);
        Self {
            registry,
            ..metrics
        }
    }
}

impl Metrics {
    /// A new set, shared.
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// The `OpenMetrics` text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let _whole = self.restores.read();
        if encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }
}
