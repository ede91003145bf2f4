#!/bin/sh
# Makes the images that the fuzz targets begin from, with the reference tools, and packs them with zstd.
# They are kept in the repository, for a corpus means the bytes it was found with: run this only to add an image, and drop the others' changes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir -p tree/dir/sub tree/a/b/c/d/e/f/g/h/i tree/many
echo hello > tree/dir/file
seq 600 > tree/text
ln tree/text tree/dir/hard
truncate -s 9K tree/sparse
printf x | dd of=tree/sparse bs=1 seek=8000 conv=notrunc status=none
for i in 1 2 3; do echo $i > "tree/dir/sub/a longer name $i"; done
for i in $(seq 40); do : > "tree/many/an entry of a directory with an index $i"; done
ln -s ../some/where tree/link
ln -s "$(printf 'component/%.0s' 1 2 3 4 5 6 7 8 9 10 11 12)end" tree/long
setfattr -n user.key -v value tree/dir/file
mkdir plain && cp -r tree/dir/file tree/text tree/dir/sub plain

keep() { zstd -q -19 --ultra -f "$1" -o "$here/$1.zst"; }

mke2fs -q -F -t ext2 -O dir_index -b 1024 -N 96 -d tree ext2 400K && { e2fsck -fyD ext2 > /dev/null || true; } && keep ext2
mke2fs -q -F -t ext4 -O ^metadata_csum,^has_journal,inline_data -b 1024 -I 256 -N 96 -d tree ext4 400K && { e2fsck -fyD ext4 > /dev/null || true; } && keep ext4
mke2fs -q -F -t ext4 -O ^metadata_csum -b 1024 -N 64 -J size=1 -d plain ext4-journal 8M
dd if=ext4-journal of=block bs=1024 skip=1 count=1 status=none
debugfs -w -f /dev/stdin ext4-journal > /dev/null 2>&1 <<END
jo
jw -b 1 block
jw -r 9,10
jw -b 30,31 /dev/zero
jc
END
keep ext4-journal

printf 'boot' > tree/boot.img && truncate -s 2048 tree/boot.img
genisoimage -quiet -R -J -T -b boot.img -no-emul-boot -boot-load-size 4 -c boot.cat -o iso tree && keep iso
xorriso -as mkisofs -quiet -J -joliet-long -e boot.img -no-emul-boot -o iso-joliet plain -graft-points /boot.img=tree/boot.img 2> /dev/null && keep iso-joliet
xorriso -abort_on FATAL -outdev iso-zisofs -zisofs level=9:block_size=32k -map plain / -set_filter_r --zisofs / -- > /dev/null 2>&1 && keep iso-zisofs
rm tree/boot.img

mkfs.fat -C fat12 200 > /dev/null && mcopy -s -i fat12 plain/* ::/ && keep fat12
mkfs.fat -F 16 -s 1 -C fat16 2300 > /dev/null && mcopy -s -i fat16 plain/* ::/ && keep fat16
mkfs.fat -F 32 -s 1 -C fat32 33500 > /dev/null && mcopy -s -i fat32 plain/* ::/ && keep fat32

for kind in gzip xz lz4 zstd lzo; do mksquashfs tree squashfs-$kind -quiet -no-progress -b 4096 -comp $kind > /dev/null && keep squashfs-$kind; done
mksquashfs tree squashfs-plain -quiet -no-progress -noI -noD -noF -noX -comp gzip > /dev/null && keep squashfs-plain

truncate -s 300K gpt && sgdisk -a 1 -n 1:40:+200 -n 2:300:+100 gpt > /dev/null && dd if=fat12 of=gpt bs=512 seek=40 count=200 conv=notrunc status=none && keep gpt
truncate -s 300K mbr && printf 'label: dos\n64,100\n200,,E\n220,50\n300,50\n' | sfdisk -q mbr && keep mbr

mkfs.fat -C disk 100 > /dev/null && mcopy -i disk plain/text ::/
qemu-img convert -c -O qcow2 -o cluster_size=4k disk qcow2 && keep qcow2
qemu-img convert -c -O qcow2 -o cluster_size=4k,compression_type=zstd disk qcow2-zstd && keep qcow2-zstd
qemu-img convert -O qcow2 -o cluster_size=512,extended_l2=off,compat=0.10 disk qcow2-v2 && keep qcow2-v2
qemu-img convert -O vpc disk vhd && keep vhd
qemu-img convert -O vpc -o subformat=fixed disk vhd-fixed && keep vhd-fixed
qemu-img convert -O vhdx -o block_size=1M disk vhdx && keep vhdx
# Not closed: the log's GUID is in both headers, its first entry has become one of zeros, a second is what the first was, and the block table is old. The target makes the checksums right.
poke() { printf "$2" | dd of=vhdx-log bs=1 seek=$1 conv=notrunc status=none; }
log=1048576
cp vhdx vhdx-log
for header in 65536 131072; do dd if=vhdx of=vhdx-log bs=1 skip=$((log + 32)) seek=$((header + 48)) count=16 conv=notrunc status=none; done
dd if=vhdx of=vhdx-log bs=4096 skip=$((log / 4096)) seek=$((log / 4096 + 2)) count=2 conv=notrunc status=none
for at in 16 88 8188; do poke $((log + 8192 + at)) '\002'; done
poke $((log + 64)) zero && poke $((log + 72)) '\000\020\000\000\000\000\000\000'
dd if=/dev/zero of=vhdx-log bs=4096 seek=512 count=1 conv=notrunc status=none && keep vhdx-log
qemu-img convert -O vmdk disk vmdk && keep vmdk
qemu-img convert -O vmdk -o subformat=streamOptimized disk vmdk-stream && keep vmdk-stream

(cd plain && find . | cpio -o -H newc --quiet) > cpio && keep cpio
ln -s text plain/link && printf 'x%.0s' $(seq 180) > name && mv name "plain/$(cat name)" && truncate -s 100K plain/sparse && printf x >> plain/sparse
tar --format=pax -S -cf tar-pax -C plain . && keep tar-pax
tar --format=gnu -S -cf tar-gnu -C plain . && keep tar-gnu
