"""What the handlers of each role do after which change, one row for each."""

APT, DNF = "apt", "dnf"
PACKAGES = "packages"
SYSCTL_BASE = "/etc/sysctl.d/60-railwright-base.conf"
SYSCTL_RAILS = "/etc/sysctl.d/60-railwright-rails.conf"
"""Stands among the paths of a role that was about to change packages."""
NM = "/etc/NetworkManager/system-connections/railwright"
UNITS = "/etc/systemd/system"
UP = "nmcli --wait 30 connection up railwright"
INITRAMFS = {APT: "update-initramfs -u -k all", DNF: "dracut --force --regenerate-all"}
UDEVD = "try_restart systemd-udevd.service"

Row = tuple[str, str, tuple[str, ...], tuple[str, ...]]
ROWS: tuple[Row, ...] = (
    # role, packaging, what it changed, what its handlers do before the last notes that
    ("base", APT, (PACKAGES,), ()),
    ("base", APT, ("/etc/hosts", "/etc/ssh/authorized_keys.d/alice"), ()),
    (
        "base",
        APT,
        (SYSCTL_BASE,),
        (f"/usr/lib/systemd/systemd-sysctl {SYSCTL_BASE} if {SYSCTL_BASE}",),
    ),
    ("base", APT, ("/etc/default/grub.d/50-railwright.cfg",), ("update-grub",)),
    (
        "base",
        APT,
        ("/etc/systemd/system.conf.d/50-railwright.conf",),
        ("systemd_service daemon_reexec",),
    ),
    (
        "base",
        APT,
        ("/etc/systemd/user.conf.d/50-railwright.conf",),
        ("systemd_service daemon_reexec",),
    ),
    ("base", APT, ("/etc/sysusers.d/railwright.conf",), ("systemd-sysusers",)),
    (
        "base",
        APT,
        ("/etc/tmpfiles.d/railwright-users.conf",),
        ("systemd-tmpfiles --create --prefix=/home",),
    ),
    (
        "base",
        APT,
        ("/etc/ssh/sshd_config.d/50-railwright.conf",),
        ("/usr/sbin/sshd -t", "try_restart ssh.service"),
    ),
    (
        "base",
        APT,
        ("/etc/tmpfiles.d/railwright-users.conf", "/etc/sysusers.d/railwright.conf"),
        ("systemd-sysusers", "systemd-tmpfiles --create --prefix=/home"),
    ),
    ("base", APT, ("/etc/chrony/chrony.conf",), ("try_restart chrony.service",)),
    (
        "base",
        APT,
        ("/etc/tuned/active_profile", "/etc/tuned/railwright/tuned.conf"),
        ("try_restart tuned.service",),
    ),
    ("base", DNF, (PACKAGES,), ()),
    (
        "base",
        DNF,
        (f"{UNITS}/railwright-kernel.service",),
        ("try_restart railwright-kernel.service",),
    ),
    (
        "base",
        DNF,
        ("/usr/local/lib/railwright/boot_kernel.sh",),
        ("try_restart railwright-kernel.service",),
    ),
    (
        "base",
        DNF,
        ("/etc/ssh/sshd_config.d/50-railwright.conf",),
        ("/usr/sbin/sshd -t", "try_restart sshd.service"),
    ),
    ("base", DNF, ("/etc/chrony.conf",), ("try_restart chronyd.service",)),
    ("lldp", APT, (PACKAGES,), ()),
    ("lldp", APT, ("/etc/lldpd.d/railwright.conf",), ("restart lldpd.service",)),
    ("ofed", APT, (PACKAGES,), (INITRAMFS[APT],)),
    ("ofed", APT, ("/etc/modules-load.d/railwright-rdma.conf",), (INITRAMFS[APT],)),
    (
        "ofed",
        APT,
        ("/etc/udev/rules.d/60-rdma-persistent-naming.rules",),
        (UDEVD, INITRAMFS[APT]),
    ),
    ("ofed", DNF, (PACKAGES,), (INITRAMFS[DNF],)),
    ("nic_firmware", APT, ("/etc/railwright/nic-firmware.json",), ()),
    ("nvidia_driver", APT, (PACKAGES,), ()),
    ("nvidia_driver", APT, ("/etc/modprobe.d/railwright-nvidia.conf",), (INITRAMFS[APT],)),
    ("nvidia_driver", DNF, ("/etc/modprobe.d/railwright-nvidia.conf",), (INITRAMFS[DNF],)),
    ("fabricmanager", APT, (PACKAGES,), ()),
    ("gpudirect", APT, (PACKAGES, "/etc/modules-load.d/railwright-gpudirect.conf"), ()),
    ("gpudirect", APT, (f"{UNITS}/acs-off.service",), ("try_restart acs-off.service",)),
    ("gpudirect", APT, ("/usr/local/lib/railwright/acs.py",), ("try_restart acs-off.service",)),
    ("nic_names", APT, ("/etc/railwright/nic-names.json",), (INITRAMFS[APT],)),
    (
        "nic_names",
        APT,
        ("/etc/systemd/network/10-railwright-rail0.link",),
        (UDEVD, INITRAMFS[APT]),
    ),
    (
        "nic_names",
        DNF,
        ("/etc/udev/rules.d/70-railwright-rdma-names.rules",),
        (UDEVD, INITRAMFS[DNF]),
    ),
    (
        "host_network",
        APT,
        (f"{UNITS}/systemd-networkd-wait-online.service.d/50-railwright.conf",),
        (),
    ),
    (
        "host_network",
        APT,
        (SYSCTL_RAILS,),
        (f"sysctl --load {SYSCTL_RAILS} if {SYSCTL_RAILS}",),
    ),
    (
        "host_network",
        APT,
        ("/etc/systemd/networkd.conf.d/50-railwright.conf",),
        ("restart systemd-networkd.service",),
    ),
    (
        "host_network",
        APT,
        ("/etc/systemd/network/50-railwright-rail0.network",),
        ("networkctl reload",),
    ),
    (
        "host_network",
        DNF,
        ("/etc/NetworkManager/conf.d/50-railwright.conf",),
        ("restart NetworkManager.service",),
    ),
    (
        "host_network",
        DNF,
        (f"{NM}-lo.nmconnection", f"{NM}-rail0.nmconnection"),
        (
            "nmcli connection reload",
            f"{UP}-lo if /sys/class/net/lo",
            f"{UP}-rail0 if /sys/class/net/rail0",
        ),
    ),
    (
        "host_network",
        APT,
        (
            "/etc/systemd/network/50-railwright-rail0.network",
            "/etc/systemd/networkd.conf.d/50-railwright.conf",
            SYSCTL_RAILS,
        ),
        (
            f"sysctl --load {SYSCTL_RAILS} if {SYSCTL_RAILS}",
            "restart systemd-networkd.service",
            "networkctl reload",
        ),
    ),
    (
        "host_network",
        DNF,
        (
            f"{NM}-rail0.nmconnection",
            "/etc/NetworkManager/conf.d/50-railwright.conf",
            SYSCTL_RAILS,
        ),
        (
            f"sysctl --load {SYSCTL_RAILS} if {SYSCTL_RAILS}",
            "restart NetworkManager.service",
            "nmcli connection reload",
            f"{UP}-rail0 if /sys/class/net/rail0",
        ),
    ),
    ("roce", APT, ("/etc/railwright/roce/rail0.env",), ()),
    (
        "roce",
        APT,
        (f"{UNITS}/railwright-roce-check.timer",),
        ("try_restart railwright-roce-check.timer",),
    ),
    (
        "container_toolkit",
        APT,
        (PACKAGES, "/etc/containers/containers.conf.d/50-railwright.conf"),
        (),
    ),
    (
        "container_toolkit",
        APT,
        ("/etc/containerd/config.toml",),
        ("try_restart containerd.service",),
    ),
    (
        "container_toolkit",
        APT,
        (f"{UNITS}/containerd.service.d/50-railwright.conf",),
        ("try_restart containerd.service",),
    ),
    ("container_toolkit", APT, ("/etc/docker/daemon.json",), ("try_restart docker.service",)),
    (
        "container_toolkit",
        APT,
        (f"{UNITS}/docker.service.d/50-railwright.conf",),
        ("try_restart docker.service",),
    ),
    ("dcgm", APT, (PACKAGES,), ()),
    ("nccl", APT, ("/etc/nccl.conf",), ()),
    ("hpcx", APT, ("/etc/profile.d/railwright-hpcx.sh",), ()),
    ("storage_client", APT, (f"{UNITS}/data.mount",), ()),
    ("exporters", APT, (PACKAGES, "/etc/modules-load.d/railwright-ipmi.conf"), ()),
    (
        "exporters",
        APT,
        (f"{UNITS}/prometheus-node-exporter.service.d/50-railwright.conf",),
        ("try_restart prometheus-node-exporter.service",),
    ),
    (
        "exporters",
        APT,
        (f"{UNITS}/prometheus-ipmi-exporter.service.d/50-railwright.conf",),
        ("try_restart prometheus-ipmi-exporter.service",),
    ),
    (
        "exporters",
        APT,
        ("/etc/dcgm-exporter/railwright-counters.csv",),
        ("try_restart nvidia-dcgm-exporter.service",),
    ),
    (
        "exporters",
        APT,
        (f"{UNITS}/nvidia-dcgm-exporter.service.d/50-railwright.conf",),
        ("try_restart nvidia-dcgm-exporter.service",),
    ),
    (
        "exporters",
        DNF,
        (f"{UNITS}/railwright-node-exporter.service",),
        ("try_restart railwright-node-exporter.service",),
    ),
)
