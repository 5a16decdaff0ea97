# pp: run
use "numbers.pp"
fn square(x) = x * x
let four = square(two)
