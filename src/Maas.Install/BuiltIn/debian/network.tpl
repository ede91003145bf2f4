# cloud-init applies the network configuration, and leaves other files alone: what netcfg wrote would give the interface a second address.
if grep -q '^network:' $config/99-zz-maas.cfg; then
    rm -f /target/etc/netplan/01-netcfg.yaml /target/etc/NetworkManager/system-connections/*
    # finish-install copies files for NetworkManager after this script, unless it is to configure the loopback interface alone.
    debconf-set netcfg/target_network_config loopback || true
    if [ -f /target/etc/network/interfaces ]; then
        printf 'source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n' > /target/etc/network/interfaces
    fi
    # ifupdown alone makes no bonds and no bridges, and VLANs only under names such as eth0.5.
    if [ -e /target/sbin/ifup ] && grep -q -E '"(bonds|bridges|vlans)": ' $config/99-zz-maas.cfg; then
        if ! apt-install netplan.io || ! in-target systemctl enable systemd-networkd.service; then
            fail 'The package netplan.io, which the network configuration needs, was not installed.'
        fi
        echo 'system_info: {network: {renderers: [netplan], activators: [netplan]}}' > $config/99-zz-maas-network.cfg
    fi
fi
