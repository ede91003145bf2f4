# Kickstart file of the machine {{ machine.system_id }}
cmdline
lang {{ params.locale | quote.kickstart }}
keyboard --vckeymap={{ params.keyboard | quote.kickstart }}
timezone {{ params.timezone | quote.kickstart }} --utc
network --bootproto=dhcp --device={{ machine.mac | quote.kickstart }} --hostname={{ machine.fqdn | quote.kickstart }}
url --url={{ mirror.url | quote.kickstart }}{{ if proxy != "" }} --proxy={{ proxy | quote.kickstart }}{{ end }}
rootpw --lock
user --name={{ params.user | quote.kickstart }} --groups=wheel{{ if params.user_password_crypted == "" }} --lock{{ else }} --iscrypted --password={{ params.user_password_crypted | quote.kickstart }}{{ end }}
{{~ for key in ssh_keys ~}}
sshkey --username={{ params.user | quote.kickstart }} {{ key | quote.kickstart }}
{{~ end ~}}
selinux --enforcing
firewall --enabled --ssh
services --enabled=sshd
zerombr
%include /tmp/maas-disk.ks
autopart --type={{ params.partitioning | quote.kickstart }}
reboot

%pre --erroronfail
{{ snippet "shell/report" -}}
maas -d op=signal -d status=WORKING -d 'error=Anaconda runs.' "$metadata" || true
want={{ disk.serial | quote.sh }}
name={{ disk.name | quote.sh }}
size={{ disk.size }}
found=
count=0
for block in /sys/block/*; do
    disk=${block##*/}
    serials=" $(echo $(udevadm info -q property -n "/dev/$disk" | sed -n 's/^ID_SERIAL_SHORT=//p; s/^ID_SCSI_SERIAL=//p; s/^ID_SERIAL=//p') $(cat "$block/serial" "$block/device/serial" 2>/dev/null)) "
    if [ -n "$want" ]; then
        case "$serials" in *" $want "*) found=$disk; count=$((count + 1)) ;; esac
    elif [ "$disk" = "$name" ] && [ $(($(cat "$block/size") * 512)) = "$size" ]; then
        found=$disk
        count=1
    fi
done
if [ "$count" != 1 ]; then
    maas -d op=signal -d status=FAILED -d 'error=The disk to install to was not found.' "$metadata"
    exit 1
fi
printf 'ignoredisk --only-use=%s\nclearpart --all --initlabel --drives=%s\nbootloader --boot-drive=%s\n' "$found" "$found" "$found" > /tmp/maas-disk.ks
%end

%packages
{{~ for package in params.packages ~}}
{{ package }}
{{~ end ~}}
%end

%post --erroronfail
{{ snippet "shell/report" -}}
mkdir -p /etc/cloud/cloud.cfg.d
maas -o /etc/cloud/cloud.cfg.d/99-zz-maas.cfg "${metadata}maas-cloud-config"
chmod 600 /etc/cloud/cloud.cfg.d/99-zz-maas.cfg
{{~ if params.ssh_password_login ~}}
mkdir -p /etc/ssh/sshd_config.d
echo 'PasswordAuthentication yes' > /etc/ssh/sshd_config.d/10-maas.conf
echo 'ssh_pwauth: true' > /etc/cloud/cloud.cfg.d/99-zz-maas-ssh.cfg
{{~ end ~}}
{{ if params.late_command != "" }}{{ params.late_command | quote.preseed }}{{ end }}
maas -d op=signal -d status=OK "$metadata"
maas -d op=netboot_off "$metadata"
%end

%onerror
{{ snippet "shell/report" -}}
maas -d op=signal -d status=FAILED -d 'error=Anaconda failed.' "$metadata"
%end
