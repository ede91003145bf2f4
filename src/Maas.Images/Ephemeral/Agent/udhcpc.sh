#!/bin/sh
# Called by udhcpc with the lease in variables.
case $1 in
    deconfig)
        ip addr flush dev "$interface"
        ip link set "$interface" up
        ;;
    bound | renew)
        # "replace" keeps connections alive when a lease is renewed.
        ip addr replace "$ip/${mask:-24}" dev "$interface"
        [ -z "$mtu" ] || ip link set "$interface" mtu "$mtu"
        for gateway in $router; do ip route replace default via "$gateway" dev "$interface" && break; done
        for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf
        echo "$ip/${mask:-24}" >/run/maas/lease
        ;;
esac
