# fish completion for mlo. Generated from the table of commands; do not edit.
function __mlo_at
  set -l known 'completion' 'help' 'hooks' 'hooks install' 'hooks status' 'hooks uninstall' 'init' 'version'
  set -l where ''
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case -C --color
        set skip 1
        continue
      case '-*'
        continue
    end
    test -z "$where" -a $word = data; and set word version-data
    set -l next (string trim -- "$where $word")
    contains -- $next $known; or break
    set where $next
  end
  test "$where" = "$argv[1]"
end
complete -c mlo -n '__mlo_at '\'''\''' -f
complete -c mlo -n '__mlo_at '\'''\''' -a init -d 'Make a git repository an mlo workspace'
complete -c mlo -n '__mlo_at '\'''\''' -a hooks -d 'keep data and code together in git'\''s own commands'
complete -c mlo -n '__mlo_at '\'''\''' -a completion -d 'print the completion script of a shell'
complete -c mlo -n '__mlo_at '\'''\''' -a help -d 'show what a command does'
complete -c mlo -n '__mlo_at '\'''\''' -a version -d 'show the version of mlo and of its on-disk format'
complete -c mlo -n '__mlo_at '\'''\''' -l quiet -s q -d 'no progress, no hints'
complete -c mlo -n '__mlo_at '\'''\''' -l verbose -s v -d 'say more about what is done'
complete -c mlo -n '__mlo_at '\'''\''' -l color -x -a 'auto always never' -d 'auto, always or never; NO_COLOR means never'
complete -c mlo -n '__mlo_at '\'''\''' -s C -r -d 'work as if started in DIR'
complete -c mlo -n '__mlo_at '\'''\''' -l help -s h -d 'show this help'
complete -c mlo -n '__mlo_at completion' -l quiet -s q -d 'no progress, no hints'
complete -c mlo -n '__mlo_at completion' -l verbose -s v -d 'say more about what is done'
complete -c mlo -n '__mlo_at completion' -l color -x -a 'auto always never' -d 'auto, always or never; NO_COLOR means never'
complete -c mlo -n '__mlo_at completion' -s C -r -d 'work as if started in DIR'
complete -c mlo -n '__mlo_at completion' -l help -s h -d 'show this help'
complete -c mlo -n '__mlo_at help' -l quiet -s q -d 'no progress, no hints'
complete -c mlo -n '__mlo_at help' -l verbose -s v -d 'say more about what is done'
complete -c mlo -n '__mlo_at help' -l color -x -a 'auto always never' -d 'auto, always or never; NO_COLOR means never'
complete -c mlo -n '__mlo_at help' -s C -r -d 'work as if started in DIR'
complete -c mlo -n '__mlo_at help' -l help -s h -d 'show this help'
complete -c mlo -n '__mlo_at hooks' -f
complete -c mlo -n '__mlo_at hooks' -a install -d 'Let git call mlo'
complete -c mlo -n '__mlo_at hooks' -a uninstall -d 'Remove the git hooks that mlo installed'
complete -c mlo -n '__mlo_at hooks' -a status -d 'Show which git hooks call mlo'
complete -c mlo -n '__mlo_at hooks' -l quiet -s q -d 'no progress, no hints'
complete -c mlo -n '__mlo_at hooks' -l verbose -s v -d 'say more about what is done'
complete -c mlo -n '__mlo_at hooks' -l color -x -a 'auto always never' -d 'auto, always or never; NO_COLOR means never'
complete -c mlo -n '__mlo_at hooks' -s C -r -d 'work as if started in DIR'
complete -c mlo -n '__mlo_at hooks' -l help -s h -d 'show this help'
complete -c mlo -n '__mlo_at '\''hooks install'\''' -f
complete -c mlo -n '__mlo_at '\''hooks install'\''' -l json -d 'print the result as JSON'
complete -c mlo -n '__mlo_at '\''hooks install'\''' -l quiet -s q -d 'no progress, no hints'
complete -c mlo -n '__mlo_at '\''hooks install'\''' -l verbose -s v -d 'say more about what is done'
complete -c mlo -n '__mlo_at '\''hooks install'\''' -l color -x -a 'auto always never' -d 'auto, always or never; NO_COLOR means never'
complete -c mlo -n '__mlo_at '\''hooks install'\''' -s C -r -d 'work as if started in DIR'
complete -c mlo -n '__mlo_at '\''hooks install'\''' -l help -s h -d 'show this help'
complete -c mlo -n '__mlo_at '\''hooks status'\''' -f
complete -c mlo -n '__mlo_at '\''hooks status'\''' -l json -d 'print the result as JSON'
complete -c mlo -n '__mlo_at '\''hooks status'\''' -l quiet -s q -d 'no progress, no hints'
complete -c mlo -n '__mlo_at '\''hooks status'\''' -l verbose -s v -d 'say more about what is done'
complete -c mlo -n '__mlo_at '\''hooks status'\''' -l color -x -a 'auto always never' -d 'auto, always or never; NO_COLOR means never'
complete -c mlo -n '__mlo_at '\''hooks status'\''' -s C -r -d 'work as if started in DIR'
complete -c mlo -n '__mlo_at '\''hooks status'\''' -l help -s h -d 'show this help'
complete -c mlo -n '__mlo_at '\''hooks uninstall'\''' -f
complete -c mlo -n '__mlo_at '\''hooks uninstall'\''' -l json -d 'print the result as JSON'
complete -c mlo -n '__mlo_at '\''hooks uninstall'\''' -l quiet -s q -d 'no progress, no hints'
complete -c mlo -n '__mlo_at '\''hooks uninstall'\''' -l verbose -s v -d 'say more about what is done'
complete -c mlo -n '__mlo_at '\''hooks uninstall'\''' -l color -x -a 'auto always never' -d 'auto, always or never; NO_COLOR means never'
complete -c mlo -n '__mlo_at '\''hooks uninstall'\''' -s C -r -d 'work as if started in DIR'
complete -c mlo -n '__mlo_at '\''hooks uninstall'\''' -l help -s h -d 'show this help'
complete -c mlo -n '__mlo_at init' -f
complete -c mlo -n '__mlo_at init' -l hooks -d 'also install the git hooks, as `mlo hooks install` does'
complete -c mlo -n '__mlo_at init' -l json -d 'print the result as JSON'
complete -c mlo -n '__mlo_at init' -l quiet -s q -d 'no progress, no hints'
complete -c mlo -n '__mlo_at init' -l verbose -s v -d 'say more about what is done'
complete -c mlo -n '__mlo_at init' -l color -x -a 'auto always never' -d 'auto, always or never; NO_COLOR means never'
complete -c mlo -n '__mlo_at init' -s C -r -d 'work as if started in DIR'
complete -c mlo -n '__mlo_at init' -l help -s h -d 'show this help'
complete -c mlo -n '__mlo_at version' -f
complete -c mlo -n '__mlo_at version' -l json -d 'print the result as JSON'
complete -c mlo -n '__mlo_at version' -l quiet -s q -d 'no progress, no hints'
complete -c mlo -n '__mlo_at version' -l verbose -s v -d 'say more about what is done'
complete -c mlo -n '__mlo_at version' -l color -x -a 'auto always never' -d 'auto, always or never; NO_COLOR means never'
complete -c mlo -n '__mlo_at version' -s C -r -d 'work as if started in DIR'
complete -c mlo -n '__mlo_at version' -l help -s h -d 'show this help'
