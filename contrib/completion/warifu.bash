# shellcheck shell=bash
# Completion of warifu(8) for bash, made by 'warifu completion bash'.

_warifu()
{
	local cur prev word words='' kind='' name='' sub=''

	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		-*) continue ;;
		esac
		if [ -z "$name" ]; then
			name=$word
		elif [ -z "$sub" ]; then
			sub=$word
		fi
	done
	COMPREPLY=()
	case $prev in
	--key-copy)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--codes)
		return
		;;
	--emergency-user)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	--uid)
		return
		;;
	--kind)
		mapfile -t COMPREPLY < <(compgen -W 'general privileged service' -- "$cur")
		return
		;;
	--display)
		return
		;;
	--sources)
		return
		;;
	--groups)
		return
		;;
	--person)
		return
		;;
	--valid-until)
		return
		;;
	--ticket)
		return
		;;
	--uid-min)
		return
		;;
	--valid-from)
		return
		;;
	--must-change)
		mapfile -t COMPREPLY < <(compgen -W '0 1' -- "$cur")
		return
		;;
	--shared)
		mapfile -t COMPREPLY < <(compgen -W '0 1' -- "$cur")
		return
		;;
	--reason)
		return
		;;
	--until)
		return
		;;
	--label)
		return
		;;
	--algorithm)
		mapfile -t COMPREPLY < <(compgen -W 'sha1 sha256 sha512' -- "$cur")
		return
		;;
	--digits)
		mapfile -t COMPREPLY < <(compgen -W '6 8' -- "$cur")
		return
		;;
	--step)
		return
		;;
	--id)
		return
		;;
	--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	--group)
		return
		;;
	--place)
		return
		;;
	--on)
		return
		;;
	--level)
		return
		;;
	--since)
		return
		;;
	--limit)
		return
		;;
	--after)
		return
		;;
	--found)
		return
		;;
	--month)
		return
		;;
	--note)
		return
		;;
	--html)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--from)
		return
		;;
	--result)
		mapfile -t COMPREPLY < <(compgen -W 'success failure unavailable neutral' -- "$cur")
		return
		;;
	--class)
		mapfile -t COMPREPLY < <(compgen -W 'auth admin session finding system tombstone' -- "$cur")
		return
		;;
	--service)
		return
		;;
	--host)
		return
		;;
	--event)
		return
		;;
	--rule)
		return
		;;
	--txn)
		return
		;;
	--operator)
		return
		;;
	--columns)
		return
		;;
	--format)
		mapfile -t COMPREPLY < <(compgen -W 'jsonl csv' -- "$cur")
		return
		;;
	--encoding)
		mapfile -t COMPREPLY < <(compgen -W 'utf-8 cp932' -- "$cur")
		return
		;;
	--output)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--checkpoints)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--export)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--backup)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--public-key)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--pam-dir)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--target)
		return
		;;
	--timeout)
		return
		;;
	--network)
		return
		;;
	--certificate)
		return
		;;
	--psk-identity)
		return
		;;
	--profile)
		mapfile -t COMPREPLY < <(compgen -W 'generic fortigate pan-os cisco-asa ocserv openvpn strongswan pam_radius' -- "$cur")
		return
		;;
	--mode)
		mapfile -t COMPREPLY < <(compgen -W 'challenge code-last code-first separator code scrv1' -- "$cur")
		return
		;;
	--separator)
		return
		;;
	--message-authenticator)
		mapfile -t COMPREPLY < <(compgen -W 'required optional auto' -- "$cur")
		return
		;;
	--config)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--client)
		return
		;;
	--server)
		return
		;;
	--owner)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	--xlsx)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--csv)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--against)
		return
		;;
	--comply)
		return
		;;
	--socket)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--lang)
		return
		;;
	esac
	case "$name $sub" in
	' ' | help\ *)
		words='init user token unlock grant duties duty service alert finding review session emergency log why status doctor tune pam radius report policy key clock leaks backup restore config reload completion help --json --socket --lang --help --version'
		;;
	'user add')
		words='--uid --kind --display --sources --groups --person --valid-until --no-password --stdin --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'user import')
		words='--shadow --dry-run --uid-min --ticket --json --socket --lang --help --version'
		;;
	'user list')
		words='--unix --json --socket --lang --help --version'
		;;
	'user show')
		words='--json --socket --lang --help --version'
		kind=-u
		;;
	'user set')
		words='--uid --kind --display --sources --groups --valid-from --valid-until --must-change --shared --person --reason --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'user passwd')
		words='--stdin --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'user enable')
		words='--reason --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'user disable')
		words='--reason --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'user remove')
		words='--reason --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'user exempt')
		words='--reason --until --uid --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'user refuse')
		words='--reason --uid --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'user manage')
		words='--reason --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'token add')
		words='--label --algorithm --digits --step --qr --ascii --no-confirm --stdin --ticket --json --socket --lang --help --version totp hotp recovery'
		kind=-u
		;;
	'token confirm')
		words='--id --stdin --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'token list')
		words='--json --socket --lang --help --version'
		kind=-u
		;;
	'token resync')
		words='--stdin --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'token remove')
		words='--reason --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'grant add')
		words='--user --group --until --reason --ticket --json --socket --lang --help --version'
		;;
	'grant list')
		words='--user --place --all --json --socket --lang --help --version'
		;;
	'grant end')
		words='--reason --ticket --json --socket --lang --help --version'
		;;
	'duty show')
		words='--json --socket --lang --help --version'
		;;
	'duty done')
		words='--reason --on --ticket --json --socket --lang --help --version'
		;;
	'service list')
		words='--json --socket --lang --help --version'
		;;
	'service show')
		words='--json --socket --lang --help --version'
		;;
	'alert list')
		words='--json --socket --lang --help --version'
		;;
	'alert test')
		words='--json --socket --lang --help --version'
		;;
	'finding list')
		words='--all --level --since --limit --after --json --socket --lang --help --version'
		;;
	'finding show')
		words='--json --socket --lang --help --version'
		;;
	'finding close')
		words='--level --found --reason --ticket --json --socket --lang --help --version'
		;;
	'review list')
		words='--json --socket --lang --help --version'
		;;
	'session list')
		words='--user --json --socket --lang --help --version'
		;;
	'session kill')
		words='--reason --ticket --json --socket --lang --help --version'
		;;
	'emergency show')
		words=' --json --socket --lang --help --version'
		;;
	'emergency new')
		words='--codes --user --stdin --reason --ticket --json --socket --lang --help --version'
		;;
	'emergency report')
		words=' --json --socket --lang --help --version'
		;;
	'emergency unlock')
		words='--reason --ticket --json --socket --lang --help --version'
		;;
	'log show')
		words='--json --socket --lang --help --version'
		;;
	'log export')
		words='--user --from --since --until --result --class --service --host --event --reason --rule --txn --ticket --operator --format --encoding --bom --output --json --socket --lang --help --version'
		;;
	'log verify')
		words='--checkpoints --export --backup --public-key --whole --json --socket --lang --help --version'
		;;
	'log key')
		words='--json --socket --lang --help --version'
		;;
	'log checkpoints')
		words='--after --limit --json --socket --lang --help --version'
		;;
	'log retention')
		words='--json --socket --lang --help --version'
		;;
	'log streams')
		words='--json --socket --lang --help --version'
		;;
	'log hold')
		words='--reason --ticket --json --socket --lang --help --version'
		;;
	'log release')
		words='--reason --ticket --json --socket --lang --help --version'
		;;
	'pam install')
		words='--dry-run --user --no-test --timeout --pam-dir --json --socket --lang --help --version'
		;;
	'pam confirm')
		words='--pam-dir --json --socket --lang --help --version'
		;;
	'pam remove')
		words='--all --dry-run --pam-dir --json --socket --lang --help --version'
		;;
	'pam list')
		words='--pam-dir --json --socket --lang --help --version'
		;;
	'pam rollback')
		words='--overdue --pam-dir --json --socket --lang --help --version'
		;;
	'radius client')
		words='--network --certificate --psk-identity --profile --class --mode --separator --message-authenticator --groups --config --json --socket --lang --help --version list add show'
		;;
	'radius secret')
		words='--replace --psk --file --config --json --socket --lang --help --version'
		;;
	'radius test')
		words='--client --server --owner --stdin --json --socket --lang --help --version'
		kind=-u
		;;
	'radius stats')
		words='--json --socket --lang --help --version'
		;;
	'policy profiles')
		words='--json --socket --lang --help --version'
		;;
	'policy show')
		words='--origin --json --socket --lang --help --version'
		;;
	'policy why')
		words='--json --socket --lang --help --version'
		;;
	'policy diff')
		words='--json --socket --lang --help --version'
		;;
	'policy check')
		words='--against --json --socket --lang --help --version'
		;;
	'policy impact')
		words='--comply --json --socket --lang --help --version'
		;;
	'key rotate')
		words='--reason --ticket --json --socket --lang --help --version'
		;;
	'clock accept')
		words='--reason --ticket --json --socket --lang --help --version'
		;;
	'leaks check')
		words='--json --socket --lang --help --version'
		kind=-f
		;;
	'backup list')
		words='--all --json --socket --lang --help --version'
		;;
	'config export')
		words='--json --socket --lang --help --version'
		;;
	'config baseline')
		words='--note --ticket --json --socket --lang --help --version'
		;;
	'config drift')
		words='--json --socket --lang --help --version'
		;;
	'init '*)
		words='--key-copy --codes --emergency-user --stdin --json --socket --lang --help --version'
		kind=-u
		;;
	'unlock '*)
		words='--reason --ticket --json --socket --lang --help --version'
		kind=-u
		;;
	'duties '*)
		words='--json --socket --lang --help --version'
		;;
	'review '*)
		words='--month --sign --note --ticket --html --stdin --json --socket --lang --help --version'
		;;
	'log '*)
		words='--user --from --since --until --result --class --service --host --event --reason --rule --txn --ticket --operator --limit --follow --columns --wide --json --socket --lang --help --version'
		;;
	'why '*)
		words='--last --service --from --json --socket --lang --help --version'
		kind=-u
		;;
	'status '*)
		words='--check --metrics --json --socket --lang --help --version'
		;;
	'doctor '*)
		words='--pam-dir --json --socket --lang --help --version'
		;;
	'tune '*)
		words='--target --json --socket --lang --help --version'
		;;
	'report '*)
		words='--profile --since --until --html --xlsx --csv --encoding --bom --ticket --json --socket --lang --help --version'
		;;
	'backup '*)
		words='--json --socket --lang --help --version'
		kind=-f
		;;
	'restore '*)
		words='--drill --config --json --socket --lang --help --version'
		kind=-f
		;;
	'reload '*)
		words='--json --socket --lang --help --version'
		;;
	'completion '*)
		words='--json --socket --lang --help --version bash zsh mdoc'
		;;
	'user '*)
		words='add import list show set passwd enable disable remove exempt refuse manage'
		;;
	'token '*)
		words='add confirm list resync remove'
		;;
	'grant '*)
		words='add list end'
		;;
	'duty '*)
		words='show done'
		;;
	'service '*)
		words='list show'
		;;
	'alert '*)
		words='list test'
		;;
	'finding '*)
		words='list show close'
		;;
	'session '*)
		words='list kill'
		;;
	'emergency '*)
		words='show new report unlock'
		;;
	'pam '*)
		words='install confirm remove list rollback'
		;;
	'radius '*)
		words='client secret test stats'
		;;
	'policy '*)
		words='profiles show why diff check impact'
		;;
	'key '*)
		words='rotate'
		;;
	'clock '*)
		words='accept'
		;;
	'leaks '*)
		words='check'
		;;
	'config '*)
		words='export baseline drift'
		;;
	esac
	if [ "$name" = log ] && [ -z "$sub" ]; then
		words+=' show export verify key checkpoints retention streams hold release'
	fi
	mapfile -t COMPREPLY < <(compgen ${kind:+"$kind"} -W "$words" -- "$cur")
}

complete -F _warifu warifu
