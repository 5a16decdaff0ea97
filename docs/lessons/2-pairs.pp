#: Reference and counterfactual
#:
#: A claim such as "y comes from a" needs a second input to be tested with: what
#: would y be if a were something else? This lesson is about that second input,
#: and about the numbers pp prints.

model m {
  input a: real
  input b: real
  left = 2 * a
  right = 3 * b
  output y = left + right
}

#: A pair is a reference, the input whose output we want to explain, and a
#: counterfactual, the input we compare it with. Here are two pairs.
#:
#:               reference            counterfactual
#:     pair 1    a = 1, b = 1, y = 5     a = 3, b = 2, y = 12
#:     pair 2    a = 4, b = 1, y = 11    a = 1, b = 0, y = 2

dataset d = pairs([
  {ref: {a: 1, b: 1}, cf: {a: 3, b: 2}},
  {ref: {a: 4, b: 1}, cf: {a: 1, b: 0}},
], for: m)

#: The total effect of a pair is how far the counterfactual takes y from the
#: reference: |5 - 12| = 7 for the first, |11 - 2| = 9 for the second. Their
#: mean is the average total effect, ATE: (7 + 9) / 2 = 8.
#:
#: A hypothesis keeps some paths on the reference. What y still moves by is its
#: unexplained effect. Keep the path through left:
#:
#:     pair 1    left = 2 (a = 1)    right = 6 (b = 2)    y = 8     |5 - 8|  = 3
#:     pair 2    left = 8 (a = 4)    right = 0 (b = 0)    y = 8     |11 - 8| = 3
#:
#: The mean is the average unexplained effect, AUE: (3 + 3) / 2 = 3. Of 8, 3 are
#: left unexplained, so 1 - 3/8 = 0.625 is explained.

hypothesis nothing on m { }
hypothesis by_left on m { keep left }
hypothesis everything on m { keep all }
let r = evaluate [nothing, by_left, everything] on d by value
r
#? expect r[by_left, value].aue == 3 and r[by_left, value].ate == 8 and r[by_left, value].explained == 0.625
#? expect r[nothing, value].explained == 0 and r[everything, value].explained == 1
#? expect r[by_left, value].effect == 0 and r[by_left, value].recovered == 1

#: Read the first table from left to right. `nothing` keeps no path: its run is
#: the counterfactual run, so AUE is ATE and 0 is explained. `everything` keeps
#: all: AUE is 0 and 1 is explained. Every hypothesis can be checked against
#: these two.
#:
#: Look at `effect` in the second table: the mean of patched - ref. For by_left
#: it is 0, because y went up by 3 in one pair and down by 3 in the other. An
#: effect of 0 does not mean that nothing happened. AUE takes the size of each
#: pair's difference first and the mean after that, so it says 3. `recovered` is
#: made of such means, too, and says that by_left recovers all of it.
#:
#: Figures are easier to compare as bars.

plot bars(r)

#: The interval says how much the figure would change with other pairs of the
#: same kind. Of two pairs it says nearly nothing; real datasets have many.

#: Now the point of the lesson. Leave the reference as it is, a = 1 and b = 1,
#: and compare it with something else.

dataset only_a = pair({a: 1, b: 1}, {a: 3, b: 1}, for: m)
dataset only_b = pair({a: 1, b: 1}, {a: 1, b: 2}, for: m)
(evaluate by_left on only_a by value).explained
(evaluate by_left on only_b by value).explained
#? expect (evaluate by_left on only_a by value).explained == 1 and (evaluate by_left on only_b by value).explained == 0

#: The same model, the same hypothesis, the same reference: everything is
#: explained, or nothing. Neither number is wrong. The first pair asks why y is
#: what it is rather than what it would be with another a; the second asks the
#: same about b. A path can only be found to matter when its input differs.
#:
#: So "explained 0.9" is half a sentence. The other half is: compared with what.

#: With sentences it is the same. Reference: "When Mary and John left, John gave
#: a cake to". A counterfactual with three other names asks about everything
#: that has to do with names. One that only changes the second John into Mary
#: asks who acts, and holds fixed which names there are. A token that both sides
#: share, such as "cake", cannot be found to matter at all.

#? exercise An average by hand
#: Keep the path through right instead: hypothesis by_right on m { keep right }.
#: What is its AUE on the two pairs of d?
#? answer let answer = ___
#? given hypothesis by_right on m { keep right }
#? given let b = evaluate by_right on d by value
#? right answer == b.aue
#: y is 9 instead of 5 in the first pair and 5 instead of 11 in the second: (4 +
#: 6) / 2.
#? hint answer == 3
#: That is the AUE of by_left. When right is kept, left sees the counterfactual.
#? hint answer == b.ate
#: That is ATE: how far y moves when nothing is kept.
#? hint answer == 10
#: The sum over the pairs. AUE is the mean.
#? hint answer == 1 or answer == -1
#: You let the two differences cancel. Take the size of each one first.
#? hint answer == b.explained
#: That is what is explained, 1 - AUE/ATE. Asked is AUE itself.
#? otherwise
#: For each pair: left from the counterfactual's a, right from the reference's
#: b, add them to get y, and see how far that is from the reference's y.

#? exercise The question you ask
#: Write a counterfactual for the reference a = 1, b = 1 on which by_left
#: explains exactly 0, though y does change. It is a record: {a: 7, b: 7}.
#? answer dataset answer = pair({a: 1, b: 1}, ___, for: m)
#? given let x = evaluate by_left on answer by value
#? right x.ate > 0 and x.explained == 0
#: a is the same on both sides. The path through left is kept and would not have
#: moved anyway.
#? hint x.ate == 0
#: y is the same on both sides, so there is no effect to explain, and
#: "explained" is not defined.
#? hint x.explained == 1
#: by_left explains all of it: only the part that it keeps differs.
#? hint x.explained > 0
#: by_left explains {x.explained} of the effect. For 0, no part of the effect may
#: come through left.
#? otherwise
#: by_left explains {x.explained}, which is less than 0: left and right pull y in
#: opposite directions here. For exactly 0, nothing may come through left.

#? exercise Below zero
#: On some dataset a hypothesis has AUE 3, and ATE is 2. How much is explained?
#? answer let answer = ___
#? right answer == -0.5
#: 1 - 3/2. It can be less than 0: keeping these paths takes the output further
#: from the reference than keeping none. Lesson 7 shows how that happens.
#? hint answer == 1.5
#: That is the share that is left unexplained, AUE/ATE.
#? hint answer == 0
#: pp does not stop at 0: put the numbers into 1 - AUE/ATE.
#? hint answer == 0.5
#: Mind the sign: AUE is larger than ATE.
#? hint answer == 2 / 3 or answer == 1 / 3
#: AUE and ATE are exchanged: ATE stands below.
#? otherwise
#: Explained is 1 - AUE/ATE.
