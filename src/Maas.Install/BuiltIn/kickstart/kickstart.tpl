# Kickstart file of the machine {{ machine.system_id }}
cmdline
lang {{ params.locale | quote.kickstart }}
keyboard --vckeymap={{ params.keyboard | quote.kickstart }}
timezone {{ params.timezone | quote.kickstart }} --utc
network --bootproto=dhcp --device=bootif --hostname={{ machine.fqdn | quote.kickstart }}
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
{{~ if !storage.planned ~}}
autopart --type={{ params.partitioning | quote.kickstart }}
{{~ end ~}}
reboot

%pre --erroronfail
{{ snippet "shell/report" -}}
maas -d op=signal -d status=WORKING -d 'error=Anaconda runs.' "$metadata" || true
{{ snippet "shell/alive" -}}
{{~ if storage.planned ~}}
{{ snippet "shell/disks" -}}
if ! maas_find_disks; then
    maas -d op=signal -d status=FAILED -d 'error=The disks to install to were not found.' "$metadata"
    exit 1
fi
{
{{ storage.plan -}}
} > /tmp/maas-disk.ks
{{~ else ~}}
{{ snippet "shell/disk" -}}
if [ "$count" != 1 ]; then
    maas -d op=signal -d status=FAILED -d 'error=The disk to install to was not found.' "$metadata"
    exit 1
fi
printf 'ignoredisk --only-use=%s\nclearpart --all --initlabel --drives=%s\nbootloader --boot-drive=%s\n' "$found" "$found" "$found" > /tmp/maas-disk.ks
{{~ end ~}}
%end

%packages
{{~ for package in params.packages ~}}
{{ package }}
{{~ end ~}}
%end

%post --erroronfail
set -e
{{ snippet "shell/report" -}}
mkdir -p /etc/cloud/cloud.cfg.d
maas -o /etc/cloud/cloud.cfg.d/99-zz-maas.cfg "${metadata}maas-cloud-config"
chmod 600 /etc/cloud/cloud.cfg.d/99-zz-maas.cfg
if grep -q '^network:' /etc/cloud/cloud.cfg.d/99-zz-maas.cfg; then
    # cloud-init applies the network configuration, and leaves Anaconda's connections alone: they would be activated beside it.
    rm -f /etc/NetworkManager/system-connections/*.nmconnection
    for maas_file in /etc/sysconfig/network-scripts/ifcfg-*; do
        [ "${maas_file##*/}" = ifcfg-lo ] || rm -f "$maas_file"
    done
fi
{{~ if params.ssh_password_login ~}}
mkdir -p /etc/ssh/sshd_config.d
echo 'PasswordAuthentication yes' > /etc/ssh/sshd_config.d/10-maas.conf
echo 'ssh_pwauth: true' > /etc/cloud/cloud.cfg.d/99-zz-maas-ssh.cfg
{{~ end ~}}
{{~ for line in storage.special ~}}
printf '%s\n' {{ line | quote.sh }} >> /etc/fstab
{{~ end ~}}
{{ if params.late_command != "" }}{{ params.late_command | quote.preseed }}{{ end }}
maas -d op=signal -d status=OK "$metadata"
maas -d op=netboot_off "$metadata"
%end

%onerror
{{ snippet "shell/report" -}}
line=$(grep -h -m 1 -E ' (ERR|CRT) |ERROR|CRITICAL' /tmp/anaconda.log /tmp/storage.log /tmp/packaging.log 2>/dev/null | head -n 1 | cut -c 1-300)
maas -d op=signal -d status=FAILED --data-urlencode "error=Anaconda failed.${line:+ $line}" "$metadata"
%end
