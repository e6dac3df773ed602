target "builder" {
  context = "../builder"
  args = {
    MODE = "fast"
  }
}

target "shop" {
  context = "."
  contexts = {
    "builder" = "target:builder"
  }
  args = {
    PORT = "80"
  }
}
