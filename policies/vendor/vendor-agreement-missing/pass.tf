terraform {
  required_providers {
    datadog = {
      source = "DataDog/datadog"
    }
    mongodbatlas = {
      source = "mongodb/mongodbatlas"
    }
  }
}

provider "datadog" {
}

provider "mongodbatlas" {
}
