# pp: run
let a = "not closed {
let b = "\q \u{0} \u{110000} \u{d800} \u{ 41} \é"
let c = 1e999
let d = "é \u{1F600} fine" + é
