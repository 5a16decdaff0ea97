# Answers to the exercises of docs/lessons/3-levels.pp; tests/lessons.py says how this is read.
#? 1 right
h -> y
#? 1 right
x -> h -> y
#? 1 hint: x -> h -> k -> y too
h
#? 1 hint: x -> h -> k -> y too
h .. y
#? 1 hint: the edge to k
h -> k
#? 1 hint: not the one from h
k -> y
#? 1 hint: not the one from h
x -> y
#? 1 hint: should not: x -> y
all
#? 1 hint: should match and does not: x -> h -> y
x -> k
#? 1 hint: No path of g
k -> h
#? 2 right
33
#? 2 hint: There is another
30
#? 2 hint: There is another
3
#? 2 hint: all is kept
55
#? 2 hint: from m to c
50
#? 2 hint: from a to m
22
#? 2 hint: Which of the four
23
#? 3 right: y is 32
keep b -> m -> c
keep a -> m -> d
#? 3 right
keep all
drop a -> m -> c
drop b -> m -> d
#? 3 hint: first claim again
keep a -> m -> c; keep b -> m -> d
#? 3 hint: keep all four
keep b -> m
keep m -> c
keep a -> m
#? 3 hint: keep all four
keep all
#? 3 hint: one is missing. y is 30
keep b -> m -> c
#? 3 hint: does not belong
keep m -> c
#? 3 unreadable: no path of w matches
keep c -> d
