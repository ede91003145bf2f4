[Unit]
Description=Report the end of the deployment to MAAS
Wants=network-online.target
After=network-online.target
ConditionPathExists=!/var/lib/maas-reported

[Service]
Type=oneshot
ExecStart=/bin/bash /etc/maas-report.sh
ExecStartPost=/usr/bin/touch /var/lib/maas-reported
Restart=on-failure
RestartSec=15

[Install]
WantedBy=multi-user.target
