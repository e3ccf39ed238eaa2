# What looks like a bound, and binds nothing.
resource "aws_iam_policy" "all_but_one_role" {
  policy = jsonencode({ # expect: iam-policy-may-escalate
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "iam:PassRole", NotResource = "arn:aws:iam::111122223333:role/admin" }]
  })
}

resource "aws_iam_policy" "all_but_one_service" {
  policy = jsonencode({ # expect: iam-policy-may-escalate
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = "*"
      Condition = { StringNotEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } }
    }]
  })
}

resource "aws_iam_policy" "any_service" {
  policy = jsonencode({ # expect: iam-policy-may-escalate
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = "*"
      Condition = { StringLike = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com", "*"] } }
    }]
  })
}

resource "aws_iam_policy" "own_account" {
  policy = jsonencode({ # expect: iam-policy-may-escalate
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = "*"
      Condition = { StringEquals = { "aws:ResourceAccount" = "111122223333" } }
    }]
  })
}

resource "aws_iam_policy" "whole_service" {
  policy = jsonencode({ # expect: iam-policy-may-escalate
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "iam:*", Resource = "*" }]
  })
}
