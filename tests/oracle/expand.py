"""The treeified graph taken literally: a copy of every node for every path suffix that leads to it, never shared between paths.

A word is the path read so far, from the output down: a tuple of visits (component, port or None, row read, row written).  A
row is written here as what the hypothesis can see of it: for each position it asks this component for, whether the row has it.  `pending` is a
component with ports that has been entered, and the row written: its visit is read at a port, or when the walk meets the next
name (or the input) without having passed one."""
from kernels import KERNEL


def leave(word, pending):
    return word + ((pending[0], None, pending[1], pending[1]),) if pending else word


class Words:
    """All paths, rows erased: words from the output down, and the input each begins at."""

    def __init__(self, model, most):
        self.memo, self.most = {}, most
        self.alone = False                       # a port is read from outside of its component: its spelling does not tell
        self.all = self.below(model.out, None)

    def below(self, n, pending):
        if not n.varies:
            return frozenset()
        key = (n.id, pending)
        if key not in self.memo:
            self.memo[key] = self.make(n, pending)
            if len(self.memo[key]) > self.most:
                raise OverflowError
        return self.memo[key]

    def make(self, n, pending):
        head = ()
        if n.visit and not (pending and n.visit[1] and pending == n.visit[0]):
            head = ((pending, None),) if pending else ()
            self.alone |= n.visit[1] is not None
        elif (n.enters or n.op == "input") and pending:
            head = ((pending, None),)
        inner = pending
        if n.visit:
            head += (n.visit,)
            inner = None
        elif n.enters:
            inner = n.enters
        elif n.op == "input":
            inner = None
        if n.op == "input":
            return frozenset([(head, n)])
        return frozenset((head + w, leaf) for i in n.ins for w, leaf in self.below(i, inner))


class Expansion:
    """Values of the patched run of one pair.  accept(word) says which column the path's copy of its input is fed; cut(word, n, port)
    what the copy of node n at which the word ends is set to (a value, or None): port says that it is a port's."""

    def __init__(self, columns, length, rows, accept, cut=lambda word, n, port: None):
        self.columns, self.length, self.accept, self.cut = columns, length, accept, cut
        self.rows = rows                         # (component, port or None, alone) -> what is seen of each row
        self.memo, self.used = {}, set()

    def value(self, n, word=(), pending=None):
        key = (n.id, word, pending) if n.varies else n.id
        if key not in self.memo:
            self.memo[key] = self.make(n, word, pending)
        return self.memo[key]

    def make(self, n, word, pending):
        if n.visit:
            component, port = n.visit
            if port and pending and pending[0] is component:
                return self.by_row(n, self.rows(component, port), lambda row: self.visited(n, word + ((component, port, row, pending[1]),), port))
            word = leave(word, pending)
            return self.by_row(n, self.rows(component, port, port), lambda row: self.visited(n, word + ((component, port, row, row),), port))
        if n.enters:
            word = leave(word, pending)
            return self.by_row(n, self.rows(n.enters, None), lambda row: self.entered(n, word, row))
        if n.op == "input":
            return self.inner(n, leave(word, pending), None)
        return self.inner(n, word, pending)

    def visited(self, n, word, port):
        set_to = self.cut(word, n, port)
        return self.inner(n, word, None) if set_to is None else set_to

    def entered(self, n, word, row):
        """The value of a component with ports: it is set as a whole, before a port is chosen."""
        set_to = self.cut(word + ((n.enters, None, row, row),), n, None)
        return self.inner(n, word, (n.enters, row)) if set_to is None else set_to

    def by_row(self, n, rows, make):
        """Row by row, each from the copy that belongs to what is seen of it."""
        if rows is None or not n.has_rows():
            return make(None)
        copies = {row: make(row) for row in set(rows)}
        return [copies[row][t] for t, row in enumerate(rows)]

    def inner(self, n, word, pending):
        if n.op == "input":
            column = self.accept(word)
            self.used.add(column)
            return self.columns[column][n.attr["name"]]
        return compute(n, [self.value(i, word, pending) for i in n.ins], self.length)


def compute(n, args, length):
    if n.op == "const":
        return n.value
    if n.op == "identity":
        return args[0]
    if n.op == "rows":
        return args[0][:length]
    return KERNEL[n.op](*args, **n.attr)


def plain_run(model, column, length):
    """The model itself on one input."""
    value = {}
    for n in model.nodes:
        value[n] = column[n.attr["name"]] if n.op == "input" else compute(n, [value[i] for i in n.ins], length)
    return value
