# Docstring completion: which argument comes third?  Heimersheim and Janiak 2023, "A circuit for Python docstrings in a 4-layer
# attention-only transformer".  The counterfactual has other arguments in the definition and in the docstring.
#
# Roles: A_def, B_def, C_def (in the definition), A_doc, B_doc (in the docstring), END.  Answer: C, foils: the other arguments.
use "tasks/words" as _words

let _arguments = ["size", "file", "last", "name", "files", "page", "names", "code", "state", "number", "format", "order", "field", "token", "table", "test", "image",
  "options", "data", "event", "results", "target", "user", "request", "action", "parent", "config", "path", "string", "server", "node", "first", "default", "model",
  "version", "color", "read", "new", "source", "count", "found", "item", "start", "output", "content", "value", "key", "line", "message", "index"]
let _words_of_docs = ["oil", "column", "piece", "crime", "population", "unit", "dark", "letter", "tree", "detail", "mine", "sector", "gap", "focus", "fall", "theme",
  "stage", "answer", "cloud", "band", "wheel", "spring", "picture", "chip", "score", "strength", "belt", "volume", "risk", "paper", "host", "sky"]

fn docstring(m, n, seed) {
  let arguments = _words.at_least(12, _words.one_token(_arguments, m), "argument names")
  let others = _words.at_least(8, _words.one_token(_words_of_docs, m), "plain words")
  dataset docstring for m {
    template "\ndef {function}(self, {before}, {A_def}, {B_def}, {C_def}, {after}):\n    \"\"\"{w1} {w2} {w3}\n\n    :param {A_doc}: {w4} {w5}\n    :param {B_doc}: {w6} {w7}\n    :param"
    let function in arguments; let before in arguments; let after in arguments
    let A_def in arguments; let B_def in arguments; let C_def in arguments; A_doc = A_def; B_doc = B_def
    let w1 in others; let w2 in others; let w3 in others; let w4 in others; let w5 in others; let w6 in others; let w7 in others
    distinct function, before, after, A_def, B_def, C_def
    distinct w1, w2, w3, w4, w5, w6, w7
    counterfactual {
      let A_def in arguments; let B_def in arguments; let C_def in arguments; let A_doc in arguments; let B_doc in arguments
      let right = ref.C_def
      distinct function, before, after, A_def, B_def, C_def, A_doc, B_doc, right
    }
    answer " {C_def}"
    foil [" {A_def}", " {B_def}", " {before}", " {after}", " {cf.A_def}", " {cf.B_def}", " {cf.C_def}", " {cf.A_doc}", " {cf.B_doc}"]
    on_misaligned: skip
    sample n seed seed
  }
  docstring
}
