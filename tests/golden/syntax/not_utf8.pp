# pp: check
let ok = "Ã©"
let bad = "ÿ"
let let
