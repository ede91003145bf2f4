# Commissioning, tests, release and deployment: the server's scripts are run in their order, those that may run together at the same time,
# each with its time limit. What they print is sent when they end, and while they run.

OUTPUT_LIMIT=1048576
# Beyond this what was printed so far is not sent again and again, but at the end.
PROGRESS_LIMIT=262144
MOST_TOGETHER=8
PROGRESS_SECONDS=60

# bounded FILE: stdin to FILE, the first OUTPUT_LIMIT bytes of it; the rest is read and dropped, so that nobody waits.
bounded() {
    head -c "$OUTPUT_LIMIT" >"$1"
    cat >/dev/null
}

# run_script PATH SECONDS: runs the script of $id, by the archive's launch if it has one, for at most so long; 0 for no limit.
# Sets SCRIPT_EXIT; output in $RUN/out, $RUN/err and, together, $RUN/all; what it says of its result in $RUN/result.
run_script() {
    for pipe in out err all; do open_pipe "$RUN/$pipe.pipe"; done
    bounded "$RUN/all" <"$RUN/all.pipe" &
    all_reader=$!
    # Held open until both streams have ended, so that the end of one does not end the record of both.
    exec 8>"$RUN/all.pipe"
    tee "$RUN/all.pipe" <"$RUN/out.pipe" 8>&- | bounded "$RUN/out" 8>&- &
    out_reader=$!
    tee "$RUN/all.pipe" <"$RUN/err.pipe" 8>&- | bounded "$RUN/err" 8>&- &
    err_reader=$!
    rm -f "$RUN/late" "$RUN/result" "$RUN/bmc"
    # A session of its own, so that whatever it starts can be ended with it.
    (
        mkdir -p "$RUN/download"
        # A storage layout that a script describes is a part of what it prints.
        export MAAS_STORAGE_CONFIG_FILE=/proc/self/fd/1
        export MAAS_BASE_URL="$BASE" RESULT_PATH="$RUN/result" DOWNLOAD_PATH="$RUN/download" BMC_CONFIG_PATH="$RUN/bmc"
        export OUTPUT_COMBINED_PATH="$RUN/all" OUTPUT_STDOUT_PATH="$RUN/out" OUTPUT_STDERR_PATH="$RUN/err"
        cd /tmp || exit 2
        if [ -x "$SCRIPTS/launch" ]; then set -- "$SCRIPTS/launch" "$id"; else set -- "$1"; fi
        exec setsid "$@" </dev/null >"$RUN/out.pipe" 2>"$RUN/err.pipe" 8>&-
    ) &
    script=$!
    watch=
    [ "$2" = 0 ] || { watch_script "$2" 8>&- & watch=$!; }
    show_script "$RUN/all" 8>&- &
    shower=$!
    wait "$script"
    SCRIPT_EXIT=$?
    kill "$shower" $watch 2>/dev/null
    wait "$shower" 2>/dev/null
    kill -KILL -"$script" 2>/dev/null
    wait "$out_reader" "$err_reader" 2>/dev/null
    exec 8>&-
    wait "$all_reader" 2>/dev/null
    [ ! -e "$RUN/late" ] || SCRIPT_EXIT=124
}

# watch_script SECONDS: ends the script when its time is over, gently first.
watch_script() {
    sleep "$1"
    : >"$RUN/late"
    kill -TERM -"$script" 2>/dev/null
    sleep 5
    kill -KILL -"$script" 2>/dev/null
}

# show_script FILE: tells the server from time to time that the script of $id still runs, and what it has printed. It has files of its
# own: the agent may be talking to the server, too.
show_script() {
    show_sleep= show_sent=0
    trap 'kill "$show_sleep" 2>/dev/null; exit 0' TERM
    RUN=$RUN/show HTTP_TRIES=1 HTTP_TIMEOUT=30
    mkdir -p "$RUN"
    while :; do
        sleep "$PROGRESS_SECONDS" >/dev/null 2>&1 &
        show_sleep=$!
        wait "$show_sleep"
        form_begin
        field op signal
        field status WORKING
        field script_result_id "$id"
        show_size=$(wc -c <"$1")
        if [ "$show_size" != "$show_sent" ] && [ "$show_size" -le "$PROGRESS_LIMIT" ]; then
            show_sent=$show_size
            head -c "$show_size" "$1" >"$RUN/printed"
            field partial true
            attach "$name" "$RUN/printed"
        fi
        form_post
    done >/dev/null 2>&1
}

# told_status FILE: the status in the YAML that a script wrote about its result.
told_status() { sed -n "s/^status:[[:blank:]]*[\"']\{0,1\}\([a-z]*\).*/\1/p" "$1" 2>/dev/null | head -n 1; }

# fetch_scripts: the scripts that are still to run, in $SCRIPTS; 1 when there are none.
fetch_scripts() {
    ask GET "$BASE/metadata/latest/maas-scripts" || fail "no scripts: $(answer_text)"
    [ "$HTTP_STATUS" != 204 ] || return 1
    rm -rf "$SCRIPTS"
    mkdir -p "$SCRIPTS"
    run tar -x -C "$SCRIPTS" -f "$RUN/body" || fail "the archive of scripts cannot be unpacked"
    rm -f "$RUN/body"
    [ -f "$SCRIPTS/index.tsv" ] || fail "the archive of scripts has no index.tsv"
}

# run_round [KIND]: runs the scripts of one kind in the archive that have not run yet. Sets ROUND to the kind, and to nothing when no script
# was left. What is next may depend on them: the inventory tells the disks that others are for.
run_round() {
    ROUND= together= together_count=0 together_jobs=
    while IFS=$tab read -r kind name path id seconds parallel restart <&7; do
        [ -n "$id" ] || continue
        case $RAN in *" $id "*) continue ;; esac
        [ "${1:-$kind}" = "$kind" ] || continue
        [ -z "$ROUND" ] || [ "$ROUND" = "$kind" ] || break
        # A failed test ends in Failed testing, which a person can override, if the server knows that the inventory is complete.
        if [ "$kind" = testing ] && [ -z "$TESTING" ]; then
            [ ! -s "$RUN/failed" ] || break
            TESTING=1
            signal TESTING || fail "the beginning of the tests could not be reported: $(answer_text)"
        fi
        ROUND=$kind RAN="$RAN$id "
        case $parallel in any) group=any ;; instance) group="instance $name" ;; *) group= ;; esac
        if [ "$group" != "$together" ] || [ "$together_count" -ge "$MOST_TOGETHER" ]; then
            wait_together
            together=$group
        fi
        if [ -z "$group" ]; then
            run_one 7<&-
        else
            together_count=$((together_count + 1))
            (RUN=$RUN/run.$id && mkdir -p "$RUN" && run_one) 7<&- &
            together_jobs="$together_jobs $!"
        fi
    done 7<"$SCRIPTS/index.tsv"
    wait_together
}

# wait_together: until the scripts that run at the same time have ended.
wait_together() {
    for job in $together_jobs; do wait "$job"; done
    together_jobs= together_count=0
}

# begin_scripts: nothing has run yet. Scripts see what comes late, too: USB, SAS and RAID controllers look for their disks after their
# driver is loaded.
begin_scripts() {
    step "devices"
    wait_for_disks
    settle_devices 3 "$PATIENCE"
    step "scripts"
    SCRIPTS=$RUN/scripts RAN=' ' TESTING=
    tab=$(printf '\t')
    : >"$RUN/failed"
}

# run_all: every script that the server has for this machine. Returns 1 where one failed, which the server knows then.
run_all() {
    begin_scripts
    while fetch_scripts; do
        run_round
        [ -n "$ROUND" ] || break
    done
    if [ ! -s "$RUN/failed" ]; then
        signal OK || fail "the end could not be reported: $(answer_text)"
        return 0
    fi
    failed=$(tr '\n' ' ' <"$RUN/failed")
    say "failed: scripts ${failed% }"
    printf 'Failed: %s' "${failed% }" >"$RUN/error"
    signal FAILED error "$RUN/error" || fail "the end could not be reported: $(answer_text)"
    return 1
}

run_scripts() {
    if [ "$KEEP_SSH" = true ]; then
        start_ssh
        step "scripts, $RESCUE_NOTE"
        printf '%s' "$RESCUE_NOTE" >"$RUN/note"
        signal WORKING error "$RUN/note" || say "warning: $(answer_text)"
        run_all
        stay
    else
        run_all
        power_off
    fi
}

# stay: the scripts have ended, and the machine is a person's until the server wants something else of it. One that refuses the machine's
# key has given the machine to another operation.
stay() {
    step "stay, $RESCUE_NOTE"
    while :; do
        sleep 15
        load_new_drivers
        if fetch_task; then
            [ "$TASK" = stay ] || return 0
        else
            case $HTTP_STATUS in 401 | 403) power_off ;; esac
        fi
    done
}

# release: the release scripts; what comes next, erasing or nothing, is another task.
release() {
    run_all || power_off
    fetch_task || power_off
    [ "$TASK" = erase ] || power_off
}

# deployment_scripts STAGE: runs the deployment scripts of "pre-install" or "post-install". One that fails ends the deployment.
deployment_scripts() {
    [ "$HAS_SCRIPTS" = true ] || return 0
    [ "$1" = post-install ] || begin_scripts
    fetch_scripts || return 0
    run_round "$1"
    [ ! -s "$RUN/failed" ] || fail "Failed: $(tr '\n' ' ' <"$RUN/failed")"
}

# power_fields: what a script wrote of the management controller it has set up, lines NAME: VALUE, as MAAS's runner sends them.
power_fields() {
    field power_type "$(sed -n 's/^power_type: *//p' "$RUN/bmc" | head -n 1)"
    field power_parameters "{$(power_members | tr '\n' ',' | sed 's/,$//')}"
}

# power_members: the other lines as members of a JSON object; a value may be in quotes.
power_members() {
    sed -n "
        /^power_type:/d
        s/[\"\\\\]//g
        s/: *'\\(.*\\)'\$/: \\1/
        s/^\\([a-z_]*\\): *\\(.*\\)\$/\"\\1\": \"\\2\"/p
    " "$RUN/bmc"
}

# run_one: runs the script of the index's line that was read last, and sends its result.
run_one() {
    step "$kind script $name"
    case $seconds in '' | *[!0-9]*) seconds=3600 ;; esac
    case /$path/ in */../*) fail "a script's path leaves the archive" ;; esac
    printf '%s' "$id" >"$RUN/script_id"
    signal WORKING script_result_id "$RUN/script_id" || fail "script $name could not be reported: $(answer_text)"
    chmod +x "$SCRIPTS/$path" "$SCRIPTS/launch" 2>/dev/null
    result=WORKING
    if [ "$restart" = restarted ]; then
        SCRIPT_EXIT=1
        rm -f "$RUN/result" "$RUN/late" "$RUN/bmc"
        : >"$RUN/out"
        echo "The machine restarted while this script ran." | tee "$RUN/err" >"$RUN/all"
    else
        run_script "$SCRIPTS/$path" "$seconds"
    fi
    if [ -e "$RUN/late" ]; then
        result=TIMEDOUT
        echo "Ended by the agent after $seconds seconds." | tee -a "$RUN/err" >>"$RUN/all"
    fi
    case $(told_status "$RUN/result"):$SCRIPT_EXIT in
        passed:* | degraded:* | skipped:* | :0) ;;
        *) echo "$name" >>"$RUN/failed" ;;
    esac
    say "script $name exit $SCRIPT_EXIT"
    form_begin
    field op signal
    field status "$result"
    field script_result_id "$id"
    field exit_status "$SCRIPT_EXIT"
    [ ! -s "$RUN/bmc" ] || power_fields
    attach "$name" "$RUN/all"
    attach "$name.out" "$RUN/out"
    attach "$name.err" "$RUN/err"
    if [ -s "$RUN/result" ]; then
        bounded "$RUN/result.sent" <"$RUN/result"
        attach "$name.yaml" "$RUN/result.sent"
    fi
    form_post || fail "the result of $name could not be sent: $(answer_text)"
    rm -f "$RUN/bmc" "$RUN/form"
}
