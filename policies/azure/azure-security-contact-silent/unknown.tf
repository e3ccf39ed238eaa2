variable "notify" {
  type = bool
}

resource "azurerm_security_center_contact" "variable" {
  name                = "security"
  email               = "security@clinic.example"
  alert_notifications = var.notify # expect: azure-security-contact-silent
  alerts_to_admins    = true
}
