#: What a path is
#:
#: A model is a graph. Here is one with three nodes: the input x, a node h that
#: reads x, and the output y that reads both.
#:
#:         y          y = x + h
#:        / \
#:       h   |        h = x * x
#:        \ /
#:         x
#:
#: In pp it is typed in like this. Every name on the left of = is a component.

model m {
  input x: real
  h = x * x
  output y = x + h
}

#: A path is a walk along the arrows from the input to the output. It is spelled
#: with the components it visits. Here there are two:
#:
#:     x -> y
#:     x -> h -> y
#:
#: count() says how many paths a pattern matches; `all` matches every path.

count(paths(all), m)
#? expect count(paths(all), m) == 2

#: Now give the model two inputs at once, 3 and 5. That makes sense as soon as
#: every path has an input of its own. Draw y, and below each node draw
#: everything it reads, and never join two branches again:
#:
#:     the graph                  the same graph, treeified
#:
#:         y                              y
#:        / \                           /   \
#:       h   |                         h     x      this x: the path x -> y
#:        \ /                          |
#:         x                           x            this x: the path x -> h -> y
#:
#: The tree computes what the graph computes: when both copies of x are 3, y is
#: 3 + 3 * 3 = 12. But now each copy can be set by itself.

#: Which input belongs on which path? That is what a hypothesis says. The paths
#: it keeps start from one input, the reference. All others start from another
#: one, the counterfactual. Take 3 as the reference and 5 as the counterfactual:
#:
#:     keep x -> h -> y      h = 3 * 3 = 9,  the other x is 5,  y = 5 + 9 = 14
#:     keep x -> y           h = 5 * 5 = 25, the other x is 3,  y = 3 + 25 = 28

dataset d = pair({x: 3}, {x: 5}, for: m)
hypothesis by_h on m { keep x -> h -> y }
hypothesis direct on m { keep x -> y }
let r = evaluate [by_h, direct] on d by value
r[by_h, value].patched
r[direct, value].patched
#? expect r[by_h, value].patched == 14 and r[direct, value].patched == 28

#: pp agrees. Don't take its word for it: type the tree in as a model of its
#: own, with two inputs, and give it 3 and 5.

model tree {
  input x1: real
  input x2: real
  h = x1 * x1
  output y = x2 + h
}
dataset both = pair({x1: 3, x2: 5}, {x1: 5, x2: 3}, for: tree)
hypothesis everything on tree { keep all }
let t = evaluate everything on both by value
[t.ref, t.cf]
#? expect t.ref == 14 and t.cf == 28

#: A tree can give one node two values in one run. In this graph h is read
#: twice, by k and by y:
#:
#:     the graph                 treeified
#:
#:          y                              y
#:        / | \                        /   |   \
#:       |  |  k                      x    h    k
#:       |  | /|                           |   / \
#:       |  h  |                           x  x   h
#:        \ | /                                   |
#:          x                                     x
#:
#: (k reads h and x, y reads x, h and k.) Four paths, so four copies of x, and
#: two copies of h: one below y, one below k.

model g {
  input x: real
  h = 2 * x
  k = x + h
  output y = x + h + k
}
count(paths(all), g)
#? expect count(paths(all), g) == 4

#: Let the reference be 1 and the counterfactual 0, and keep one path:
#:
#:     keep x -> h -> k -> y
#:
#: The h below k sees 1 and is 2. The h below y sees 0 and is 0. So k = 0 + 2,
#: and y = 0 + 0 + 2 = 2. No single value of h gives that: it is 2 and 0.

dataset e = pair({x: 1}, {x: 0}, for: g)
hypothesis h_to_k on g { keep x -> h -> k -> y }
(evaluate h_to_k on e by value).patched
plot graph(h_to_k, tree: true)
#? expect (evaluate h_to_k on e by value).patched == 2

#: pp draws the tree lying on its side, x_ref for a copy of x that is the
#: reference and x_cf for one that is the counterfactual.

#: A pattern need not be a whole path. It matches every path that contains it:
#:
#:     h            the paths that visit h
#:     h -> k       the paths that go from h directly to k
#:     x .. k       the paths that visit x and later k, whatever lies between
#:
#: witness() shows a shortest path of a set.

count(paths(h), g)
count(paths(h -> k), g)
count(paths(x .. k), g)
witness(paths(x .. k), g)
#? expect count(paths(h), g) == 2 and count(paths(h -> k), g) == 1 and count(paths(x .. k), g) == 2

#: Why no one draws the tree: every further node that reads all before it
#: doubles the number of paths. A small language model, GPT-2 small, has more
#: than 10 to the 22nd. pp computes what the tree would compute and never builds
#: it: copies of a node that see the same inputs are computed once.

#? exercise Count by hand
#: Look at this model and count its paths on paper.
#:
#:     model q {
#:       input x: real
#:       h = x * x
#:       k = x + h
#:       output y = h * k
#:     }
#? answer let answer = ___
#? right answer == 3
#: x -> h -> y, x -> k -> y and x -> h -> k -> y.
#? hint answer == 4
#: One of your four is not there. For each arrow of a path there must be a line
#: that reads the one and writes the other. What does y read?
#? hint answer == 5
#: 5 is the number of arrows. A path is a whole walk, from x all the way to y.
#? hint answer == 2
#: y reads two nodes, but one of these can be reached in more than one way.
#? otherwise
#: Start at y and go backward: what does y read, and what do those read? Every
#: way to arrive at x is one path.

#? exercise A set of paths
#: In the model g above, write a pattern for the paths that visit h but never k.
#? answer let answer = paths(___)
#? given let goal = paths(h except k)
#? right answer equals goal on g
#: There is one such path, x -> h -> y. "h except k", "h -> y" and the whole
#: path are three spellings of the same set.
#? hint count(answer, g) == 0
#: No path of g matches that.
#? hint answer equals paths(h) on g
#: These are all paths that visit h. One of them, {witness(answer except goal, g)}, visits k too.
#? hint goal subset of answer on g
#: Your set has the right path and more: {witness(answer except goal, g)}, for example.
#? hint answer equals paths(x -> y) on g
#: That path visits neither of the two.
#? hint answer subset of paths(k) on g
#: Every path of your set visits k, such as {witness(answer, g)}.
#? otherwise
#: Write down the four paths of g and mark the ones that are wanted. Your
#: pattern matches {witness(answer, g)}, which is not among them.

#? exercise Two values in one node
#: Another model, with the reference 2 and the counterfactual 1:
#:
#:     model p {
#:       input x: real
#:       h = 10 * x
#:       k = h + x
#:       output y = h + 100 * k
#:     }
#:     hypothesis only on p { keep x -> h -> y }
#:
#: What is y?
#? answer let answer = ___
#? given model p { input x: real; h = 10 * x; k = h + x; output y = h + 100 * k }
#? given dataset one = pair({x: 2}, {x: 1}, for: p)
#? given hypothesis only on p { keep x -> h -> y }
#? given hypothesis at_h on p { keep h }
#? given let asked = evaluate only on one by value
#? right answer == asked.patched
#: The h below y sees 2 and is 20. The h below k sees 1 and is 10, so k = 11,
#: and y = 20 + 1100.
#? hint answer == (evaluate at_h on one by value).patched
#: You gave both copies of h the reference. Only the path x -> h -> y is kept;
#: the h that k reads lies on another path.
#? hint answer == asked.ref
#: That is y when every path sees 2. Only one path is kept.
#? hint answer == asked.cf
#: That is y when every path sees 1. The path x -> h -> y sees 2.
#? otherwise
#: Draw the tree: there are three copies of x. Write 2 at the end of the kept
#: path and 1 at the end of the others, then compute upward.
