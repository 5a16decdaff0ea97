# pp: run
# A path can start from a further column of the dataset.
model t {
  input x: real
  left = 1 * x
  right = 1 * x
  output y = left * right
}
dataset d = load("data/three.jsonl", for: t)
hypothesis both on t { keep left; feed right from other }       # 3 * 7 = 21 instead of 9
hypothesis last on t { feed all from other; keep right }        # 7 * 3
hypothesis undone on t { feed all from other; drop right }      # 7 * 5 = 35
hypothesis named on t { feed left from ref; feed right from cf }        # 3 * 5 = 15
let r = evaluate [both, last, undone, named] on d by value
[r[both].aue, r[last].aue, r[undone].aue, r[named].aue]
hypothesis none on t { feed left from nothing }
evaluate none on d by value
