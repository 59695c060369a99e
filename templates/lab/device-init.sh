#!/bin/sh
# Makes a device's root file system and becomes its first process: systemd on a node, the daemons
# of a switch on a switch.
#
#   device-init.sh KIND FOLDER LAYERS
#
# The kernel of the host is shared, so what a device could change for everybody is out of reach:
# /sys is read-only (systemd-networkd then does not wait for udev, which cannot run here; where a
# node has stand-in hardware, its devices in an overlay are writable, which the kernel never sees),
# /proc/sys is read-only but for net, which each device has for itself, and the capabilities to set
# the clock, load modules and touch hardware are given up.
set -eu
kind=$1 folder=$2 layers=$3
root=$folder/disk/root

mount -t overlay \
    -o "lowerdir=$layers,upperdir=$folder/disk/upper,workdir=$folder/disk/work" overlay "$root"
cd "$root"

mount -t proc -o nosuid,nodev,noexec proc proc
mount --bind proc/sys proc/sys
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,ro proc/sys
if [ -e proc/sysrq-trigger ]; then
    mount --bind proc/sysrq-trigger proc/sysrq-trigger
    mount -o remount,bind,ro proc/sysrq-trigger
fi
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
if [ -e etc/railwright-standin/hardware.json ]; then
    # what firmware, boot loader and kernel would do: hardware, command line, kernel, drivers
    own=run/railwright-standin
    mkdir -p "$own/sys" "$own/work" "$own/hw"
    chroot . /usr/sbin/railwright-standin boot
    mount -t overlay -o "lowerdir=sys,upperdir=$own/sys,workdir=$own/work" overlay "$own/hw"
    mount --bind sys/devices/virtual/net "$own/hw/devices/virtual/net"
    mount -o remount,bind,ro "$own/hw/devices/virtual/net"
    umount sys
    mount --rbind "$own/hw" sys
    mount -o remount,bind,ro sys
    for bus in "$own"/hw/devices/pci*; do
        mount --bind "$bus" "sys/devices/${bus##*/}"
    done
    mount --bind "$own/cmdline" proc/cmdline
    mount --bind "$own/osrelease" proc/sys/kernel/osrelease
fi
if [ "$kind" = node ]; then
    mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup
fi

mount -t tmpfs -o mode=755,nosuid tmpfs dev
for device in null zero full random urandom tty autofs; do
    [ -e "/dev/$device" ] || continue # a kernel without autofs
    : > "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr

mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs tmp

# each boot has its own identity, by which whoever reboots a device sees that it is back
cat proc/sys/kernel/random/uuid > run/boot-id
mount --bind run/boot-id proc/sys/kernel/random/boot_id

mkdir run/host
pivot_root . run/host
cd /
umount -l /run/host
rmdir /run/host

hostname "$(cat /etc/hostname)"
ip -batch /etc/railwright-lab/boot.ip

case $kind in
node) set -- /lib/systemd/systemd ;;
switch) set -- sh /etc/railwright-lab/switch-init.sh ;;
esac
exec env -i container=railwright PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    setpriv --bounding-set=-sys_time,-sys_module,-sys_rawio "$@"
