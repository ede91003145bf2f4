# Rescue mode: the machine stays up for a person, with a shell on its own screen, and over SSH for those whose keys the server names.

# start_ssh: an SSH server that takes no passwords. Sets RESCUE_NOTE to what a person needs to know of it.
start_ssh() {
    if [ ! -e /var/rescue-complete ]; then
        RESCUE_NOTE="no SSH: this environment has no SSH server"
        return
    fi
    ask GET "$BASE/metadata/latest/meta-data/public-keys" || fail "no SSH keys: $(answer_text)"
    if [ ! -s "$RUN/body" ]; then
        RESCUE_NOTE="no SSH: no one who may sign in has an SSH key"
        return
    fi
    mkdir -p /root/.ssh
    { cat "$RUN/body" && echo; } >/root/.ssh/authorized_keys
    # Made anew at each boot: nothing of the machine outlives it. The fingerprint tells a person that this is the machine.
    run dropbearkey -t ed25519 -f "$RUN/host-key" || fail "the SSH server has no host key"
    host_key=$(dropbearkey -y -f "$RUN/host-key" 2>/dev/null | sed -n 's/^Fingerprint: *//p')
    run dropbear -E -s -j -k -p 22 -r "$RUN/host-key" || fail "the SSH server does not start"
    RESCUE_NOTE="SSH as root, host key $host_key"
}

rescue() {
    if [ -z "$SHELL_STARTED" ]; then
        SHELL_STARTED=1
        (cd /root && exec setsid cttyhack sh -l </dev/console >/dev/console 2>&1) &
        start_ssh
        step "rescue mode, $RESCUE_NOTE"
    fi
    # Said once: it is what ends "Entering rescue mode". A server that did not hear it is told again the next time round.
    if [ -z "$RESCUE_TOLD" ]; then
        printf '%s' "$RESCUE_NOTE" >"$RUN/note"
        signal WORKING error "$RUN/note" && RESCUE_TOLD=1
    fi
    load_new_drivers
    sleep 15
}
