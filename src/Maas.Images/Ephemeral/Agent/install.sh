# A root archive on the disks that are planned for this machine: the server's plan is a list of steps, which are carried out one after
# another. The programs are in an archive of their own, which the machine boots beside the environment for such a deployment.

TAB=$(printf '\t')
# Nothing here runs udev: without these words LVM and mdadm would wait for it.
LVM_CONFIG='devices{use_devicesfile=0 obtain_device_list_from_udev=0} activation{udev_sync=0 udev_rules=0} global{use_lvmlockd=0}'
export MDADM_NO_UDEV=1 LVM_SUPPRESS_FD_WARNINGS=1

lvm_run() {
    lvm_command=$1
    shift
    run lvm "$lvm_command" --config "$LVM_CONFIG" "$@"
}

# phase NAME TEXT: a step that the console shows and the machine's timeline has.
phase() {
    step "$2"
    tell "cmd-install/$1" "$2"
}

# set_device KEY NAME / device KEY: the name below /dev that a key of the plan stands for.
set_device() {
    mkdir -p "$RUN/devices"
    echo "$2" >"$RUN/devices/$1"
}

device_name() {
    [ -e "$RUN/devices/$1" ] || fail "the plan uses $1 before it is made"
    cat "$RUN/devices/$1"
}

device() { echo "$DEV/$(device_name "$1")"; }

# devices KEY,KEY...: their paths, a word each.
devices() { for device_key in $(echo "$1" | tr , ' '); do device "$device_key"; done; }

count_of() { if [ "$1" = - ]; then echo 0; else echo "$1" | tr , '\n' | grep -c .; fi; }

# find_plan_disks: finds each disk of the plan, as it was inventoried; otherwise it returns 1 and WHY tells the reason.
find_plan_disks() {
    plan_wanted=$(sed -n "s/^disk${TAB}d[0-9]*${TAB}//p" "$RUN/plan")
    if [ -z "$plan_wanted" ]; then
        WHY="the plan names no disk"
        return 1
    fi
    if ! until_found match_wanted "$plan_wanted$NEWLINE"; then
        WHY="the disk $(sed -n 's/^none //p' "$RUN/disks.matched" | head -n 1); there are: $(disk_list)"
        return 1
    fi
    rm -rf "$RUN/devices"
    plan_number=0
    while read -r _ plan_disk; do
        if [ "$(sysfs_text "$SYS/block/$plan_disk/ro")" != 0 ]; then
            WHY="the disk $plan_disk is read-only"
            return 1
        fi
        plan_number=$((plan_number + 1))
        set_device "d$plan_number" "$plan_disk"
    done <"$RUN/disks.matched"
}

# check_plan: before anything is written, whether every step is one that this agent knows; otherwise WHY tells which is not.
check_plan() {
    plan_unknown=$(cut -f1 "$RUN/plan" \
        | grep -vxE 'disk|wipe|table|part|commit|raid|vg|lv|mkfs|mount|unpack|fstab|fstab-line|grub-bios|grub-uefi' | head -n 1)
    WHY="the plan has the step '$plan_unknown', which this agent does not know"
    [ -z "$plan_unknown" ]
}

add_partition() { # NUMBER START SIZE TYPE UUID ACTIVE; MiB
    printf '%s : start=%sMiB, type=%s' "$1" "$2" "$4"
    [ "$3" = - ] || printf ', size=%sMiB' "$3"
    [ "$5" = - ] || printf ', uuid=%s' "$5"
    [ "$6" = - ] || printf ', bootable'
    printf '\n'
}

# write_table KEY: writes the table that $RUN/table holds, and clears what stood at both ends of each new partition.
write_table() {
    table_disk=$(device_name "$1")
    run_stdin sfdisk --no-reread --no-tell-kernel --wipe always --wipe-partitions always "$DEV/$table_disk" <"$RUN/table" || return 1
    reread "$table_disk" || return 1
    for part in $(partitions "$table_disk"); do
        set_device "$1.$(partition_number "$part")" "$part"
        # An extended partition holds the records of the others.
        [ "$(sysfs_number "$SYS/class/block/$part/size")" -gt 2 ] || continue
        clear_ends "$part" || return 1
    done
}

make_raid() { # KEY LEVEL NAME UUID MEMBERS SPARES
    raid_bitmap=
    [ "$2" = 0 ] || raid_bitmap=--bitmap=internal
    raid_name=md${1#m}
    raid_path=/dev/md/$3
    case $3 in md[0-9] | md[0-9][0-9]) raid_path=/dev/$3 ;; esac
    # Level 0 takes not even the word that it has no spare device.
    raid_spares=
    [ "$6" = - ] || raid_spares="--spare-devices=$(count_of "$6") $(devices "$6")"
    # shellcheck disable=SC2046,SC2086
    run mdadm --create "/dev/$raid_name" --run --homehost=any --metadata=1.2 --level="$2" --name="$3" --uuid="$4" \
        --raid-devices="$(count_of "$5")" $raid_bitmap $(devices "$5") $raid_spares || return 1
    set_device "$1" "$raid_name"
    clear_ends "$raid_name" || return 1
    echo "ARRAY $raid_path metadata=1.2 UUID=$(echo "$4" | tr -d - | sed 's/......../&:/g; s/:$//')" >>"$RUN/mdadm.arrays"
}

make_group() { # NAME MEMBERS
    for group_member in $(devices "$2"); do lvm_run pvcreate -ff -y "$group_member" || return 1; done
    # shellcheck disable=SC2046
    lvm_run vgcreate -y "$1" $(devices "$2")
}

make_volume() { # KEY GROUP NAME MAPPER SIZE
    if [ "$5" = - ]; then
        lvm_run lvcreate -y -Zy -Wn -l 100%FREE -n "$3" "$2" || return 1
    else
        lvm_run lvcreate -y -Zy -Wn -L "${5}b" -n "$3" "$2" || return 1
    fi
    set_device "$1" "mapper/$4"
}

# make_file_system KEY TYPE UUID LABEL: without the features that boot loaders of the last years cannot read.
make_file_system() {
    mkfs_device=$(device "$1") mkfs_type=$2 mkfs_uuid=$3 mkfs_label=$4
    [ "$mkfs_label" != - ] || mkfs_label=
    case $mkfs_type in
        ext2) run full_mke2fs -q -F -t ext2 -U "$mkfs_uuid" -L "$mkfs_label" "$mkfs_device" ;;
        ext4)
            run full_mke2fs -q -F -t ext4 -O ^metadata_csum_seed,^orphan_file -U "$mkfs_uuid" -L "$mkfs_label" "$mkfs_device" \
                || run full_mke2fs -q -F -t ext4 -O ^metadata_csum_seed -U "$mkfs_uuid" -L "$mkfs_label" "$mkfs_device"
            ;;
        xfs)
            run mkfs.xfs -q -f -m "uuid=$mkfs_uuid" -i nrext64=0 -L "$mkfs_label" "$mkfs_device" \
                || run mkfs.xfs -q -f -m "uuid=$mkfs_uuid" -L "$mkfs_label" "$mkfs_device"
            ;;
        btrfs) run mkfs.btrfs -q -f -U "$mkfs_uuid" -L "$mkfs_label" "$mkfs_device" ;;
        fat32) run mkfs.fat -F 32 -i "$(echo "$mkfs_uuid" | tr -d -)" ${mkfs_label:+-n "$mkfs_label"} "$mkfs_device" ;;
        vfat) run mkfs.fat -i "$(echo "$mkfs_uuid" | tr -d -)" ${mkfs_label:+-n "$mkfs_label"} "$mkfs_device" ;;
        swap) run full_mkswap -U "$mkfs_uuid" ${mkfs_label:+-L "$mkfs_label"} "$mkfs_device" ;;
        *) false ;;
    esac || return 1
    # The programs in the new system find their root by this link, which udev would make.
    mkdir -p "$DEV/disk/by-uuid"
    ln -sf "$mkfs_device" "$DEV/disk/by-uuid/$mkfs_uuid"
}

# busybox has programs of these names, which its shell would take, and which know less.
full_mke2fs() { /bin/mke2fs "$@"; }
full_mkswap() { /bin/mkswap "$@"; }

mount_planned() { # KEY POINT TYPE
    (umask 022 && mkdir -p "/mnt$2") && run mount -t "$3" -o noatime "$(device "$1")" "/mnt$2"
}

full_tar() { /bin/tar "$@"; }

untar() { unpack 2>>"$RUN/log" | full_tar -x -p --numeric-owner --acls --xattrs --xattrs-include='*' -C /mnt -f - 2>>"$RUN/log"; }

store_archive() { cat >/mnt/.maas-archive; }

unpack_archive() {
    archive_disk=$(device_name d1)
    if [ "$IMAGE_FORMAT" = squashfs ]; then
        # Its content is read in any order, so it is kept on the disk until it is unpacked.
        receive_image "$archive_disk" store_archive || fail "$(image_fault "the archive could not be written to $archive_disk")"
        check_hash
        run unsquashfs -f -n -da 16 -fr 16 -d /mnt /mnt/.maas-archive || fail "the archive could not be unpacked"
        rm -f /mnt/.maas-archive
    else
        receive_image "$archive_disk" untar || fail "$(image_fault "the archive could not be unpacked")"
        check_hash
    fi
    [ -e /mnt/etc/os-release ] || [ -L /mnt/etc/os-release ] || fail "the archive holds no /etc/os-release"
    has_kernel || target_has apt-get || fail "the archive holds no kernel in /boot, and no apt-get to install one"
}

has_kernel() {
    set -- /mnt/boot/vmlinu?*
    [ -e "$1" ]
}

# in_target COMMAND...: in the new system.
in_target() {
    run env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive chroot /mnt "$@"
}

target_has() { [ -x "/mnt/usr/sbin/$1" ] || [ -x "/mnt/usr/bin/$1" ] || [ -x "/mnt/sbin/$1" ]; }

# require_target PROGRAM PACKAGE: the archive must bring what only its own programs can do.
require_target() { target_has "$1" || fail "the archive lacks $1 (package $2), which this machine's storage needs"; }

enter_target() {
    for folder in dev proc run sys; do mkdir -p "/mnt/$folder"; done
    run mount -o bind /dev /mnt/dev && run mount -t proc proc /mnt/proc && run mount -t sysfs sysfs /mnt/sys \
        && run mount -t tmpfs tmpfs /mnt/run && mkdir -p /mnt/run/lock/lvm
}

# leave_target: everything below /mnt is unmounted, the deepest first, and volumes and RAIDs are closed cleanly.
leave_target() {
    settle
    # shellcheck disable=SC2013
    for point in $(cut -d' ' -f2 "$PROC/mounts" | grep -E '^/mnt(/|$)' | sort -r); do
        run umount "$(printf '%b' "$(echo "$point" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')")" || return 1
    done
    ! grep -q "^vg$TAB" "$RUN/plan" || lvm_run vgchange -an || return 1
    [ ! -e "$RUN/mdadm.arrays" ] || run mdadm --stop --scan
}

# kernel_options: the words of this boot's command line that a person chose: console=ttyS0,115200 and the like.
kernel_options() {
    for option in $(cat "$PROC/cmdline"); do
        case $option in
            # iPXE on UEFI names the kernel's file first.
            kernel | linux | vmlinuz*) ;;
            maas.* | BOOTIF=* | BOOT_IMAGE=* | initrd=* | ip=* | root=* | rdinit=* | init=* | ro | rw | -*) ;;
            *[!A-Za-z0-9._,:=/@+-]*) ;;
            *) printf ' %s' "$option" ;;
        esac
    done
}

# kernel_package: the package of the distribution's own kernel, for this machine.
kernel_package() {
    kernel_machine=$(uname -m | sed 's/^x86_64$/amd64/; s/^aarch64$/arm64/')
    case $(sed -n 's/^ID=//p' /mnt/etc/os-release | tr -d '"') in
        ubuntu) echo linux-generic ;;
        debian) echo "linux-image-$kernel_machine" ;;
        *) return 1 ;;
    esac
}

# missing_packages: what a root archive without a kernel lacks to boot from this machine's storage, in one line. An archive with a kernel
# is taken as complete: what it lacks fails later, by name.
missing_packages() {
    has_kernel && return 0
    missing_kernel=$(kernel_package) || return 1
    case $(sed -n "s/^grub-\([a-z]*\)${TAB}.*/\1/p" "$RUN/plan" | head -n 1) in
        uefi) missing_grub=$(case $(uname -m) in aarch64) echo grub-efi-arm64-bin ;; *) echo grub-efi-amd64-bin ;; esac) ;;
        *) missing_grub=grub-pc-bin ;;
    esac
    printf '%s initramfs-tools grub2-common %s' "$missing_kernel" "$missing_grub"
    ! grep -q "^raid$TAB" "$RUN/plan" || printf ' mdadm'
    ! grep -q "^vg$TAB" "$RUN/plan" || printf ' lvm2'
    ! grep -q "^mkfs$TAB[^$TAB]*${TAB}xfs$TAB" "$RUN/plan" || printf ' xfsprogs'
    ! grep -q "^mkfs$TAB[^$TAB]*${TAB}btrfs$TAB" "$RUN/plan" || printf ' btrfs-progs'
    ! grep -q "^mkfs$TAB[^$TAB]*${TAB}v\{0,1\}fat" "$RUN/plan" || printf ' dosfstools'
}

# package_proxy: the proxy that cloud-init's configuration names for apt; nothing where it names none.
package_proxy() { sed -n '/^apt:/,/^[a-z]/s/^  proxy: "\([^"\\]*\)".*/\1/p' "$RUN/cloud-config" | head -n 1; }

# lend_network: the new system's apt uses this environment's name servers and the server's proxy, and starts no services; what it finds in
# these places is kept aside.
lend_network() {
    (
        umask 022
        mkdir -p /mnt/run/systemd/resolve /mnt/etc/apt/apt.conf.d /mnt/usr/sbin
        for lent in stub-resolv.conf resolv.conf; do cat /etc/resolv.conf >"/mnt/run/systemd/resolve/$lent" 2>>"$RUN/log"; done
        if [ ! -L /mnt/etc/resolv.conf ]; then
            [ ! -e /mnt/etc/resolv.conf ] || mv /mnt/etc/resolv.conf /mnt/etc/resolv.conf.maas
            cat /etc/resolv.conf >/mnt/etc/resolv.conf 2>>"$RUN/log"
        fi
        lent_proxy=$(package_proxy)
        {
            printf 'Acquire::Retries "3";\n'
            [ -z "$lent_proxy" ] || printf 'Acquire::http::Proxy "%s";\n' "$lent_proxy"
            # A proxy that does not tunnel is not asked for https addresses.
            ! grep -q '^  conf: .*Acquire::https::Proxy.*DIRECT' "$RUN/cloud-config" || printf 'Acquire::https::Proxy "DIRECT";\n'
        } >/mnt/etc/apt/apt.conf.d/99maas-install
        [ ! -e /mnt/usr/sbin/policy-rc.d ] || mv /mnt/usr/sbin/policy-rc.d /mnt/usr/sbin/policy-rc.d.maas
        printf '#!/bin/sh\nexit 101\n' >/mnt/usr/sbin/policy-rc.d && chmod 755 /mnt/usr/sbin/policy-rc.d
    )
}

take_network_back() {
    rm -f /mnt/etc/apt/apt.conf.d/99maas-install /mnt/usr/sbin/policy-rc.d
    [ ! -e /mnt/usr/sbin/policy-rc.d.maas ] || mv /mnt/usr/sbin/policy-rc.d.maas /mnt/usr/sbin/policy-rc.d
    [ -L /mnt/etc/resolv.conf ] || rm -f /mnt/etc/resolv.conf
    [ ! -e /mnt/etc/resolv.conf.maas ] || mv /mnt/etc/resolv.conf.maas /mnt/etc/resolv.conf
}

# Signs of life: a kernel and its firmware are hundreds of megabytes.
tell_packages() { while sleep 120; do tell cmd-install/packages "install packages"; done; }

# add_packages: MAAS's own root archives have neither kernel nor boot loader; the distribution's mirror has them.
add_packages() {
    packages=$(missing_packages) || fail "the archive holds no kernel in /boot, and it is neither Ubuntu nor Debian"
    [ -n "$packages" ] || return 0
    phase packages "install $packages"
    lend_network || fail "the new system's apt could not be prepared"
    tell_packages &
    packages_teller=$!
    packages_step="the list of packages could not be fetched"
    # shellcheck disable=SC2086
    in_target apt-get -q update && packages_step="the packages could not be installed: $packages" \
        && in_target apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confold install $packages
    packages_outcome=$?
    kill "$packages_teller" 2>/dev/null
    wait "$packages_teller" 2>/dev/null
    take_network_back
    [ "$packages_outcome" = 0 ] || fail "$packages_step"
    in_target apt-get -q clean
    has_kernel || fail "the packages brought no kernel into /boot: $packages"
}

configure_target() {
    mkdir -p /mnt/etc/cloud/cloud.cfg.d
    { cat "$RUN/cloud-config" >/mnt/etc/cloud/cloud.cfg.d/90_maas.cfg && chmod 600 /mnt/etc/cloud/cloud.cfg.d/90_maas.cfg; } \
        || fail "the configuration for cloud-init could not be written"
    rm -f "$RUN/cloud-config"
    target_has cloud-init || say "warning: the archive has no cloud-init, so the machine will not report that it is deployed"
    if [ -e "$RUN/mdadm.arrays" ]; then
        require_target mdadm mdadm
        (umask 022 && mkdir -p /mnt/etc/mdadm && { echo 'HOMEHOST <system>' && cat "$RUN/mdadm.arrays"; } >/mnt/etc/mdadm/mdadm.conf)
    fi
    ! grep -q "^vg$TAB" "$RUN/plan" || require_target lvm lvm2
    (umask 022 && mkdir -p /mnt/etc/default/grub.d \
        && printf 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX%s"\n' "$(kernel_options)" >/mnt/etc/default/grub.d/90-maas.cfg)
    ! target_has update-initramfs || make_ram_disks || fail "the initial RAM disk could not be made"
}

# make_ram_disks: one for each kernel, with what this machine's root needs; an archive may come without any.
make_ram_disks() {
    for kernel in /mnt/boot/vmlinu[xz]-*; do
        [ -e "$kernel" ] || continue
        kernel_release=${kernel#/mnt/boot/vmlinu?-}
        ram_disk_action=-c
        [ ! -e "/mnt/boot/initrd.img-$kernel_release" ] || ram_disk_action=-u
        in_target update-initramfs "$ram_disk_action" -k "$kernel_release" || return 1
    done
}

write_fstab() {
    (
        umask 022
        echo '# Written when the system was installed: device, mount point, type, options, dump, pass.' >/mnt/etc/fstab
        sed -n "s/^fstab-line$TAB//p" "$RUN/plan" >>/mnt/etc/fstab
    )
}

install_grub() { # bios DISKS | uefi TARGET
    require_target grub-install grub2-common
    require_target update-grub grub2-common
    if [ "$1" = bios ]; then
        [ -d /mnt/usr/lib/grub/i386-pc ] || fail "the archive lacks GRUB for a BIOS (package grub-pc or grub-pc-bin)"
        for grub_disk in $(devices "$2"); do
            in_target grub-install --target=i386-pc --recheck "$grub_disk" || fail "GRUB could not be installed on $grub_disk"
        done
    else
        [ -d "/mnt/usr/lib/grub/$2" ] || fail "the archive lacks GRUB for UEFI (package grub-efi)"
        # Where firmware looks on a disk that it has no entry for, and where Debian's signed GRUB looks for its configuration. The
        # firmware's own entries stay: the network comes first.
        grub_id=$(sed -n 's/^ID=//p' /mnt/etc/os-release | tr -cd 'a-z0-9._-')
        in_target grub-install --target="$2" --efi-directory=/boot/efi --bootloader-id="${grub_id:-linux}" --no-nvram \
            && in_target grub-install --target="$2" --efi-directory=/boot/efi --removable --no-nvram \
            || fail "GRUB could not be installed in /boot/efi"
    fi
    in_target update-grub || fail "the configuration of GRUB could not be made"
}

carry_out() {
    rm -f "$RUN/mdadm.arrays"
    # Of tabs in a row the shell makes one: an absent argument is written "-".
    while IFS=$TAB read -r verb a b c d e f g <&7; do
        case $verb in
            wipe)
                phase wipe "wipe $(device_name "$a")"
                erase_quick "$(device_name "$a")" && reread "$(device_name "$a")" || fail "the disk $(device_name "$a") cannot be written"
                ;;
            table) printf 'label: %s\n' "$b" >"$RUN/table" ;;
            part) add_partition "$b" "$c" "$d" "$e" "$f" "$g" >>"$RUN/table" ;;
            commit)
                phase partition "partition $(device_name "$a")"
                write_table "$a" || fail "the partition table of $(device_name "$a") could not be written"
                ;;
            raid)
                phase raid "build RAID $b $c"
                make_raid "$a" "$b" "$c" "$d" "$e" "$f" || fail "the RAID $c could not be built"
                ;;
            vg)
                phase lvm "make volume group $a"
                make_group "$a" "$b" || fail "the volume group $a could not be made"
                ;;
            lv) make_volume "$a" "$b" "$c" "$d" "$e" || fail "the logical volume $b/$c could not be made" ;;
            mkfs)
                phase format "make $b on $(device_name "$a")"
                make_file_system "$a" "$b" "$c" "$d" || fail "the file system $b on $(device_name "$a") could not be made"
                ;;
            mount) mount_planned "$a" "$b" "$c" || fail "$(device_name "$a") could not be mounted at $b" ;;
            unpack)
                phase extract "unpack the archive"
                unpack_archive
                ;;
            fstab)
                phase configure "configure"
                write_fstab || fail "fstab could not be written"
                enter_target || fail "the new system's folders could not be mounted"
                add_packages
                configure_target
                ;;
            grub-bios | grub-uefi)
                phase bootloader "install the boot loader"
                install_grub "${verb#grub-}" "$a"
                ;;
        esac
    done 7<"$RUN/plan"
}

deploy_root() {
    [ -e "${TOOLS_MARK:-/var/tools-complete}" ] \
        || fail "this environment has no programs to unpack root archives, or too little memory for them: 768 MiB are needed"
    ask GET "$BASE/metadata/latest/maas-disk-plan" || fail "no storage plan: $(answer_text)"
    mv "$RUN/body" "$RUN/plan"
    check_plan || fail "$WHY"
    find_plan_disks || fail "$WHY"
    ask GET "$BASE/metadata/latest/maas-cloud-config" || fail "no configuration for cloud-init: $(answer_text)"
    mv "$RUN/body" "$RUN/cloud-config"
    modprobe -q -a ext4 xfs btrfs vfat nls_ascii nls_cp437 nls_iso8859-1 nls_utf8 raid0 raid1 raid10 raid456 dm_mod
    mkdir -p /run/lock/lvm
    carry_out
    leave_target || fail "the new system could not be unmounted"
    finish_deployment
}
