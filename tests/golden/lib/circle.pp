# pp: run
use "../lang_use.pp"
