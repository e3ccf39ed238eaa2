resource "aws_iam_policy" "pass" {
  policy = jsonencode({ # expect: iam-policy-may-escalate
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["iam:PassRole", "ecs:RunTask"], Resource = "*" }]
  })
}

resource "aws_iam_role_policy" "assume" {
  role = "ci"
  # expect: iam-policy-may-escalate
  policy = <<-EOF
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/*"}}
  EOF
}

resource "aws_iam_user_policy" "keys" {
  user   = "helpdesk"
  policy = data.aws_iam_policy_document.keys.json # expect: iam-policy-may-escalate
}

data "aws_iam_policy_document" "keys" {
  statement {
    actions   = ["iam:CreateAccessKey", "iam:AttachUserPolicy"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "inline" {
  assume_role_policy = "{}"
  inline_policy {
    name = "inline"
    policy = jsonencode({ # expect: iam-policy-may-escalate
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "iam:PutRolePolicy", Resource = "arn:aws:iam::111122223333:role/*" }]
    })
  }
}
