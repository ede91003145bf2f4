#_preseed_V1
# Preseed of the machine {{ machine.system_id }}

# Locale, name and network
d-i debian-installer/locale string {{ params.locale | quote.preseed }}
d-i keyboard-configuration/xkb-keymap select {{ params.keymap | quote.preseed }}
d-i netcfg/get_hostname string {{ machine.hostname | quote.preseed }}
d-i netcfg/get_domain string {{ machine.domain | quote.preseed }}
d-i netcfg/hostname string {{ machine.hostname | quote.preseed }}
d-i hw-detect/load_firmware boolean true

# Mirror and proxy
d-i mirror/country string manual
d-i mirror/protocol string {{ mirror.scheme | quote.preseed }}
d-i mirror/{{ mirror.scheme }}/hostname string {{ mirror.host | quote.preseed }}
d-i mirror/{{ mirror.scheme }}/directory string {{ mirror.path | quote.preseed }}
d-i mirror/{{ mirror.scheme }}/proxy string {{ proxy | quote.preseed }}
d-i mirror/suite string {{ os.series | quote.preseed }}
d-i mirror/udeb/suite string {{ os.series | quote.preseed }}
{{~ if !params.keyring_check ~}}
d-i debian-installer/allow_unauthenticated boolean true
d-i debian-installer/allow_unauthenticated_ssl boolean true
{{~ end ~}}

# Clock
d-i clock-setup/utc boolean true
d-i clock-setup/ntp boolean true
d-i time/zone string {{ params.timezone | quote.preseed }}

# Users
{{ snippet "debian/user" }}

# Disk: found by its serial number; the installer stops when it is not there
d-i partman/early_command string sh /tmp/maas-installer disk
{{~ if storage.planned ~}}
d-i partman-auto/method string {{ if storage.has_volumes }}lvm{{ else }}regular{{ end }}
d-i partman-partitioning/default_label string {{ if storage.is_gpt }}gpt{{ else }}msdos{{ end }}
d-i partman-auto/expert_recipe string {{ storage.plan }}
d-i partman-basicfilesystems/no_swap boolean false
{{~ else ~}}
d-i partman-auto/method string {{ params.partitioning | quote.preseed }}
d-i partman-auto/choose_recipe select atomic
{{~ end ~}}
d-i partman-auto-lvm/guided_size string max
d-i partman-lvm/device_remove_lvm boolean true
d-i partman-lvm/confirm boolean true
d-i partman-lvm/confirm_nooverwrite boolean true
d-i partman-md/device_remove_md boolean true
d-i partman-partitioning/confirm_write_new_label boolean true
d-i partman/choose_partition select finish
d-i partman/confirm boolean true
d-i partman/confirm_nooverwrite boolean true
d-i grub-installer/only_debian boolean true
d-i grub-installer/with_other_os boolean false

# Packages
tasksel tasksel/first multiselect standard
d-i pkgsel/include string {{ join params.packages " " | quote.preseed }}
d-i pkgsel/upgrade select none
popularity-contest popularity-contest/participate boolean false

# What is done first and last. The installer logs these commands: the machine's key is not in them.
d-i maas/authorization string OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="{{ credentials.consumer_key | quote.preseed }}", oauth_token="{{ credentials.token_key | quote.preseed }}", oauth_signature="%26{{ credentials.token_secret | quote.preseed }}"
d-i preseed/early_command string {{ snippet "debian/fetch" -}}
d-i preseed/late_command string sh /tmp/maas-installer late
d-i finish-install/reboot_in_progress note
d-i cdrom-detect/eject boolean false
