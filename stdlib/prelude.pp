# What every script can name without asking for it.
use "metrics"

# what `on_misaligned:` says of pairs whose sides differ in length, or whose roles move
let skip = "skip"
let refuse = "refuse"

fn any(xs) = len([1 for x in xs if x]) > 0
fn every(xs) = len([1 for x in xs if not x]) == 0
fn sorted(xs) = sort(xs)
fn reversed(xs) = [xs[len(xs) - 1 - i] for i in 0..len(xs)]
fn zip(xs, ys) = [[xs[i], ys[i]] for i in 0..min([len(xs), len(ys)])]
fn enumerate(xs) = [[i, xs[i]] for i in 0..len(xs)]
fn values(r) = [r[k] for k in keys(r)]
# b's fields put over a's
fn merged(a, b) = record([[k, get(b, k, a[k])] for k in keys(a)] + [[k, b[k]] for k in keys(b) if not has(a, k)])

let pi = 3.141592653589793
fn clamp(x, low, high) = minimum(maximum(x, low), high)
fn norm(x) = sqrt(sum(x * x))
fn variance(xs) { let m = mean(xs); mean((tensor(xs) - m) ^ 2) }
fn std(xs) = sqrt(variance(xs))
# The element below which a share q of a list of numbers lies, between two of them by linear interpolation
fn quantile(xs, q) {
  let s = sort(xs)
  let at = q * (len(s) - 1)
  let i = floor(at)
  if i + 1 < len(s) { s[i] + (at - i) * (s[i + 1] - s[i]) } else { s[i] }
}
fn median(xs) = quantile(xs, 0.5)
