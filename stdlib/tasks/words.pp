# Words for the tasks, and which of them a model's tokenizer can use.

# those that are one token of their own inside a prompt
fn one_token(words, m) = [w for w in words if n_tokens(" " + w, for: m) == 1]
# those that can be spelled at all (a WordLevel tokenizer has few words)
fn spelled(words, m) = [w for w in words if n_tokens(" " + w, for: m) > 0]
# those of the pairs of words in which both words are one token
fn one_token_pairs(pairs, m) = [p for p in pairs if n_tokens(" " + p[0], for: m) == 1 and n_tokens(" " + p[1], for: m) == 1]

# a template with nothing in its slots
fn _bare(parts) = if len(parts) == 0 { "" } else { join([if contains(p, "}") { split(p, "}")[1] } else { p } for p in parts], "") }
fn bare(template) = _bare(split(template, "{"))
# the templates whose own words the tokenizer has
fn spelled_templates(templates, m) = [t for t in templates if n_tokens(bare(t), for: m) > 0]

# xs, when there are enough of them: else a sentence
fn at_least(n, xs, what) = if len(xs) >= n { xs } else { fail(format("of {}, the tokenizer of this model has {} as one token; the task needs {}", what, len(xs), n)) }

let women = ["Mary", "Anna", "Emma", "Alice", "Jane", "Sarah", "Laura", "Helen", "Julia", "Clara", "Rose", "Ruth", "Diana", "Nina", "Lucy", "Kate", "Amy", "Eva",
  "Grace", "Martha", "Carol", "Susan", "Linda", "Karen", "Nancy", "Betty", "Sandra", "Donna", "Ellen", "Paula", "Maria", "Angela", "Monica", "Teresa", "Olivia",
  "Hannah", "Claire", "Jessica", "Rachel", "Rebecca", "Emily", "Elizabeth", "Victoria", "Lisa", "Michelle", "Jennifer", "Amanda", "Stephanie", "Nicole", "Christine"]
let men = ["John", "Paul", "Peter", "Mark", "Luke", "James", "Robert", "Michael", "David", "Tom", "Jack", "Henry", "George", "Frank", "Edward", "Simon", "Adam", "Oscar",
  "Victor", "Walter", "Arthur", "Albert", "Carl", "Daniel", "Eric", "Felix", "Gary", "Harold", "Ivan", "Jacob", "Kevin", "Leon", "Martin", "Nathan", "Oliver",
  "Philip", "Richard", "Samuel", "Thomas", "Vincent", "William", "Bruce", "Charles", "Matthew", "Andrew", "Joseph", "Brian", "Steven", "Patrick", "Stephen"]
let names = women + men
