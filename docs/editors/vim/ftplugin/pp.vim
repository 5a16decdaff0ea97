" Settings for scripts of pp: tabs, comments, and pp fmt and pp check as equalprg and makeprg.
if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1
setlocal commentstring=#\ %s comments=:# expandtab shiftwidth=2 softtabstop=2
setlocal equalprg=pp\ fmt\ -
setlocal makeprg=pp\ check\ % errorformat=%f:%l:%c:\ error\ %m,%f:%l:%c:\ warning\ %m,%-G%.%#
let b:undo_ftplugin = "setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< equalprg< makeprg< errorformat<"
