# pp: run
# model folders: what loads, and what is said of those that do not
model m = load("folders/good")
m
dataset d = pair([0, 1, 2], [1, 1, 2])
dataset unknown_id = pair([0, 1, 3], [1, 1, 2], for: m)
dataset too_long = pair([0, 1, 2, 0, 1], [1, 1, 2, 0, 1], for: m)
dataset words = pair("a b", "c d", for: m)
hypothesis h on m { keep a0.h0.v -> logits }
expect (evaluate h on d by kl).paths_total == 4
let w = weights("folders/good")
keys(w)
shape(w["unembed.W_U"])
w["unembed.W"]
weight(w, "embed.W_E", [3, 4])
model bag(cfg, w) {
  input tokens: ids[seq]
  embed = gather(w["embed.W_E"], tokens)
  output logits = embed @ w["unembed.W_U"]
}
model mine = load("folders/good", as: bag)
mine
bag(config("folders/no_field"), w)
load("folders/good", as: kl)
load("folders/good", norms: "split")
load("folders/good", spelling: 1)
load("folders/nowhere")
load("folders/no_type")
load("folders/unknown_type")
load("folders/no_field")
load("folders/wrong_shape")
load("folders/missing_weight")
load("folders/wrong_norm")
load("folders/no_weights")
load("lang_folders.pp")
load(3)
