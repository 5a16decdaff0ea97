# Answers to the exercises of docs/lessons/6-positions.pp; tests/lessons.py says how this is read.
#? 1 right: second mention
S2
#? 1 hint: rises
S1
#? 1 hint: Nothing changes
END
#? 1 hint: costs more
IO
#? 1 unreadable
S3
#? 2 right
a0.h0@END
#? 2 right
a0.h0@-1
#? 2 hint: at every row
a0.h0
#? 2 hint: wherever it writes
a0.h0.{k,v}@S2
#? 2 hint: wherever it writes
a0.h0.v@S2
#? 2 hint: about the row that is read
a0.h0.v@END
#? 2 hint: without a port
a0.h1@END
#? 3 right
keep a1.h[*].{k,v}@{IO,S1}
keep a0.h[0,2].{k,v}@S2
#? 3 right
keep a1.h[*].{k,v}@{IO,S1}; keep a0.h[*].{k,v}@S2
#? 3 hint: true whatever
keep all
#? 3 hint: leans on IO
keep a1.h[*].v@IO
#? 3 hint: leans on IO
keep a1.h[*].v@IO; keep a0.h[0,2].{k,v}@S2
#? 3 hint: What reads S2
keep a1.h[*].{k,v}@{IO,S1}
#? 3 hint: knows who acted again
keep a0.h[0,2].{k,v}@S2
#? 3 hint: Both halves
keep a1.h[0,1].{k,v}@{IO,S1}; keep a0.h[0,2].{k,v}@S2
