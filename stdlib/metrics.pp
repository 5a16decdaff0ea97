# Metrics and dissimilarities.  `here` is the row asked for by `at` (the last row without it; no index at all where the
# output has no rows); `output` is the model's output, whatever its name.

# KL(softmax(reference) || softmax(patched)) in nats, never below 0
delta kl(ref, patched) {
  let p = log_softmax(ref.output[here])
  maximum(sum(exp(p) * (p - log_softmax(patched.output[here]))), 0)
}
delta reverse_kl(ref, patched) {
  let p = log_softmax(patched.output[here])
  maximum(sum(exp(p) * (p - log_softmax(ref.output[here]))), 0)
}
# Jensen-Shannon divergence in nats
delta js(ref, patched) {
  let p = softmax(ref.output[here])
  let q = softmax(patched.output[here])
  let m = log((p + q) / 2)
  maximum(sum(p * (log_softmax(ref.output[here]) - m) + q * (log_softmax(patched.output[here]) - m)) / 2, 0)
}
delta mse(ref, patched) = mean((ref.output[here] - patched.output[here]) ^ 2)
delta cosine(ref, patched) {
  let x = ref.output[here]
  let y = patched.output[here]
  1 - sum(x * y) / sqrt(sum(x * x) * sum(y * y))
}
# 1 where the most likely token differs
delta top1(ref, patched) = if argmax(ref.output[here]) == argmax(patched.output[here]) { 0 } else { 1 }

metric logit_diff(run) = mean(run.output[here, answer]) - mean(run.output[here, foil])
metric prob(run) = sum(softmax(run.output[here])[answer])
metric log_prob(run) = log_prob_of(run.output[here], answer)
metric nll(run) = 0 - log_prob_of(run.output[here], answer)
# -log p of the reference's own next token; nothing to say about the last row, so: by next_nll at all
metric next_nll(run) = if here + 1 < len(tokens(run)) { 0 - log_softmax(run.output[here])[tokens(run)[here + 1]] } else { none }
# how many tokens are more likely than the answer
metric rank(run) = count_above(run.output[here], max(run.output[here, answer]))
# of a model whose output is one number
metric value(run) = if kind(run.output) == "number" or max(shape(run.output)) == 1 { sum(run.output) } else {
  fail("value is for a model whose output is one number; here it has the shape " + str(shape(run.output)))
}

# What their numbers are in, for figures
let _units = {kl: "nats", reverse_kl: "nats", js: "nats", nll: "nats", next_nll: "nats", log_prob: "nats", logit_diff: "logits", prob: "probability", rank: "tokens"}

# The logarithm of the probability of one token, or of any of several: as log(sum(exp(p))), but small ones stay exact
fn log_prob_of(logits, tokens) {
  let p = log_softmax(logits)[tokens]
  let top = max(p)
  if top < -1e300 { top } else { top + log(sum(exp(p - top))) }
}
