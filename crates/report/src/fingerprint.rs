//! What names a finding across runs.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::result::{Finding, Verdict};

/// Gives every finding its fingerprint: the first 32 hexadecimal digits of SHA-256 over policy, root, environment, type,
/// address and attribute, each but the last followed by NUL. A second finding with all of them equal has NUL and `2` behind,
/// and so on in the order of `findings`, passes last because they may be left out, so that no two share one and none
/// depends on a line.
pub(crate) fn assign(findings: &mut [Finding]) {
    let mut seen: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    let mut order: Vec<&mut Finding> = findings.iter_mut().collect();
    order.sort_by_key(|finding| matches!(finding.verdict, Verdict::Pass | Verdict::NotApplicable));
    for finding in order {
        let mut key = Vec::new();
        for part in [
            &*finding.policy,
            &finding.resource.root,
            finding.environment.as_deref().unwrap_or(""),
            &finding.resource.type_,
            &finding.resource.address,
        ] {
            key.extend_from_slice(part.as_bytes());
            key.push(0);
        }
        key.extend_from_slice(finding.attribute.as_deref().unwrap_or("").as_bytes());
        let digest: [u8; 32] = Sha256::digest(&key).into();
        let nth = seen.entry(key.clone()).or_insert(0);
        *nth += 1;
        let digest = if *nth == 1 {
            digest
        } else {
            key.push(0);
            key.extend_from_slice(nth.to_string().as_bytes());
            Sha256::digest(&key).into()
        };
        finding.fingerprint = hex(&digest[..16]);
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
