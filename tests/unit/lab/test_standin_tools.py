"""Stand-in tools: what they print is what the programs of a node read, as from the real ones."""

import json
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from railwright import api
from railwright.lab.standin import hardware
from railwright.lab.standin.node import cli, dkms, firmware, grub, kmods, sysfs
from railwright.lab.standin.node.machine import HARDWARE, LIVE, Machine, ToolError
from railwright.programs import nic_firmware, roce_kernel, roce_mlnx

Tool = Callable[..., tuple[int, str]]
KERNEL = "6.1.0-50-amd64"
NIC, OTHER_NIC, GPU = "0000:18:00.0", "0000:40:00.0", "0000:1b:00.0"


@pytest.fixture
def machine(tmp_path: Path, root: Path) -> Machine:
    """A DGX H100 with its driver loaded, whose /sys is a folder."""
    plan = api.load_plan(root / "tests/lab/tiny.yml").plan
    node = Machine(tmp_path)
    node.write(HARDWARE, hardware.document(plan, plan.device["gpu0001"]).decode())
    node.write("run/railwright-standin/osrelease", f"{KERNEL}\n")
    node.write(f"boot/vmlinuz-{KERNEL}", "")
    (tmp_path / "sys").symlink_to(tmp_path / LIVE)
    node.path(f"{LIVE}/{sysfs.NETS}").mkdir(parents=True)
    for name, version in (("ib_core", "25.10"), ("mlx5_core", "25.10"), ("mlx5_ib", "25.10")):
        install(node, name, version)
    sysfs.write_devices(node, LIVE)
    for name in ("mlx5_core", "mlx5_ib"):
        kmods.load(node, name)
    sysfs.write_nics(node, LIVE)
    return node


def install(machine: Machine, name: str, version: str) -> None:
    target = machine.path(f"lib/modules/{KERNEL}/updates/dkms/{name}.ko")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(kmods.module_file(name, version, KERNEL))


@pytest.fixture
def tool(machine: Machine, capsys: pytest.CaptureFixture[str]) -> Tool:
    """Run a tool; return its status and what it printed."""

    def run(name: str, *argv: str) -> tuple[int, str]:
        status = cli.run(name, list(argv), machine)
        done = capsys.readouterr()
        return status, done.out + done.err

    return run


def fault(machine: Machine, name: str) -> None:
    machine.write(f"etc/railwright-standin/faults/{name}", "")


def test_mlnx_qos_shows_what_was_set(tool: Tool) -> None:
    status, text = tool("mlnx_qos", "-i", "rail0")
    assert status == 0
    assert roce_mlnx.qos_of(text).trust == "pcp"
    assert "dscp2prio" not in text
    words = ("--trust", "dscp", "--pfc", "0,0,0,1,0,0,0,0", "-d", "os", "--cable_len=5")
    tool("mlnx_qos", "-i", "rail0", *words)
    text = tool("mlnx_qos", "-i", "rail0")[1]
    for line in (
        "DCBX mode: OS controlled",
        "Priority trust state: dscp",
        "\tprio:3 dscp:31,30,29,28,27,26,25,24,",
        "Receive buffer size (bytes): 20016,156096,0,0,0,0,0,0,max_buffer_size=1027728",
        "Cable len: 5",
        "\tpriority    0   1   2   3   4   5   6   7",
        "\tenabled     0   0   0   1   0   0   0   0",
        "tc: 3 ratelimit: unlimited, tsa: vendor",
        "\t priority:  3",
    ):
        assert line in text.splitlines()
    assert roce_mlnx.qos_of(text).trust == "dscp"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("-i", "mlx5_0"), "not supported on your system"),
        (("-i", "rail0", "--pfc", "1,2"), "Bad value for pfc"),
        (("-i", "rail0", "-s", "ets,ets,ets,ets,ets,ets,ets,ets", "-t", "1,1,1,1,1,1,1,1"), "100%"),
        (
            ("-i", "rail0", "-s", "strict,ets,ets,ets,ets,ets,ets,ets", "-t", "5,95,0,0,0,0,0,0"),
            "0 bandwidth",
        ),
        (("-i", "rail0", "--nonsense", "1"), "no such option"),
    ],
)
def test_mlnx_qos_refuses(tool: Tool, argv: tuple[str, ...], said: str) -> None:
    status, text = tool("mlnx_qos", *argv)
    assert status != 0
    assert said in text


def test_dcb_and_mlnx_qos_are_one_device(tool: Tool) -> None:
    tool("dcb", "pfc", "set", "dev", "rail0", "prio-pfc", "all:off", "3:on")
    tool("dcb", "app", "add", "dev", "rail0", "dscp-prio", "26:3", "48:6")
    assert json.loads(tool("dcb", "-j", "pfc", "show", "dev", "rail0")[1])["prio_pfc"][3] is True
    assert json.loads(tool("dcb", "-j", "app", "show", "dev", "rail0")[1]) == {
        "dscp_prio": [[26, 3], [48, 6]]
    }
    text = tool("mlnx_qos", "-i", "rail0")[1]
    assert roce_mlnx.qos_of(text).trust == "dscp"
    assert "\tenabled     0   0   0   1   0   0   0   0" in text


def test_pause_is_applied_although_the_tool_fails(tool: Tool) -> None:
    assert roce_kernel.pause_of(tool("ethtool", "-a", "rail0")[1]) == "rx and tx on"
    status, _ = tool("ethtool", "-A", "rail0", "autoneg", "off", "rx", "off", "tx", "off")
    assert status != 0
    assert roce_kernel.pause_of(tool("ethtool", "-a", "rail0")[1]) == "off"
    assert roce_kernel.fec_of(tool("ethtool", "--show-fec", "rail0")[1]) == "rs"


def test_firmware_parameters_wait_for_a_reset(tool: Tool) -> None:
    before = nic_firmware.rows(tool("mlxconfig", "-d", NIC, "-e", "q")[1])
    assert len(before) == len(firmware.PARAMETERS)
    assert tool("mlxconfig", "-d", NIC, "--yes", "set", "CNP_DSCP_P1=46", "SRIOV_EN=1")[0] == 0
    text = tool("mlxconfig", "-d", NIC, "-e", "q")[1]
    row = next(line for line in text.splitlines() if "CNP_DSCP_P1" in line)
    assert row.split() == ["*", "CNP_DSCP_P1", "48", "48", "46"]
    assert "SRIOV_EN" in next(
        line for line in text.splitlines() if "True(1)" in line and "*" in line
    )
    assert tool("mlxfwreset", "-d", NIC, "-y", "reset")[0] == 0
    row = next(
        line
        for line in tool("mlxconfig", "-d", NIC, "-e", "q")[1].splitlines()
        if "CNP_DSCP_P1" in line
    )
    assert row.split() == ["*", "CNP_DSCP_P1", "48", "46", "46"]


@pytest.mark.parametrize(
    ("name", "warm", "remedy"),
    [
        ("", "46", "reboot"),
        (f"mlxfwreset-only:4:{NIC}", "46", "reboot"),
        (f"mlxfwreset-only:3:{NIC}", "48", "reset"),
        (f"mlxfwreset-only:3:{OTHER_NIC}", "46", "reboot"),
        (f"mlxfwreset-only:1:{NIC}", "48", "cold"),
        ("mlxfwreset-unsupported", "48", "cold"),
    ],
)
def test_a_restart_loads_firmware_where_mlxfwreset_says_so(
    machine: Machine, tool: Tool, name: str, warm: str, remedy: str
) -> None:
    if name:
        fault(machine, name)
    code, text = tool("mlxfwreset", "-d", NIC, "query")
    assert ("cold" if code else nic_firmware.remedy_of(text)) == remedy
    tool("mlxconfig", "-d", NIC, "-y", "set", "CNP_DSCP_P1=46")
    nic = machine.nic(NIC)
    assert nic is not None
    firmware.restarted(machine)
    assert firmware.parameters(machine, nic)["CNP_DSCP_P1"] == ("48", warm, "46")
    firmware.cold_cycle(machine)
    firmware.restarted(machine)
    assert firmware.parameters(machine, nic)["CNP_DSCP_P1"] == ("48", "46", "46")


def test_levels_of_a_reset_are_printed_as_the_real_tool_does(tool: Tool) -> None:
    lines = tool("mlxfwreset", "-d", NIC, "query")[1].splitlines()
    assert lines[:6] == [
        "Reset-levels:",
        '0: Driver, PCI link, network link will remain up ("live-Patch")  -Not Supported ',
        '1: Only ARM side will not remain up ("Immediate reset").         -Not Supported ',
        "3: Driver restart and PCI reset                                  -Supported     (default)",
        "4: Warm Reboot                                                   -Supported     ",
        "",
    ]


def test_a_reset_needs_its_level(machine: Machine, tool: Tool) -> None:
    fault(machine, f"mlxfwreset-only:4:{NIC}")
    code, text = tool("mlxfwreset", "-d", NIC, "-y", "reset")
    assert (code, "'3' is not supported" in text) == (1, True)
    assert tool("mlxfwreset", "-d", OTHER_NIC, "-y", "reset")[0] == 0


@pytest.mark.parametrize("user", ["module", "mount"])
def test_a_reset_fails_while_the_driver_is_in_use(machine: Machine, tool: Tool, user: str) -> None:
    tool("mlxconfig", "-d", NIC, "-y", "set", "CNP_DSCP_P1=46")
    machine.write("proc/mounts", "tmpfs /run tmpfs rw 0 0\n")
    fault(machine, "mlxfwreset-in-use")
    assert tool("mlxfwreset", "-d", OTHER_NIC, "-y", "reset")[0] == 0
    if user == "module":
        machine.path(f"{LIVE}/module/nvidia_peermem").mkdir()
    else:
        machine.write("proc/mounts", "10.0.0.1:/data /data nfs rw,proto=rdma,port=20049 0 0\n")
    code, text = tool("mlxfwreset", "-d", NIC, "-y", "reset")
    assert (code, "Failed to stop driver!" in text) == (1, True)
    nic = machine.nic(NIC)
    assert nic is not None
    assert firmware.parameters(machine, nic)["CNP_DSCP_P1"] == ("48", "48", "46")


def test_hidden_parameters_show_once_advanced_settings_are_on(tool: Tool) -> None:
    status, text = tool("mlxconfig", "-d", NIC, "q", "MAX_ACC_OUT_READ")
    assert status != 0
    assert "doesn't support MAX_ACC_OUT_READ" in text
    tool("mlxconfig", "-d", NIC, "-y", "set", "ADVANCED_PCI_SETTINGS=1")
    tool("mlxfwreset", "-d", NIC, "-y", "reset")
    assert tool("mlxconfig", "-d", NIC, "q", "MAX_ACC_OUT_READ")[0] == 0


def test_a_register_as_a_table(tool: Tool) -> None:
    base = ("-d", NIC, "-y", "--reg_name", "ROCE_ACCL")
    assert roce_mlnx.register_of(tool("mlxreg", *base, "--get")[1])["roce_tx_window_en"] == 1
    assert tool("mlxreg", *base, "--set", "roce_tx_window_en=0")[0] == 0
    assert roce_mlnx.register_of(tool("mlxreg", *base, "--get")[1])["roce_tx_window_en"] == 0
    assert tool("mlxreg", *base, "--set", "nonsense=0")[0] != 0


def test_the_connection_manager_needs_its_module(machine: Machine, tool: Tool) -> None:
    assert tool("cma_roce_tos", "-d", "mlx5_0", "-t", "106")[0] != 0
    install(machine, "rdma_cm", "")
    assert tool("modprobe", "rdma_cm") == (0, "")
    assert tool("cma_roce_tos", "-d", "mlx5_0", "-t", "106") == (0, "106\n")
    assert tool("cma_roce_mode", "-d", "mlx5_0")[1] == "RoCE v2\n"


def test_registers_of_pci_devices(machine: Machine, tool: Tool) -> None:
    assert tool("setpci", "-s", "18:00.0", "CAP_EXP+08.w=5000:F000")[0] == 0
    assert "MaxReadReq 4096 bytes" in tool("lspci", "-vv", "-s", "18:00.0")[1]
    config = machine.path(f"sys/bus/pci/devices/{NIC}/config").read_bytes()
    assert roce_kernel.read_request_bytes(config) == 4096
    assert struct.unpack_from("<H", config)[0] == 0x15B3
    assert tool("setpci", "-s", "17:00.0", "ECAP_ACS+0x6.w") == (0, "001d\n")
    assert "SrcValid+" in tool("lspci", "-vvv", "-s", "17:00.0")[1]
    tool("setpci", "-s", "17:00.0", "ECAP_ACS+0x6.w=0000")
    assert tool("setpci", "-s", "17:00.0", "ECAP_ACS+0x6.w") == (0, "0000\n")
    status, text = tool("setpci", "-s", "18:00.0", "ECAP_ACS+0x6.w")
    assert status != 0
    assert "not found" in text


def test_sysfs_leads_from_an_interface_to_its_device(machine: Machine) -> None:
    place = machine.path("sys/class/net/rail0/device").resolve()
    assert place.name == NIC
    assert machine.path("sys/class/infiniband/mlx5_0/device").resolve() == place
    assert (place / "numa_node").read_text() == "0\n"
    assert sorted(one.name for one in (place / "net").iterdir()) == ["rail0"]
    assert (place / "driver").resolve().name == "mlx5_core"
    assert machine.text("sys/class/net/rail0/ecn/roce_np/cnp_dscp") == "48"


def test_rails_swapped_and_devices_missing(machine: Machine) -> None:
    assert machine.nic("rail0")["address"] == NIC  # type: ignore[index]
    fault(machine, "rails-swapped")
    assert machine.nic("rail1")["address"] == NIC  # type: ignore[index]
    fault(machine, f"nic-missing:{NIC}")
    assert machine.nic(NIC) is None
    fault(machine, f"gpu-missing:{GPU}")
    assert len(machine.gpus()) == 7


def test_a_driver_that_is_not_there_or_of_another_version(machine: Machine, tool: Tool) -> None:
    status, text = tool("nvidia-smi")
    assert status == 9
    assert "couldn't communicate with the NVIDIA driver" in text
    install(machine, "nvidia", "580.1")
    assert tool("modprobe", "nvidia") == (0, "")
    assert tool("nvidia-smi", "-L")[1].count("NVIDIA H100") == 8
    query = ("--query-gpu=driver_version,pci.bus_id", "--format=csv,noheader")
    assert tool("nvidia-smi", *query)[1].splitlines()[0] == "580.1, 00000000:1B:00.0"
    machine.write("usr/share/railwright-standin/nvidia-fabricmanager", "580.2-1\n")
    status, text = tool("nv-fabricmanager")
    assert status != 0
    assert "don't match with driver version 580.1" in text
    machine.write("usr/share/railwright-standin/nvidia-fabricmanager", "580.1-1\n")
    assert tool("nv-fabricmanager")[0] == 0
    assert "Completed" in tool("nvidia-smi", "-q")[1]
    machine.write("usr/share/railwright-standin/libnvidia-ml1", "580.2-1\n")
    assert tool("nvidia-smi")[0] == 18


def test_secure_boot_takes_signed_modules_only(machine: Machine, tool: Tool) -> None:
    install(machine, "gdrdrv", "2.6")
    install(machine, "nvidia", "580.1")
    fault(machine, "secure-boot")
    status, text = tool("modprobe", "nvidia")
    assert status != 0
    assert "Key was rejected by service" in text
    assert tool("mokutil", "--sb-state")[1] == "SecureBoot enabled\n"


def source(machine: Machine) -> None:
    machine.write("usr/src/nvidia-580.1/railwright.json", '{"modules": {"nvidia": "580.1"}}')
    machine.path("var/lib/dkms/nvidia/580.1").mkdir(parents=True)


def test_dkms_needs_headers_and_fails_when_told(
    machine: Machine, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dkms, "depmod", lambda *_: None)
    source(machine)
    status, text = tool("dkms", "install", "nvidia/580.1")
    assert status == 21
    assert f"kernel headers for kernel {KERNEL} cannot be found" in text
    assert tool("dkms", "status")[1] == "nvidia/580.1: added\n"
    machine.path(f"lib/modules/{KERNEL}/build").mkdir()
    fault(machine, "dkms-fails")
    assert "Bad return status" in tool("dkms", "install", "nvidia/580.1")[1]
    machine.path("etc/railwright-standin/faults/dkms-fails").unlink()
    assert tool("dkms", "install", "nvidia/580.1")[0] == 0
    assert tool("dkms", "status")[1] == f"nvidia/580.1, {KERNEL}, x86_64: installed\n"
    machine.write("usr/share/railwright-standin/dkms", "2.8.7-2ubuntu2.2\n")
    assert tool("dkms", "status")[1] == f"nvidia, 580.1, {KERNEL}, x86_64: installed\n"
    assert tool("modprobe", "nvidia")[0] == 0
    assert tool("dkms", "remove", "nvidia/580.1", "--all")[0] == 0
    assert tool("dkms", "status")[1] == ""


@pytest.mark.parametrize(
    ("default", "kernel"),
    [
        ("0", "6.1.0-50-amd64"),
        ("1>2", "6.1.0-9-amd64"),
        (
            "Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux 6.1.0-9-amd64",
            "6.1.0-9-amd64",
        ),
        (
            "gnulinux-advanced-$GRUB_DEVICE_UUID>gnulinux-6.1.0-9-amd64-advanced-$GRUB_DEVICE_UUID",
            "6.1.0-9-amd64",
        ),
        ("nothing of the menu", "6.1.0-50-amd64"),
    ],
)
def test_the_boot_loader_starts_what_it_is_told(
    machine: Machine, default: str, kernel: str
) -> None:
    machine.write("boot/vmlinuz-6.1.0-9-amd64", "")
    machine.write("etc/os-release", 'PRETTY_NAME="Debian"\nNAME="Debian GNU/Linux"\n')
    machine.write("etc/default/grub", 'GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\n')
    drop_in = f'GRUB_DEFAULT="{default}"\nGRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX iommu=pt"\n'
    machine.write("etc/default/grub.d/50.cfg", drop_in)
    grub.update(machine)
    started, line = grub.chosen(machine)
    assert started == kernel
    assert line.split()[-2:] == ["iommu=pt", "quiet"]
    assert line.startswith(f"BOOT_IMAGE=/boot/vmlinuz-{kernel} ")


def test_modules_of_a_boot(machine: Machine) -> None:
    machine.write("etc/modules-load.d/gpu.conf", "# peers\nnvidia-peermem\n")
    machine.write("etc/modprobe.d/x.conf", "blacklist nvidia_uvm\n")
    found = sysfs.boot_modules(machine)
    assert found[-1] == "nvidia_peermem"
    assert "mlx5_core" in found
    assert "nvidia_uvm" not in found


def test_a_module_in_use_stays(machine: Machine) -> None:
    with pytest.raises(ToolError, match="in use by: mlx5_ib"):
        kmods.unload(machine, "mlx5_core")


def test_every_command_is_there() -> None:
    for name, place in cli.COMMANDS.items():
        assert callable(cli.function_of(name)), place


def test_rules_of_udev_name_rdma_devices(machine: Machine, tool: Tool) -> None:
    rule = 'ACTION=="add", SUBSYSTEM=="infiniband", KERNELS=="{}", KERNEL!="x", RUN+="{} {}"\n'
    text = rule.format(NIC, "/usr/bin/rdma dev set %k name", "mlx5_rail0")
    machine.write("etc/udev/rules.d/70.rules", f"# {text}{text}")
    assert sysfs.rdma_names(machine) == {NIC: "mlx5_rail0"}
    assert tool("rdma", "dev", "set", "mlx5_0", "name", "mlx5_rail0") == (0, "")
    names = sorted(one.name for one in machine.path("sys/class/infiniband").iterdir())
    assert "mlx5_rail0" in names
    assert "mlx5_0" not in names
    device = machine.path(f"sys/bus/pci/devices/{NIC}/infiniband")
    assert [one.name for one in device.iterdir()] == ["mlx5_rail0"]
    assert tool("rdma", "dev", "set", "mlx5_3", "name", "mlx5_rail0")[0] != 0


def test_a_card_with_two_ports_has_parameters_of_both(tool: Tool) -> None:
    second = nic_firmware.rows(tool("mlxconfig", "-d", "0000:29:00.1", "-e", "q")[1])
    assert {"CNP_DSCP_P1", "CNP_DSCP_P2"} <= second.keys()
    assert tool("mlxconfig", "-d", "0000:29:00.1", "-y", "set", "DCBX_WILLING_P2=0")[0] == 0
    assert "CNP_DSCP_P2" not in tool("mlxconfig", "-d", NIC, "-e", "q")[1]


def test_ports_that_are_set_at_the_same_time_lose_nothing(machine: Machine) -> None:
    """The boot sets every port by a unit of its own."""
    names = [f"rail{number}" for number in range(8)]

    def many(name: str) -> None:
        for number in range(25):
            machine.put("qos", name, {"number": number}, volatile=True)

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(many, names))
    assert machine.load("qos", volatile=True) == {name: {"number": 24} for name in names}
