# Answers to the exercises of docs/lessons/8-your-own.pp; tests/lessons.py says how this is read.
#? 1 right
keep a0.h[*].v@NAME -> (m0)? -> a1.h[0,2,3].v@NAME
#? 1 hint: in vain
keep a0.h[*].v@NAME -> (m0)? -> a1.h[*].v@NAME
#? 1 hint: with 2 of the heads
keep a0.h[*].v@NAME -> (m0)? -> a1.h[2,3].v@NAME
#? 1 hint: What else was
keep a0.h[*].v@NAME -> a1.h[0,2,3].v@NAME
#? 2 right: put at risk
keep all; drop a2.h[*].v@NAME
#? 2 right
keep all
drop a2.h[*].{k,v}@NAME
#? 2 hint: Nothing is dropped
keep all
#? 2 hint: every row
keep all; drop a2.h[*]
#? 2 hint: whether it is enough
keep a2.h[*].v@NAME
#? 2 hint: then drop one thing
keep all; drop a1.h[*].v@NAME
#? 3 right
"So Mina and Mina was tired, wasn't", "So Don and Don was tired, wasn't"
#? 3 hint: moves by
"So Mina was tired, wasn't", "So Flora was tired, wasn't"
#? 3 hint: as claimed
"So Mina was tired, wasn't", "So Don was tired, wasn't"
#? 3 hint: on the way
"When Mina was tired, Mina was sick, wasn't", "When Don was tired, Don was sick, wasn't"
#? 3 unreadable: tokens
"So Mina was tired, wasn't", "So Don was tired at the park, wasn't"
