# Signs agreements; whether there is one is another policy's business.
terraform {
  required_providers {
    datadog = {
      source = "DataDog/datadog"
    }
  }
}

provider "datadog" {
}
