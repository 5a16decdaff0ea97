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
model chain {
  input x: real
  a0 = 2 * x
  component a1 { q = 3 * a0; yield q }
  a2 = a0 + a1
  output y = x + a2
}
hypothesis skipped on chain { keep x -> a0 -> a2 -> a1 -> y }
hypothesis after_one_of_two on chain { keep (a1 | a2) -> a0 }
hypothesis last on chain { keep y -> x }
hypothesis never_later on chain { keep x -> a2 .. a1 }
hypothesis repeated on chain { keep (a2)+ -> a0 }
hypothesis range on chain { keep x -> a[2..2] }
hypothesis below_a_port on chain { keep a1.q.z }
hypothesis both on chain { keep not (a0 or x) }
