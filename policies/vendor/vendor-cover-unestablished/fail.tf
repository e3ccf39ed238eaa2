terraform {
  required_providers {
    pagerduty = {
      source = "PagerDuty/pagerduty"
    }
    hcloud = {
      source = "hetznercloud/hcloud"
    }
  }
}

provider "pagerduty" { # expect: vendor-cover-unestablished
}

provider "hcloud" { # expect: vendor-cover-unestablished
}
