//! Generated trees: what a platform team's repository looks like, only larger.

use std::{fmt::Write as _, fs, io, path::Path};

/// A root module for every ten files, each calling a local module, with `for_each`, locals, `dynamic` blocks and policies in play.
pub(crate) fn terraform(folder: &Path, files: usize) -> io::Result<()> {
    let module = folder.join("modules/database");
    fs::create_dir_all(&module)?;
    fs::write(
        module.join("main.tf"),
        "variable \"name\" { type = string }\nvariable \"encrypted\" {\n  type    = bool\n  default = true\n}\n\
         resource \"aws_db_instance\" \"this\" {\n  identifier              = var.name\n  engine                  = \"postgres\"\n  \
         storage_encrypted       = var.encrypted\n  backup_retention_period = 14\n}\noutput \"arn\" { value = aws_db_instance.this.arn }\n",
    )?;
    for index in 0..files.saturating_sub(1) {
        let root = folder.join(format!("roots/team{:03}", index / 10));
        fs::create_dir_all(&root)?;
        fs::write(
            root.join(format!("service{:02}.tf", index % 10)),
            service(index),
        )?;
    }
    Ok(())
}

/// One resource block with this many instances; `range` gives no more than 1024 numbers.
pub(crate) fn instances(folder: &Path, hundreds: usize) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join("main.tf"),
        format!(
            "resource \"aws_db_instance\" \"d\" {{\n  for_each          = toset(flatten([for a in range({hundreds}) : [for b in range(100) : \"db-${{a}}-${{b}}\"]]))\n  \
             identifier        = each.key\n  engine            = \"postgres\"\n  storage_encrypted = true\n}}\n"
        ),
    )
}

fn service(index: usize) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        r#"locals {{
  name_{index}  = "clinic-{index}"
  ports_{index} = [for port in [443, 8443] : port + {index} % 2]
  tags_{index}  = merge({{ service = local.name_{index} }}, {{ "data-class" = "phi" }})
}}

resource "aws_s3_bucket" "data_{index}" {{
  for_each = toset(["reports", "images"])
  bucket   = "${{local.name_{index}}}-${{each.key}}"
  tags     = local.tags_{index}
}}

resource "aws_s3_bucket_versioning" "data_{index}" {{
  for_each = aws_s3_bucket.data_{index}
  bucket   = each.value.id
  versioning_configuration {{
    status = "Enabled"
  }}
}}

resource "aws_security_group" "web_{index}" {{
  name = "${{local.name_{index}}}-web"
  dynamic "ingress" {{
    for_each = local.ports_{index}
    content {{
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }}
  }}
}}

resource "aws_iam_role_policy" "access_{index}" {{
  role = "clinic"
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = [for bucket in aws_s3_bucket.data_{index} : "${{bucket.arn}}/*"]
    }}]
  }})
}}

module "database_{index}" {{
  source    = "../../modules/database"
  name      = local.name_{index}
  encrypted = {encrypted}
}}
"#,
        encrypted = !index.is_multiple_of(7),
    );
    text
}

/// Deployments with Services and Ingresses, `objects` of them in all.
pub(crate) fn kubernetes(folder: &Path, objects: usize) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for index in 0..objects {
        let name = format!("app-{}", index / 3);
        let text = match index % 3 {
            0 => format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: clinic\nspec:\n  selector:\n    matchLabels: {{app: {name}}}\n  template:\n    metadata:\n      labels: {{app: {name}}}\n    spec:\n      containers:\n        - name: app\n          image: registry.example.com/clinic/{name}:1.4.2\n          env:\n            - name: DATABASE_URL\n              value: postgres://db.clinic.svc:5432/ehr?sslmode=verify-full\n            - name: LOG_LEVEL\n              value: info\n          ports:\n            - containerPort: 8443\n          securityContext:\n            allowPrivilegeEscalation: false\n"
            ),
            1 => format!(
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  namespace: clinic\nspec:\n  selector: {{app: {name}}}\n  ports:\n    - name: https\n      port: 443\n      targetPort: 8443\n"
            ),
            _ => format!(
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name}\n  namespace: clinic\nspec:\n  tls:\n    - hosts: [{name}.clinic.example.com]\n      secretName: {name}-tls\n  rules:\n    - host: {name}.clinic.example.com\n      http:\n        paths:\n          - path: /\n            pathType: Prefix\n            backend:\n              service:\n                name: {name}\n                port: {{number: 443}}\n"
            ),
        };
        fs::write(folder.join(format!("{index:04}.yaml")), text)?;
    }
    Ok(())
}
