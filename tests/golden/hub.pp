# pp: run
# names in the Hugging Face cache: a path wins, and what is missing is told
model m = load("toys/good")
m
config("toys/good").model_type
keys(weights("toys/good"))[0]
load("toys/god")
load("good")
load("half")
load("lost")
load("../good")
load("no/such/name")
load("pairs.jsonl")
