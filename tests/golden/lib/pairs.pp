# two pairs of two numbers, from a file beside the scripts
fn pairs(m) = load("pairs.jsonl", for: m)
