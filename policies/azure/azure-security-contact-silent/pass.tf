resource "azurerm_security_center_contact" "told" {
  name                = "security"
  email               = "security@clinic.example"
  alert_notifications = true
  alerts_to_admins    = true
}
