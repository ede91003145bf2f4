using System.Text;
using Maas.Images.Ephemeral;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>
/// The agent's functions in busybox's shell, over a sysfs and devices that are folders and files. Nothing of this host is touched: what
/// would turn it off, load a driver or ask a server only says so.
/// </summary>
internal sealed class AgentShell : IDisposable
{
    private static readonly string[] Parts =
    [
        "console", "memory", "drivers", "http", "network", "task", "enlist", "disk-identity", "disks", "hardware", "scripts", "deploy",
        "erase", "install", "rescue", "in-memory"
    ];

    private readonly TemporaryFolder _folder = new();

    public AgentShell()
    {
        foreach (var (path, content) in AgentFiles.All) Write(path, content);
        foreach (var name in (string[])["sys/block", "sys/devices", "dev", "run"]) Directory.CreateDirectory(_folder[name]);
        File("proc/uptime", "7.25 3.00");
        File("sys/kernel/uevent_seqnum", "100");
    }

    /// <summary>The path of a file of the machine.</summary>
    public string this[string name] => _folder[name];

    public void File(string name, string text) => Write(name, Encoding.Latin1.GetBytes(text + "\n"));

    public void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!); // below the folder
        System.IO.File.WriteAllBytes(_folder[name], content);
    }

    public byte[] Read(string name) => System.IO.File.ReadAllBytes(_folder[name]);

    /// <summary>
    /// Adds a disk at a place in the tree of devices; <paramref name="attributes"/> are files beside its size, by their name.
    /// </summary>
    public void Disk(string name, string device, long sectors, params (string Name, string Text)[] attributes)
    {
        var block = $"sys/devices/{device}/block/{name}";
        Directory.CreateDirectory(_folder[block]);
        System.IO.File.CreateSymbolicLink(_folder[$"{block}/device"], _folder[$"sys/devices/{device}"]);
        System.IO.File.CreateSymbolicLink(_folder[$"sys/block/{name}"], _folder[block]);
        foreach (var (file, text) in ((string, string)[])
        [
            ("size", $"{sectors}"), ("removable", "0"), ("ro", "0"), .. attributes
        ]) File($"{block}/{file}", text);
    }

    /// <summary>SCSI's page 80h with a serial number, for a disk of <see cref="Disk"/>.</summary>
    public void Page80(string disk, string serial) =>
        Write($"sys/block/{disk}/device/vpd_pg80", [0, 0x80, 0, (byte)serial.Length, .. Encoding.ASCII.GetBytes(serial)]);

    /// <summary>Runs lines of shell with the agent's functions; a function defined in them replaces the agent's.</summary>
    public async Task<Verdict> RunAsync(string lines)
    {
        var text = $$"""
            set -o pipefail
            BASE=http://server/MAAS RUN={{_folder["run"]}} SYS={{_folder["sys"]}} DEV={{_folder["dev"]}} PROC={{_folder["proc"]}}
            MODULES= PATIENCE=0 TOKEN_SECRET=
            NEWLINE='
            '
            for part in {{string.Join(' ', Parts)}}; do . {{_folder["lib/maas"]}}/$part.sh; done
            say() { echo "say $*"; }
            fail() { echo "failed: $*"; exit 1; }
            power_off_now() { echo "off"; exit 0; }
            restart() { echo "restart"; exit 0; }
            settle() { :; }
            modprobe() { echo "modprobe $*" >>$RUN/modprobe; }
            blockdev() { [ "$1" != --getsize64 ] || stat -c %s "$2"; }
            show_progress() { :; }
            # The ephemeral environment's busybox, of busybox-static, has usleep; that of Debian's package busybox has not.
            type usleep >/dev/null 2>&1 || usleep() { sleep 0.1; }
            signal() { echo "signal $*"; }
            ask() { echo "ask $*"; : >$RUN/body; }
            {{lines.ReplaceLineEndings("\n")}}

            """;
        File("script", text);
        return await Judge.RunAsync(Judge.Require("busybox"), ["sh", _folder["script"]], null, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _folder.Dispose();
}
