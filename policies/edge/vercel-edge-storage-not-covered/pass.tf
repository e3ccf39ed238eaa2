resource "vercel_edge_config" "flags" {
  name = "flags"
}

resource "vercel_edge_config_item" "banner" {
  edge_config_id = vercel_edge_config.flags.id
  key            = "banner"
  value          = "off"
}

resource "vercel_blob_store" "documents" {
  name = "patient-documents"
}
