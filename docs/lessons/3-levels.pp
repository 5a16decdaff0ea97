#: Node, edge, path
#:
#: "Does h matter?" can be asked of a node, of an edge and of a path. The three
#: questions have three answers. Here is the graph of lesson 1 with other
#: numbers; the reference is 1 and the counterfactual 0, so y is what the kept
#: paths carry.
#:
#:          y          y = x + h + k
#:        / | \
#:       |  |  k       k = x + 3 * h
#:       |  | /|
#:       |  h  |       h = 2 * x
#:        \ | /
#:          x

model g {
  input x: real
  h = 2 * x
  k = x + 3 * h
  output y = x + h + k
}
dataset d = pair({x: 1}, {x: 0}, for: g)
fn carried(h) = (evaluate h on d by value).patched

#: Everything in this graph adds up, so each path carries a number of its own:
#:
#:     x -> y            1
#:     x -> h -> y       2
#:     x -> k -> y       1
#:     x -> h -> k -> y  6 = 3 * 2
#:                      --
#:                      10

hypothesis all_of_it on g { keep all }
hypothesis node on g { keep h }
hypothesis edge_y on g { keep h -> y }
hypothesis edge_k on g { keep h -> k }
table([
  {kept: "all", y: carried(all_of_it)},
  {kept: "h", y: carried(node)},
  {kept: "h -> y", y: carried(edge_y)},
  {kept: "h -> k", y: carried(edge_k)},
])
#? expect carried(all_of_it) == 10 and carried(node) == 8 and carried(edge_y) == 2 and carried(edge_k) == 6

#: The node h carries 8 of 10. That is true and says little: to whom? The edges
#: say more: 2 go to y, 6 go to k. "h matters" was mostly "h matters to k".
#:
#: In the words of the literature: keeping or dropping `h` is a node patch (or
#: activation patching), `h -> k` an edge patch.

#: Now a graph in which edges do not say enough either. Two nodes write to m,
#: two nodes read it. In a transformer m could be an MLP that many heads use.
#:
#:           y           y = c + d
#:          / \
#:         c   d         c = 10 * m      d = m
#:          \ /
#:           m           m = a + b
#:          / \
#:         a   b         a = 2 * x       b = 3 * x
#:          \ /
#:           x

model w {
  input x: real
  a = 2 * x
  b = 3 * x
  m = a + b
  c = 10 * m
  d = 1 * m
  output y = c + d
}
dataset e = pair({x: 1}, {x: 0}, for: w)
fn reaches_y(h) = (evaluate h on e by value).patched

#: Four paths, each through a or b, then m, then c or d:
#:
#:     a -> m -> c   2 * 10 = 20        a -> m -> d   2
#:     b -> m -> c   3 * 10 = 30        b -> m -> d   3
#:
#: Somebody claims: c is there for a, and d is there for b. As paths:

hypothesis straight on w {
  "c hears a, d hears b."
  keep a -> m -> c
  keep b -> m -> d
}
[count(straight), reaches_y(straight)]
plot graph(straight, tree: true)
#? expect count(straight) == 2 and reaches_y(straight) == 23

#: y is 20 + 3 = 23. In this run m has two values: the m below c has the
#: reference from a only, the m below d from b only.
#:
#: Try to say the same with edges. circuit { } is the set of paths all
#: of whose steps are among the edges given; this is how most published circuits
#: are written down.

let edges = paths(circuit {
  x -> a, a -> m, m -> c, c -> y,
  x -> b, b -> m, m -> d, d -> y
})
hypothesis as_edges on w { keep edges }
[count(as_edges), reaches_y(as_edges)]
witness(as_edges except straight, w)
#? expect count(as_edges) == 4 and reaches_y(as_edges) == 55

#: The claim needs all eight edges, and these make all four paths. y is 55, as
#: if everything were explained. The set of edges cannot know that what came in
#: from a is meant for c only. witness() shows a path that the edges have and
#: the claim has not.

#: And with nodes: within { } is the set of paths all of whose
#: components are in a set. Take the claim "x goes to h, h to k, k to y" in the
#: first graph, at the three levels:

let path_level = paths(x -> h -> k -> y)
let edge_level = paths(circuit {x -> h, h -> k, k -> y})
let node_level = paths(within {x, h, k, y})
table([
  {level: "path", number: count(path_level, g)},
  {level: "edge", number: count(edge_level, g)},
  {level: "node", number: count(node_level, g)},
])
path_level subset of edge_level on g
edge_level subset of node_level on g
#? expect count(path_level, g) == 1 and count(edge_level, g) == 1 and count(node_level, g) == 4

#: A claim about paths, made coarser, keeps at least as many paths: those that
#: its edges make, and more again that its nodes make. A coarser claim explains
#: at least as much in graphs like these, not because it is better but because
#: it says less.
#:
#: Sets of paths are compared without running the model, so `subset of`,
#: `equals` and witness() cost nothing. Use them before you measure: does my
#: hypothesis say what I think it says?

#? exercise An edge
#: In the first graph, g, write a pattern for the paths in which y reads h
#: directly.
#? answer let answer = paths(___)
#? given let goal = paths(h -> y)
#? right answer equals goal on g
#: There is one such path here; in a larger graph an edge has many paths behind
#: it.
#? hint count(answer, g) == 0
#: No path of g matches that.
#? hint answer equals paths(h) on g
#: You kept {witness(answer except goal, g)} too: there k stands between h and y. The arrow .. allows
#: that, the arrow -> does not, and h alone is the whole node.
#? hint answer equals paths(h -> k) on g
#: That is the edge to k.
#? hint answer equals paths(k -> y) on g or answer equals paths(x -> y) on g
#: An edge into y, but not the one from h.
#? otherwise
#: What your pattern matches and should not: {witness(answer except goal, g)}. What it should match
#: and does not: {witness(goal except answer, g)}.

#? exercise What an edge carries
#: In the second graph, w, what is y when the edge from b to m is kept, and
#: nothing else?
#? answer let answer = ___
#? given hypothesis b_to_m on w { keep b -> m }
#? right answer == reaches_y(b_to_m)
#: Two paths go along that edge: 30 through c and 3 through d.
#? hint answer == 30 or answer == 3
#: One of the paths along that edge carries this. There is another.
#? hint answer == 55
#: That is y when all is kept. What goes through a is counterfactual, which is
#: 0.
#? hint answer == 50
#: That is the edge from m to c, which two paths use.
#? hint answer == 22
#: That is what the edge from a to m carries.
#? otherwise
#: Which of the four paths go from b to m? Add what they carry.

#? exercise The other way round
#: Somebody else claims: c is there for b, and d is there for a. Write the
#: rules. Check yourself: what will y be?
#? answer hypothesis answer on w { ___ }
#? given hypothesis goal on w { keep b -> m -> c; keep a -> m -> d }
#? given let y = reaches_y(answer)
#? right answer equals goal on w
#: y is {y}: 30 for b by way of c, and 2 for a by way of d.
#? hint answer equals straight on w
#: That is the first claim again: c for a, d for b.
#? hint count(answer) == 4
#: You keep all four paths, and y is {y}. Patterns for the edges alone
#: let a reach c as well. A rule has to name the whole way from the one to the
#: other.
#? hint count(answer except goal, w) == 0
#: Every path you keep is right, but one is missing. y is {y}. Two rules
#: are needed; each keeps a path.
#? otherwise
#: y is {y}. One of the paths you keep does not belong to the claim:
#: {witness(answer except goal, w)}.
