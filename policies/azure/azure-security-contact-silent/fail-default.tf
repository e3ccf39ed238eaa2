resource "azurerm_security_center_contact" "default" { # expect: azure-security-contact-silent
  name                = "security"
  email               = "security@clinic.example"
  alert_notifications = true
}
