[Unit]
Description=Install the system that MAAS deploys
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/bash /etc/maas-install.sh
StandardOutput=journal+console

[Install]
WantedBy=multi-user.target
