resource "azurerm_security_center_contact" "silent" {
  name                = "security"
  email               = "security@clinic.example"
  alert_notifications = false # expect: azure-security-contact-silent
  alerts_to_admins    = false # expect: azure-security-contact-silent
}
