#!/bin/sh
# The whole story with nothing but curl: calls, the primary pool's outage, import, failover, failback.
#
#   docs/walkthrough.sh [URL]
#
# URL is the admin API of a running `rgs up` with the sample topology, in whatever style its pool goes
# down; without it $RGS_URL, else http://127.0.0.1:8080. If the emulator wants a token it is taken from
# $RGS_TOKEN. The emulator is reset at the beginning and at the end.
#
# It says what it does, shows each request, and checks each answer. Exit codes: 0 all as it should be,
# 1 something differs, 2 wrong usage, 3 nobody answers at URL.
set -eu

case $# in
    0) url=${RGS_URL:-http://127.0.0.1:8080} ;;
    1) url=$1 ;;
    *)
        echo "usage: $0 [URL]" >&2
        exit 2
        ;;
esac
case $url in
    http://* | https://*) ;;
    *)
        echo "usage: $0 [URL]; $url is no URL of an admin API" >&2
        exit 2
        ;;
esac
api=${url%/}/api/v1
answer=""
checked=0

chapter() { # text
    printf '\n== %s\n' "$1"
}

ask() { # method, path, [body]: leaves the answer, without blanks, in $answer
    if [ $# -gt 2 ]; then
        printf "   curl -X %s '%s%s' -H 'Content-Type: application/json' -d '%s'\n" \
            "$1" "$api" "$2" "$3"
        set -- "$1" "$2" --header 'Content-Type: application/json' --data "$3"
    else
        printf "   curl -X %s '%s%s'\n" "$1" "$api" "$2"
    fi
    method=$1
    path=$2
    shift 2
    if [ -n "${RGS_TOKEN:-}" ]; then
        set -- --header "Authorization: Bearer $RGS_TOKEN" "$@"
    fi
    if ! answer=$(curl --silent --show-error --max-time 20 --request "$method" "$@" "$api$path"); then
        echo "nobody answers at $url: is \`rgs up\` running?" >&2
        exit 3
    fi
    answer=$(printf '%s' "$answer" | tr -d ' \n')
}

expect() { # what it means, then pieces that the answer must have
    meaning=$1
    shift
    for piece in "$@"; do
        case $answer in
            *"$piece"*) ;;
            *)
                printf '   DIFFERS: %s\n' "$meaning"
                printf '   wanted %s\n   in     %s\n' "$piece" "$answer"
                exit 1
                ;;
        esac
    done
    checked=$((checked + 1))
    printf '   ok: %s\n' "$meaning"
}

value_of() { # name: prints the first text of that name in the answer
    printf '%s' "$answer" | sed "s/^[^}]*\"$1\":\[*\"\([^\"]*\)\".*/\1/"
}

call() { # agent who calls, group: leaves the call's number in $number
    ask POST /calls "{\"from\": \"$1\", \"to\": \"$2\"}"
    case $answer in
        '{"id":"'*) ;;
        *) expect "a call from $1 to $2" '"id"' ;;
    esac
    number=$(printf '%s' "$answer" | sed 's/^{"id":"\([0-9]*\)".*/\1/')
    call_id=$(value_of call_ids)
}

connect() { # agent who calls, group, what it means, pieces of the connected call
    call "$1" "$2"
    ask GET "/wait?state=connected&call_id=$call_id&timeout=10"
    shift 2
    meaning=$1
    shift
    expect "$meaning" '"state":"connected"' "$@"
}

look() { # number, what it means, pieces
    ask GET "/calls/$1"
    shift
    expect "$@"
}

enter() { # phase, what it means, pieces of the account
    ask PUT /phase "{\"to\": \"$1\"}"
    phase=$1
    shift
    expect "$@" "\"phase\":\"$phase\""
}

chapter "Everything as it was at the start"
ask POST /reset
expect "phase normal, nothing imported, no calls" \
    '"phase":"normal"' '"imported":false' '"reading":"hosted"' '"connected":0,"pending":0'

chapter "Calls in the phase normal. Frank is an agent who only rings: here he is the caller"
connect frank helpdesk "a normal call: handed over, so that no pool is in its path" \
    '"kind":"normal"' '"host":"primary"'
normal=$number
connect frank hotline "an anonymous call: the primary pool stays in its path" \
    '"kind":"anonymous"' '"host":"primary"'
anonymous=$number
call dave lobby
expect "a call that nobody answers: pending" '"state":"pending"' '"host":"primary"'
pending=$number
connect frank sales "a call to a group of the backup pool" '"host":"backup"'
sales=$number

chapter "The primary pool fails"
enter outage "two calls stay, two are dropped" '"kept":2,"dropped":2'
look "$normal" "the normal call stays (P1-R1-a)" '"state":"connected"' 'connected/outage/normal'
look "$anonymous" "the anonymous call is disconnected (P1-R1-b)" \
    '"state":"ended"' '"ended_by":"rule"' '"reason":"connected/outage/anonymous/primary"'
look "$pending" "the pending call is disconnected (P1-R2-a)" \
    '"state":"ended"' '"ended_by":"rule"' '"reason":"pending/outage/primary"'
look "$sales" "the backup pool's call is not touched" '"state":"connected"'
call frank helpdesk
expect "a new call is refused, as nothing is imported (P1-R3-a)" \
    '"state":"ended"' '"status":503' '"reason":"new/outage/not_imported"'
printf '   What the anonymous call looked like:\n\n'
curl --silent --max-time 20 ${RGS_TOKEN:+--header "Authorization: Bearer $RGS_TOKEN"} \
    "$api/calls/$anonymous/ladder?format=text" | sed 's/^/   /'

chapter "The primary pool's groups are imported into the backup pool"
ask POST /import '{}'
expect "copies of the primary pool's groups" '"imported":true' '"helpdesk"'
connect frank helpdesk "a new call is taken by the backup pool, an agent of that pool answers (P1-R3-b)" \
    '"host":"backup"' '"imported":true' '"agent_home":"backup"'
connect frank hotline "an anonymous one too" '"host":"backup"' '"agent_home":"backup"'
bridged=$number
call frank onlyprimary
expect "where all agents are homed on the primary pool the caller waits" '"state":"pending"'
waiting=$call_id

chapter "Failover"
enter failing_over "nothing on the backup pool is dropped" '"dropped":0'
enter failed_over "nothing here either" '"dropped":0'
ask GET "/wait?state=connected&call_id=$waiting&timeout=10"
expect "who waited is answered: agents of the primary pool are served by the backup pool now" \
    '"agent_home":"primary"' '"host":"backup"'
look "$normal" "the first normal call still stands (P3-R1-a)" '"state":"connected"'
look "$bridged" "and so does the backup pool's anonymous one (P3-R1-b)" '"state":"connected"'
call dave lobby
expect "a call that nobody answers waits on the backup pool" '"state":"pending"' '"host":"backup"'
pending=$number

chapter "Failback"
enter failing_back "the pending call is dropped" '"dropped":1'
look "$pending" "it is disconnected (P4-R2-b)" \
    '"state":"ended"' '"ended_by":"rule"' '"reason":"pending/failing_back/backup"'
look "$bridged" "the anonymous call stays where it is (P4-R1-c)" \
    '"state":"connected"' '"host":"backup"'
connect frank helpdesk "new calls are the primary pool's again (P4-R3-a)" \
    '"host":"primary"' '"agent_home":"backup"'
call frank onlyprimary
expect "its own agents can't be reached yet" '"state":"pending"' '"host":"primary"'
waiting=$call_id
enter failed_back "nothing is dropped" '"dropped":0'
ask GET "/wait?state=connected&call_id=$waiting&timeout=10"
expect "now they can, and who waited is answered" '"agent_home":"primary"' '"host":"primary"'
enter normal "the service is as it should be" '"dropped":0'
look "$normal" "the first normal call has outlived it all" \
    '"state":"connected"' 'connected/outage/normal' 'connected/failed_back/normal'

chapter "The end"
ask DELETE "/calls/$normal"
expect "the administrator hangs up" '"state":"ended"' '"ended_by":"admin"'
ask DELETE /import
expect "the copies are removed" '"imported":false'
ask POST /reset
expect "all is as at the start" '"phase":"normal"' '"connected":0,"pending":0'

printf '\n%s answers checked, all as they should be\n' "$checked"
