# pp: check
model t {
  input x: real
  h0 = 2 * x
  h1 = 3 * (x + h0)
  output y = x + h0 + h1
}
hypothesis unknown on t { keep h7 -> y }
hypothesis backward on t { keep h1 -> h0 }
hypothesis port on t { keep h0.q }
hypothesis empty on t { keep (h0)* }
hypothesis whole on t { keep (all) -> y }
