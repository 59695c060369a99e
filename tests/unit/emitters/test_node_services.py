"""Names of ports, mounts of the storage network, and exporters."""

import json
import shutil
import subprocess

import pytest

from railwright.emitters.node_config.state import Check, Unit
from railwright.emitters.node_config.storage_client import unit_name
from railwright.plan.nodes_ports import data_ports
from tests.unit.emitters.node_stacks import role, stacked, texts

NFS = {"path": "/data", "server": "storage01", "export": "/export"}
TCP = {"path": "/soft-ware/x", "server": "storage02", "export": "/sw", "rdma": False}
NQN = "nqn.2026-11.net.example:scratch"
NVME = {"path": "/scratch/a", "server": "storage03", "nqn": NQN, "filesystem": "ext4", "port": 4421}


def test_interfaces_are_named_by_pci_address() -> None:
    plan = stacked()
    found = texts(plan, "nic_names")
    ports = data_ports(plan, plan.device["gpu0001"])
    assert len(ports) == 10
    for one in ports:
        link = found[f"etc/systemd/network/10-railwright-{one.interface}.link"]
        assert link == f"[Match]\nPath=pci-{one.pci}\n\n[Link]\nName={one.interface}\n"
    links = [path for path in found if path.endswith(".link")]
    assert len(links) == len(ports)


def test_rdma_devices_are_named_after_their_interface() -> None:
    found = texts(stacked(), "nic_names")
    rules = found["etc/udev/rules.d/70-railwright-rdma-names.rules"].splitlines()
    assert rules[1] == (
        'ACTION=="add", SUBSYSTEM=="infiniband", KERNELS=="0000:40:00.0", KERNEL!="mlx5_rail1", '
        'RUN+="/usr/bin/rdma dev set %k name mlx5_rail1"'
    )
    places = json.loads(found["etc/railwright/nic-names.json"])["ports"]
    assert {"interface": "storage0", "pci": "0000:29:00.1", "rdma": "mlx5_storage0"} in places
    assert len(places) == len(rules) == 10
    program = "/usr/local/lib/railwright/nic_names.py"
    assert role(stacked(), "nic_names").checks == (
        Check("nic_names", (program, "--check", "--json")),
    )


def test_rocky_has_the_tool_elsewhere() -> None:
    found = texts(stacked(os="rocky-9"), "nic_names")
    assert "/usr/sbin/rdma dev set" in found["etc/udev/rules.d/70-railwright-rdma-names.rules"]


def test_nfs_is_mounted_over_rdma_by_the_name_of_all_storage_addresses() -> None:
    plan = stacked(nfs=[NFS, TCP])
    found = texts(plan, "storage_client")
    assert found["etc/systemd/system/data.mount"] == (
        "[Unit]\n"
        "Description=/export of storage01\n"
        "\n"
        "[Mount]\n"
        "What=storage01-storage:/export\n"
        "Where=/data\n"
        "Type=nfs\n"
        "Options=vers=4.2,proto=rdma,port=20049,nconnect=8,hard,noatime,_netdev\n"
    )
    tcp = found[r"etc/systemd/system/soft\x2dware-x.mount"]
    assert "Options=vers=4.2,proto=tcp,nconnect=8,hard,noatime,_netdev\n" in tcp
    assert found["etc/modules-load.d/railwright-nfs.conf"] == "rpcrdma\n"
    assert "etc/modules-load.d/railwright-nfs.conf" not in texts(
        stacked(nfs=[TCP]), "storage_client"
    )
    assert "storage01-storage" in texts(plan, "base")["etc/hosts"]


def test_everything_is_mounted_when_it_is_used() -> None:
    state = role(stacked(nfs=[NFS], nvme=[NVME]), "storage_client")
    names = [unit.name for unit in state.units]
    assert names == ["railwright-nvme.service", "data.automount", "scratch-a.automount"]
    paths = {one.path.rpartition("/")[2] for one in state.files}
    assert {"data.automount", "data.mount", "scratch-a.automount", "scratch-a.mount"} <= paths
    assert {"nfs-common", "nvme-cli"} <= {one.name for one in state.packages}
    assert "nvme-cli" not in {
        one.name for one in role(stacked(nfs=[NFS]), "storage_client").packages
    }


def test_an_nvme_device_is_reached_by_both_addresses_of_its_server() -> None:
    plan = stacked(nvme=[NVME])
    found = texts(plan, "storage_client")
    service = found["etc/systemd/system/railwright-nvme.service"]
    for port in ("storage0", "storage1"):
        address = plan.links_of["storage03"][port].a.address
        assert (
            f"ExecStart=-/usr/sbin/nvme connect --transport=rdma --traddr={address} "
            f"--trsvcid=4421 --nqn={NQN} --ctrl-loss-tmo=-1\n"
        ) in service
    rule = found["etc/udev/rules.d/70-railwright-nvme.rules"]
    assert f'ATTRS{{subsysnqn}}=="{NQN}", SYMLINK+="railwright/scratch+a"\n' in rule
    mount = found["etc/systemd/system/scratch-a.mount"]
    assert "What=/dev/railwright/scratch+a\n" in mount
    assert "Type=ext4\n" in mount
    assert "Wants=railwright-nvme.service\nAfter=railwright-nvme.service\n" in mount


def test_a_mount_connects_again_what_was_not_there_at_the_start() -> None:
    plan = stacked(nvme=[NVME])
    service = texts(plan, "storage_client")["etc/systemd/system/railwright-nvme.service"]
    assert "RemainAfterExit" not in service
    assert Unit("railwright-nvme.service", running=None) in role(plan, "storage_client").units


@pytest.mark.skipif(not shutil.which("systemd-escape"), reason="systemd is not installed")
@pytest.mark.parametrize("path", ["/data", "/a-b/c", "/a/b-c.d_e/f", "/x--y"])
def test_units_have_the_names_that_systemd_wants(path: str) -> None:
    command = ["systemd-escape", "--path", "--suffix=mount", path]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert unit_name(path, "mount") == done.stdout.strip()


def exec_start(text: str) -> str:
    """Return what a drop-in starts instead of the package's command."""
    assert text.count("ExecStart=\n") == 1
    line = text.rpartition("ExecStart=")[2].replace("\\\n", "")
    return " ".join(line.partition("\n")[0].split())


def test_exporters_listen_on_the_in_band_address_only() -> None:
    plan = stacked()
    for node in ("gpu0001", "storage01", "mgmt01"):
        address = plan.device[node].management.address
        drop_ins = [
            text for path, text in texts(plan, "exporters", node).items() if "service.d" in path
        ]
        assert len(drop_ins) == (3 if node == "gpu0001" else 2)
        for text in drop_ins:
            assert f"{address}:" in exec_start(text)
            assert " :" not in exec_start(text)


def test_exporters_wait_for_their_address_as_long_as_it_takes() -> None:
    for system in ("debian-12", "rocky-9"):
        found = texts(stacked(os=system), "exporters")
        units = [text for path, text in found.items() if "/system/" in path]
        assert len(units) == (3 if system == "debian-12" else 2)
        for text in units:
            unit, _, service = text.partition("[Service]\n")
            assert "network-online.target" not in text, "no data port has to be up for metrics"
            assert "StartLimitIntervalSec=0\n" in unit
            assert "Restart=on-failure\nRestartSec=5\n" in service


def test_the_gpu_exporter_asks_the_host_engine_that_runs() -> None:
    path = "etc/systemd/system/nvidia-dcgm-exporter.service.d/50-railwright.conf"
    text = texts(stacked(), "exporters")[path]
    assert "Wants=nvidia-dcgm.service\n" in text
    assert exec_start(text).endswith(" --remote-hostengine-info localhost:5555")


def test_the_node_exporter_passes_on_what_our_programs_write() -> None:
    roce = texts(stacked(), "roce")["etc/systemd/system/railwright-roce-check.service"]
    folder = roce.partition("--metrics ")[2].split()[0].rpartition("/")[0]
    path = "etc/systemd/system/prometheus-node-exporter.service.d/50-railwright.conf"
    command = exec_start(texts(stacked(), "exporters")[path])
    assert f"--collector.textfile.directory={folder} " in command
    assert "--collector.infiniband" in command


def test_gpus_are_watched_where_there_are_some_and_bmcs_outside_of_machines() -> None:
    gpu, storage = (role(stacked(), "exporters", node) for node in ("gpu0001", "storage01"))
    assert Unit("nvidia-dcgm-exporter.service", needs=("nvidia",)) in gpu.units
    assert {one.name for one in gpu.packages} - {one.name for one in storage.packages} == {
        "datacenter-gpu-manager-exporter"
    }
    machine = role(stacked(host="vm"), "exporters")
    assert not [one.name for one in machine.packages if "ipmi" in one.name]
    assert not [one.name for one in machine.units if "ipmi" in one.name]


def test_gpu_counters_are_asked_for_once_each_with_errors_among_them() -> None:
    lines = texts(stacked(), "exporters")["etc/dcgm-exporter/railwright-counters.csv"].splitlines()
    rows = [[cell.strip() for cell in line.split(",")] for line in lines if line[:1] != "#"]
    assert all(len(row) == 3 and row[1] in ("gauge", "counter") for row in rows)
    names = [row[0] for row in rows]
    assert len(set(names)) == len(names)
    assert {"DCGM_FI_DEV_XID_ERRORS", "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL"} <= set(names)


def test_rocky_has_a_unit_of_ours_and_no_exporter_of_bmcs() -> None:
    plan = stacked(os="rocky-9")
    state = role(plan, "exporters")
    unit = "railwright-node-exporter.service"
    text = texts(plan, "exporters")[f"etc/systemd/system/{unit}"]
    address = plan.device["gpu0001"].management.address
    assert text.count("ExecStart=") == 1
    assert f"ExecStart=/usr/bin/node_exporter --web.listen-address={address}:9100 " in text
    assert "DynamicUser=yes\n" in text
    assert Unit(unit) in state.units
    assert not [one.name for one in state.units if "ipmi" in one.name]
