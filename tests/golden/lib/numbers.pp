# pp: run
let two = 2
print("numbers is read once")
