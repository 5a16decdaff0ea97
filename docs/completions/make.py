"""Shell completions, from what `pp --help` says (src/cli/main.c has the text): make.py SHELL MAIN.C OUT

Every command and option of the text is completed, so that a new one needs its line there and nothing here.  What an option or a
command takes is known by the word in capitals behind it: see TAKES."""
import re
import sys

# the word in capitals -> what is offered: files by pattern, folders, or words
TAKES = {"SCRIPT.pp": ("files", "*.pp"), "FILE.gguf": ("files", "*.gguf"), "FILE": ("files", "*"), "STORE": ("files", "*"), "PART": ("files", "*"),
         "FOLDER": ("folders", ""), "PREFIX": ("folders", ""), "MODEL": ("folders", ""), "NAME": ("nothing", ""), "TOPIC": ("topics", ""),
         "WHEN": ("words", "auto always never")}


def usage(code):
    """The text of --help, out of the C that holds it."""
    text = re.search(r"static const char usage\[\] =\n(.*?);\n\n", code, re.S)[1]
    return "".join(re.sub(r'\\(.)', lambda m: {"n": "\n"}.get(m[1], m[1]), s) for s in re.findall(r'"((?:[^"\\]|\\.)*)"', text))


def parse(code):
    """(commands, options): {command: (takes, doc)} and {option: (takes, doc)}."""
    commands, options, command, text = {}, {}, None, usage(code)
    valued = set(re.findall(r'\{ "([a-z-]+)", required_argument', code))
    head, _, tail = text.partition("\n\n")
    for line in head.splitlines():
        form, _, doc = re.sub(r"^usage:", "      ", line).strip().partition("  ")
        m = re.match(r"pp \[?([a-z]+)\]?\b *(.*)", form)
        if m:
            command = m[1]
            takes = next((w for w in re.findall(r"[A-Z][A-Za-z.]*", m[2]) if w in TAKES), None)
            commands.setdefault(command, (takes, re.sub(r"[\[\];]", "", doc).strip()))
        for name, arg in re.findall(r"(--[a-z-]+)(?: ([A-Z]\w*))?", line):
            options.setdefault(name, (arg, re.sub(r"[\[\];]", "", doc).strip() or commands[command][1]))
    for line in tail.splitlines():
        form, _, doc = line.strip().partition("  ")
        if line.startswith("  -"):
            for name, arg in re.findall(r"(--[a-z-]+)(?: ([A-Z]\w*))?", form):
                options[name] = (arg, doc.strip())
    return commands, {name: (arg if name[2:] in valued else None, doc) for name, (arg, doc) in options.items()}


def bash(commands, options):
    kinds = {"files": 'compgen -f -X \'!%s\' -- "$cur"; compgen -d -- "$cur"', "folders": 'compgen -d -- "$cur"', "words": 'compgen -W $\'%s\' -- "$cur"',
             "topics": 'compgen -W "$(pp help topics 2>/dev/null | grep "^ " | tr -s " " "\\n")" -- "$cur"', "nothing": ":"}
    def offer(takes):
        kind, what = TAKES.get(takes, ("nothing", ""))
        return kinds[kind] % what.replace(" ", "\\n") if "%s" in kinds[kind] else kinds[kind]
    def lines(words):
        return "$'" + "\\n".join(words) + "'"
    rows = [f'\t{name}) COMPREPLY=($({offer(arg)})); return;;' for name, (arg, _) in options.items() if arg]
    takes = [f'\t{c}) COMPREPLY=($({offer(t)}));;' for c, (t, _) in commands.items() if t]
    return f"""# bash completion for pp, made by docs/completions/make.py
_pp()
{{
	local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} command=${{COMP_WORDS[1]}} IFS=$'\\n'
	COMPREPLY=()
	case $prev in
{chr(10).join(rows)}
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W {lines(options)} -- "$cur"))
		return
	fi
	if [ "$COMP_CWORD" = 1 ]; then
		COMPREPLY=($(compgen -W {lines(commands)} -- "$cur"; {offer("SCRIPT.pp")}))
		return
	fi
	case $command in
{chr(10).join(takes)}
	esac
}}
complete -o filenames -o bashdefault -F _pp pp
"""


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh(commands, options):
    kinds = {"files": "_files -g \"%s\"", "folders": "_files -/", "topics": "_pp_topics", "words": "(%s)", "nothing": " "}
    def offer(takes):
        kind, what = TAKES.get(takes, ("nothing", ""))
        return kinds[kind] % what if "%s" in kinds[kind] else kinds[kind]
    def clean(doc):
        return re.sub(r"([\[\]:\\])", r"\\\1", doc)
    rows = [quoted(("*" if arg == "FOLDER" else "") + f"{n}[{clean(doc)}]" + (f":{arg.lower()}:{offer(arg)}" if arg else ""))
            for n, (arg, doc) in options.items()]
    names = [quoted(c + ":" + doc.replace(":", "\\:")) for c, (_, doc) in commands.items()]
    takes = [f"\t{c}) {offer(t)} ;;" for c, (t, _) in commands.items() if t and TAKES[t][0] != "nothing"]
    return f"""#compdef pp
# zsh completion for pp, made by docs/completions/make.py

_pp_topics() {{
	local -a topics
	topics=(${{=$(pp help topics 2>/dev/null | grep '^ ')}})
	compadd -a topics
}}

_pp_first() {{
	local -a commands
	commands=({' '.join(names)})
	_describe command commands
	_files -g "*.pp"
}}

_pp_rest() {{
	case $words[2] in
{chr(10).join(takes)}
	esac
}}

_arguments -S {' '.join(rows)} '-e[run a line]:text: ' '1: :_pp_first' '*: :_pp_rest'
"""


def fish(commands, options):
    kinds = {"files": "", "folders": "-xa '(__fish_complete_directories)'", "topics": "-xa \"(pp help topics 2>/dev/null | string match -r '^ .*' | string split -n ' ')\"",
             "words": "-xa '%s'", "nothing": "-x"}
    def offer(takes):
        kind, what = TAKES.get(takes, ("nothing", ""))
        if kind == "files":
            return "-r" if what == "*" else f"-xa '(__fish_complete_suffix {what[1:]})'"
        return kinds[kind] % what if "%s" in kinds[kind] else kinds[kind]
    out = ["# fish completion for pp, made by docs/completions/make.py", "complete -c pp -f", f"complete -c pp -n __fish_use_subcommand {offer('SCRIPT.pp')}"]
    for c, (takes, doc) in commands.items():
        out.append(f"complete -c pp -n __fish_use_subcommand -a {c} -d {quoted(doc)}")
        if takes:
            out.append(f"complete -c pp -n '__fish_seen_subcommand_from {c}' {offer(takes)}")
    for name, (arg, doc) in options.items():
        out.append(f"complete -c pp -l {name[2:]} {offer(arg) if arg else ''} -d {quoted(doc)}".replace("  ", " "))
    out.append("complete -c pp -s e -x -d 'run a line'")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    shell, main_c, out = sys.argv[1:]
    with open(out, "w", encoding="utf-8") as f:
        f.write({"bash": bash, "zsh": zsh, "fish": fish}[shell](*parse(open(main_c, encoding="utf-8").read())))
