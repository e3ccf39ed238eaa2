variable "state" {
  type = string
}

resource "azuread_conditional_access_policy" "mfa" {
  display_name = "mfa"
  state        = var.state # expect: entra-mfa-policy-not-enforced

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = ["All"]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
