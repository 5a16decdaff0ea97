#: How hypotheses fool you
#:
#: A number such as "0.9 explained" can be true and misleading. Here are the
#: four usual ways. Each is small enough to see through.

#: The first: cancellation. Two nodes that read x pull y in opposite directions.

model c {
  input x: real
  up = 10 * x
  down = -9 * x
  output y = up + down
}
dataset one = pair({x: 1}, {x: 0}, for: c)
hypothesis by_up on c { keep up }
hypothesis by_down on c { keep down }
let r = evaluate [by_up, by_down] on one by value
[r[by_up, value].ref, r[by_up, value].patched, r[by_down, value].patched]
[r[by_up, value].explained, r[by_down, value].explained]
#? expect r[by_up, value].patched == 10 and r[by_down, value].patched == -9
#? expect r[by_up, value].explained == -8 and r[by_down, value].explained == -9

#: y goes from 0 to 1, so ATE is 1. With `up` alone it is 10: AUE is 9, and 1 -
#: 9/1 = -8 is explained. Both parts look worse than useless, and together they
#: explain everything. A figure far below 0 is a sign of this: the paths you
#: kept are balanced by paths you did not keep.
#:
#: The other way round it is worse. Take "x does not matter for y": ATE is
#: small, so it looks true. But each half of the graph depends on x ten times as
#: much as y does.

#: The second: the wrong baseline. Here is the sentence of lesson 6 with two
#: different counterfactuals. One has three other names. The other only changes
#: who acts again.

model n = load("models/names")
let names = ["Agnes", "Don", "Stephen", "Victor", "Celia", "Susan"]
dataset three for n {
  template "When {A} and {B} left the {place}, {S2} gave a {object} to"
  let A in names; let B in names; S2 = B; IO = A
  let place in ["park", "office"]; let object in ["cake", "book", "key"]
  distinct A, B
  counterfactual {
    let A in names; let B in names; let S2 in names
    distinct A, B, S2
  }
  answer " {IO}"; foil " {B}"
  sample 64 seed 0
}
dataset again for n {
  template "When {A} and {B} left the {place}, {S2} gave a {object} to"
  let A in names; let B in names; S2 = B; IO = A
  let place in ["park", "office"]; let object in ["cake", "book", "key"]
  distinct A, B
  counterfactual { S2 = ref.A }
  answer " {IO}"; foil " {B}"
  sample 64 seed 0
}
print(three[0].ref); print(three[0].cf); print(again[0].cf)

hypothesis who_again on n { keep a0.h[0,2].{k,v}@S2 }
(evaluate who_again on three by logit_diff).explained
(evaluate who_again on again by logit_diff).explained
#? expect (evaluate who_again on three by logit_diff).explained < 0.3 and (evaluate who_again on again by logit_diff).explained > 0.95

#: "Two heads that read S2 explain 0.99 and more of how the model finds the
#: indirect object." With the second counterfactual that is what the number
#: says. But there both names stand in both prompts; how they get to the end was
#: never asked. With the first it was, and 0.2 is left. Always ask what the
#: counterfactual holds fixed.

#: The third: the direction. To find what a node does you can drop it (is it
#: needed?) or keep it alone (is it enough?). In the induction model a1.h4 is
#: one of three heads that copy.

model m = load("models/induction")
dataset d = load("data/repeats.jsonl", for: m)
hypothesis without_h4 on m { keep all; drop a1.h4 }
hypothesis only_h4 on m { keep a1.h4 }
hypothesis without_others on m { keep all; drop a1.h[2,6] }
hypothesis without_all on m { keep all; drop a1.h[2,4,6] }
let four = [without_h4, only_h4, without_others, without_all]
let h4 = evaluate four on d by kl
plot bars(h4)
#? expect h4[without_h4, kl].explained > 0.97 and h4[only_h4, kl].explained > 0.3 and h4[only_h4, kl].explained < 0.5
#? expect h4[without_others, kl].explained > 0.4 and h4[without_all, kl].explained < 0.2

#: Drop a1.h4, and 0.99 is explained: not needed. Keep nothing else, and 0.4 is:
#: it does a good deal. Both are true, since the three heads stand in for each
#: other. Without the other two, a1.h4 holds half; without all three little is
#: left. What is not needed may still be at work.
#:
#: KL has a direction, too: kl asks how surprised somebody who believes the
#: patched run would be by the reference, reverse_kl the other way round. Every
#: metric asks a question of its own. Here is `only_h4` by four of them.

let many = evaluate only_h4 on d by [kl, reverse_kl, logit_diff, prob]
plot bars(many)
#? expect many[only_h4, kl].explained > 0.3 and many[only_h4, prob].explained < 0.1

#: The fourth: means of ratios. `explained` is 1 - AUE/ATE, two means first and
#: then one ratio. Tempting is to take the ratio of each pair and then the mean.
#: Two pairs:
#:
#:              total effect    unexplained    1 - unexplained/total
#:     pair 1       100             10                0.9
#:     pair 2         1              2               -1

model s {
  input a: real
  input b: real
  left = 1 * a
  right = 1 * b
  output y = left + right
}
dataset two = pairs([
  {ref: {a: 0, b: 0}, cf: {a: 90, b: 10}},
  {ref: {a: 0, b: 0}, cf: {a: -1, b: 2}},
], for: s)
hypothesis by_left on s { keep left }
let e = evaluate by_left on two by value
[e.explained, e.explained_mean_of_ratios]
#? expect abs(e.explained - (1 - 12 / 101)) < 1e-9 and abs(e.explained_mean_of_ratios + 0.05) < 1e-9

#: 0.88 or -0.05? A pair in which next to nothing happens has a ratio that means
#: next to nothing, and it rules the mean of ratios. pp prints the ratio of
#: means; the other has to be asked for by its long name. When you read a number
#: elsewhere, find out which it is.

#? exercise Signs of cancellation
#: A third node joins: side = 4 * x, y = up + down + side. The reference is x =
#: 1, the counterfactual x = 0. What is explained by keeping `up` and `side`?
#? answer let answer = ___
#? given model c3 { input x: real; up = 10 * x; down = -9 * x; side = 4 * x; output y = up + down + side }
#? given dataset d3 = pair({x: 1}, {x: 0}, for: c3)
#? given hypothesis h3 on c3 { keep up; keep side }
#? given hypothesis u3 on c3 { keep up }
#? given let right = (evaluate h3 on d3 by value).explained
#? right abs(answer - right) < 0.005
#: y is 14 where it should be 5. AUE 9, ATE 5: 1 - 9/5.
#? hint answer == 9 or answer == 14
#: That is {answer}: y, or how far it is off. What is explained is 1 -
#: AUE/ATE.
#? hint abs(answer - 1.8) < 0.005
#: That is AUE/ATE, what is left unexplained.
#? hint abs(answer - (evaluate u3 on d3 by value).explained) < 0.005
#: That is for `up` alone.
#? hint answer >= 0 and answer <= 1
#: What is not kept, down, is large. See how far y is from the reference:
#: further than the counterfactual is.
#? otherwise
#: y with all three on the reference is 5, with none 0: ATE is 5. With up and
#: side kept y is 10 + 4. How far is that from 5, and what is 1 - AUE/ATE?

#? exercise What the counterfactual holds fixed
#: hypothesis names_only on n { keep a1.h[*].{k,v}@{A,B} } explains
#: some 0.2 on `three`. What does it explain on `again`, by logit_diff? Think
#: before you measure.
#? answer let answer = ___
#? given hypothesis names_only on n { keep a1.h[*].{k,v}@{A,B} }
#? given let right = (evaluate names_only on again by logit_diff).explained
#? right abs(answer - right) < 0.005
#: Nothing: A and B are the same on both sides of each pair, and nothing that
#: lies before S2 can differ. Keeping them on the reference changes nothing.
#? hint abs(answer - 1) < 0.05
#: That would be so if keeping these paths brought the answer back. But are A
#: and B different on the two sides?
#? hint answer > 0.1 and answer < 0.3
#: That is what it explains on `three`. Which of the names differ in `again`?
#? otherwise
#: Which rows differ between the two sides of a pair in `again`? Which rows does
#: the hypothesis keep?

#? exercise Needed or enough
#: Of a1.h2, a1.h4 and a1.h6 each can be dropped, and 0.88 or more is explained.
#: So perhaps one is enough, perhaps two. Keep as few heads of layer 1 as
#: possible and explain more than 0.95 by kl. Write their numbers, such as 4,7
#? answer hypothesis answer on m { keep a1.h[___] }
#? given let x = (evaluate answer on d by kl).explained
#? given let n = count(answer) / count(paths(a1.h2), m)
#? right x > 0.95 and n == 2
#: {x} with two heads. One alone explains 0.69 at most, though none of
#: the three is needed: needed and enough are two questions.
#? hint x > 0.95
#: {x}, but with {n} heads. Fewer will do.
#? hint n == 1
#: {x} with one head. "The others can be dropped" was said of each of
#: them alone, not of both at once.
#? hint n == 2
#: {x}. Two are enough, but not these two.
#? otherwise
#: {x}. Choose among the three heads that copy: a1.h2, a1.h4, a1.h6.
