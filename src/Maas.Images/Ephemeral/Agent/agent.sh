#!/bin/sh
# The agent: asks the server what this machine shall do, does it, and reports. The conversation is described in the
# documentation of Maas.Images, "The ephemeral environment".
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
umask 077
NEWLINE='
'
RUN=/run/maas SYS=/sys PROC=/proc DEV=/dev MODULES=/lib/modules/$(uname -r)
set -o pipefail
for part in console memory drivers http network task enlist disk-identity disks hardware scripts deploy erase install rescue in-memory; do
    . "/lib/maas/$part.sh"
done

# read_kernel_line: sets BASE, TOKEN, TASK, BOOTIF, FAIL_PAUSE, PATIENCE and PROGRESS_SECONDS from the kernel's command line.
read_kernel_line() {
    BASE= TOKEN= TASK= BOOTIF= CONSUMER_KEY= TOKEN_KEY= TOKEN_SECRET= SYSTEM_ID= SHELL_STARTED= RESCUE_TOLD= FAIL_PAUSE=20 PATIENCE=30
    for word in $(cat /proc/cmdline); do
        case $word in
            maas.url=*) BASE=${word#*=} ;;
            maas.token=*) TOKEN=${word#*=} ;;
            maas.task=*) TASK=${word#*=} ;;
            maas.pause=*) FAIL_PAUSE=${word#*=} ;;
            maas.patience=*) PATIENCE=${word#*=} ;;
            maas.progress=*) PROGRESS_SECONDS=${word#*=} ;;
            BOOTIF=*) BOOTIF=${word#*=} ;;
        esac
    done
    BASE=${BASE%/}
}

# redeem_token: turns the one-time token into the machine's credentials, which stay in this shell.
redeem_token() {
    step "credentials"
    ask GET "$BASE/metadata/boot/$TOKEN/" || fail "no credentials: $(answer_text)"
    set_clock
    while IFS== read -r key value; do
        value=${value%"$CR"}
        case $key in
            system_id) SYSTEM_ID=$value ;;
            consumer_key) CONSUMER_KEY=$value ;;
            token_key) TOKEN_KEY=$value ;;
            token_secret) TOKEN_SECRET=$value ;;
        esac
    done <"$RUN/body"
    rm -f "$RUN/body"
    TOKEN=
    [ -n "$CONSUMER_KEY" ] && [ -n "$TOKEN_KEY" ] && [ -n "$TOKEN_SECRET" ] || fail "the server sent no credentials"
}

# Each task ends by powering off, restarting or starting a system, but for those that wait for another.
work() {
    none_left=24 shown=
    while :; do
        fetch_task || fail "no task: $(answer_text)"
        [ "$TASK" = "$shown" ] || say "task=$TASK"
        shown=$TASK
        case $TASK in
            commission | test) run_scripts ;;
            stay) stay ;;
            release) release ;;
            deploy) deploy ;;
            erase) erase ;;
            rescue) rescue ;;
            run) run_in_memory ;;
            poweroff) power_off ;;
            none)
                none_left=$((none_left - 1))
                [ "$none_left" -gt 0 ] || power_off
                sleep 5
                ;;
            *) fail "the task '$TASK' is not known to this agent" ;;
        esac
    done
}

read_kernel_line
say "up kernel $(uname -r) after $(cut -d' ' -f1 /proc/uptime) s"
[ -n "$BASE" ] || fail "the kernel's command line has no maas.url="
split_url "$BASE" || fail "maas.url= is not an http:// address"
network_up
if [ -z "$TOKEN" ]; then
    [ "$TASK" = enlist ] || fail "the kernel's command line has neither maas.token= nor maas.task=enlist"
    say "task=enlist"
    enlist
else
    redeem_token
    work
fi
