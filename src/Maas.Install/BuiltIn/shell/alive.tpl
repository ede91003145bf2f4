# Signs of life, until an installation must be over. The loop has none of the installer's open files, so that nothing waits for its end.
(
    maas_signs={{ alive.count }}
    while [ "$maas_signs" -gt 0 ]; do
        sleep {{ alive.interval }}
        maas -d op=signal -d status=WORKING "$metadata" || true
        maas_signs=$((maas_signs - 1))
    done
) </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- &
