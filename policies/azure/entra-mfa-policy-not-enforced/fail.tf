resource "azuread_conditional_access_policy" "mfa" {
  display_name = "mfa"
  state        = "enabledForReportingButNotEnforced" # expect: entra-mfa-policy-not-enforced

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

resource "azuread_conditional_access_policy" "strong" {
  display_name = "phishing-resistant factors for administrators"
  state        = "disabled" # expect: entra-mfa-policy-not-enforced

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_roles = ["62e90394-69f5-4237-9190-012177145e10"]
    }
  }

  grant_controls {
    operator                          = "OR"
    authentication_strength_policy_id = "/policies/authenticationStrengthPolicies/00000000-0000-0000-0000-000000000004"
  }
}
