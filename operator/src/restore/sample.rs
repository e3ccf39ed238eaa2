//! A run, for tests, of which each changes what it is about, and a cluster as watches bring it.

use std::{collections::BTreeMap, sync::Arc};

use hipaa_iac_api::{
    RestoreVerificationRun as Run, RestoreVerificationRunSpec, RunTrigger, VerificationRef,
};
use serde_json::Value;

use crate::{
    catalog::GroupKind,
    cluster::{Cluster, Store, kept},
};

/// The objects of the namespace `clinic`, all read; no other kind is.
pub(super) fn cluster(objects: &[Value]) -> Cluster {
    let mut stores: BTreeMap<GroupKind, Arc<Store>> = BTreeMap::new();
    for object in objects {
        let resource = kept(object.clone(), Some("clinic")).unwrap();
        let id = resource.kubernetes().unwrap();
        let kind = GroupKind::new(&id.group, &id.kind);
        stores.entry(kind).or_default().listed(resource);
    }
    for store in stores.values() {
        store.finish();
    }
    let cluster = Cluster::default();
    cluster.set_stores(stores.into_iter().collect());
    cluster
}

/// The first try of a slot of the verification `ehr`.
pub(super) fn run(name: &str, uid: &str) -> Run {
    let spec = RestoreVerificationRunSpec {
        verification_ref: VerificationRef {
            name: "ehr".into(),
            uid: "b8a5".into(),
            generation: 1,
        },
        spec_digest: String::new(),
        trigger: RunTrigger::Schedule,
        scheduled_for: None,
        missed_slots: None,
        requested_by: None,
        last_canary_seq: None,
        attempt: 1,
        template: Value::Null,
    };
    let mut run = Run::new(name, spec);
    run.metadata.uid = Some(uid.into());
    run
}
