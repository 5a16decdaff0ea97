" Vim syntax of pp scripts, made by docs/editors/make.py
if exists("b:current_syntax")
  finish
endif

syn match ppStatement "\v%(^|[;{}])\s*\zs<%(answer|component|counterfactual|dataset|delta|distinct|drop|expect|feed|fn|foil|for|hypothesis|inner|input|keep|let|metric|model|output|plot|report|sample|save|set|split|template|use|yield)>%(\s*\=[^=]|\s*[.:])@!"
syn match ppFunction "\v\.@<!<%(abs|argmax|argmin|argsort|attention|bars|causal|ceil|center|circuit|compare|concat|config|contains|cos|count|count_above|coverage|cumsum|ends_with|erf|exp|fail|filter|floor|format|full|gather|gelu|gelu_tanh|get|graph|group|has|heatmap|highlight|index_of|is_finite|join|keys|kind|layer_norm|len|list|load|log|log_softmax|lower|max|maximum|mean|min|minimum|n_tokens|norm_scale|number|pair|pairs|print|record|relu|replace|reshape|rms_norm|rotary|round|rows|run|sample|shape|shuffle|sigmoid|sign|silu|sin|softmax|sort|split|sqrt|square|starts_with|str|strip|sum|table|take|tanh|tensor|text_of|tokens|top|top_tokens|transpose|unique|upper|weight|weights|with_column|witness|zeros)>\ze\("
syn match ppMetric "\v\.@<!<%(cosine|js|kl|log_prob|logit_diff|mse|next_nll|nll|prob|rank|reverse_kl|top1|value)>\ze%(\s*[],)}@]|\s+at>|\s*$|\s*#)"
syn match ppWord "\v\.@<!<%(across|and|as|at|by|circuit|counterexamples|else|equals|evaluate|except|extends|from|if|in|not|of|on|or|paths|prune|refine|seed|subset|sweep|to|top|until|within)>%(\s*[=:.]|\()@!"
syn match ppWord "\v<paths>"
syn match ppConstant "\v\.@<!<%(all|false|none|true|zero)>"
syn match ppNumber "\v<\d+%(\.\d+)?%([eE][+-]?\d+)?>"
syn match ppComponent "\v<[A-Za-z_]\w*\d+%(\.[A-Za-z]+\d+)*%(\.[a-z_]+)?>|<[A-Za-z_]\w*%(\[[^]]*\])%(\.[A-Za-z_]\w*%(\[[^]]*\])?)*" contains=ppNumber
syn match ppRole "\v\@\s*%(-?\d+|[A-Za-z_]\w*|\{[^}]*\})"
syn match ppArrow "->\|=>\|\.\."
syn region ppString start=+"+ skip=+\\.+ end=+"+ oneline contains=ppSlot,ppEscape
syn match ppSlot "{\w\+}" contained
syn match ppEscape "\\\%(u{\x\+}\|.\)" contained
syn match ppComment "#.*$" contains=ppTodo,@Spell
syn keyword ppTodo TODO FIXME contained

hi def link ppStatement Statement
hi def link ppWord Keyword
hi def link ppFunction Function
hi def link ppMetric Function
hi def link ppConstant Constant
hi def link ppNumber Number
hi def link ppComponent Identifier
hi def link ppRole Special
hi def link ppArrow Operator
hi def link ppString String
hi def link ppSlot Special
hi def link ppEscape SpecialChar
hi def link ppComment Comment
hi def link ppTodo Todo

let b:current_syntax = "pp"
