# pp: run
# files of pairs as others write them, and parts of datasets
model m = load("../../examples/models/names")
let eap = load("data/eap.csv", for: m)
eap
eap[0]
eap.columns
let years = load("data/years.csv", for: m)
years[1].answer
years[1].foil
let auto = load("data/autocircuit.json", for: m)
auto.roles
auto[-1]
let sva = load("data/sva.json", for: m)
sva[0]
load("data/other.csv", for: m, columns: {ref: "question", cf: "other", answer: "right"}, on_misaligned: skip)
load("data/other.csv", for: m, columns: {ref: "question", cf: "other", answer: "right"})
load("data/other.csv", for: m, columns: {ref: "query"})
load("data/other.csv", for: m, columns: {reference: "question"})
load("data/other.csv", for: m, on_misaligned: "drop")
load("data/bad.csv", for: m)
load("data/bad.json", for: m)
load("data/table.parquet", for: m)
# parts
dataset d = load("../../examples/data/ioi.jsonl", for: m)
len(d)
len(filter(d, p => p.answer == "Agnes" or p.foil == "Agnes" and p.positions.IO == [1]))
filter(d, p => false)
filter(d, p => 3)
let parts = split(d, 0.25, seed: 7)
[len(p) for p in parts]
len(split(d, 95)[1])
split(d, 96)
parts[0][0] == split(d, 24, seed: 7)[0][0]
[p.line for p in sample(d, 5, seed: 2)]
[p.line for p in take(shuffle(d, seed: 2), 5)]
[p.line for p in d[10..13]]
[p.line for p in d[[3, -1]]]
take(d, 97)
d[96]
d.rows
save take(d, 3) to "/tmp/pp-golden-pairs.csv"
hypothesis h on m { keep a[1..3].h[*].v@IO }
let all = (evaluate h on d by logit_diff).per_pair
(evaluate h on d[[5, 2]] by logit_diff).per_pair == [all[5], all[2]]
