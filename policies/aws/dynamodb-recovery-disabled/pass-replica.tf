resource "aws_dynamodb_table_replica" "on" {
  global_table_arn       = "arn:aws:dynamodb:us-west-2:111122223333:table/visits"
  point_in_time_recovery = true
}
