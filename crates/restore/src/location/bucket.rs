//! What a bucket says of itself: how it encrypts what is written to it, and whether it refuses requests without TLS.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::result::{Reason, ServerSide, ServerSideAlgorithm};

/// Why a bucket did not tell.
pub(crate) type Untold = (Reason, String);

/// The settings of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    /// How it encrypts what is written without a word about encryption.
    pub(crate) encryption: Result<ServerSide, Untold>,
    /// Whether its policy refuses every request without TLS.
    pub(crate) refuses_plaintext: Result<bool, Untold>,
}

/// The default encryption in the answer to `GetBucketEncryption`.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html>
pub(super) fn encryption(answer: &str) -> ServerSide {
    // Neither algorithms nor ARNs have signs that XML escapes.
    let text = |name: &str| {
        let (_, rest) = answer.split_once(&format!("<{name}>"))?;
        let (text, _) = rest.split_once(&format!("</{name}>"))?;
        Some(text.trim().to_owned())
    };
    ServerSide {
        algorithm: text("SSEAlgorithm").map_or(ServerSideAlgorithm::None, |name| algorithm(&name)),
        key_arn: text("KMSMasterKeyID").filter(|key| !key.is_empty()),
        matches_expected: None,
    }
}

/// What S3 calls an algorithm, in settings as in headers.
pub(super) fn algorithm(name: &str) -> ServerSideAlgorithm {
    match name {
        "AES256" => ServerSideAlgorithm::Aes256,
        "aws:kms" => ServerSideAlgorithm::AwsKms,
        "aws:kms:dsse" => ServerSideAlgorithm::AwsKmsDsse,
        _ => ServerSideAlgorithm::Unknown,
    }
}

/// Whether a bucket's policy denies everyone every request without TLS, for the bucket and for each object in it.
///
/// What a further condition narrows, or an exception (`NotPrincipal`, `NotAction`, `NotResource`), is not counted: then nothing is proved.
pub(super) fn refuses_plaintext(policy: &str, bucket: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else {
        return false;
    };
    let resources: Vec<&str> = each(policy.get("Statement"))
        .filter(|statement| denies_plaintext(statement))
        .flat_map(|statement| each(statement.get("Resource")))
        .filter_map(Value::as_str)
        .collect();
    let covered = |whole: &dyn Fn(&str) -> bool| resources.iter().any(|resource| whole(resource));
    covered(&|resource| covers(resource, bucket, false))
        && covered(&|resource| covers(resource, bucket, true))
}

/// The parts of what may be one or a list of them.
fn each(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    match value {
        Some(Value::Array(all)) => all.iter(),
        Some(one) => std::slice::from_ref(one).iter(),
        None => [].iter(),
    }
}

fn denies_plaintext(statement: &Value) -> bool {
    let any = |value: Option<&Value>, is: &dyn Fn(&str) -> bool| {
        each(value).filter_map(Value::as_str).any(is)
    };
    let principal = statement.get("Principal");
    let everyone = any(principal, &|name| name == "*")
        || any(principal.and_then(|kinds| kinds.get("AWS")), &|name| {
            name == "*"
        });
    let everything = any(statement.get("Action"), &|action| {
        action == "*" || action.eq_ignore_ascii_case("s3:*")
    });
    statement.get("Effect").and_then(Value::as_str) == Some("Deny")
        && everyone
        && everything
        && statement.get("Condition").is_some_and(only_plaintext)
}

/// Whether a condition holds for every request without TLS. There is no version of TLS in one, which `NumericLessThan` alone would
/// take for no match.
fn only_plaintext(condition: &Value) -> bool {
    let mut tests = condition
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(operator, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            keys.map(move |(key, value)| (operator.to_ascii_lowercase(), key, value))
        });
    let (Some((operator, key, value)), None) = (tests.next(), tests.next()) else {
        return false;
    };
    match &*key.to_ascii_lowercase() {
        "aws:securetransport" => {
            matches!(&*operator, "bool" | "boolifexists")
                && each(Some(value)).any(|value| {
                    value == &Value::Bool(false)
                        || value
                            .as_str()
                            .is_some_and(|text| text.eq_ignore_ascii_case("false"))
                })
        }
        "s3:tlsversion" => operator == "numericlessthanifexists",
        _ => false,
    }
}

/// Whether a resource is a bucket, or every object of it.
fn covers(resource: &str, bucket: &str, objects: bool) -> bool {
    let name = match resource.strip_prefix("arn:") {
        Some(arn) => match arn.split_once(":s3:::") {
            Some((_, name)) => name,
            None => return false,
        },
        None if resource == "*" => resource,
        None => return false,
    };
    let wanted = if objects {
        format!("{bucket}/")
    } else {
        bucket.to_owned()
    };
    match name.strip_suffix('*') {
        Some(start) => !start.contains(['*', '?']) && wanted.starts_with(start),
        None => !objects && name == bucket,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_default_encryption_is_read() {
        // The answer in the documentation of GetBucketEncryption, and one with a key.
        let answer = |inner: &str| {
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>{inner}</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"
            )
        };
        let key = "arn:aws:kms:us-east-1:1:key/a";
        for (inner, expected, of) in [
            (
                "<SSEAlgorithm>AES256</SSEAlgorithm>",
                ServerSideAlgorithm::Aes256,
                None,
            ),
            (
                "<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:aws:kms:us-east-1:1:key/a</KMSMasterKeyID>",
                ServerSideAlgorithm::AwsKms,
                Some(key),
            ),
            (
                "<KMSMasterKeyID></KMSMasterKeyID>",
                ServerSideAlgorithm::None,
                None,
            ),
            (
                "<SSEAlgorithm>rot13</SSEAlgorithm>",
                ServerSideAlgorithm::Unknown,
                None,
            ),
        ] {
            let found = encryption(&answer(inner));
            assert_eq!(
                (found.algorithm, found.key_arn.as_deref()),
                (expected, of),
                "{inner}"
            );
        }
    }

    /// The policy of the AWS Config rule `s3-bucket-ssl-requests-only`, and changes to it.
    #[test]
    fn a_policy_must_refuse_everyone_everything_without_tls() {
        let good = json!({
            "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": ["arn:aws:s3:::ehr", "arn:aws:s3:::ehr/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        });
        let refuses = |statements: Value| {
            let policy = json!({"Version": "2012-10-17", "Statement": statements});
            refuses_plaintext(&policy.to_string(), "ehr")
        };
        let with = |key: &str, value: Value| {
            let mut statement = good.clone();
            statement[key] = value;
            statement
        };
        let sound = [
            ("Principal", json!({"AWS": "*"})),
            ("Principal", json!({"AWS": ["*"]})),
            ("Action", json!(["s3:GetObject", "*"])),
            ("Resource", json!("*")),
            ("Resource", json!("arn:aws-us-gov:s3:::ehr*")),
            ("Resource", json!(["arn:aws:s3:::eh*"])),
            (
                "Condition",
                json!({"BoolIfExists": {"AWS:securetransport": [false]}}),
            ),
            (
                "Condition",
                json!({"NumericLessThanIfExists": {"s3:TlsVersion": "1.2"}}),
            ),
        ];
        assert!(refuses(good.clone()));
        for (key, value) in sound {
            assert!(refuses(json!([with(key, value.clone())])), "{key} {value}");
        }
        // One statement for the bucket, one for its objects.
        assert!(refuses(json!([
            with("Resource", json!("arn:aws:s3:::ehr")),
            with("Resource", json!("arn:aws:s3:::ehr/*")),
        ])));
        let narrow = [
            ("Effect", json!("Allow")),
            (
                "Principal",
                json!({"AWS": "arn:aws:iam::123456789012:role/backup"}),
            ),
            ("Principal", Value::Null),
            ("Action", json!(["s3:GetObject", "s3:PutObject"])),
            ("Resource", json!("arn:aws:s3:::ehr/*")),
            ("Resource", json!("arn:aws:s3:::ehr")),
            (
                "Resource",
                json!(["arn:aws:s3:::ehr", "arn:aws:s3:::ehr/daily/*"]),
            ),
            (
                "Resource",
                json!(["arn:aws:s3:::ehr", "arn:aws:s3:::ehr/*.dump"]),
            ),
            (
                "Resource",
                json!(["arn:aws:s3:::other", "arn:aws:s3:::other/*"]),
            ),
            (
                "Condition",
                json!({"Bool": {"aws:SecureTransport": "true"}}),
            ),
            (
                "Condition",
                json!({"StringEquals": {"aws:SecureTransport": "false"}}),
            ),
            (
                "Condition",
                json!({"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
            ),
            (
                "Condition",
                json!({"Bool": {"aws:SecureTransport": "false", "aws:MultiFactorAuthPresent": "false"}}),
            ),
            (
                "Condition",
                json!({"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
            ),
            ("Condition", json!({})),
        ];
        for (key, value) in narrow {
            assert!(!refuses(json!([with(key, value.clone())])), "{key} {value}");
        }
        assert!(!refuses_plaintext("", "ehr"));
        assert!(!refuses_plaintext("[]", "ehr"));
    }
}
