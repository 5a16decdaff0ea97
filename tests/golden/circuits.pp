# pp: run
# Circuits of other tools.  lib/eap_ig.json was written by EAP-IG's Graph.to_json for two layers of two heads.
use "lib/two_layers.pp"
let c = circuit("lib/eap_ig.json")
c
count(c, two)
count(paths(all), two)
witness(c, two)
count(circuit("lib/eap_ig.json", top: 12), two)
count(circuit("lib/eap_ig.json", above: 0.5), two)
hypothesis by_eap on two { keep circuit("lib/eap_ig.json") }
by_eap equals c on two
let auto = paths(circuit {"Resid Start" -> "A0.1.Q", "A0.1" -> "A1.0.K", "A1.0" -> "MLP 1", "MLP 1" -> "Resid End"})
let acdc = paths(circuit {"blocks.0.hook_resid_pre[:]" -> "blocks.0.hook_q_input[:, :, 1]", "blocks.0.attn.hook_result[:, :, 1]" -> "blocks.1.hook_k_input[:, :, 0]",
  "blocks.1.attn.hook_result[COL, COL, 0]" -> "blocks.1.hook_mlp_in", "blocks.1.hook_mlp_out" -> "blocks.1.hook_resid_post[:]"})
let eap = paths(circuit {"input" -> "a0.h1<q>", "a0.h1" -> "a1.h0<k>", "a1.h0" -> "m1", "m1" -> "logits"})
let own = paths(circuit {embed -> a0.h1.q, a0.h1 -> a1.h0.k, a1.h0 -> m1, m1 -> logits})
auto
[auto equals own on two, acdc equals own on two, eap equals own on two, count(own, two)]
# what is none
count(paths(circuit {"Resid Post 0" -> "MLP 1"}), two)
count(paths(circuit {"A0.1" -> "B 7"}), two)
count(paths(circuit {"A0.1" -> "MLP 7"}), two)
count(paths(circuit {"hook_pos_embed" -> "MLP 1"}), two)
count(paths(circuit {"blocks.0.hook_resid_post" -> "MLP 1"}), two)
circuit("lib/numbers.pp")
circuit("nowhere.json")
