# pp: explain --edges
use "lib/gpt2_small.pp"
use "lib/two_layers.pp"
hypothesis small on gpt { keep a9.h9 -> logits; keep a5.h5 -> a8.h6.q -> a9.h9 }
hypothesis naive on two { keep embed -> a0.h0 -> a1.h1.k -> logits; keep embed -> m0 -> logits }
hypothesis refined extends naive { keep a0.h0 -> a1.h0; drop m0 }
hypothesis by_row on two { keep embed@0 -> m0 }
