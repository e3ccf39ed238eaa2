from_last = "last"
