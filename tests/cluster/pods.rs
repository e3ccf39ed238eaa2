//! The cluster itself: pods run, Services answer, Jobs complete. What fails here is not the operator's doing.

use std::time::Duration;

use crate::{Case, With, cluster::Cluster};

pub(crate) const CASES: &[Case] = &[Case {
    name: "a_pod_runs_and_a_job_completes",
    own: false,
    with: With::Nothing,
    run: runs,
}];

fn runs(cluster: &Cluster) {
    cluster.namespace("plain", false);
    let image = Cluster::pause_image();
    cluster
        .apply(&format!(
            "
apiVersion: v1
kind: Pod
metadata: {{name: waits, namespace: plain}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{{name: main, image: {image:?}, imagePullPolicy: IfNotPresent}}]
---
apiVersion: batch/v1
kind: Job
metadata: {{name: ends, namespace: plain}}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{{name: main, image: {image:?}, imagePullPolicy: IfNotPresent, args: [end]}}]
"
        ))
        .success();
    cluster.eventually("the pod to run", Duration::from_mins(1), || {
        cluster.get(&["pod", "waits", "-n", "plain"])["status"]["phase"] == "Running"
    });
    cluster.eventually("the job to complete", Duration::from_mins(1), || {
        cluster.get(&["job", "ends", "-n", "plain"])["status"]["succeeded"] == 1
    });
    cluster
        .kubectl(&["delete", "namespace", "plain", "--wait=false"])
        .success();
}
