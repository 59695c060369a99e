"""The boot loader: /boot/grub/grub.cfg as update-grub writes it, and what it would start."""

import re
import shlex
import subprocess
from pathlib import Path

from .machine import Machine, say

_ID = "0b5d7f3c-6a0e-4a52-9f0b-1f6b6d0a8f2e"
_READ = 'GRUB_DEVICE_UUID="$3"; for one in "$1" "$2"/*.cfg; do [ ! -e "$one" ] || . "$one"; done; '
_SHOW = 'printf "%s\\n" "$GRUB_DEFAULT" "$GRUB_CMDLINE_LINUX" "$GRUB_CMDLINE_LINUX_DEFAULT"'


def kernels(machine: Machine) -> list[str]:
    """Return the installed kernels, the newest first."""
    names = (one.name for one in machine.path("boot").glob("vmlinuz-*"))
    return sorted((name.removeprefix("vmlinuz-") for name in names), key=_version, reverse=True)


def _version(release: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", release)]


def settings(machine: Machine) -> tuple[str, str, str]:
    """Return GRUB_DEFAULT and both command lines of /etc/default/grub and what refines it."""
    files = [str(machine.path("etc/default/grub")), str(machine.path("etc/default/grub.d")), _ID]
    argv = ["/bin/sh", "-c", _READ + _SHOW, "sh", *files]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)  # noqa: S603
    default, line, usual = (done.stdout + "\n\n\n").split("\n")[:3]
    return default or "0", line, usual


def update(machine: Machine) -> None:
    """Write grub.cfg for the kernels that are installed and say so as update-grub does."""
    default, line, usual = settings(machine)
    found = kernels(machine)
    lines = [f'set default="{default}"', ""]
    if found:
        menu = _distributor(machine)
        lines += _entry(menu, f"gnulinux-simple-{_ID}", found[0], f"{line} {usual}", "")
        advanced = f"gnulinux-advanced-{_ID}"
        lines += [f"submenu 'Advanced options for {menu}' $menuentry_id_option '{advanced}' {{"]
        for one in found:
            title, name = f"{menu}, with Linux {one}", f"gnulinux-{one}"
            lines += _entry(title, f"{name}-advanced-{_ID}", one, f"{line} {usual}", "\t")
            recovery = f"single {line}"
            title += " (recovery mode)"
            lines += _entry(title, f"{name}-recovery-{_ID}", one, recovery, "\t")
        lines += ["}"]
    say("Generating grub configuration file ...")
    for one in found:
        say(f"Found linux image: /boot/vmlinuz-{one}")
        say(f"Found initrd image: /boot/initrd.img-{one}")
    machine.write("boot/grub/grub.cfg", "\n".join(lines) + "\n")
    say("done")


def _distributor(machine: Machine) -> str:
    """Return what the menu calls the system, its name in /etc/os-release."""
    found = re.search(r'^NAME="?([^"\n]*)', machine.text("etc/os-release"), re.MULTILINE)
    return found[1] if found else "GNU/Linux"


def _entry(title: str, name: str, kernel: str, arguments: str, indent: str) -> list[str]:
    words = " ".join(["root=UUID=" + _ID, "ro", *arguments.split()])
    return [
        f"{indent}menuentry '{title}' --class gnu-linux $menuentry_id_option '{name}' {{",
        f"{indent}\tlinux\t/boot/vmlinuz-{kernel} {words}",
        f"{indent}\tinitrd\t/boot/initrd.img-{kernel}",
        f"{indent}}}",
    ]


def chosen(machine: Machine) -> tuple[str, str]:
    """Return the kernel that starts, and its command line, as grub would choose from its menu.

    A choice that is not in the menu is the first entry, as in grub.
    """
    text = machine.text("boot/grub/grub.cfg")
    default = next(
        (line.split('"')[1] for line in text.splitlines() if line.startswith("set default=")), "0"
    )
    if default == "saved":
        saved = re.search(r"^saved_entry=(.*)$", machine.text("boot/grub/grubenv"), re.MULTILINE)
        default = saved[1] if saved else "0"
    entries = _menu(text)
    for place, title, name, line in entries:
        if default in (place, title, name) or _below(default, place, title, name):
            return _started(line)
    return _started(entries[0][3]) if entries else ("", "")


def _below(default: str, *names: str) -> bool:
    """Return whether a choice `submenu>entry` means an entry of these names, place first."""
    if ">" not in default:
        return False
    menu, entry = default.split(">", 1)
    place, *others = names
    is_place = place == f"{menu}>{entry}" or (">" in place and place.split(">")[1] == entry)
    return is_place or entry in others


def _menu(text: str) -> list[tuple[str, str, str, str]]:
    """Return the entries: place (`0`, `1>2`), title, id and the line that starts the kernel."""
    found: list[tuple[str, str, str, str]] = []
    top, inner = -1, -1
    place = title = name = ""
    for line in text.splitlines():
        words = line.split("'")
        if line.startswith("submenu"):
            top, inner = top + 1, -1
        elif line.lstrip().startswith("menuentry"):
            if line.startswith("\t"):
                inner += 1
                place = f"{top}>{inner}"
            else:
                top += 1
                place = str(top)
            title, name = words[1], words[3]
        elif line.lstrip().startswith("linux\t"):
            found.append((place, title, name, line.strip().split("\t", 1)[1]))
    return found


def _started(line: str) -> tuple[str, str]:
    words = shlex.split(line)
    return Path(words[0]).name.removeprefix("vmlinuz-"), f"BOOT_IMAGE={line}"


def update_initramfs(machine: Machine, argv: list[str]) -> int:
    """Write the initial RAM disks that are asked for: `-u`, `-c`, `-d`, `-k RELEASE|all`."""
    wanted = argv[argv.index("-k") + 1] if "-k" in argv else ""
    found = kernels(machine)
    for one in found if wanted == "all" else [wanted or (found[0] if found else "")]:
        target = machine.path(f"boot/initrd.img-{one}")
        if "-d" in argv:
            target.unlink(missing_ok=True)
        elif one:
            say(f"update-initramfs: Generating /boot/initrd.img-{one}")
            machine.write(f"boot/initrd.img-{one}", "stand-in\n")
    return 0
