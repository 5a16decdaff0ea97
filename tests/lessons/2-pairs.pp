# Answers to the exercises of docs/lessons/2-pairs.pp; tests/lessons.py says how this is read.
#? 1 right
5
#? 1 right
(4 + 6) / 2
#? 1 hint: AUE of by_left
3
#? 1 hint: That is ATE
8
#? 1 hint: sum over the pairs
10
#? 1 hint: cancel
1
#? 1 hint: cancel
-1
#? 1 hint: Asked is AUE
0.375
#? 1 hint: left from the counterfactual's a
4
#? 2 right
{a: 1, b: 3}
#? 2 right
{a: 1, b: -1}
#? 2 hint: same on both sides
{a: 1, b: 1}
#? 2 hint: same on both sides
{a: 4, b: -1}
#? 2 hint: all of it
{a: 9, b: 1}
#? 2 hint: explains 0.571
{a: 3, b: 2}
#? 2 hint: opposite directions
{a: 3, b: -4}
#? 2 unreadable
3
#? 3 right
-0.5
#? 3 right
1 - 3/2
#? 3 hint: left unexplained
1.5
#? 3 hint: does not stop at 0
0
#? 3 hint: Mind the sign
0.5
#? 3 hint: exchanged
1/3
#? 3 hint: exchanged
2/3
#? 3 hint: 1 - AUE/ATE
7
