# The agreement that named the runtime has run out.
resource "vercel_edge_config" "flags" { # expect: vercel-edge-storage-not-covered
  name = "flags"
}

resource "vercel_edge_config_item" "banner" { # expect: vercel-edge-storage-not-covered
  edge_config_id = vercel_edge_config.flags.id
  key            = "banner"
  value          = "off"
}

resource "vercel_blob_store" "documents" { # expect: vercel-edge-storage-not-covered
  name = "patient-documents"
}
