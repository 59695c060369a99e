#!/bin/sh
# Runs one device inside its network namespace until it is switched off.
#
#   device-run.sh KIND FOLDER LAYERS [CGROUP]
#
# KIND is switch or node. FOLDER is the device's own; this process records itself there before
# anything else, so that it can be found whatever happens to its parent. LAYERS are the read-only
# trees of the root file system, the uppermost first. CGROUP is the device's control group.
#
# What the device writes lives in a tmpfs that belongs to this process: a reboot keeps it, the end
# of this process drops it. Ending this process ends the device: every child asks to die with its
# parent.
set -eu
kind=$1 folder=$2 layers=$3 cgroup=${4:-}
here=$(dirname "$0")

read -r status < /proc/$$/stat
echo "$status" > "$folder/process"

if [ -n "$cgroup" ]; then
    mkdir -p "$cgroup"
    echo $$ > "$cgroup/cgroup.procs"
fi

mount -t tmpfs -o mode=755 tmpfs "$folder/disk"
mkdir "$folder/disk/upper" "$folder/disk/work" "$folder/disk/root"

rebooted=129 # 128 + SIGHUP, with which the kernel ends a process namespace that reboots
while :; do
    result=0
    setpriv --pdeathsig KILL \
        unshare --mount --uts --ipc --pid ${cgroup:+--cgroup} --fork --kill-child \
        sh "$here/device-init.sh" "$kind" "$folder" "$layers" || result=$?
    [ "$result" = "$rebooted" ] || exit "$result"
done
