# The network: DHCP on the card the machine booted from, else on any that has a link.

# boot_card: the interface whose address the boot loader named: BOOTIF=01-52-54-00-12-34-56.
boot_card() {
    [ -n "$BOOTIF" ] || return 1
    card_address=$(echo "${BOOTIF#??-}" | tr 'A-F-' 'a-f:')
    for card in "$SYS"/class/net/*; do
        [ -e "$card/device" ] && [ "$(cat "$card/address")" = "$card_address" ] || continue
        echo "${card##*/}"
        return 0
    done
    return 1
}

# cards: all real cards, the boot card first.
cards() {
    boot=$(boot_card)
    [ -z "$boot" ] || echo "$boot"
    for card in "$SYS"/class/net/*; do
        [ -e "$card/device" ] && [ "${card##*/}" != "$boot" ] && echo "${card##*/}"
    done
}

# wait_for_card: drivers of some cards take seconds to bring their interface.
wait_for_card() {
    card_left=60
    while [ "$card_left" -gt 0 ]; do
        [ -n "$BOOTIF" ] && boot_card >/dev/null && return 0
        [ -z "$BOOTIF" ] && [ -n "$(cards)" ] && return 0
        card_left=$((card_left - 1))
        load_new_drivers
        usleep 500000
    done
    [ -n "$(cards)" ]
}

network_up() {
    step "network"
    wait_for_card || fail "this machine has no network card that the kernel knows"
    network_round=0
    while [ "$network_round" -lt 10 ]; do
        network_round=$((network_round + 1))
        for card in $(cards); do
            ip link set "$card" up 2>/dev/null || continue
            # The boot card is tried in every round, the others from the second on: a slow switch port needs its time.
            [ "$network_round" -gt 1 ] || [ "$card" = "$(boot_card || cards | head -n 1)" ] || continue
            # It stays in the background afterwards and renews the lease.
            run udhcpc -i "$card" -n -t 5 -T 3 -A 1 -s /lib/maas/udhcpc -V maas-agent -x "hostname:maas-agent" || continue
            say "network $card $(cat "$RUN/lease")"
            return 0
        done
    done
    fail "no DHCP server answered on $(cards | tr '\n' ' ')"
}
