# Signs of life, until an installation must be over. Nothing of the installer waits for the end of this loop.
(
    maas_signs={{ alive.count }}
    while [ "$maas_signs" -gt 0 ]; do
        sleep {{ alive.interval }}
        maas -d op=signal -d status=WORKING "$metadata" || true
        maas_signs=$((maas_signs - 1))
    done
) </dev/null >/dev/null 2>&1 &
