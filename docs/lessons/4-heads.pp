#: A real transformer: the previous-token head
#:
#: The model "induction" came with pp. It has two layers of 8 attention heads
#: and nothing else, and it was trained on sequences of random tokens that
#: repeat. Here is a prompt, as token numbers.

model m = load("models/induction")
dataset d = load("data/repeats.jsonl", for: m)
print(d[0].ref)
print("next comes", d[0].answer)
#? expect every([len(unique(p.cf)) == len(p.cf) for p in d])
#? expect d[0].ref[23] == 94 and d[0].ref[8] == 94 and d[0].ref[9] == 150 and d[0].answer_ids == 150

#: Rows are counted from 0. The last token, at row 23, is 94. It stood at row 8
#: before, and after it, at row 9, came 150. So 150 comes next. The
#: counterfactual of each pair is another random sequence, in which nothing
#: repeats.
#:
#: The dataset has names for rows, its roles: PREV is the earlier place of the
#: last token (here row 8), NEXT the row after that (9), END the last row (23).

#: Paths in a transformer: a component a[l].h[h] is head h of layer l. For each
#: row, a head compares its query q with the keys k of the rows up to it, and
#: adds up the values v of these rows in proportion. q, k and v are its ports: a
#: path goes through a head by one of them. `embed` is the token itself and
#: `logits` the scores of all next tokens.
#:
#:     embed -> a0.h2.v -> a1.h5.k -> logits
#:
#: In each layer a path may go through one of 8 heads by one of 3 ports, or past
#: all of them: 25 ways. Two layers make 25 * 25 paths.

count(paths(all), m)
#? expect count(paths(all), m) == 625

#: To compare two runs of a language model we need a distance between what they
#: predict. `kl` is one: 0 when they agree on every next token, larger the more
#: surprised one would be by the other (in nats).
#:
#: Which heads matter? Keep all paths, drop those through one head, and see how
#: far the prediction moves. A sweep does that for each head.

let heads = sweep l in 0..2, h in 0..8 on d by kl {
  keep all
  drop a[l].h[h]
}
heads
plot heatmap(heads, of: "aue")
#? expect heads.aue[0, 0] > 6.9 and heads.explained[0, 0] < 0.1
#? expect max([heads.aue[0, h] for h in 1..8]) < 1 and heads.aue[1, 2] > 0.5

#: One stands out: a0.h0. Without it the prediction is nearly as far from the
#: reference as the counterfactual's is (ATE). What does it do?
#:
#: First: whom does it talk to? It may write to the queries, keys or values of
#: layer 1, or directly to the logits. Drop one of these at a time.

hypothesis no_q on m { keep all; drop a0.h0 -> a1.h[*].q }
hypothesis no_k on m { keep all; drop a0.h0 -> a1.h[*].k }
hypothesis no_v on m { keep all; drop a0.h0 -> a1.h[*].v }
hypothesis no_logits on m { keep all; drop a0.h0 -> logits }
let ports = evaluate [no_q, no_k, no_v, no_logits] on d by kl
plot bars(ports)
#? expect ports[no_k, kl].explained < 0.2
#? expect min([ports[h, kl].explained for h in [no_q, no_v, no_logits]]) > 0.99

#: Only the keys care. Cut it off from the queries, the values or the logits and
#: everything is still explained; cut it off from the keys and little is.
#:
#: Second: from which row to which row? A step may say where it is. A step with
#: a port is about the row that is read, a step without one about the row that
#: is written:
#:
#:     a0.h0.v@PREV             a0.h0 reads its value at row PREV
#:     a1.h[*].k@NEXT           a key of layer 1 at row NEXT
#:
#: Drop all values that a0.h0 passes to the keys, and give back one way only:
#: from row PREV to row NEXT, the row after it.

hypothesis no_values on m { keep all; drop a0.h0.v -> a1.h[*].k }
hypothesis one_step extends no_values {
  keep a0.h0.v@PREV -> a1.h[*].k@NEXT
}
let rows = evaluate [no_values, one_step] on d by kl
plot bars(rows)
#? expect rows[no_values, kl].explained < 0.2 and rows[one_step, kl].explained > 0.99

#: That one way is everything. a0.h0 carries what stands at a row to the key of
#: the row after it: it is the previous-token head. We found it by cutting
#: paths, without looking inside. Now look: how much does each row (from) read
#: each row (to)?

plot heatmap(attention(d, "a0.h0"))
let look = attention(d, "a0.h0").values
look[9, 8]
#? expect look[9, 8] > 0.95

#: Every row but the first looks one row back. So the picture agrees; but a
#: picture alone would not have said to whom the head talks, or that anything
#: depends on it. Attention says where a head looks. Paths say what that is good
#: for.

#? exercise How many paths
#: How many of the 625 paths go through a0.h0?
#? answer let answer = ___
#? right answer == count(paths(a0.h0), m)
#: 3 ports of a0.h0, and then 25 ways on: past layer 1, or through one of its 8
#: heads by one of 3 ports.
#? hint answer == 25
#: 25 ways lead on from a0.h0. How many ways lead in?
#? hint answer == 24 or answer == 72
#: A path may also go past layer 1, directly to the logits.
#? hint answer == 9 or answer == 27
#: Layer 1 has 8 heads, and each can be entered by 3 ports.
#? hint answer == 3 or answer == 1
#: Those are the ways to get through a0.h0. Each can go on in several ways.
#? otherwise
#: Ways into a0.h0 times ways from there to the logits.

#? exercise Whom does a0.h7 talk to
#: The heatmap shows another head of layer 0 that matters somewhat: a0.h7. Which
#: port of layer 1 does it mostly write to? Give the paths from a0.h7 directly
#: into that port, of any head. To find out, measure: with ! you can run pp
#: here.
#? answer let answer = paths(___)
#? given hypothesis without on m { keep all; if count(answer, m) > 0 { drop answer } }
#? given let left = (evaluate without on d by kl).explained
#? right answer equals paths(a0.h7 -> a1.h[*].q) on m
#: The queries. Without these paths {left} is explained; without those into
#: the keys or the values it is more than 0.98. Layer 1 does not ask with the
#: token alone. Lesson 5 needs that.
#? hint count(answer, m) == 0
#: No path of m matches that. Heads of layer 0 come before those of layer 1.
#? hint answer equals paths(a0.h7) on m
#: That is the whole head, by every way. Add an arrow: to which port of a1.h[*]?
#? hint answer equals paths(a0.h7 -> a1.h[*].k) on m or answer equals paths(a0.h7 -> a1.h[*].v) on m
#: Drop these, and {left} is still explained. There is a port whose loss
#: costs more.
#? hint answer subset of paths(a0.h7 -> a1.h[*].q) on m
#: The right port, but not of all heads. Write a1.h[*].
#? hint answer subset of paths(a0.h7) on m
#: These are {count(answer, m)} of the paths through a0.h7. Wanted are those that go to
#: one port (q, k or v) of a1.h[*], and to no other.
#? otherwise
#: Your set has {witness(answer except paths(a0.h7), m)}, which does not go through a0.h7.

#? exercise Where the answer is read
#: The values of a1.h2, a1.h4 and a1.h6 carry the answer to the end. From which
#: row? Drop their values at all rows, and give back one row, so that more than
#: 0.99 is explained. The roles are PREV, NEXT and END.
#? answer hypothesis answer on m { keep all; drop a1.h[2,4,6].v; keep a1.h[2,4,6].v@___ }
#? given let x = (evaluate answer on d by kl).explained
#? given hypothesis whole_half on m { keep all; drop a1.h[2,4,6].v; keep a1.h[2,4,6].v@FIRST }
#? given let half = (evaluate whole_half on d by kl).explained
#? given hypothesis at_next on m { keep all; drop a1.h[2,4,6].v; keep a1.h[2,4,6].v@NEXT }
#? given let next = (evaluate at_next on d by kl).explained
#? right abs(x - next) < 1e-9
#: NEXT: the row after the earlier place of the last token, where the answer
#: itself stands. {x} is explained.
#? hint abs(x - half) < 1e-9
#: FIRST is the whole first half of the prompt. That explains it, but it is not
#: one row; which of them is it?
#? hint x < 0
#: With that row alone {x} is explained, less than with none of what the
#: hypothesis is about. At that row stands another token than the answer.
#? otherwise
#: {x} is explained. Name one row by its role.
