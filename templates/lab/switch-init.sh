#!/bin/sh
# Starts the daemons of a switch in the order in which they need each other, then waits as the
# first process. Nothing is started again by itself: a daemon that ends stays ended and is reported.
set -eu

mkdir -p /run/sshd /run/redis /run/railwright
mkdir -p -m 755 /run/frr
chown frr:frr /run/frr

redis-server /etc/railwright-lab/redis.conf
/usr/sbin/sshd
/usr/lib/frr/zebra -d -A 127.0.0.1 -s 90000000
/usr/lib/frr/staticd -d -A 127.0.0.1
/usr/lib/frr/bgpd -d -A 127.0.0.1
# -L '': without lldpd's own start-up lldpcli, which would race with the applier's and can leave
# lldpd paused for good
lldpd -L '' -I 'Ethernet*,eth0' -C eth0
until [ -S /run/lldpd.socket ]; do sleep 0.05; done

config load -y /etc/sonic/config_db.json
PYTHONPATH=/usr/local/lib/railwright-box \
    python3 -m box.applier --set-hostname --lldp-interval-s 2 &

exec tini -- sleep infinity
