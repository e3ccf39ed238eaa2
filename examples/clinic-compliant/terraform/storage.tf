module "documents" {
  source      = "./modules/bucket"
  name        = "clinic-documents-${var.environment}"
  kms_key_arn = aws_kms_key.records.arn
  log_bucket  = module.audit.id
}

module "images" {
  source      = "./modules/bucket"
  name        = "clinic-images-${var.environment}"
  kms_key_arn = aws_kms_key.records.arn
  log_bucket  = module.audit.id
}

resource "aws_s3_bucket" "static_site" {
  bucket = "clinic-brochure-${var.environment}"
  tags   = { data-class = "none" }
}
