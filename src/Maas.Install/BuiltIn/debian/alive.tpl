# Signs of life, until an installation must be over. After a step that failed, the installer waits for a person: that is a failure.
# The loop has none of the installer's open files, so that nothing waits for its end.
(
    signs={{ alive.count }}
    waited=0
    while [ $signs -gt 0 ]; do
        sleep 20
        line=$(sed -n "/main-menu.*Menu item '.*' failed/{p;q;}" /var/log/syslog)
        if [ -n "$line" ]; then
            report_failure "The Debian installer stopped: ${line##*: }"
            exit
        fi
        waited=$((waited + 20))
        if [ $waited -ge {{ alive.interval }} ]; then
            maas -O /dev/null --post-data 'op=signal&status=WORKING' {{ server.metadata_url | quote.sh }}latest/
            waited=0
            signs=$((signs - 1))
        fi
    done
) </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- &
