# Drivers. Every device names the driver it wants; a driver that is loaded (a bus, a controller) brings new devices, some of them seconds
# later. So what waits for a device calls load_new_drivers again and again, which does nothing while the kernel has
# reported no event.

DRIVERS_SEEN=$RUN/modalias.seen DRIVERS_FRESH=$RUN/modalias.fresh DRIVERS_EVENT=

# wanted_drivers: what devices say in the file "modalias" or, as SD cards do, in "uevent" alone, each once.
wanted_drivers() {
    find "$SYS/devices" \( -name modalias -o -name uevent \) -exec sed -n 's/^MODALIAS=//; /^[a-z]/p' {} + 2>/dev/null | sort -u
}

# load_new_drivers: loads the drivers of the devices that are new since the last call; returns 1 when there is none.
load_new_drivers() {
    drivers_event=$(cat "$SYS/kernel/uevent_seqnum" 2>/dev/null)
    [ -z "$drivers_event" ] || [ "$drivers_event" != "$DRIVERS_EVENT" ] || return 1
    DRIVERS_EVENT=$drivers_event
    # Not empty: busybox grep takes an empty list of patterns for one that matches everything.
    [ -e "$DRIVERS_SEEN" ] || echo none >"$DRIVERS_SEEN"
    wanted_drivers | grep -vxFf "$DRIVERS_SEEN" >"$DRIVERS_FRESH" || return 1
    cat "$DRIVERS_FRESH" >>"$DRIVERS_SEEN"
    narrow_aliases
    # Words, not patterns of file names.
    set -f
    # shellcheck disable=SC2046
    modprobe -b -q -a $(cat "$DRIVERS_FRESH") >/dev/null 2>&1
    set +f
    return 0
}

# load_drivers: until there was nothing new for 200 ms; at most 30 rounds.
load_drivers() {
    drivers_quiet=0 drivers_round=0
    while [ "$drivers_quiet" -lt 2 ] && [ "$drivers_round" -lt 30 ]; do
        drivers_round=$((drivers_round + 1))
        if load_new_drivers; then drivers_quiet=0; else drivers_quiet=$((drivers_quiet + 1)); fi
        usleep 100000
    done
}

# device_event: the number of the kernel's last event about a device.
device_event() { cat "$SYS/kernel/uevent_seqnum" 2>/dev/null || uptime_seconds; }

uptime_seconds() { read -r uptime_now _ <"$PROC/uptime" && echo "${uptime_now%.*}"; }

# until_found COMMAND...: repeats it until it succeeds, whenever the kernel has reported an event, at most for PATIENCE seconds.
until_found() {
    found_end=$(($(uptime_seconds) + PATIENCE))
    found_event=$(device_event)
    while ! "$@"; do
        while [ "$(device_event)" = "$found_event" ]; do
            [ "$(uptime_seconds)" -lt "$found_end" ] || return 1
            usleep 500000
            load_new_drivers
        done
        [ "$(uptime_seconds)" -lt "$found_end" ] || return 1
        found_event=$(device_event)
    done
}

# settle_devices QUIET LIMIT: loads drivers until the kernel has reported no event for QUIET seconds, at most for LIMIT of them.
settle_devices() {
    settle_end=$(($(uptime_seconds) + $2)) settle_since=$(uptime_seconds) settle_event=
    while [ $(($(uptime_seconds) - settle_since)) -lt "$1" ] && [ "$(uptime_seconds)" -lt "$settle_end" ]; do
        load_new_drivers
        if [ "$(device_event)" != "$settle_event" ]; then
            settle_event=$(device_event)
            settle_since=$(uptime_seconds)
        fi
        usleep 500000
    done
}

# narrow_aliases: modprobe holds every pattern against every device, seconds of work on a slow machine. This leaves it those that can
# match: the buses there are and, where the pattern begins with a maker's number (pci:v00001AF4..., usb:v1D6B...), the makers. All of them
# stay in modules.alias.all.
narrow_aliases() {
    [ -n "$MODULES" ] || return 0
    [ -e "$MODULES/modules.alias.all" ] || cp "$MODULES/modules.alias" "$MODULES/modules.alias.all"
    awk 'function bus(text) { return substr(text, 1, index(text, ":")) }
        function maker(text) { return substr(text, 1, bus(text) == "pci:" ? 13 : 9) }
        NR == FNR { buses[bus($0)]; makers[maker($0)]; next }
        { b = bus($2) }
        b == "" { print; next }
        !(b in buses) { next }
        (b == "pci:" || b == "usb:") && $2 !~ /^[a-z]+:v\*/ && !(maker($2) in makers) { next }
        { print }' "$DRIVERS_FRESH" "$MODULES/modules.alias.all" >"$MODULES/modules.alias.new"
    mv "$MODULES/modules.alias.new" "$MODULES/modules.alias"
}
