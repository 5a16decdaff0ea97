# pp: run
# hypotheses compared on the same pairs; ratios of means and means of ratios
model m {
  input x: real[2]
  h0 = x * 3
  h1 = x * 5
  h2 = x - 1
  output y = sum(h0 * h0 + h1 + h2 * h1)
}
use "lib/pairs.pp" as lib
dataset d = lib.pairs(m)
hypothesis nothing on m { }
hypothesis part on m { keep h1 }
hypothesis most on m { keep h0; keep h1 }
metric f(run) = run.y + 0
delta gap(ref, patched) = abs(ref.y - patched.y)
let r = evaluate [nothing, part, most] on d by [f, gap]
compare(r)
compare(r, most)
let c = compare(r, part, "most")
expect len(c) == 2 and c[0].difference == r[part, f].aue - r[most, f].aue and c[0].exact and c[0].flips == 4 and c[0].p_holm >= c[0].p
expect compare(r[part, f], r[most, f])[0].p == c[0].p
expect len(r[part, f].per_pair) == 2 and len(r[part, f].per_pair_ref) == 2 and len(r[part, gap].per_pair_total) == 2
fn ratios(row) = [1 - row.per_pair[i] / row.per_pair_total[i] for i in 0..len(row.per_pair)]
expect abs(r[part, gap].explained_mean_of_ratios - mean(ratios(r[part, gap]))) < 1e-12
expect r[part, gap].explained_ratio_of_means == r[part, gap].explained and r[part, f].recovered_ratio_of_means == r[part, f].recovered
expect r[part, gap].explained_mean_of_ratios != r[part, gap].explained
fn recovered(row) = [(row.per_pair_patched[i] - row.per_pair_cf[i]) / (row.per_pair_ref[i] - row.per_pair_cf[i]) for i in 0..len(row.per_pair)]
expect abs(r[part, f].recovered_mean_of_ratios - mean(recovered(r[part, f]))) < 1e-12

compare(r, "nobody")
compare(evaluate part on d by f)
compare(r[part, f], r[most, gap])
compare(r[part, f], (evaluate part on pair([1, 2], [0, 1], for: m) by f)[part])
compare(3)
r[part, gap].recovered_mean_of_ratios
r[part, gap].per_pair_ref
