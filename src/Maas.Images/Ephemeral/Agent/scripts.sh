# Commissioning and tests: the server's scripts are run one after another, each with its time, and what they print is sent.

OUTPUT_LIMIT=1048576

# bounded FILE: stdin to FILE, the first OUTPUT_LIMIT bytes of it; the rest is read and dropped, so that nobody waits.
bounded() {
    head -c "$OUTPUT_LIMIT" >"$1"
    cat >/dev/null
}

# run_script PATH SECONDS: sets SCRIPT_EXIT; output in $RUN/out, $RUN/err and, together, $RUN/all.
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
    rm -f "$RUN/late"
    # A session of its own, so that whatever it starts can be ended with it.
    (cd /tmp && exec setsid "$1" </dev/null >"$RUN/out.pipe" 2>"$RUN/err.pipe" 8>&-) &
    script=$!
    watch_script "$2" 8>&- &
    watch=$!
    wait "$script"
    SCRIPT_EXIT=$?
    kill "$watch" 2>/dev/null
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

run_scripts() {
    # The inventory must see what comes late: USB, SAS and RAID controllers look for their disks after their driver is loaded.
    step "devices"
    wait_for_disks
    settle_devices 3 "$PATIENCE"
    step "scripts"
    ask GET "$BASE/metadata/latest/maas-scripts" || fail "no scripts: $(answer_text)"
    failed=
    if [ "$HTTP_STATUS" != 204 ]; then
        rm -rf "$RUN/scripts"
        mkdir -p "$RUN/scripts"
        run tar -x -C "$RUN/scripts" -f "$RUN/body" || fail "the archive of scripts cannot be unpacked"
        rm -f "$RUN/body"
        [ -f "$RUN/scripts/index.tsv" ] || fail "the archive of scripts has no index.tsv"
        tab=$(printf '\t')
        testing=
        while IFS=$tab read -r kind name path id seconds <&7; do
            [ -n "$id" ] || continue
            # A failed test ends in Failed testing, which a person can override, if the server knows that the inventory is complete.
            if [ "$kind" = testing ] && [ -z "$testing" ]; then
                [ -z "$failed" ] || break
                testing=1
                signal TESTING || fail "the beginning of the tests could not be reported: $(answer_text)"
            fi
            run_one 7<&-
        done 7<"$RUN/scripts/index.tsv"
    fi
    if [ -z "$failed" ]; then
        signal OK || fail "the end could not be reported: $(answer_text)"
    else
        say "failed: scripts$failed"
        printf 'Failed:%s' "$failed" >"$RUN/error"
        signal FAILED error "$RUN/error" || fail "the end could not be reported: $(answer_text)"
    fi
    power_off
}

# run_one: runs the script of the index's line that was read last, and sends its result.
run_one() {
    step "$kind script $name"
    case $seconds in '' | *[!0-9]* | 0) seconds=3600 ;; esac
    case /$path/ in */../*) fail "a script's path leaves the archive" ;; esac
    printf '%s' "$id" >"$RUN/script_id"
    signal WORKING script_result_id "$RUN/script_id" || fail "script $name could not be reported: $(answer_text)"
    chmod +x "$RUN/scripts/$path" 2>/dev/null
    run_script "$RUN/scripts/$path" "$seconds"
    result=WORKING
    if [ -e "$RUN/late" ]; then
        result=TIMEDOUT
        echo "Ended by the agent after $seconds seconds." | tee -a "$RUN/err" >>"$RUN/all"
    fi
    [ "$SCRIPT_EXIT" = 0 ] || failed="$failed $name"
    say "script $name exit $SCRIPT_EXIT"
    form_begin
    field op signal
    field status "$result"
    field script_result_id "$id"
    field exit_status "$SCRIPT_EXIT"
    attach "$name" "$RUN/all"
    attach "$name.out" "$RUN/out"
    attach "$name.err" "$RUN/err"
    form_post || fail "the result of $name could not be sent: $(answer_text)"
}
