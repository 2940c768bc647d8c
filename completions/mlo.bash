# bash completion for mlo. Generated from the table of commands; do not edit.

_mlo() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} where= words= options= word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      -C|--color) i=$((i + 1)); continue ;;
      -*) continue ;;
    esac
    if [[ -z $where && $word == data ]]; then word=version-data; fi
    case "$where $word" in
      ' completion'|' drift'|'drift baseline'|'drift check'|'drift report'|'drift tests'|' get'|' help'|' hooks'|'hooks install'|'hooks run'|'hooks status'|'hooks uninstall'|' init'|' lineage'|' materialize'|'materialize get'|'materialize plan'|'materialize status'|'materialize train'|' promote'|'promote check'|'promote history'|'promote rollback'|' pull'|' push'|' register'|'register card'|'register list'|'register show'|'register verify'|' remote'|'remote add'|'remote check'|'remote list'|'remote modify'|'remote new-key'|'remote remove'|'remote rotate-key'|'remote serve'|' run'|'run deps'|'run graph'|'run logs'|'run status'|'run verify'|'run why'|' status'|' track'|'track compare'|'track delete'|'track list'|'track log'|'track note'|'track plot'|'track restore'|'track search'|'track show'|'track tag'|' version'|' version-data'|'version-data add'|'version-data cache'|'version-data check-ignore'|'version-data checkout'|'version-data diff'|'version-data du'|'version-data fsck'|'version-data gc'|'version-data get'|'version-data history'|'version-data import'|'version-data ls'|'version-data remove'|'version-data status'|'version-data unprotect'|'version-data update'|'version-data validate') where="${where:+$where }$word" ;;
      *) break ;;
    esac
  done
  case "$where:$prev" in
    'register:--bump') COMPREPLY=($(compgen -W 'major minor patch' -- "$cur")); return ;;
    'track plot:--x') COMPREPLY=($(compgen -W 'step time' -- "$cur")); return ;;
    'track search:--view') COMPREPLY=($(compgen -W 'active deleted all' -- "$cur")); return ;;
    'version-data import:--from') COMPREPLY=($(compgen -W 'dvc lfs' -- "$cur")); return ;;
    *:--color) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
  esac
  case $where in
    '') words='init status version-data run track register promote get lineage remote push pull drift materialize hooks completion help version' options='--quiet -q --verbose -v --color -C --help -h' ;;
    'completion') words='' options='--quiet -q --verbose -v --color -C --help -h' ;;
    'drift') words='check baseline report tests' options='--quiet -q --verbose -v --color -C --help -h' ;;
    'drift baseline') words='' options='--column --ignore --test --threshold --as --share --remove --dry-run -n --json --quiet -q --verbose -v --color -C --help -h' ;;
    'drift check') words='' options='--column --ignore --test --threshold --as --share --html --prometheus --json --quiet -q --verbose -v --color -C --help -h' ;;
    'drift report') words='' options='--html --prometheus --json --quiet -q --verbose -v --color -C --help -h' ;;
    'drift tests') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'get') words='' options='--output -o --repo --force --json --quiet -q --verbose -v --color -C --help -h' ;;
    'help') words='' options='--quiet -q --verbose -v --color -C --help -h' ;;
    'hooks') words='install uninstall status run' options='--quiet -q --verbose -v --color -C --help -h' ;;
    'hooks install') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'hooks run') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'hooks status') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'hooks uninstall') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'init') words='' options='--hooks --json --quiet -q --verbose -v --color -C --help -h' ;;
    'lineage') words='' options='--up --down --depth --dot --json --quiet -q --verbose -v --color -C --help -h' ;;
    'materialize') words='train get status plan' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'materialize get') words='' options='--key -k --at --full-names --json --quiet -q --verbose -v --color -C --help -h' ;;
    'materialize plan') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'materialize status') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'materialize train') words='' options='--output -o --timestamp --map --full-names --feast-compat --json --quiet -q --verbose -v --color -C --help -h' ;;
    'promote') words='check rollback history' options='--to --override --reason --dry-run -n --json --quiet -q --verbose -v --color -C --help -h' ;;
    'promote check') words='' options='--since --to --junit --markdown --json --quiet -q --verbose -v --color -C --help -h' ;;
    'promote history') words='' options='--stage --at --json --quiet -q --verbose -v --color -C --help -h' ;;
    'promote rollback') words='' options='--stage --to --reason --dry-run -n --json --quiet -q --verbose -v --color -C --help -h' ;;
    'pull') words='' options='--remote -r --runs --all --dry-run -n --json --quiet -q --verbose -v --color -C --help -h' ;;
    'push') words='' options='--remote -r --all --dry-run -n --json --quiet -q --verbose -v --color -C --help -h' ;;
    'register') words='list show verify card' options='--run --model --version --bump --evaluation --training --holdout --features --label --dependencies --description --card --allow-dirty --dry-run -n --json --quiet -q --verbose -v --color -C --help -h' ;;
    'register card') words='' options='--output -o --quiet -q --verbose -v --color -C --help -h' ;;
    'register list') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'register show') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'register verify') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'remote') words='add list modify remove check new-key rotate-key serve' options='--quiet -q --verbose -v --color -C --help -h' ;;
    'remote add') words='' options='--default -d --endpoint --region --profile --ca-file --key-file --path-style --json --quiet -q --verbose -v --color -C --help -h' ;;
    'remote check') words='' options='--init --json --quiet -q --verbose -v --color -C --help -h' ;;
    'remote list') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'remote modify') words='' options='--url --endpoint --region --profile --ca-file --key-file --path-style --connections --bytes-per-second --unset --default -d --json --quiet -q --verbose -v --color -C --help -h' ;;
    'remote new-key') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'remote remove') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'remote rotate-key') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'remote serve') words='' options='--quiet -q --verbose -v --color -C --help -h' ;;
    'run') words='status why graph verify logs deps' options='--dry-run -n --force -f --keep-going -k --single -s --downstream --from --pull --remote -r --jobs -j --param -P --strict --sandbox --no-trace --name --experiment --json --quiet -q --verbose -v --color -C --help -h' ;;
    'run deps') words='' options='--fix --json --quiet -q --verbose -v --color -C --help -h' ;;
    'run graph') words='' options='--dot --mermaid --json --quiet -q --verbose -v --color -C --help -h' ;;
    'run logs') words='' options='--follow -f --json --quiet -q --verbose -v --color -C --help -h' ;;
    'run status') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'run verify') words='' options='--twice --tolerance --json --quiet -q --verbose -v --color -C --help -h' ;;
    'run why') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'status') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'track') words='log list show compare search plot note tag delete restore' options='--quiet -q --verbose -v --color -C --help -h' ;;
    'track compare') words='' options='--all --json --quiet -q --verbose -v --color -C --help -h' ;;
    'track delete') words='' options='--dry-run --yes -y --json --quiet -q --verbose -v --color -C --help -h' ;;
    'track list') words='' options='--max -n --experiment --stages --gates --deleted --json --quiet -q --verbose -v --color -C --help -h' ;;
    'track log') words='' options='--step --name --quiet -q --verbose -v --color -C --help -h' ;;
    'track note') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'track plot') words='' options='--output -o --x --max -n --height --json --quiet -q --verbose -v --color -C --help -h' ;;
    'track restore') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'track search') words='' options='--order-by --max -n --view --stages --gates --json --quiet -q --verbose -v --color -C --help -h' ;;
    'track show') words='' options='--packages --json --quiet -q --verbose -v --color -C --help -h' ;;
    'track tag') words='' options='--remove --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data') words='add status diff checkout history ls get import update du cache check-ignore unprotect validate remove fsck gc' options='--quiet -q --verbose -v --color -C --help -h' ;;
    'version-data add') words='' options='--name --source --suite --validate --commit --message -m --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data cache') words='' options='--own --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data check-ignore') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data checkout') words='' options='--rev -r --force -f --dry-run -n --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data diff') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data du') words='' options='--history --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data fsck') words='' options='--heal --remote -r --read-remote --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data gc') words='' options='--yes -y --dry-run -n --older-than --unpushed --empty-trash --forget --restore --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data get') words='' options='--output -o --repo --force --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data history') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data import') words='' options='--from --repo --output -o --name --sha256 --force --history --remove-dvc --dry-run -n --yes -y --commit --message -m --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data ls') words='' options='--recursive -R --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data remove') words='' options='--keep-files --force -f --dry-run -n --yes -y --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data status') words='' options='--granular -g --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data unprotect') words='' options='--json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data update') words='' options='--rev -r --force -f --commit --message -m --json --quiet -q --verbose -v --color -C --help -h' ;;
    'version-data validate') words='' options='--suite --sample --html --junit --infer --import --output -o --json --quiet -q --verbose -v --color -C --help -h' ;;
  esac
  if [[ $cur == -* ]]; then words=$options; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _mlo mlo
