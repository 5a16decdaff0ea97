# pp: explain --dot
use "lib/two_layers.pp"
hypothesis naive on two { keep embed -> a0.h0 -> a1.h1.k -> logits; keep embed -> m0 -> logits }
hypothesis refined extends naive { keep a0.h0 -> a1.h0; drop m0 }
