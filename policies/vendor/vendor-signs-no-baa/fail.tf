terraform {
  required_providers {
    sendgrid = {
      source = "kenzo0107/sendgrid"
    }
    resend = {
      source = "jhoward321/resend"
    }
  }
}

provider "sendgrid" { # expect: vendor-signs-no-baa
}

provider "resend" { # expect: vendor-signs-no-baa
}
