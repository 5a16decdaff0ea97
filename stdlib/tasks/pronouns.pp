# Gender pronouns: "So Mary is a really great friend, isn't" -> she.  Mathwin et al. 2023, "Identifying a preliminary circuit for
# predicting gendered pronouns in GPT-2 small".  The counterfactual has a name of the other gender.
#
# Roles: name, END.  Answer: the pronoun of the name, foil: the other one.
use "tasks/words" as _words

let _templates = ["So {name} is a really {adjective} friend, isn't", "So {name} is a really {adjective} person, isn't", "So {name} is such a {adjective} cook, isn't",
  "So {name} was a really {adjective} teacher, wasn't", "So {name} is a {adjective} friend, isn't", "So {name} was a {adjective} cook, wasn't"]
let _adjectives = ["great", "good", "kind", "clever", "nice", "smart", "brave", "quiet"]

fn pronouns(m, n, seed) {
  let she = _words.at_least(2, _words.one_token(_words.women, m), "women's names")
  let he = _words.at_least(2, _words.one_token(_words.men, m), "men's names")
  let people = [[x, "she"] for x in she] + [[x, "he"] for x in he]
  let adjectives = _words.spelled(_adjectives, m)
  dataset pronouns for m {
    template _words.spelled_templates(_templates, m)
    let who in people; name = who[0]; pronoun = who[1]; let adjective in adjectives
    counterfactual { let who in people; right = ref.pronoun; distinct pronoun, right }
    answer " {pronoun}"; foil " {cf.pronoun}"
    sample n seed seed
  }
  pronouns
}
