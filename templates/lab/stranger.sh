#!/bin/sh
# A device that is in no plan and does nothing but speak LLDP, in namespaces of its own.
#
#   stranger.sh ROOT NAME
#
# ROOT is the shared root file system, which stays as it is: what is written goes to a tmpfs of
# this mount namespace. NAME is the system name that it announces.
set -eu
root=$1 name=$2

mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
mount --rbind /dev "$root/dev"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mkdir "$root/run/lldpd"
cat > "$root/run/lldpd.conf" <<END
configure system hostname $name
configure lldp portidsubtype ifname
configure lldp tx-interval 1
END
hostname "$name"
exec chroot "$root" lldpd -d -O /run/lldpd.conf -I 'port*'
