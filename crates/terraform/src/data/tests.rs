//! Expected texts are those of the providers' own acceptance tests (`TestAccIAMPolicyDocumentDataSource_*` of the AWS
//! provider, `TestConfigDataSourceRender` of the cloudinit provider), or follow from the code that they test.

use crate::tests::main_tf;

/// The attribute of the data source in a configuration.
fn attribute(configuration: &str, address: &str, name: &str) -> String {
    let loaded = main_tf(configuration);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    let value = loaded.value(address, name);
    let text = value.as_str();
    text.unwrap_or_else(|| panic!("{address}.{name} is {value:?}"))
        .to_owned()
}

/// `json`, as a provider of version 4 writes it, which the acceptance tests expect.
fn json(documents: &str, name: &str) -> String {
    let configuration = format!(
        "terraform {{\n  required_providers {{\n    aws = {{\n      version = \"~> 4.0\"\n    }}\n  }}\n}}\n{documents}"
    );
    attribute(
        &configuration,
        &format!("data.aws_iam_policy_document.{name}"),
        "json",
    )
}

const BASIC: &str = r#"
data "aws_iam_policy_document" "test" {
  policy_id = "policy_id"
  statement {
    sid       = "1"
    actions   = ["s3:ListAllMyBuckets", "s3:GetBucketLocation"]
    resources = ["arn:aws:s3:::*"]
  }
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::foo"]
    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["home/", "", "home/&{aws:username}/"]
    }
    not_principals {
      type        = "AWS"
      identifiers = ["arn:blahblah:example"]
    }
  }
  statement {
    actions = ["s3:*"]
    resources = [
      "arn:aws:s3:::foo/home/&{aws:username}",
      "arn:aws:s3:::foo/home/&{aws:username}/*",
    ]
    principals {
      type        = "AWS"
      identifiers = ["arn:blahblah:example", "arn:blahblahblah:example"]
    }
  }
  statement {
    effect        = "Deny"
    not_actions   = ["s3:*"]
    not_resources = ["arn:aws:s3:::*"]
  }
  statement {
    effect  = "Allow"
    actions = ["kinesis:*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
  statement {
    effect  = "Allow"
    actions = ["firehose:*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
data "aws_iam_policy_document" "test_source" {
  source_json = data.aws_iam_policy_document.test.json
  statement {
    sid       = "SourceJSONTest1"
    actions   = ["*"]
    resources = ["*"]
  }
}
"#;

const SOURCE_EXPECTED: &str = r#"{
  "Version": "2012-10-17",
  "Id": "policy_id",
  "Statement": [
    {
      "Sid": "1",
      "Effect": "Allow",
      "Action": [
        "s3:ListAllMyBuckets",
        "s3:GetBucketLocation"
      ],
      "Resource": "arn:aws:s3:::*"
    },
    {
      "Sid": "",
      "Effect": "Allow",
      "Action": "s3:ListBucket",
      "Resource": "arn:aws:s3:::foo",
      "NotPrincipal": {
        "AWS": "arn:blahblah:example"
      },
      "Condition": {
        "StringLike": {
          "s3:prefix": [
            "home/",
            "",
            "home/${aws:username}/"
          ]
        }
      }
    },
    {
      "Sid": "",
      "Effect": "Allow",
      "Action": "s3:*",
      "Resource": [
        "arn:aws:s3:::foo/home/${aws:username}/*",
        "arn:aws:s3:::foo/home/${aws:username}"
      ],
      "Principal": {
        "AWS": [
          "arn:blahblahblah:example",
          "arn:blahblah:example"
        ]
      }
    },
    {
      "Sid": "",
      "Effect": "Deny",
      "NotAction": "s3:*",
      "NotResource": "arn:aws:s3:::*"
    },
    {
      "Sid": "",
      "Effect": "Allow",
      "Action": "kinesis:*",
      "Principal": {
        "AWS": "*"
      }
    },
    {
      "Sid": "",
      "Effect": "Allow",
      "Action": "firehose:*",
      "Principal": "*"
    },
    {
      "Sid": "SourceJSONTest1",
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    }
  ]
}"#;

#[test]
fn a_policy_document_is_written_as_the_provider_writes_it() {
    assert_eq!(json(BASIC, "test_source"), SOURCE_EXPECTED);
    // From version 5 on an empty sid is left out, and source_json is gone.
    let newer = BASIC
        .replace("source_json = ", "source_policy_documents = [")
        .replace("test.json\n  statement", "test.json]\n  statement");
    assert_eq!(
        attribute(&newer, "data.aws_iam_policy_document.test_source", "json"),
        SOURCE_EXPECTED.replace("      \"Sid\": \"\",\n", "")
    );
}

const LISTS: &str = r#"
data "aws_iam_policy_document" "policy_a" {
  statement {
    sid     = ""
    effect  = "Allow"
    actions = ["foo:ActionOne"]
  }
  statement {
    sid     = "overrideSid"
    effect  = "Allow"
    actions = ["bar:ActionOne"]
  }
}
data "aws_iam_policy_document" "policy_b" {
  statement {
    sid     = "validSid"
    effect  = "Deny"
    actions = ["foo:ActionTwo"]
  }
}
data "aws_iam_policy_document" "policy_c" {
  statement {
    sid     = "overrideSid"
    effect  = "Deny"
    actions = ["bar:ActionOne"]
  }
}
data "aws_iam_policy_document" "merged" {
  version = "2012-10-17"
  WHERE_policy_documents = [
    data.aws_iam_policy_document.policy_a.json,
    data.aws_iam_policy_document.policy_b.json,
    data.aws_iam_policy_document.policy_c.json,
  ]
}
"#;

#[test]
fn overrides_replace_statements_of_the_same_sid_in_their_place() {
    let expected = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "",
      "Effect": "Allow",
      "Action": "foo:ActionOne"
    },
    {
      "Sid": "overrideSid",
      "Effect": "Deny",
      "Action": "bar:ActionOne"
    },
    {
      "Sid": "validSid",
      "Effect": "Deny",
      "Action": "foo:ActionTwo"
    }
  ]
}"#;
    assert_eq!(
        json(&LISTS.replace("WHERE", "override"), "merged"),
        expected
    );
}

#[test]
fn sources_with_the_same_sid_are_refused() {
    let loaded = main_tf(&LISTS.replace("WHERE", "source"));
    let message = &loaded.diagnostic("evaluation").message;
    assert!(message.contains("same sid"), "{message}");
    let text = loaded.unknown("data.aws_iam_policy_document.merged", "json");
    assert!(
        text.reasons
            .iter()
            .any(|reason| reason.contains("same sid"))
    );
    let twice = main_tf(
        r#"
data "aws_iam_policy_document" "test" {
  statement {
    sid     = "1"
    actions = ["ec2:DescribeAccountAttributes"]
  }
  statement {
    sid     = "1"
    actions = ["s3:GetObject"]
  }
}
"#,
    );
    assert_eq!(twice.codes(), ["evaluation"]);
}

#[test]
fn own_statements_come_between_sources_and_overrides() {
    // `testAccAWSIAMPolicyDocumentNoStatementMergeConfig`, in both ways of writing it.
    let documents = r#"
data "aws_iam_policy_document" "source" {
  statement {
    sid       = ""
    actions   = ["ec2:DescribeAccountAttributes"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "override" {
  statement {
    sid       = "OverridePlaceholder"
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "yak_politik" {
  source_json   = data.aws_iam_policy_document.source.json
  override_json = data.aws_iam_policy_document.override.json
}
data "aws_iam_policy_document" "lists" {
  source_policy_documents   = [data.aws_iam_policy_document.source.json, ""]
  override_policy_documents = [data.aws_iam_policy_document.override.json]
}
"#;
    let expected = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "",
      "Effect": "Allow",
      "Action": "ec2:DescribeAccountAttributes",
      "Resource": "*"
    },
    {
      "Sid": "OverridePlaceholder",
      "Effect": "Allow",
      "Action": "s3:GetObject",
      "Resource": "*"
    }
  ]
}"#;
    assert_eq!(json(documents, "yak_politik"), expected);
    assert_eq!(json(documents, "lists"), expected);
}

#[test]
fn principals_and_conditions_of_one_kind_come_together() {
    let documents = r#"
data "aws_iam_policy_document" "d" {
  version = "2012-10-17"
  statement {
    actions = ["s3:<get>&"]
    principals {
      type        = "Service"
      identifiers = ["a.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = ["arn:b", "arn:a", "arn:a"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = [true]
    }
    condition {
      test     = "Bool"
      variable = "aws:Other"
      values   = ["b", "a"]
    }
  }
}
"#;
    let minified = attribute(documents, "data.aws_iam_policy_document.d", "minified_json");
    // Go escapes `<`, `>` and `&` in JSON.
    assert_eq!(
        minified,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:\u003cget\u003e\u0026","Principal":{"AWS":["arn:b","arn:a"],"Service":"a.amazonaws.com"},"Condition":{"Bool":{"aws:Other":["b","a"],"aws:SecureTransport":"true"}}}]}"#
    );
}

/// `testAccAWSIAMPolicyDocumentConfigStatementPrincipalIdentifiersMultiplePrincipals` and `…StringAndSlice`.
#[test]
fn blocks_of_a_set_have_the_order_of_their_hashes() {
    let root = |partition: &str, account: char| {
        let account = account.to_string().repeat(12);
        format!("\"arn:{partition}:iam::{account}:root\"")
    };
    let cases = [
        ("aws", &["12", "3", "4"][..], "3421"),
        ("aws-us-gov", &["12", "3", "4"], "3214"),
        ("aws", &["1", "23"], "132"),
    ];
    for (partition, blocks, expected) in cases {
        let list = |accounts: &str| {
            let all = accounts.chars().map(|account| root(partition, account));
            all.collect::<Vec<_>>().join(",")
        };
        let mut blocks: Vec<String> = blocks
            .iter()
            .map(|accounts| {
                let identifiers = list(accounts);
                format!("    principals {{\n      type = \"AWS\"\n      identifiers = [{identifiers}]\n    }}\n")
            })
            .collect();
        // However they are written.
        for _ in 0..2 {
            let configuration = format!(
                "data \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n    actions = [\"*\"]\n{}  }}\n}}\n",
                blocks.concat()
            );
            let minified = attribute(
                &configuration,
                "data.aws_iam_policy_document.d",
                "minified_json",
            );
            let principal = format!("\"Principal\":{{\"AWS\":[{}]}}", list(expected));
            assert!(minified.contains(&principal), "{minified}");
            blocks.reverse();
        }
    }
}

/// The provider reads `source_json` before `source_policy_documents`, and `override_json` behind
/// `override_policy_documents`.
#[test]
fn single_documents_stand_outside_of_lists() {
    let one = |name: &str, sid: &str| {
        format!(
            "data \"aws_iam_policy_document\" \"{name}\" {{\n  statement {{\n    sid     = \"{sid}\"\n    actions = [\"{name}:x\"]\n  }}\n}}\n"
        )
    };
    let documents = one("a", "A")
        + &one("b", "B")
        + &one("c", "C")
        + &one("d", "C")
        + "data \"aws_iam_policy_document\" \"all\" {\n  source_policy_documents   = [data.aws_iam_policy_document.b.json]\n  source_json               = data.aws_iam_policy_document.a.json\n  override_json             = data.aws_iam_policy_document.d.json\n  override_policy_documents = [data.aws_iam_policy_document.c.json]\n}\n";
    let all = json(&documents, "all");
    let actions: Vec<&str> = all
        .lines()
        .filter_map(|line| line.trim().strip_prefix("\"Action\": "))
        .collect();
    assert_eq!(actions, ["\"a:x\"", "\"b:x\"", "\"d:x\""]);
}

#[test]
fn what_is_not_known_keeps_the_reference_and_says_why() {
    let loaded = main_tf(
        r#"
resource "aws_s3_bucket" "b" {
}
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.b.arn]
  }
}
resource "aws_s3_bucket_policy" "p" {
  policy = data.aws_iam_policy_document.d.json
}
"#,
    );
    let policy = loaded.unknown("aws_s3_bucket_policy.p", "policy");
    assert!(
        policy
            .reasons
            .iter()
            .any(|reason| reason.contains("aws_s3_bucket.b.arn")),
        "{:?}",
        policy.reasons
    );
    assert_eq!(
        loaded.references("aws_s3_bucket_policy.p", "policy"),
        ["data.aws_iam_policy_document.d.json"]
    );
}

#[test]
fn a_sensitive_argument_makes_the_result_sensitive() {
    let loaded = main_tf(
        r#"
variable "account" {
  default   = "123"
  sensitive = true
}
data "aws_iam_policy_document" "d" {
  statement {
    actions = ["s3:*"]
    principals {
      type        = "AWS"
      identifiers = [var.account]
    }
  }
}
data "template_file" "t" {
  template = "account $${account}"
  vars = {
    account = var.account
  }
}
resource "x_y" "p" {
  policy = data.aws_iam_policy_document.d.json
  text   = data.template_file.t.rendered
}
"#,
    );
    for name in ["policy", "text"] {
        assert!(loaded.value("x_y.p", name).sensitive, "{name}");
    }
    assert!(
        loaded
            .value("data.aws_iam_policy_document.d", "json")
            .sensitive
    );
}

#[test]
fn a_google_policy_merges_bindings_and_sorts_them() {
    let configuration = r#"
data "google_iam_policy" "p" {
  binding {
    role    = "roles/storage.objectViewer"
    members = ["user:b@example.com", "user:a@example.com"]
  }
  binding {
    role    = "roles/compute.instanceAdmin"
    members = ["serviceAccount:s@example.com"]
    condition {
      title      = "t"
      expression = "request.time < x"
    }
  }
  binding {
    role    = "roles/storage.objectViewer"
    members = ["user:c@example.com"]
  }
  audit_config {
    service = "cloudkms.googleapis.com"
    audit_log_configs {
      log_type         = "DATA_READ"
      exempted_members = ["user:you@domain.com"]
    }
  }
}
"#;
    assert_eq!(
        attribute(configuration, "data.google_iam_policy.p", "policy_data"),
        r#"{"auditConfigs":[{"auditLogConfigs":[{"exemptedMembers":["user:you@domain.com"],"logType":"DATA_READ"}],"service":"cloudkms.googleapis.com"}],"bindings":[{"condition":{"expression":"request.time \u003c x","title":"t"},"members":["serviceAccount:s@example.com"],"role":"roles/compute.instanceAdmin"},{"members":["user:a@example.com","user:b@example.com","user:c@example.com"],"role":"roles/storage.objectViewer"}]}"#
    );
}

#[test]
fn cloud_init_is_rendered_where_it_is_not_compressed() {
    let two = r#"
data "cloudinit_config" "foo" {
  gzip          = false
  base64_encode = false
  part {
    content_type = "text/x-shellscript"
    content      = "foo1"
    filename     = "foofile1.txt"
    merge_type   = "list()+dict()+str()"
  }
  part {
    content    = "bar1"
    filename   = "barfile1.txt"
    merge_type = "list()+dict()+str()"
  }
}
"#;
    assert_eq!(
        attribute(two, "data.cloudinit_config.foo", "rendered"),
        "Content-Type: multipart/mixed; boundary=\"MIMEBOUNDARY\"\nMIME-Version: 1.0\r\n\r\n--MIMEBOUNDARY\r\nContent-Disposition: attachment; filename=\"foofile1.txt\"\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: text/x-shellscript\r\nMime-Version: 1.0\r\nX-Merge-Type: list()+dict()+str()\r\n\r\nfoo1\r\n--MIMEBOUNDARY\r\nContent-Disposition: attachment; filename=\"barfile1.txt\"\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: text/plain\r\nMime-Version: 1.0\r\nX-Merge-Type: list()+dict()+str()\r\n\r\nbar1\r\n--MIMEBOUNDARY--\r\n"
    );
    let encoded = r#"
data "cloudinit_config" "foo" {
  gzip          = false
  base64_encode = true
  part {
    content_type = "text/x-shellscript"
    content      = "heythere"
  }
}
"#;
    assert_eq!(
        attribute(encoded, "data.cloudinit_config.foo", "rendered"),
        "Q29udGVudC1UeXBlOiBtdWx0aXBhcnQvbWl4ZWQ7IGJvdW5kYXJ5PSJNSU1FQk9VTkRBUlkiCk1JTUUtVmVyc2lvbjogMS4wDQoNCi0tTUlNRUJPVU5EQVJZDQpDb250ZW50LVRyYW5zZmVyLUVuY29kaW5nOiA3Yml0DQpDb250ZW50LVR5cGU6IHRleHQveC1zaGVsbHNjcmlwdA0KTWltZS1WZXJzaW9uOiAxLjANCg0KaGV5dGhlcmUNCi0tTUlNRUJPVU5EQVJZLS0NCg=="
    );
    let compressed =
        main_tf("data \"cloudinit_config\" \"c\" {\n  part {\n    content = \"x\"\n  }\n}\n");
    let unknown = compressed.unknown("data.cloudinit_config.c", "rendered");
    assert!(unknown.reasons.iter().any(|reason| reason.contains("gzip")));
}

#[test]
fn a_template_is_rendered_with_its_variables_alone() {
    // `TestTemplateRendering` of the template provider.
    for (vars, template, expected) in [
        ("{}", "ABC", "ABC"),
        (r#"{ a = "foo" }"#, "$${a}", "foo"),
        (
            r#"{ a = "hello" }"#,
            r#"$${replace(a, \"ello\", \"i\")}"#,
            "hi",
        ),
        ("{}", "$${1+2+3}", "6"),
    ] {
        let configuration = format!(
            "data \"template_file\" \"t0\" {{\n  template = \"{template}\"\n  vars = {vars}\n}}\n"
        );
        assert_eq!(
            attribute(&configuration, "data.template_file.t0", "rendered"),
            expected
        );
    }
}

#[test]
fn a_template_file_is_read_where_the_provider_still_reads_it() {
    let main = "data \"template_file\" \"t\" {\n  filename = \"greeting.tpl\"\n  vars     = { name = \"you\" }\n}\n";
    let files = [("main.tf", main), ("greeting.tpl", "hello ${name}\n")];
    let loaded = crate::tests::evaluate(&files);
    assert_eq!(loaded.codes(), Vec::<&str>::new());
    let rendered = loaded.value("data.template_file.t", "rendered");
    assert_eq!(rendered.as_str(), Some("hello you\n"));

    // Version 2 removed the argument.
    let second = "terraform {\n  required_providers {\n    template = {\n      version = \"~> 2.2\"\n    }\n  }\n}\n";
    let refused = crate::tests::evaluate(&[("main.tf", &(second.to_owned() + main)), files[1]]);
    assert_eq!(refused.codes(), ["evaluation"]);
    let outside = main.replace("greeting", "../greeting");
    let outside = crate::tests::evaluate(&[("main.tf", &outside)]);
    let unknown = outside.unknown("data.template_file.t", "rendered");
    assert!(
        unknown
            .reasons
            .iter()
            .any(|reason| reason.contains("outside of the checked files")),
        "{:?}",
        unknown.reasons
    );
}

#[test]
fn regions_lie_in_partitions() {
    use super::partition;
    for (region, expected) in [
        ("us-east-1", Some("aws")),
        ("ap-northeast-3", Some("aws")),
        ("cn-northwest-1", Some("aws-cn")),
        ("us-gov-west-1", Some("aws-us-gov")),
        ("us-iso-east-1", None),
        ("eu-isoe-west-1", None),
        ("eusc-de-east-1", None),
        ("us-east-1a", None),
        ("nowhere", None),
    ] {
        assert_eq!(partition(region), expected, "{region}");
    }
}

/// `aws_region` gives the region of its provider, `aws_partition` what the region lies in, and the account is that of the role,
/// or the only one in which the provider agrees to work.
#[test]
fn the_provider_says_who_calls() {
    let configuration = |role: &str| {
        format!(
            r#"
variable "region" {{
  default = "us-gov-west-1"
}}
provider "aws" {{
  region = var.region
  {role}
}}
provider "aws" {{
  alias               = "other"
  region              = "eu-central-1"
  allowed_account_ids = ["444455556666"]
}}
data "aws_region" "current" {{}}
data "aws_partition" "current" {{}}
data "aws_caller_identity" "current" {{}}
data "aws_region" "other" {{
  provider = aws.other
}}
data "aws_partition" "other" {{
  provider = aws.other
}}
data "aws_caller_identity" "other" {{
  provider = aws.other
}}
"#
        )
    };
    let assumed = configuration(
        r#"assume_role { role_arn = "arn:aws-us-gov:iam::111122223333:role/deploy" }"#,
    );
    for (address, name, expected) in [
        ("data.aws_region.current", "name", "us-gov-west-1"),
        ("data.aws_partition.current", "partition", "aws-us-gov"),
        (
            "data.aws_caller_identity.current",
            "account_id",
            "111122223333",
        ),
        ("data.aws_region.other", "region", "eu-central-1"),
        ("data.aws_partition.other", "partition", "aws"),
        (
            "data.aws_caller_identity.other",
            "account_id",
            "444455556666",
        ),
    ] {
        assert_eq!(attribute(&assumed, address, name), expected, "{address}");
    }
    let loaded = main_tf(&configuration(""));
    let account = loaded.value("data.aws_caller_identity.current", "account_id");
    assert!(account.as_unknown().is_some(), "{account:?}");
}
