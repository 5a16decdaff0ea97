# What every script can name without asking for it.
use "metrics"

fn any(xs) = len([1 for x in xs if x]) > 0
fn every(xs) = len([1 for x in xs if not x]) == 0
fn sorted(xs) = sort(xs)
fn reversed(xs) = [xs[len(xs) - 1 - i] for i in 0..len(xs)]
fn zip(xs, ys) = [[xs[i], ys[i]] for i in 0..min([len(xs), len(ys)])]
