resource "aws_dynamodb_table_replica" "absent" { # expect: dynamodb-recovery-disabled
  global_table_arn = "arn:aws:dynamodb:us-west-2:111122223333:table/visits"
}

resource "aws_dynamodb_table_replica" "off" {
  global_table_arn       = "arn:aws:dynamodb:us-west-2:111122223333:table/visits"
  point_in_time_recovery = false # expect: dynamodb-recovery-disabled
}
