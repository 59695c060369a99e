"""Which kernel starts, and with which arguments."""

from collections.abc import Iterator

from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.software import unit_file
from railwright.emitters.node_config.state import Unit
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan
from railwright.plan.stack import NodeStack, stack_of

GRUB = "etc/default/grub.d/50-railwright.cfg"
BOOT_UNIT = "railwright-kernel.service"
BOOT_SCRIPT = "usr/local/lib/railwright/boot_kernel.sh"
EXECUTABLE = 0o755

# Devices keep their own addresses (DMA is not translated), which GPUDirect needs; a host of
# virtual machines has the IOMMU on all the same. AMD's is on by itself and its kernel ignores
# Intel's word (Linux, kernel-parameters.txt).
IOMMU = ("intel_iommu=on", "iommu=pt")
NUMA = ("numa_balancing=disable",)

# grub-mkconfig sets GRUB_DEVICE_UUID before it reads this; entries have their kernel's release in
# their name (grub 2.06, 10_linux).
GRUB_KERNEL = """\
GRUB_DISABLE_SUBMENU=false
GRUB_DEFAULT="gnulinux-advanced-$GRUB_DEVICE_UUID>gnulinux-{kernel}-advanced-$GRUB_DEVICE_UUID"
"""
GRUB_ARGUMENTS = 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX {arguments}"\n'

BOOT = """\
[Unit]
Description=Kernel {kernel} and its arguments for the next boot

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /{script} {words}

[Install]
WantedBy=multi-user.target
"""

# A boot loader without files of settings keeps what it was told: so what it was told by us is
# remembered. That is written before anything is changed, which makes an interrupted run harmless.
# grubby takes arguments away first, and replaces one of the same name by its new value (grubby(8)).
SCRIPT = """\
#!/bin/sh
# boot_kernel.sh KERNEL ARGUMENT...: KERNEL is the next boot's, and all kernels have the arguments
# and none that an earlier run added and this one does not name. What others added stays.
set -euf
memory=/var/lib/railwright/kernel-arguments

has() {
    case " $1 " in *" $2 "*) true ;; *) false ;; esac
}
remember() {
    mkdir -p "${memory%/*}"
    echo "$*" > "$memory.new"
    sync "$memory.new"
    mv "$memory.new" "$memory"
}

kernel=/boot/vmlinuz-$1
shift
before=
[ ! -e "$memory" ] || before=$(cat "$memory")
grubby --set-default="$kernel"
there=$(grubby --info="$kernel" | sed -n 's/^args="\\(.*\\)"$/\\1/p' | tr '\\n' ' ')

ours= gone=
for one; do
    if has "$before" "$one" || ! has "$there" "$one"; then ours="$ours $one"; fi
done
for one in $before; do
    has "$*" "$one" || gone="$gone $one"
done
remember $before $ours
[ -z "$gone" ] || grubby --update-kernel=ALL --remove-args="${gone# }"
[ $# -eq 0 ] || grubby --update-kernel=ALL --args="$*"
remember $ours
"""


def kernel_arguments(plan: Plan, device: Device) -> tuple[str, ...]:
    """Return the arguments that a server's kernel has to be started with, each once.

    They are those of GPU nodes; other servers keep their own.
    """
    stack = stack_of(plan)
    if stack is None or device.role != "gpu_node":
        return ()
    tuning = stack.choices.tuning
    ours = [] if stack.choices.host == "vm" else list(IOMMU)
    ours += NUMA
    if tuning.max_cstate is not None:
        ours.append(f"processor.max_cstate={tuning.max_cstate}")
        ours.append(f"intel_idle.max_cstate={tuning.max_cstate}")
    if tuning.hugepages_1gib:
        ours += ["hugepagesz=1G", f"hugepages={tuning.hugepages_1gib}"]
    return tuple(dict.fromkeys((*ours, *tuning.kernel_arguments)))


def files(plan: Plan, device: Device, stack: NodeStack) -> Iterator[OutputFile]:
    """Yield what the boot loader is told."""
    arguments = kernel_arguments(plan, device)
    kernel = stack.system.kernel.release
    if stack.is_apt:
        text = GRUB_KERNEL.format(kernel=kernel)
        if arguments:
            text += GRUB_ARGUMENTS.format(arguments=" ".join(arguments))
        yield file(GRUB, text)
    else:
        words = " ".join((kernel, *arguments))
        yield unit_file(BOOT_UNIT, BOOT.format(kernel=kernel, script=BOOT_SCRIPT, words=words))
        yield OutputFile(BOOT_SCRIPT, SCRIPT.encode(), EXECUTABLE)


def units(stack: NodeStack) -> tuple[Unit, ...]:
    """Return the unit that tells a boot loader without files of settings."""
    return () if stack.is_apt else (Unit(BOOT_UNIT),)
