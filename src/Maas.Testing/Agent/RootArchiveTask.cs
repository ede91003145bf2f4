using System.Formats.Tar;
using Maas.Testing.Hardware;

namespace Maas.Testing.Agent;

/// <summary>
/// Deployment of a root archive: the server's plan is a list of steps, which are carried out one after another as the real agent does. The
/// names in the archive are read, and its content is not kept.
/// </summary>
internal sealed class RootArchiveTask(HardwareCheck check, string plan, string cloudConfig, Action<string> say)
{
    private static readonly HashSet<string> Verbs = new(StringComparer.Ordinal)
    {
        "disk", "wipe", "table", "part", "commit", "raid", "vg", "lv", "mkfs", "mount", "unpack", "fstab", "fstab-line", "grub-bios",
        "grub-uefi",
    };

    // The disks under each device of the plan, by its key.
    private readonly Dictionary<string, IReadOnlyList<SimulatedDisk>> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<SimulatedDisk>> _groups = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private bool _hasRaid;

    /// <summary>Carries out the plan.</summary>
    /// <param name="unpack">Reads the archive's bytes, decompressed, and checks what came.</param>
    /// <exception cref="AgentFailedException">A step cannot be carried out; nothing was written when a disk is absent.</exception>
    public async Task RunAsync(Func<Func<Stream, Task>, Task> unpack)
    {
        List<string[]> steps = [.. plan.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))];
        if (steps.Find(step => !Verbs.Contains(step[0])) is { } unknown)
            throw new AgentFailedException($"the plan has the step '{unknown[0]}', which this agent does not know");
        foreach (var step in steps.Where(step => step[0] == "disk"))
            _devices[step[1]] = [check.Find(new KnownDisk(string.Join('\t', step[2..])))];
        foreach (var step in steps)
        {
            if (step[0] == "unpack") await unpack(ReadAsync).ConfigureAwait(false);
            else CarryOut(step);
        }

        foreach (var disk in _devices.Values.SelectMany(disks => disks).Distinct()) disk.Install(cloudConfig);
    }

    private void CarryOut(string[] step)
    {
        switch (step)
        {
            case ["wipe", var device]:
                say($"step=wipe {NameOf(device)}");
                if (DisksOf(device).Any(disk => disk.Model.FailsAfter == 0))
                    throw new AgentFailedException($"the disk {NameOf(device)} cannot be written");
                break;
            case ["commit", var device]:
                say($"step=partition {NameOf(device)}");
                break;
            case ["part", var device, var number, ..]:
                _devices[$"{device}.{number}"] = DisksOf(device);
                break;
            case ["raid", var device, var level, var name, _, var members, var spares]:
                say($"step=build RAID {level} {name}");
                _devices[device] = Free($"{members},{spares}", $"the RAID {name} could not be built");
                _hasRaid = true;
                break;
            case ["vg", var name, var members]:
                say($"step=make volume group {name}");
                _groups[name] = Free(members, $"the volume group {name} could not be made");
                break;
            case ["lv", var device, var group, ..]:
                _devices[device] = _groups.GetValueOrDefault(group) ?? throw Early(group);
                break;
            case ["mkfs", var device, var type, ..]:
                say($"step=make {type} on {NameOf(device)}");
                Free(device, $"the file system {type} on {NameOf(device)} could not be made");
                break;
            case ["fstab"]:
                say("step=configure");
                Configure();
                break;
            case ["grub-bios" or "grub-uefi", var target]:
                say("step=install the boot loader");
                RequireGrub(step[0] == "grub-bios" ? "i386-pc" : target);
                break;
        }
    }

    private void Configure()
    {
        if (_hasRaid) Require("mdadm", "mdadm");
        if (_groups.Count > 0) Require("lvm", "lvm2");
    }

    private void RequireGrub(string target)
    {
        Require("grub-install", "grub2-common");
        Require("update-grub", "grub2-common");
        if (_files.Any(file => file.StartsWith($"usr/lib/grub/{target}", StringComparison.Ordinal))) return;
        throw new AgentFailedException(target == "i386-pc"
            ? "the archive lacks GRUB for a BIOS (package grub-pc or grub-pc-bin)"
            : "the archive lacks GRUB for UEFI (package grub-efi)");
    }

    private void Require(string program, string package)
    {
        if (!_files.Contains($"usr/sbin/{program}") && !_files.Contains($"usr/bin/{program}") && !_files.Contains($"sbin/{program}"))
            throw new AgentFailedException($"the archive lacks {program} (package {package}), which this machine's storage needs");
    }

    private async Task ReadAsync(Stream archive)
    {
        say("step=unpack the archive");
        try
        {
            var tar = new TarReader(archive, leaveOpen: true);
            await using (tar.ConfigureAwait(false))
                while (await tar.GetNextEntryAsync().ConfigureAwait(false) is { } entry)
                    _files.Add(entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new AgentFailedException($"the archive could not be unpacked {e.Message}");
        }

        if (!_files.Contains("etc/os-release")) throw new AgentFailedException("the archive holds no /etc/os-release");
        if (_files.Any(file => file.StartsWith("boot/vmlinu", StringComparison.Ordinal))) return;
        if (!_files.Contains("usr/bin/apt-get"))
            throw new AgentFailedException("the archive holds no kernel in /boot, and no apt-get to install one");
        // What the agent installs for this machine's storage.
        say("step=install packages");
        _files.UnionWith(
            ["boot/vmlinuz", "usr/sbin/grub-install", "usr/sbin/update-grub", "usr/lib/grub/i386-pc", "usr/lib/grub/x86_64-efi",
            "usr/lib/grub/arm64-efi", "usr/sbin/mdadm", "usr/sbin/lvm"]);
    }

    private IReadOnlyList<SimulatedDisk> DisksOf(string device) => _devices.GetValueOrDefault(device) ?? throw Early(device);

    // The devices that are named, none of which anything else may hold.
    private List<SimulatedDisk> Free(string devices, string failure)
    {
        List<SimulatedDisk> disks =
            [.. devices.Split(',', StringSplitOptions.RemoveEmptyEntries).Where(device => device != "-").SelectMany(DisksOf).Distinct()];
        return disks.Find(disk => disk.Model.IsHeld) is { } held
            ? throw new AgentFailedException($"{failure} cannot open /dev/{held.Model.Name}: Device or resource busy")
            : disks;
    }

    // Of a partition, the disk's name and its number.
    private string NameOf(string device) => DisksOf(device)[0].Model.Name + (device.Split('.') is [_, var number] ? number : "");

    private static AgentFailedException Early(string device) => new($"the plan uses {device} before it is made");
}
