#: Your own hypothesis, and refuting it
#:
#: "So Flora was sick, wasn't" goes on with she; with Nick it is he. How does
#: the model "names" know? This lesson goes the whole way once: look, claim,
#: measure, try to refute. Then it is your turn.

model m = load("models/names")
dataset pronouns = load("data/pronouns.jsonl", for: m)
print(pronouns[0].ref, "->", pronouns[0].answer, "not", pronouns[0].foil)
print(pronouns[0].cf)
#? expect pronouns[0].answer == "she" and pronouns[0].positions.NAME == [1]

#: Before you look, put half of the data away. A hypothesis that was made while
#: looking at some pairs has to be tested on others, or it may have learned them
#: by heart.

let halves = split(pronouns, 0.5, seed: 1)
let explore = halves[0]
let confirm = halves[1]
[len(explore), len(confirm)]

#: Look. Which heads read something at the name that matters?

let reads = sweep l in 0..3, h in 0..4 on explore by logit_diff {
  keep all
  drop a[l].h[h].v@NAME
}
plot heatmap(reads)
#? expect reads.effect[1, 2] < -5 and reads.effect[1, 3] < -5 and abs(reads.effect[1, 1]) < 0.1
#? expect reads.effect[0, 3] < -4 and abs(reads.effect[2, 0]) < 0.1

#: Layer 1 does, a1.h2 and a1.h3 most of all. Layer 0 does, too. Layer 2 does
#: not. A first claim:

hypothesis wide on m {
  "Layer 1 reads the name and takes it to the end."
  keep a1.h[*].v@NAME
}
(evaluate wide on explore by logit_diff).explained
#? expect (evaluate wide on explore by logit_diff).explained > 0.97

#: 0.98, so it is true. But what does it forbid? It allows everything that can
#: reach those heads at that row. A claim that forbids little is hard to refute
#: and not worth much. Sharpen it: what do the heads read there? The plain guess
#: is the word itself, perhaps worked over by the MLP m0.
#:
#: (m0)? in a pattern means: with m0 in between, or without.

hypothesis word on m {
  "Layer 1 reads the word that stands there."
  keep embed -> (m0)? -> a1.h[*].v@NAME
}
let first = evaluate [wide, word] on explore by logit_diff
plot bars(first)
#? expect first[word, logit_diff].explained < 0.1

#: Refuted: 0.04. So a plausible sentence, "layer 1 reads the word", was wrong,
#: and the wide hypothesis had hidden it. What else stands at that row? What
#: layer 0 put there. Its heads read the name as well (see the heatmap), and one
#: row they can write to is the name's own.

hypothesis through on m {
  "Layer 0 reads the name; layer 1 reads, at that row, what layer 0 wrote."
  keep a0.h[*].v@NAME -> (m0)? -> a1.h[*].v@NAME
}
let second = evaluate [wide, word, through] on explore by logit_diff
plot bars(second)
#? expect second[through, logit_diff].explained > 0.9

#: 0.93, for a claim that names both layers, the port and the row. Now take out
#: the other half of the data. Nothing may be changed any more.

let checked = evaluate [wide, word, through] on confirm by logit_diff
plot bars(checked)
#? expect checked[through, logit_diff].explained > 0.9 and checked[word, logit_diff].explained < 0.1

#: It holds. Next, try to break it; a claim is worth what it survives.
#:
#: 1. Its worst pairs.

counterexamples through on confirm by logit_diff top 3

#: 2. Another metric.

let by_kl = evaluate [word, through] on confirm by kl
[by_kl[word, kl].explained, by_kl[through, kl].explained]
#? expect by_kl[through, kl].explained > 0.99 and by_kl[word, kl].explained < 0.2

#: 3. Other sentences: those of the library's task, with other words.

use "tasks/pronouns" as tasks
dataset fresh = tasks.pronouns(m, n: 64, seed: 0)
hypothesis through_fresh on m {
  keep a0.h[*].v@name -> (m0)? -> a1.h[*].v@name
}
(evaluate through_fresh on fresh by logit_diff).explained
#? expect (evaluate through_fresh on fresh by logit_diff).explained > 0.85

#: 4. A rival that keeps less. If it does as well, the claim says too much.

hypothesis two_heads on m {
  keep a0.h[*].v@NAME -> (m0)? -> a1.h[2,3].v@NAME
}
let rivals = evaluate [two_heads, through] on confirm by logit_diff
plot bars(rivals)
compare(rivals)
#? expect rivals[two_heads, logit_diff].explained < rivals[through, logit_diff].explained - 0.05

#: compare() says whether the two differ by more than chance on the same pairs:
#: p is the probability of such a difference if they were equally good. It is
#: small; the rival loses something. So far `through` stands.
#:
#: 5. Pairs that the claim did not think of. This makes one of two prompts in
#: which the name stands at row 1.

fn she_or_he(ref, cf) = pair(
  ref, cf, for: m, answer: "she", foil: "he", positions: {NAME: 1}
)
dataset mine = she_or_he(
  "So Mina was sick, wasn't", "So Don was sick, wasn't"
)
(evaluate through on mine by logit_diff).explained
#? expect (evaluate through on mine by logit_diff).explained > 0.85

#: As claimed. In the last exercise you find a pair that refutes it.

#? exercise Your hypothesis
#: Find a smaller claim that still explains more than 0.9 on `confirm` by
#: logit_diff: name which heads of layer 1 read the name, and leave at least one
#: out. Start from `through`.
#? answer hypothesis answer on m { ___ }
#? given let x = (evaluate answer on confirm by logit_diff).explained
#? given hypothesis without on m { keep all; drop a0.h[*].v@NAME -> (m0)? -> a1.h[*].v@NAME }
#? given fn uses(h) { hypothesis cut extends answer { drop a1.h[h] }; abs((evaluate cut on confirm by logit_diff).explained - x) > 1e-9 }
#? given let used = len([h for h in 0..4 if uses(h)])
#? right x > 0.9 and used < 4
#: {x} with {used} of the four heads. Was that on `explore` before
#: you looked here?
#? hint x > 0.9
#: {x}, but all four heads of layer 1 take part. One of them reads the
#: name in vain: see the heatmap.
#? hint used < 3
#: {x} with {used} of the heads of layer 1. There is one more that
#: matters.
#? otherwise
#: {x}. The heads of layer 1 that you keep would do. What else was in
#: `through`?

#? exercise What would refute it
#: "Layer 2 is not needed to read the name" is a claim, too. Write a hypothesis
#: such that, if it explained little, the claim would be refuted: keep
#: everything but what layer 2 reads at NAME.
#? answer hypothesis answer on m { ___ }
#? given let x = (evaluate answer on confirm by logit_diff).explained
#? given hypothesis goal on m { keep all; drop a2.h[*].v@NAME }
#? given hypothesis all_ports on m { keep all; drop a2.h[*].{k,v}@NAME }
#? given hypothesis all_rows on m { keep all; drop a2.h[*] }
#? given hypothesis only on m { keep a2.h[*].v@NAME }
#? right abs(x - (evaluate goal on confirm by logit_diff).explained) < 1e-9 or abs(x - (evaluate all_ports on confirm by logit_diff).explained) < 1e-9
#: {x} is left: the claim was put at risk, and it stands.
#? hint x == 1
#: Nothing is dropped: 1 would be explained whatever the model does.
#? hint abs(x - (evaluate all_rows on confirm by logit_diff).explained) < 1e-9
#: That drops layer 2 at every row. The claim is about the row NAME.
#? hint abs(x - (evaluate only on confirm by logit_diff).explained) < 1e-9
#: That asks whether it is enough, and so it explains {x}. The claim
#: says that it is not needed: keep all, and drop it.
#? otherwise
#: {x}. keep all, then drop one thing: what a2's heads read at the row
#: NAME.

#? exercise Refute it
#: `through` says that only the row NAME, row 1, matters. Find a pair of prompts
#: on which it explains less than 0.7, though she or he hangs on what differs:
#: logit_diff should move by 5 or more. Names the model knows: Mina, Flora,
#: Agnes, Don, Nick. Both prompts need the same number of words. Row 1 is the
#: second word.
#? answer dataset answer = she_or_he(___)
#? given let e = evaluate through on answer by logit_diff
#? right e.explained < 0.7 and e.ate >= 5
#: {e.explained} of {e.ate}. So the claim was about sentences with one name,
#: and should have said so. That is how a hypothesis gets better.
#? hint e.ate < 5
#: logit_diff moves by {e.ate}. Something that says she or he has to differ
#: between the two prompts.
#? hint e.explained >= 0.85
#: {e.explained}: as claimed. Where else in a prompt could something stand that
#: says she or he?
#? otherwise
#: {e.explained}: on the way. What would make other rows matter more?
