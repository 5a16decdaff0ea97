"""The syntax files for vim and VS Code, from the tables that the program itself uses: make.py [--check]

Words come from grammar/lexer.re, and which of them begin a statement from the groups of grammar/tokens.def; functions from
src/lang/builtins.def; metrics from stdlib/metrics.pp.  --check writes nothing and says which files would change."""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CONSTANTS = ["all", "false", "none", "true", "zero"]
LEADING = {"evaluate", "sweep", "counterexamples", "prune", "refine", "paths", "not", "if"}     # begin a statement as expressions do: anywhere, too


def tables():
    token = {kind: word for word, kind in re.findall(r'^\t"([a-z]+)" +\{ t->kind = (TK_\w+);', (ROOT / "grammar/lexer.re").read_text(), re.M)}
    groups = re.findall(r'GROUP\("(a statement[^"]*|a rule[^"]*)", *(LIST\([^)]*\)),\s*(LIST\([^)]*\))\)', (ROOT / "grammar/tokens.def").read_text())
    begin = {token[k] for _, first, more in groups for k in re.findall(r"TK_\w+", first + more) if k in token} - LEADING
    functions = [a or b for a, b in re.findall(r"^(?:BUILTIN\((\w+)|ELEMENTWISE\((\w+))", (ROOT / "src/lang/builtins.def").read_text(), re.M)]
    metrics = re.findall(r"^(?:metric|delta) +(\w+)", (ROOT / "stdlib/metrics.pp").read_text(), re.M)
    return {"begin": sorted(begin), "words": sorted(set(token.values()) - begin), "functions": sorted(functions), "metrics": sorted(metrics)}


def vim(t):
    def match(group, pattern, words):
        return f'syn match {group} "\\v{pattern.format("|".join(words))}"'
    return "\n".join([
        '" Vim syntax of pp scripts, made by docs/editors/make.py', 'if exists("b:current_syntax")', "  finish", "endif", "",
        match("ppStatement", r"%(^|[;{{}}])\s*\zs<%({})>%(\s*\=[^=]|\s*[.:])@!", t["begin"]),
        match("ppFunction", r"\.@<!<%({})>\ze\(", t["functions"]),
        match("ppMetric", r"\.@<!<%({})>\ze%(\s*[],)}}@]|\s+at>|\s*$|\s*#)", t["metrics"]),
        match("ppWord", r"\.@<!<%({})>%(\s*[=:.]|\()@!", t["words"]),
        r'syn match ppWord "\v<paths>"',
        match("ppConstant", r"\.@<!<%({})>", CONSTANTS),
        r'syn match ppNumber "\v<\d+%(\.\d+)?%([eE][+-]?\d+)?>"',
        r'syn match ppComponent "\v<[A-Za-z_]\w*\d+%(\.[A-Za-z]+\d+)*%(\.[a-z_]+)?>|<[A-Za-z_]\w*%(\[[^]]*\])%(\.[A-Za-z_]\w*%(\[[^]]*\])?)*" contains=ppNumber',
        r'syn match ppRole "\v\@\s*%(-?\d+|[A-Za-z_]\w*|\{[^}]*\})"',
        r'syn match ppArrow "->\|=>\|\.\."',
        r'syn region ppString start=+"+ skip=+\\.+ end=+"+ oneline contains=ppSlot,ppEscape',
        r'syn match ppSlot "{\w\+}" contained', r'syn match ppEscape "\\\%(u{\x\+}\|.\)" contained',
        r'syn match ppComment "#.*$" contains=ppTodo,@Spell', "syn keyword ppTodo TODO FIXME contained", "",
        *[f"hi def link {a} {b}" for a, b in [
            ("ppStatement", "Statement"), ("ppWord", "Keyword"), ("ppFunction", "Function"), ("ppMetric", "Function"), ("ppConstant", "Constant"),
            ("ppNumber", "Number"), ("ppComponent", "Identifier"), ("ppRole", "Special"), ("ppArrow", "Operator"), ("ppString", "String"),
            ("ppSlot", "Special"), ("ppEscape", "SpecialChar"), ("ppComment", "Comment"), ("ppTodo", "Todo")]],
        "", 'let b:current_syntax = "pp"', ""])


def vscode(t):
    def rule(name, pattern, words=None):
        return {"name": name + ".pp", "match": pattern % "|".join(words) if words else pattern}
    patterns = [
        rule("comment.line.number-sign", r"#.*$"),
        {"name": "string.quoted.double.pp", "begin": '"', "end": '"|$', "patterns": [
            rule("constant.character.escape", r"\\(u\{[0-9A-Fa-f]+\}|.)"), rule("variable.parameter.slot", r"\{\w+\}")]},
        rule("support.function", r"(?<!\.)\b(?:%s)(?=\()", t["functions"]),
        rule("keyword.control", r"(?:^|(?<=[;{}]))\s*(?:%s)\b(?!\s*=[^=]|\s*[.:])", t["begin"]),
        rule("support.function.metric", r"(?<!\.)\b(?:%s)\b(?=\s*[\],)}@]|\s+at\b|\s*(?:#.*)?$)", t["metrics"]),
        rule("keyword.other", r"(?<!\.)\b(?:%s)\b(?!\s*[=:.]|\()|\bpaths\b", t["words"]),
        rule("constant.language", r"(?<!\.)\b(?:%s)\b", CONSTANTS),
        rule("keyword.operator.arrow", r"->|=>|\.\."),
        rule("entity.name.tag.role", r"@\s*(?:-?\d+|[A-Za-z_]\w*|\{[^}]*\})"),
        rule("variable.other.component", r"\b[A-Za-z_]\w*\d+(?:\.[A-Za-z]+\d+)*(?:\.[a-z_]+)?\b"),
        rule("constant.numeric", r"\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b"),
    ]
    return json.dumps({"$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json", "name": "pp",
                       "scopeName": "source.pp", "patterns": patterns}, indent=2) + "\n"


def files():
    t = tables()
    return {HERE / "vim/syntax/pp.vim": vim(t), HERE / "vscode/syntaxes/pp.tmLanguage.json": vscode(t)}


if __name__ == "__main__":
    changed = [p for p, text in files().items() if not p.exists() or p.read_text() != text]
    for p in changed:
        if "--check" in sys.argv:
            print(f"{p.relative_to(ROOT)} is not what the tables say: docs/editors/make.py or tests/docs.py PP --bless writes it")
        else:
            p.write_text(files()[p])
    sys.exit(bool(changed) and "--check" in sys.argv)
