# pp: run
model t {
  input a: real[3]
  input b: real[4]
  output y = a + b
}
