{{ snippet "shell/report" -}}
line=$(grep -h -m 1 -E 'ERROR|Traceback|FAILED' /var/log/installer/curtin-install.log /var/log/installer/subiquity-server-debug.log 2>/dev/null | head -n 1 | cut -c 1-300)
maas -d op=signal -d status=FAILED --data-urlencode "error=The Ubuntu installer failed.${line:+ $line}" "$metadata"
