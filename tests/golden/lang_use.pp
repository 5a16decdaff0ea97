# pp: run
use "lib/shapes.pp"
use "lib/numbers.pp"
use "lib/shapes.pp" as shapes
expect four == 4 and shapes.square(3) == 9 and shapes.two == two
let four = 5
use "lib/circle.pp"
use "lib/missing.pp" as missing
missing.x
use "metrics" as metrics
metrics.kl
