# The network: DHCP on the card the machine booted from, else on any that has a link; for a server with an IPv6 address, what a router
# advertises there.

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

# card_up CARD: gets an address; $RUN/lease has it. Otherwise it returns 1.
card_up() {
    case $BASE in
        http://\[*) card_up_ipv6 "$1" ;;
        # It stays in the background afterwards and renews the lease.
        *) run udhcpc -i "$1" -n -t 5 -T 3 -A 1 -s /lib/maas/udhcpc -V maas-agent -x "hostname:maas-agent" ;;
    esac
}

# card_up_ipv6 CARD: the kernel makes an address of a router's prefix (RFC 4862), and renews it. No other host may have it.
card_up_ipv6() {
    address_left=30
    while [ "$address_left" -gt 0 ]; do
        ip -6 addr show dev "$1" 2>/dev/null | sed -n '/scope link/d; /tentative/d; s/^ *inet6 \([^ ]*\) .*/\1/p' | head -n 1 >"$RUN/lease"
        [ ! -s "$RUN/lease" ] || return 0
        address_left=$((address_left - 1))
        usleep 500000
    done
    return 1
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
            card_up "$card" || continue
            say "network $card $(cat "$RUN/lease")"
            return 0
        done
    done
    case $BASE in http://\[*) fail "no router advertised a prefix on $(cards | tr '\n' ' ')" ;; esac
    fail "no DHCP server answered on $(cards | tr '\n' ' ')"
}
