# Metrics and dissimilarities.  `here` is the row asked for by `at` (the last row without it); `output` is the model's output.

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
metric log_prob(run) = log(prob_of(run.output[here], answer))
metric nll(run) = 0 - log(prob_of(run.output[here], answer))
# how many tokens are more likely than the answer
metric rank(run) = count_above(run.output[here], run.output[here, answer])
# of a model whose output is one number
metric value(run) = sum(run.output)

# The probability of one token, or of any of several
fn prob_of(logits, tokens) = sum(exp(log_softmax(logits)[tokens]))
