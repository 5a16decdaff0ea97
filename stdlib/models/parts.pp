# What the files of models/ share: fields of a config, activations, rotary positions, sliding windows.

# ---- fields of a config
# Each gives the field, checked; otherwise: what it is where the config does not say, none where it has to.

fn wrong(field, x, what) = fail(field + " is " + (if x == none { "null" } else if kind(x) == "text" { "\"" + x + "\"" } else { str(x) }) + ", but has to be " + what)
fn field(cfg, name, otherwise) = if otherwise == none { cfg[name] } else { get(cfg, name, otherwise) }
# one that counts something
fn whole(cfg, name, otherwise) {
  let x = field(cfg, name, otherwise)
  if kind(x) == "number" and x >= 1 and x % 1 == 0 { x } else { wrong(name, x, "a whole number above 0") }
}
fn positive(cfg, name, otherwise) {
  let x = field(cfg, name, otherwise)
  if kind(x) == "number" and x > 0 { x } else { wrong(name, x, "a number above 0") }
}
fn flag(cfg, name, otherwise) {
  let x = field(cfg, name, otherwise)
  if kind(x) == "bool" { x } else { wrong(name, x, "true or false") }
}
fn one_of(cfg, name, otherwise, words) {
  let x = field(cfg, name, otherwise)
  if kind(x) == "text" and contains(words, x) { x } else { wrong(name, x, "one of " + join(words, ", ")) }
}
# a record of further fields, which may be left out
fn part(cfg, name) {
  let x = get(cfg, name, {})
  if kind(x) == "record" { x } else { wrong(name, x, "a record") }
}
# Is it there, if only as null? Where null means none, a field that is left out means what the library puts there.
fn stated(cfg, name) = contains(keys(cfg), name)
# one that may be null: no such thing
fn positive_or_none(cfg, name, left_out) = if has(cfg, name) { positive(cfg, name, none) } else if stated(cfg, name) { none } else { left_out }
# What a config may ask for that none of these files does.
fn understood(cfg) {
  let causally = if flag(cfg, "is_causal", true) { true } else { wrong("is_causal", false, "true") }
  if has(cfg, "quantization_config") {
    fail("its weights are quantised (quantization_config: " + str(get(part(cfg, "quantization_config"), "quant_method", "unknown")) + "); pp reads quantised weights from GGUF files only")
  } else {
    true
  }
}
# a list with an element for each layer
fn by_layer(cfg, name, layers, name_layers) {
  let x = cfg[name]
  let n = if kind(x) == "list" { len(x) } else { wrong(name, x, "a list") }
  if n >= layers { x } else { fail(name + " is about " + str(n) + " layers, but " + name_layers + " is " + str(layers)) }
}
# how large each of `by` equal parts is
fn divided(whole, by, name_whole, name_by) = if whole % by == 0 { whole / by } else {
  fail(name_whole + " (" + str(whole) + ") is no multiple of " + name_by + " (" + str(by) + ")")
}

# ---- activations, by the names that configs give them

let activations = {
  gelu: x => gelu(x),
  gelu_new: x => gelu_tanh(x),
  gelu_fast: x => gelu_tanh(x),
  gelu_pytorch_tanh: x => gelu_tanh(x),
  quick_gelu: x => x * sigmoid(1.702 * x),
  relu: x => relu(x),
  relu2: x => square(relu(x)),
  silu: x => silu(x),
  swish: x => silu(x),
  tanh: x => tanh(x),
  sigmoid: x => sigmoid(x)
}
fn activation(cfg, name, otherwise) = activations[one_of(cfg, name, otherwise, keys(activations))]

# ---- rotary positions
# A config describes them in rope_parameters, older ones in rope_theta, rope_scaling and a field for the part of a head
# that is turned.  Frequencies as in https://github.com/huggingface/transformers, modeling_rope_utils.py; llama3 is Llama
# 3.1's, yarn arXiv 2309.00071.

fn plain(n, base) = [base ^ (-2 * i / n) for i in 0..n / 2]
# Long waves are slowed down by the factor, short ones are not, and those between in part.
fn llama3(f, p, old) {
  let factor = positive(p, "factor", none)
  let low = positive(p, "low_freq_factor", none)
  let high = positive(p, "high_freq_factor", none)
  fn slowed(x) {
    let turns = old * x / (2 * pi)
    let share = if high == low { 0 } else { clamp((turns - low) / (high - low), 0, 1) }
    (1 - share) * x / factor + share * x
  }
  [slowed(x) for x in f]
}
fn yarn(f, p, base, old) {
  let n = 2 * len(f)
  let factor = positive(p, "factor", none)
  # the place in f of the wave that turns so often within the old context
  fn place(turns) = n * log(old / (turns * 2 * pi)) / (2 * log(base))
  let ends = [place(positive(p, "beta_fast", 32)), place(positive(p, "beta_slow", 1))]
  let cut = if flag(p, "truncate", true) { [floor(ends[0]), ceil(ends[1])] } else { ends }
  let low = max([cut[0], 0])
  let high = min([cut[1], n - 1])
  fn share(i) = clamp((i - low) / (if high == low { 0.001 } else { high - low }), 0, 1)
  [f[i] * (1 - share(i)) + f[i] / factor * share(i) for i in 0..len(f)]
}
# By how much yarn enlarges queries and keys.
fn yarn_scale(p) {
  let factor = positive(p, "factor", none)
  fn by(m) = if factor <= 1 { 1 } else { 0.1 * m * log(factor) + 1 }
  let asked = has(p, "mscale") and has(p, "mscale_all_dim")
  positive(p, "attention_factor", if asked { by(positive(p, "mscale", none)) / by(positive(p, "mscale_all_dim", none)) } else { by(1) })
}

# How the config turns a head of e columns: a function of x (seq, e).  theta and share, of the columns that are turned, count
# where rope_parameters does not say; share none: the architecture turns whole heads.
fn rope(cfg, e, theta, share) {
  let where = if len(keys(part(cfg, "rope_scaling"))) > 0 { "rope_scaling" } else { "rope_parameters" }
  let p = part(cfg, where)
  let by_type = [name for name in keys(p) if kind(p[name]) == "record"]
  let flat = if len(by_type) == 0 { true } else { fail(where + " has a record for " + by_type[0] + ", but here it has to be about all layers") }
  let type = get(p, "rope_type", get(p, "type", "default"))
  let needed = {linear: ["factor"], llama3: ["factor", "low_freq_factor", "high_freq_factor"], yarn: ["factor"]}
  let missing = [name for name in get(needed, str(type), []) if not has(p, name)]
  let complete = if len(missing) == 0 { true } else { fail(where + " has no " + missing[0] + ", which rope_type " + type + " needs") }
  let base = positive(p, "rope_theta", theta)
  let asked = get(p, "partial_rotary_factor", if share == none { get(cfg, "partial_rotary_factor", 1) } else { share })
  let turned = if kind(asked) == "number" and asked >= 0 { asked } else { wrong("partial_rotary_factor", asked, "a number from 0 to 1") }
  let n = if share != none or turned == 1 { floor(e * turned) } else { wrong("partial_rotary_factor", asked, "1: this architecture turns whole heads") }
  let neighbours = flag(cfg, "rope_interleaved", false)      # so GGUF lays out rows of q and k
  # the context that frequencies were made for
  fn context() {
    let stated = get(cfg, "original_max_position_embeddings", get(p, "original_max_position_embeddings", get(cfg, "max_position_embeddings", 0)))
    positive({original_max_position_embeddings: stated}, "original_max_position_embeddings", none)
  }
  fn turn(f, scale) = x => rotary(x, tensor(f), dims: n, interleaved: neighbours, scale: scale)
  if n % 2 == 1 or n > e or n > 65536 {
    fail(str(n) + " of the " + str(e) + " columns of a head cannot be turned: it has to be an even number of them (partial_rotary_factor, rotary_pct, rotary_dim)")
  } else if n == 0 {
    x => x
  } else if type == "default" {
    x => rotary(x, base: base, dims: n, interleaved: neighbours)
  } else if type == "dynamic" {                              # changes prompts above max_position_embeddings only, and those are refused
    let limit = whole(cfg, "max_position_embeddings", none)
    x => rotary(x, base: base, dims: n, interleaved: neighbours)
  } else if type == "linear" {
    turn([f / positive(p, "factor", none) for f in plain(n, base)], 1)
  } else if type == "llama3" {
    turn(llama3(plain(n, base), p, context()), 1)
  } else if type == "yarn" {
    turn(yarn(plain(n, base), p, base, context()), yarn_scale(p))
  } else if type == "divided" {                              # gguf.pp: by a tensor of the file
    turn([plain(n, base)[i] / p.divisors[i] for i in 0..n / 2], 1)
  } else {
    wrong("rope_type", type, "one of default, linear, dynamic, llama3, yarn")
  }
}

# ---- what an architecture does around a head

# x squeezed between -cap and cap, when there is a cap.
fn soft_cap(x, cap) = if cap == none { x } else { cap * tanh(x / cap) }
# sliding_window of layers that must have one.
fn window_size(cfg, left_out) = if stated(cfg, "sliding_window") or left_out == none { whole(cfg, "sliding_window", none) } else { left_out }
# How far layer l looks back, by layer_types (0: to the start).
fn window_by_type(cfg, l, layers, left_out) {
  let type = by_layer(cfg, "layer_types", layers, "num_hidden_layers")[l]
  if type == "sliding_attention" {
    window_size(cfg, left_out)
  } else if type == "full_attention" {
    0
  } else {
    wrong("layer_types", type, "made of full_attention and sliding_attention")
  }
}

# The table that logits are read with: the embedding's own when they are tied, or when the file has no other.
fn unembedding(cfg, w, name, tied_to, dims) {
  let tied = flag(cfg, "tie_word_embeddings", not has(w, name))
  weight(w, if tied { tied_to } else { name }, dims)
}
