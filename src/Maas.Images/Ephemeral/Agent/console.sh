# What people see. Every console the kernel was given gets the lines, not only the last.

# say TEXT: one line "MAAS-AGENT TEXT". Never called with a secret.
say() {
    # By the shell alone: where memory is short no program may start.
    read -r say_consoles 2>/dev/null </sys/class/tty/console/active || say_consoles=console
    for tty in $say_consoles; do
        printf 'MAAS-AGENT %s\r\n' "$*" 2>/dev/null >"/dev/$tty"
    done
    read -r say_uptime _ </proc/uptime
    printf '%s %s\n' "$say_uptime" "$*" >>"$RUN/log"
}

# step TEXT: what is being done now.
step() { say "step=$*"; }

# run COMMAND...: its output goes to the log, from which a failure quotes the end.
run() { "$@" >>"$RUN/log" 2>&1 </dev/null; }

# last_lines: the end of the log, printable, at most 1500 bytes.
last_lines() { tail -n 12 "$RUN/log" | tail -c 1500 | tr -cd '\11\12\40-\176'; }

# settle: all is on the disk.
settle() { sync; }

# power_off_now: ends the machine, also where no program can be started any more (the kernel's own way: sysrq).
power_off_now() {
    settle
    poweroff -f
    echo o >/proc/sysrq-trigger
    while :; do sleep 60; done 2>/dev/null
}

power_off() {
    say "done"
    power_off_now
}

restart() {
    say "done"
    settle
    reboot -f
    sleep 60
}

# fail TEXT: tells the server, when there is one to tell, and the console; then off.
fail() {
    say "failed: $*"
    if [ -n "$TOKEN_SECRET" ]; then
        printf '%s\n%s\n' "$*" "$(last_lines)" >"$RUN/error"
        signal FAILED error "$RUN/error" || say "failed: the server could not be told"
    fi
    # Long enough to be read on the screen.
    sleep "$FAIL_PAUSE"
    power_off_now
}
