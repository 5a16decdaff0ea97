# Answers to the exercises of docs/lessons/1-paths.pp; tests/lessons.py says how this is read.
#? 1 right
3
#? 1 right
1 + 2
#? 1 hint: What does y read?
4
#? 1 hint: number of arrows
5
#? 1 hint: more than one way
2
#? 1 hint: go backward
17
#? 1 unreadable: unexpected
three paths
#? 2 right
h except k
#? 2 right
h -> y
#? 2 right
x -> h -> y
#? 2 right
h and not k
#? 2 hint: x -> h -> k -> y, visits k too
h
#? 2 hint: x -> y, for example
all
#? 2 hint: x -> y, for example
not k
#? 2 hint: neither of the two
x -> y
#? 2 hint: such as x -> k -> y
k
#? 2 hint: such as x -> h -> k -> y
h -> k
#? 2 hint: which is not among them
(x -> y) or (x -> k)
#? 2 hint: No path of g
y -> h
#? 2 unreadable: no component
q
#? 3 right
1120
#? 3 hint: both copies of h
2120
#? 3 hint: every path sees 2
2220
#? 3 hint: every path sees 1
1110
#? 3 hint: Draw the tree
20
