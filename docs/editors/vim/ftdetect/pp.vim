" Vim takes .pp for Puppet or Pascal; a script of pp says what it is in its first lines, or lies in a folder of scripts.
au BufNewFile,BufRead *.pp if s:IsPathPatching() | set filetype=pp | endif

func! s:IsPathPatching()
  if exists("g:pp_filetype")
    return g:pp_filetype
  endif
  for line in getline(1, 200)
    if line =~# '^\s*\%(hypothesis\|dataset\|model\|metric\|delta\|evaluate\|let\|use\|fn\|expect\)\>\s*\%("\|\w\|\[\)'
      return 1
    endif
  endfor
  return line("$") == 1 && getline(1) == ""
endfunc
