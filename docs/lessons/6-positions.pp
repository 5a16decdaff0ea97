#: Positions: who gets the cake
#:
#: The model "names" reads English sentences of a simple kind. In "When Agnes
#: and Don left the park, Don gave a cake to" the next word is Agnes: the
#: indirect object. How does the model find her?

model m = load("models/names")
dataset d = load("data/ioi.jsonl", for: m)
print(d[0].ref, "->", d[0].answer, "rather than", d[0].foil)
print(d[0].cf)
#? expect d[0].answer == "Agnes" and d[0].foil == "Don"

#: The counterfactual has three other names, so what differs is all that has to
#: do with who is who. The metric is logit_diff: the score of the answer (Agnes)
#: minus that of the foil (Don).
#:
#: The roles are IO, the name to be found; S1, the other name; S2, the place
#: where S1's name stands again; END, the last word. In the first prompt:

d[0].positions
#? expect d[0].positions.IO == [1] and d[0].positions.S1 == [3] and d[0].positions.S2 == [8]

#: Begin at the beginning of the model. Which rows does layer 0 read? A step
#: with a port is about the row that is read, so `drop a0.h0.v@S2` takes away
#: what a0.h0 reads at S2. Try each head and each role.

let reads = sweep h in 0..4, r in ["IO", "S1", "S2"] on d by logit_diff {
  keep all
  drop a0.h[h].v@(r)
}
reads
plot heatmap(reads)
#? expect reads.effect[0, 2] < -2.5 and reads.effect[2, 2] < -1.5
#? expect max([abs(reads.effect[1, 2]), abs(reads.effect[3, 2])]) < 0.1

#: Look at the column S2: a0.h0 and a0.h2, and only they, read the name that
#: stands twice at its second place. Where do they write what they read? A step
#: without a port is about the row that is written. The two together:

let writes = sweep r in ["IO", "S1", "S2", "END"] on d by logit_diff {
  keep all
  drop a0.h[0,2]@(r)
}
plot bars(writes, of: "effect")
#? expect writes.effect[3] < -5 and abs(writes.effect[2]) < 0.1

#: To the end: without what they write at END nothing is left of the preference.
#: The last row hears "Don acted again". (What they write at IO matters, too:
#: layer 1 reads that row, as we shall see.) Their attention agrees; here is that
#: of a0.h0, from the last word of the first prompt.

let from_end = attention(d, "a0.h0").values[12]
plot highlight(d, from_end, title: "what a0.h0 reads from END")
#? expect argmax(from_end) == 8

#: Now layer 1, all its heads at once: which rows do they read?

let later = sweep r in ["IO", "S1", "S2"] on d by logit_diff {
  keep all
  drop a1.h[*].v@(r)
}
plot bars(later, of: "effect")
#? expect later.effect[0] < -5 and later.effect[1] > 2.5 and abs(later.effect[2]) < 0.1

#: Layer 1 reads both names of the first clause. Taking away IO lowers
#: logit_diff; taking away S1 raises it. It does not care about S2 at all.
#:
#: So a story: layer 1 moves both names to the end, and the end knows from layer
#: 0 which of them acted again, so that one is not the answer. Three hypotheses:
#: each half of the story, and the whole. Keys and values go together here: what
#: a head reads at a row, and how much of it.

hypothesis both_names on m {
  "Layer 1 reads both names of the first clause."
  keep a1.h[*].{k,v}@{IO,S1}
}
hypothesis who_again on m {
  "Two heads of layer 0 read who acts again."
  keep a0.h[0,2].{k,v}@S2
}
hypothesis story on m {
  keep a1.h[*].{k,v}@{IO,S1}
  keep a0.h[0,2].{k,v}@S2
}
let r = evaluate [both_names, who_again, story] on d by logit_diff
plot bars(r)
#? expect r[both_names, logit_diff].explained < 0.2 and r[who_again, logit_diff].explained < 0.3 and r[story, logit_diff].explained > 0.8

#: Neither half explains much: two names without knowing which, or "not Don"
#: without the names. Together they explain most. The parts of a mechanism need
#: not add up.

#: Now a warning. Somebody writes a shorter hypothesis:

hypothesis moved on m {
  "Layer 1 moves the indirect object to the end."
  keep a1.h[*].v@IO
}
(evaluate moved on d by logit_diff).explained
#? expect (evaluate moved on d by logit_diff).explained > 0.4

#: Half of the effect, with one rule! But read the rule: at IO. Which name is
#: the indirect object is the answer, and the rule was told. It cannot say how
#: the model knows. To see that, exchange the labels: call IO what was S1. A
#: hypothesis that does not lean on the labels explains as much as before.

fn exchanged(p) = {
  ref: p.ref, cf: p.cf, answer: p.answer, foil: p.foil,
  positions: {IO: p.positions.S1, S1: p.positions.IO, S2: p.positions.S2}
}
dataset other = pairs([exchanged(p) for p in d], for: m)
let fair = evaluate [story, moved] on other by logit_diff
plot bars(fair)
#? expect abs(fair[story, logit_diff].explained - r[story, logit_diff].explained) < 1e-6
#? expect fair[moved, logit_diff].explained < -0.3

#: `story` treats IO and S1 alike and does not notice. `moved` now moves the
#: wrong name and explains less than nothing.

#? exercise The row that is read
#: Which role completes this, so that logit_diff falls as far as possible?
#? answer hypothesis answer on m { keep all; drop a0.h2.v@___ }
#? given let x = (evaluate answer on d by logit_diff).effect
#? given hypothesis best on m { keep all; drop a0.h2.v@S2 }
#? given let goal = (evaluate best on d by logit_diff).effect
#? right x <= goal + 1e-9
#: By {-x}: a0.h2 reads the second mention.
#? hint x > 0
#: logit_diff rises by {x}: without that name the answer is easier to
#: tell from it.
#? hint abs(x) < 1e-6
#: Nothing changes: at that row the two prompts have the same word.
#? otherwise
#: logit_diff falls by {-x}; there is a row that costs more. Look at the
#: heatmap.

#? exercise Read and written
#: a0.h0 reads at one row and writes at another. Complete the rule, so that it
#: is cut off only where it writes to the last row.
#? answer hypothesis answer on m { keep all; drop ___ }
#? given let x = (evaluate answer on d by logit_diff).explained
#? given hypothesis goal on m { keep all; drop a0.h0@END }
#? given hypothesis source on m { keep all; drop a0.h0.v@END }
#? given hypothesis reader on m { keep all; drop a0.h0.v@S2 }
#? given hypothesis readers on m { keep all; drop a0.h0.{k,v}@S2 }
#? given hypothesis everywhere on m { keep all; drop a0.h0 }
#? right abs(x - (evaluate goal on d by logit_diff).explained) < 1e-9
#: {x} is left. No port: the row that is written.
#? hint abs(x - (evaluate everywhere on d by logit_diff).explained) < 1e-9
#: That cuts it off at every row. Say which row: @END.
#? hint abs(x - (evaluate reader on d by logit_diff).explained) < 1e-9 or
#?    abs(x - (evaluate readers on d by logit_diff).explained) < 1e-9
#: That is about what it reads at S2, wherever it writes it.
#? hint abs(x - 1) < 1e-6
#: Nothing is lost. With a port the step is about the row that is read, and the
#: last word is the same in both prompts.
#? otherwise
#: {x} is left. The rule should name a0.h0, without a port, and the row
#: where it writes.

#? exercise A fair hypothesis
#: Write a hypothesis that explains more than 0.8 on d, keeps less than
#: everything, and does not lean on the labels: it must explain more than 0.8 on
#: `other`, too. You may start from the story.
#? answer hypothesis answer on m { ___ }
#? given let a = evaluate answer on d by logit_diff
#? given let b = evaluate answer on other by logit_diff
#? right a.explained > 0.8 and b.explained > 0.8 and a.aue > 1e-6
#: {a.explained} on d, {b.explained} on other.
#? hint a.aue <= 1e-6
#: It keeps everything that differs, so it is true whatever the model does. Say
#: less.
#? hint a.explained > 0.3 and b.explained < a.explained - 0.1
#: {a.explained} on d, but {b.explained} on other: it leans on IO being the answer.
#? hint a.explained < 0.12
#: {a.explained}: it knows the names, perhaps, but not which of them acted again
#: (or keeps too little of either). What reads S2?
#? hint a.explained < 0.3
#: {a.explained}: it knows who acted again, but not which names there are to
#: choose from. Who moves names to the end?
#? otherwise
#: {a.explained} on d, {b.explained} on other. Both halves of the story are needed.
