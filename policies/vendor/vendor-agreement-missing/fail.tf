terraform {
  required_providers {
    datadog = {
      source = "DataDog/datadog"
    }
    mongodbatlas = {
      source = "mongodb/mongodbatlas"
    }
    newrelic = {
      source = "newrelic/newrelic"
    }
  }
}

provider "datadog" { # expect: vendor-agreement-missing
}

provider "mongodbatlas" { # expect: vendor-agreement-missing
}

provider "newrelic" { # expect: vendor-agreement-missing
}
