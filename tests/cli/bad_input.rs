//! Whatever is wrong with the input: a diagnostic with file and place, the rest still judged, and the exit code that says so.

use std::fmt::Write as _;

use hipaa_iac_tests::{Ran, Tree, run_in};

use crate::{BAD, JSON};

/// Judges `files` beside a database with a known violation, which must be found all the same.
fn beside_a_violation(files: &[(&str, &[u8])]) -> Ran {
    let tree = Tree::with(&[("db/main.tf", BAD)]).unwrap();
    for (path, bytes) in files {
        tree.write(path, bytes).unwrap();
    }
    let ran = run_in(tree.path(), &JSON).unwrap();
    assert_eq!(
        ran.findings(),
        ["rds-storage-unencrypted fail db/main.tf:4"],
        "{}",
        ran.stderr
    );
    ran
}

/// The diagnostics of a JSON result as `code file:line`.
fn diagnostics(ran: &Ran) -> Vec<String> {
    let result = ran.json();
    result["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| {
            format!(
                "{} {}:{}",
                said["code"].as_str().unwrap(),
                said["file"].as_str().unwrap_or("?"),
                said["line"]
            )
        })
        .collect()
}

/// That a diagnostic, or what is unresolved, stands at a line of a file.
fn assert_placed(ran: &Ran, file: &str) {
    let result = ran.json();
    let told = ["diagnostics", "unresolved"].iter().any(|list| {
        let list = result[list].as_array().unwrap();
        list.iter()
            .any(|said| said["file"] == file && said["line"].as_u64().is_some_and(|line| line > 0))
    });
    assert!(
        told,
        "nothing is told at a line of {file}: {:?}",
        diagnostics(ran)
    );
}

#[test]
fn hcl_that_does_not_parse() {
    let ran = beside_a_violation(&[(
        "x/broken.tf",
        b"resource \"aws_s3_bucket\" \"b\" {\n  bucket = [1,\n",
    )]);
    assert_eq!(ran.code, 3);
    assert!(
        diagnostics(&ran)[0].starts_with("hcl-syntax x/broken.tf:"),
        "{:?}",
        diagnostics(&ran)
    );
    assert!(ran.stderr.contains("x/broken.tf") || ran.stdout.contains("x/broken.tf"));
}

#[test]
fn a_broken_file_does_not_hide_its_module() {
    let ran = beside_a_violation(&[("db/broken.tf", b"locals {\n")]);
    assert_eq!(ran.code, 3);
}

#[test]
fn terraform_json_that_does_not_parse() {
    let ran = beside_a_violation(&[("x/a.tf.json", b"{\"resource\": ")]);
    assert_eq!(ran.code, 3);
    assert_placed(&ran, "x/a.tf.json");
}

#[test]
fn invalid_utf_8() {
    let ran = beside_a_violation(&[("x/a.tf", b"locals { a = \"\xff\" }\n")]);
    assert_eq!(ran.code, 3);
    assert!(
        diagnostics(&ran).iter().any(|said| said.contains("x/a.tf")),
        "{:?}",
        diagnostics(&ran)
    );
}

#[test]
fn a_manifest_in_utf_16() {
    let pod = "\u{feff}apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n";
    let bytes: Vec<u8> = pod.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ran = beside_a_violation(&[("x/pod.yaml", &bytes)]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert!(
        diagnostics(&ran)[0].starts_with("unreadable x/pod.yaml"),
        "{:?}",
        diagnostics(&ran)
    );
}

#[test]
fn a_byte_order_mark_and_doubled_keys_cost_nothing() {
    let mut text = b"\xef\xbb\xbf".to_vec();
    text.extend_from_slice(b"locals {\n  m = { a = 1, a = 2 }\n}\n");
    let ran = beside_a_violation(&[("x/a.tf", &text)]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
}

#[test]
fn a_module_that_is_not_there() {
    let module = b"module \"vpc\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\n";
    let ran = beside_a_violation(&[("net/main.tf", module)]);
    assert_eq!(ran.code, 3);
    let said = ran.json();
    assert_placed(&ran, "net/main.tf");
    assert!(
        said["unresolved"][0]["remedy"]
            .as_str()
            .unwrap()
            .contains("terraform init"),
        "{said}"
    );
    assert!(
        said["unresolved"][0]["address"]
            .as_str()
            .unwrap()
            .contains("module.vpc"),
        "{said}"
    );
    let tree = Tree::with(&[("net/main.tf", std::str::from_utf8(module).unwrap())]).unwrap();
    let mut arguments = JSON.to_vec();
    arguments.push("--allow-unresolved");
    assert_eq!(run_in(tree.path(), &arguments).unwrap().code, 0);
}

#[test]
fn a_local_module_that_is_not_there() {
    let ran = beside_a_violation(&[(
        "net/main.tf",
        b"module \"vpc\" {\n  source = \"./nowhere\"\n}\n",
    )]);
    assert_eq!(ran.code, 3);
    assert_placed(&ran, "net/main.tf");
}

#[test]
fn a_variable_file_that_is_not_there() {
    let tree = Tree::with(&[("main.tf", BAD)]).unwrap();
    let mut arguments = JSON.to_vec();
    arguments.extend(["--var-file", "nowhere.tfvars"]);
    let ran = run_in(tree.path(), &arguments).unwrap();
    assert_eq!(ran.code, 2, "{}{}", ran.stdout, ran.stderr);
    assert!(format!("{}{}", ran.stdout, ran.stderr).contains("nowhere.tfvars"));
}

#[test]
fn a_cycle_of_locals() {
    let ran = beside_a_violation(&[("x/main.tf", b"locals {\n  a = local.b\n  b = local.a\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = local.a\n}\n")]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert_placed(&ran, "x/main.tf");
}

#[test]
fn a_module_that_calls_itself() {
    let ran = beside_a_violation(&[("x/main.tf", b"module \"again\" {\n  source = \"./\"\n}\n")]);
    assert_eq!(ran.code, 3);
    assert_placed(&ran, "x/main.tf");
}

#[test]
fn a_plan_of_an_unknown_major_version() {
    let ran = beside_a_violation(&[(
        "plan.json",
        br#"{"format_version":"9.0","terraform_version":"9.0.0","resource_changes":[]}"#,
    )]);
    assert_eq!(ran.code, 3);
    assert!(
        diagnostics(&ran)[0].contains("plan.json"),
        "{:?}",
        diagnostics(&ran)
    );
}

#[test]
fn a_hundred_megabytes() {
    let mut text = b"# padding\n".repeat(10_500_000);
    text.extend_from_slice(b"locals {}\n");
    let ran = beside_a_violation(&[("x/huge.tf", &text)]);
    assert_eq!(ran.code, 3);
    assert!(
        diagnostics(&ran)[0].contains("x/huge.tf"),
        "{:?}",
        diagnostics(&ran)
    );
}

#[cfg(unix)]
#[test]
fn a_link_into_itself() {
    let tree = Tree::with(&[("db/main.tf", BAD)]).unwrap();
    std::os::unix::fs::symlink(tree.path(), tree.path().join("loop")).unwrap();
    // Two links that name each other lead nowhere.
    std::os::unix::fs::symlink(tree.path().join("b.tf"), tree.path().join("a.tf")).unwrap();
    std::os::unix::fs::symlink(tree.path().join("a.tf"), tree.path().join("b.tf")).unwrap();
    let ran = run_in(tree.path(), &JSON).unwrap();
    assert_eq!(ran.code, 3);
    for link in ["loop", "a.tf", "b.tf"] {
        assert!(
            diagnostics(&ran)
                .iter()
                .any(|said| said.contains(&format!(" {link}:"))),
            "{link}: {:?}",
            diagnostics(&ran)
        );
    }
    assert_eq!(
        ran.findings(),
        ["rds-storage-unencrypted fail db/main.tf:4"]
    );
}

#[test]
fn deep_nesting() {
    let brackets = format!(
        "locals {{\n  a = {}{}\n}}\n",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let ran = beside_a_violation(&[("x/deep.tf", brackets.as_bytes())]);
    assert_eq!(ran.code, 3);
    assert_placed(&ran, "x/deep.tf");
    let yaml = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {}{}\n",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let ran = beside_a_violation(&[("x/deep.yaml", yaml.as_bytes())]);
    assert_eq!(ran.code, 3);
    assert_placed(&ran, "x/deep.yaml");
    let json = format!(
        "{{\"resource\": {}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let ran = beside_a_violation(&[("x/deep.tf.json", json.as_bytes())]);
    assert_eq!(ran.code, 3);
    assert_placed(&ran, "x/deep.tf.json");
}

#[test]
fn a_yaml_bomb() {
    let mut bomb = String::from(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\nx0: &x0 [a, a, a, a, a, a, a, a, a]\n",
    );
    for level in 1..12 {
        let previous = format!("*x{}, ", level - 1).repeat(9);
        writeln!(
            bomb,
            "x{level}: &x{level} [{}]",
            previous.trim_end_matches(", ")
        )
        .unwrap();
    }
    let ran = beside_a_violation(&[("x/bomb.yaml", bomb.as_bytes())]);
    assert_eq!(ran.code, 3);
    assert_placed(&ran, "x/bomb.yaml");
}

#[test]
fn a_range_without_end() {
    let ran = beside_a_violation(&[("x/main.tf", b"locals {\n  a = range(1000000000)\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = local.a[5]\n}\n")]);
    assert_eq!(ran.code, 3);
    assert_placed(&ran, "x/main.tf");
}

#[test]
fn a_helm_template_that_was_not_rendered() {
    let template = b"apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  {{- if .Values.x }}\n  type: LoadBalancer\n  {{- end }}\n";
    let ran = beside_a_violation(&[("k/service.yaml", template)]);
    assert_eq!(ran.code, 3);
    assert_placed(&ran, "k/service.yaml");
    assert!(
        ran.stdout.contains("template-not-rendered"),
        "{}",
        ran.stdout
    );
}

#[test]
fn one_broken_document_does_not_hide_its_neighbours() {
    let tree = Tree::with(&[(
        "a.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: c, image: x, securityContext: {privileged: yes}}]\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: [}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec:\n  containers: [{name: c, image: x, securityContext: {privileged: on}}]\n",
    )])
    .unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "--only",
            "container-privileged",
            "--format",
            "json",
        ],
    )
    .unwrap();
    assert_eq!(ran.code, 3);
    assert_eq!(
        ran.findings(),
        [
            "container-privileged fail a.yaml:5",
            "container-privileged fail a.yaml:15"
        ]
    );
}

#[test]
fn a_value_that_the_api_server_rejects_is_no_pass() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: c\n      image: x\n      securityContext:\n        privileged: \"true\"\n";
    let tree = Tree::with(&[("pod.yaml", pod)]).unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "--only",
            "container-privileged",
            "--format",
            "json",
            "--show",
            "all",
        ],
    )
    .unwrap();
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert!(ran.stdout.contains("kubernetes-type"), "{}", ran.stdout);
    assert!(
        ran.findings()
            .iter()
            .all(|finding| !finding.contains(" pass ")),
        "{:?}",
        ran.findings()
    );
}

#[test]
fn what_is_not_input_is_passed_by() {
    let ran = beside_a_violation(&[
        ("package.json", b"{\"name\": \"portal\"}"),
        (".github/workflows/ci.yaml", b"on: push\njobs: {}\n"),
        ("notes.yaml", b"- a: [unclosed\n"),
        ("node_modules/x/main.tf", b"locals {\n"),
        (".terraform/providers/x.tf", b"locals {\n"),
        (".gitignore", b"build/\n"),
        ("build/broken.tf", b"locals {\n"),
    ]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
}

#[test]
fn a_named_file_that_does_not_parse_counts() {
    let tree = Tree::with(&[("notes.yaml", "- a: [unclosed\n")]).unwrap();
    assert_eq!(
        run_in(tree.path(), &["check", "notes.yaml"]).unwrap().code,
        3
    );
}

#[test]
fn a_path_that_is_not_there() {
    let tree = Tree::new().unwrap();
    let ran = run_in(tree.path(), &["check", "nowhere"]).unwrap();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("nowhere"), "{}", ran.stderr);
}

#[test]
fn a_policy_with_a_mistake_or_a_hostile_expression() {
    let policy = |require: &str| {
        format!(
            "apiVersion: hipaa-iac.dev/v1alpha1\nkind: Policy\nmetadata: {{name: mine-is-bad}}\nspec:\n  title: Mine\n  severity: low\n  safeguards: [\"164.312(a)(1)\"]\n  profiles: [hipaa]\n  match: {{terraform: [aws_db_instance]}}\n  rules:\n    - require: {require:?}\n      message: no\n  rationale: because\n  remediation: {{text: do}}\n"
        )
    };
    let sum = format!("{}1 == 1", "1 + ".repeat(900));
    for require in ["self ==", "nothing(self)", sum.as_str()] {
        let tree = Tree::with(&[("main.tf", BAD), ("mine/policy.yaml", &policy(require))]).unwrap();
        let ran = run_in(
            tree.path(),
            &["check", "main.tf", "--policy", "mine", "--format", "json"],
        )
        .unwrap();
        assert_eq!(ran.code, 3, "{require:.40}: {}", ran.stdout);
        assert!(
            ran.findings()
                .iter()
                .any(|finding| finding.starts_with("rds-storage-unencrypted fail"))
        );
    }
    // It compiles, and only running it shows the mistake: an error, never a pass.
    let tree = Tree::with(&[
        ("main.tf", BAD),
        ("mine/policy.yaml", &policy("resource.not_there == 1")),
    ])
    .unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "main.tf",
            "--policy",
            "mine",
            "--only",
            "mine-is-bad",
            "--format",
            "json",
        ],
    )
    .unwrap();
    assert_eq!(
        (ran.code, ran.findings()),
        (3, vec!["mine-is-bad error main.tf:1".to_owned()])
    );
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: c\n      image: x\n      securityContext:\n        privileged: true\n";

/// What bash makes of a script in which `$P` is the program, judging privileged containers and RDS storage.
#[cfg(unix)]
fn shell(tree: &Tree, script: &str) -> Ran {
    let out = std::process::Command::new("bash")
        .args(["-c", script])
        .current_dir(tree.path())
        .env("P", hipaa_iac_tests::program().unwrap())
        .env(
            "J",
            "--format=json --as-of=2026-11-24 --only=container-privileged --only=rds-storage-unencrypted",
        )
        .output()
        .unwrap();
    Ran {
        code: out.status.code().unwrap(),
        stdout: String::from_utf8(out.stdout).unwrap(),
        stderr: String::from_utf8(out.stderr).unwrap(),
    }
}

#[test]
#[cfg(unix)]
fn a_named_file_is_read_whatever_its_name() {
    let plan = r#"{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[{"address":"aws_db_instance.a","mode":"managed","type":"aws_db_instance","name":"a","provider_name":"registry.terraform.io/hashicorp/aws","change":{"actions":["create"],"after":{"engine":"postgres","storage_encrypted":false},"after_unknown":{}}}]}"#;
    let tree = Tree::with(&[
        ("plan", plan),
        ("plan.txt", plan),
        ("pod", POD),
        ("requirements.yaml", POD),
        ("x/baa.yaml", POD),
        ("w/Chart.lock", POD),
    ])
    .unwrap();
    for (script, found) in [
        ("$P check plan $J", "rds-storage-unencrypted fail plan:1"),
        (
            "$P check plan.txt $J",
            "rds-storage-unencrypted fail plan.txt:1",
        ),
        ("$P check <(cat plan) $J", "rds-storage-unencrypted fail"),
        (
            "cat plan | $P check /dev/stdin $J",
            "rds-storage-unencrypted fail /dev/stdin:1",
        ),
        ("$P check <(cat pod) $J", "container-privileged fail"),
        (
            "mkfifo f; cat pod > f & $P check f $J",
            "container-privileged fail f:9",
        ),
        (
            "$P check requirements.yaml $J",
            "container-privileged fail requirements.yaml:9",
        ),
        (
            "$P check w/Chart.lock $J",
            "container-privileged fail w/Chart.lock:9",
        ),
        (
            "mkdir -p y/y; cp x/baa.yaml y/y; $P check y $J",
            "container-privileged fail y/y/baa.yaml:9",
        ),
        (
            "mkdir z; cp pod z/$'\\xf0.yaml'; $P check z $J",
            "container-privileged fail z/\u{fffd}.yaml:9",
        ),
    ] {
        let ran = shell(&tree, script);
        let told = ran.findings();
        assert!(
            told.len() == 1 && told[0].starts_with(found),
            "{script}: {told:?} {} {}",
            ran.stdout,
            ran.stderr
        );
        assert_eq!(ran.code, 1, "{script}");
    }
}

#[test]
fn a_named_file_that_is_no_input_counts() {
    for (name, text) in [
        ("notes", "nothing to see\n"),
        ("package.json", "{\"name\": \"portal\"}"),
        ("empty.yaml", ""),
        // Terraform passes by it, and so does everybody.
        (".hidden.tf", "resource \"aws_db_instance\" \"a\" {}\n"),
    ] {
        let ran = beside_a_violation(&[(name, text.as_bytes())]);
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        let tree = Tree::with(&[("main.tf", BAD), (name, text)]).unwrap();
        let ran = run_in(tree.path(), &["check", "main.tf", name, "--format", "json"]).unwrap();
        assert_eq!(ran.code, 3, "{}", ran.stdout);
        let told = format!("input-unrecognised {name}:null");
        assert!(diagnostics(&ran).contains(&told), "{:?}", diagnostics(&ran));
    }
    // A list of changed files names such, too.
    for (name, text) in [
        ("README.md", "# Portal\n"),
        (".github/workflows/ci.yml", "on: push\n"),
        ("deploy.sh", ""),
    ] {
        let tree = Tree::with(&[("main.tf", BAD), (name, text)]).unwrap();
        let ran = run_in(tree.path(), &["check", "main.tf", name, "--format", "json"]).unwrap();
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        let told = format!("input-unrecognised {name}:null");
        assert!(diagnostics(&ran).contains(&told), "{:?}", diagnostics(&ran));
    }
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostNetwork: true}\n";
    let tree = Tree::with(&[("pod.md", pod)]).unwrap();
    let ran = run_in(tree.path(), &["check", "pod.md", "--format", "json"]).unwrap();
    assert_eq!(ran.code, 1, "{}", ran.stdout);
}

#[test]
fn terragrunt_is_not_read_and_said_to_be() {
    let tree = Tree::with(&[
        ("db/main.tf", BAD),
        ("live/a/terragrunt.hcl", "inputs = {}\n"),
        ("live/b/terragrunt.hcl", "inputs = {}\n"),
    ])
    .unwrap();
    let ran = run_in(tree.path(), &["check", ".", "--format", "json"]).unwrap();
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert_eq!(
        diagnostics(&ran),
        ["terragrunt-unread live/a/terragrunt.hcl:null"]
    );
}

#[test]
fn of_types_that_no_policy_judges_the_summary_says_so() {
    let tree = Tree::with(&[(
        "main.tf",
        "resource \"time_sleep\" \"a\" {\n  count = 2\n}\nresource \"null_resource\" \"n\" {}\nresource \"aws_s3_bucket_versioning\" \"v\" {}\ndata \"http\" \"d\" {}\nprovider \"http\" {}\n",
    )])
    .unwrap();
    let ran = run_in(tree.path(), &["check", ".", "--format", "json"]).unwrap();
    assert_eq!(
        ran.json()["summary"]["unjudged"],
        serde_json::json!([
            {"type": "null_resource", "resources": 1},
            {"type": "time_sleep", "resources": 2}
        ])
    );
    for options in [&["check", "."][..], &["check", ".", "-q"]] {
        let ran = run_in(tree.path(), options).unwrap();
        assert!(
            ran.stdout
                .contains("of types that no policy judges: null_resource, time_sleep (2)\n"),
            "{}",
            ran.stdout
        );
    }
}

#[test]
#[cfg(unix)]
fn standard_input_that_is_unreadable_leaves_the_rest_judged() {
    let tree = Tree::with(&[("db/main.tf", BAD)]).unwrap();
    for (script, told) in [
        (
            "printf '\\xff' | $P check - db $J",
            "unreadable <stdin>:null",
        ),
        (
            "head -c 70000000 /dev/zero | tr '\\0' ' ' | $P check - db $J",
            "unreadable <stdin>:null",
        ),
    ] {
        let ran = shell(&tree, script);
        assert_eq!(ran.code, 3, "{script}: {}", ran.stderr);
        assert_eq!(
            ran.findings(),
            ["rds-storage-unencrypted fail db/main.tf:4"]
        );
        assert_eq!(diagnostics(&ran), [told], "{script}");
    }
}

#[test]
fn a_state_that_is_unreadable_is_told() {
    let ran = beside_a_violation(&[("x/terraform.tfstate", b"{\"version\": 4\xff}")]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert_eq!(diagnostics(&ran), ["unreadable x/terraform.tfstate:null"]);
}

/// `check . --format json > result.json` opens the file in the tree that is read, and one that is stopped leaves half of it.
#[test]
fn a_report_in_the_tree_is_passed_by() {
    let tree = Tree::with(&[("pod.yaml", POD)]).unwrap();
    let only = [
        "check",
        ".",
        "--only",
        "container-privileged",
        "--format",
        "json",
    ];
    let first = run_in(tree.path(), &only).unwrap();
    let inventory = run_in(tree.path(), &["inspect", ".", "--format", "json"]).unwrap();
    for written in [&first.stdout, &inventory.stdout] {
        let end = written.rfind("\"apiVersion\"").unwrap() + 20;
        tree.write("result.json", &written.as_bytes()[..end])
            .unwrap();
        let again = run_in(tree.path(), &only).unwrap();
        assert_eq!(again.stdout, first.stdout);
    }
}
