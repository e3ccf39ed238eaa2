output "all" {
  value = {
    module   = path.module
    root     = path.root
    file     = file("${path.module}/own.txt")
    template = templatefile("${path.module}/own.tftpl", { x = [1, 2] })
  }
}
