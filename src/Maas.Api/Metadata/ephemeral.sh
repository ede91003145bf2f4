#!/bin/sh
# Run by cloud-init in an ephemeral system (MAAS's own images, for example): performs the task of this machine, reports, and powers off.
# Needs curl, tar and coreutils. The key is this machine's own, and ends with the operation.
task=@TASK@
base=@BASE@
consumer_key=@CONSUMER@
token_key=@TOKEN@
token_secret=@SECRET@

run=$(mktemp -d) || exit 1
skew=0
tab=$(printf '\t')

# authorization: OAuth 1.0a, PLAINTEXT (RFC 5849 section 3.4.4), with the server's time.
authorization() {
    printf 'Authorization: OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="%s", ' "$consumer_key"
    printf 'oauth_token="%s", oauth_signature="%%26%s", oauth_nonce="%s", oauth_timestamp="%s"' "$token_key" "$token_secret" \
        "$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')" "$(($(date +%s) + skew))"
}

# ask URL [CURL-OPTION...]: one request; the answer is in $run/body and its status in $http. A refusal corrects the clock once.
ask() {
    url=$1
    shift
    corrected=
    attempt=0
    while [ "$attempt" -lt 8 ]; do
        http=$(curl -sS --max-time 300 -D "$run/head" -o "$run/body" -w '%{http_code}' -H "$(authorization)" "$@" "$url") || http=000
        case $http in
            2*) return 0 ;;
            401 | 403)
                [ -z "$corrected" ] || return 1
                corrected=1
                date=$(sed -n 's/^[Dd]ate: *\(.*[^\r]\)\r*$/\1/p' "$run/head" | tail -n 1)
                now=$(date -d "$date" +%s) || return 1
                skew=$((now - $(date +%s)))
                continue
                ;;
            4*) return 1 ;;
        esac
        attempt=$((attempt + 1))
        sleep "$attempt"
    done
    return 1
}

# signal STATUS [CURL-OPTION...]
signal() {
    status=$1
    shift
    ask "$base/metadata/2012-03-01/" -F op=signal -F "status=$status" "$@" && return 0
    echo "the server answered $http to the signal $status" >&2
    return 1
}

# run_script: runs the script of the line of the index that was read last, and sends what it printed and what it says of its result.
run_script() {
    signal WORKING -F "script_result_id=$id"
    rm -f "$run/result"
    if [ "$restart" = restarted ]; then
        : >"$run/out"
        echo "The machine restarted while this script ran." >"$run/err"
        code=1
    else
        mkdir -p "$run/download"
        MAAS_BASE_URL=$base RESULT_PATH=$run/result DOWNLOAD_PATH=$run/download \
            timeout -k 5 "$seconds" "$run/scripts/launch" "$id" </dev/null >"$run/out" 2>"$run/err"
        code=$?
    fi
    cat "$run/out" "$run/err" >"$run/all"
    : >>"$run/result"
    told=$(sed -n "s/^status:[[:blank:]]*[\"']\{0,1\}\([a-z]*\).*/\1/p" "$run/result" | head -n 1)
    status=WORKING
    [ "$code" != 124 ] || status=TIMEDOUT
    case $told:$code in
        passed:* | degraded:* | skipped:* | :0) ;;
        *) failed="$failed $name" ;;
    esac
    signal "$status" -F "script_result_id=$id" -F "exit_status=$code" -F "$name=@$run/all;filename=$name" \
        -F "$name.out=@$run/out;filename=$name.out" -F "$name.err=@$run/err;filename=$name.err" \
        -F "$name.yaml=@$run/result;filename=$name.yaml"
}

# run_round: runs the scripts of one kind in the archive that have not run yet, and sets round to the kind.
run_round() {
    round=
    while IFS=$tab read -r kind name path id seconds parallel restart <&7; do
        case $ran in *" $id "*) continue ;; esac
        [ -z "$round" ] || [ "$round" = "$kind" ] || break
        # A failed test is another failure than that of the inventory: the server learns where tests begin.
        if [ "$kind" = testing ] && [ -z "$testing" ]; then
            [ -z "$failed" ] || break
            testing=1
            signal TESTING
        fi
        round=$kind ran="$ran$id "
        run_script 7<&-
    done 7<"$run/scripts/index.tsv"
}

run_scripts() {
    failed='' testing='' ran=' '
    while :; do
        if ! ask "$base/metadata/2012-03-01/maas-scripts"; then
            signal FAILED -F "error=no scripts: the server answered $http"
            return
        fi
        [ "$http" != 204 ] || break
        rm -rf "$run/scripts"
        # The network configuration, for MAAS's runner alone, is meant for the folder above.
        mkdir "$run/scripts" && tar -x --exclude='../*' -C "$run/scripts" -f "$run/body" || failed=" archive"
        case $failed in *archive) break ;; esac
        run_round
        [ -n "$round" ] || break
    done
    if [ -n "$failed" ]; then
        signal FAILED -F "error=Failed:$failed"
        return
    fi
    signal OK
    # After release scripts the server may ask for what this script cannot do.
    ! is_task erase || refuse_to_erase
}

# is_task NAME: whether the server says that this is what the machine does now.
is_task() { ask "$base/metadata/latest/maas-task" && grep -q "^task=$1\$" "$run/body"; }

refuse_to_erase() { signal FAILED -F "error=This ephemeral system does not erase disks: boot the server's own, which does."; }

# rescue: the machine stays up for a person until the server has another task for it. cloud-init gives its default user the SSH keys.
rescue() {
    if ! command -v sshd >/dev/null && [ ! -x /usr/sbin/sshd ]; then
        signal FAILED -F "error=This ephemeral system has no SSH server, and no rescue mode without it: boot the server's own."
        return
    fi
    signal WORKING -F "error=SSH as the default user of this ephemeral system" || return
    while is_task rescue; do sleep 15; done
}

case $task in
    scripts) run_scripts ;;
    erase) refuse_to_erase ;;
    rescue) rescue ;;
    deploy) signal FAILED -F "error=This ephemeral system does not install: boot the server's own, which writes the image." ;;
esac
# A person may sign in, and the machine stays up until the server has another task for it.
while is_task stay; do sleep 15; done
rm -rf "$run"
poweroff
