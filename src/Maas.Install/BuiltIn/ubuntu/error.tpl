{{ snippet "shell/report" -}}
maas -d op=signal -d status=FAILED -d 'error=The Ubuntu installer failed.' "$metadata"
