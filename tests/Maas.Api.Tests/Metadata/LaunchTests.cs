using System.Text;
using Maas.Api.Metadata;
using Maas.Core;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Judges;

namespace Maas.Api.Tests.Metadata;

/// <summary>The archive's own launcher, under the shells of both environments, over a sysfs of folders and files.</summary>
public sealed class LaunchTests : IDisposable
{
    private const string Script = "#!/bin/sh\nfor word in \"$@\"; do echo \"[$word]\"; done\necho \"$RUNTIME $HAS_STARTED\"\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-launch-").FullName;

    public LaunchTests()
    {
        var device = Path.Combine(_folder, "sys/devices/pci0000:00/0000:00:04.0/virtio1");
        foreach (var disk in (string[])["vda", "vdb"])
        {
            File(Path.Combine(device, "block", disk, "size"), "2048");
            File(Path.Combine(device, "block", disk, "serial"), "serial " + disk);
            Directory.CreateSymbolicLink(Path.Combine(device, "block", disk, "device"), device);
            Directory.CreateDirectory(Path.Combine(_folder, "sys/block"));
            Directory.CreateSymbolicLink(Path.Combine(_folder, "sys/block", disk), Path.Combine(device, "block", disk));
        }

        File(Path.Combine(_folder, "sys/class/net/eth7/address"), "52:54:00:00:00:01");
        Directory.CreateDirectory(Path.Combine(_folder, "sys/class/net/eth7/device"));
        File(Path.Combine(_folder, "sys/bus/pci/devices/0000:00:04.0/vendor"), "0x1af4");
        File(Path.Combine(_folder, "sys/bus/pci/devices/0000:00:04.0/device"), "0x1001");
        File(Path.Combine(_folder, "sys/devices/pci0000:00/modalias"), "pci:v00001AF4d00001001sv*");
        File(Path.Combine(_folder, "sys/class/dmi/id/sys_vendor"), "QEMU");
    }

    public static TheoryData<string> Shells => new("dash", "busybox");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Shells))]
    public async Task A_script_gets_its_arguments_word_by_word_with_the_disk_and_interface_of_now(string shell)
    {
        var verdict = (await RunAsync(shell, new ScheduledScript
        {
            Arguments =
            [
                Argument("disk", "storage", "--disk={path} {name}/{serial}") with
                {
                    Disk = new Disk { Name = "sdx", Serial = "serialvdb", Size = 1024 * 1024 },
                },
                Argument("nic", "interface", "{name} {mac}") with
                {
                    Interface = new NetworkInterface { Name = "eth0", MacAddress = MacAddress.Parse("52:54:00:00:00:01") },
                },
                Argument("text", "string", "--t={input}") with { Value = "a  b $(id) * {path} 'q" },
            ],
            RunTimeSeconds = 9,
        })).Approved();

        verdict.Output.Should().Be(
            $"[--disk={_folder}/dev/vdb]\n[vdb/serialvdb]\n[eth7]\n[52:54:00:00:00:01]\n[--t=a  b $(id) * {{path}} 'q]\n9 False\n");
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task A_disk_that_is_absent_is_not_replaced_by_one_of_its_name(string shell)
    {
        var verdict = await RunAsync(shell, new ScheduledScript
        {
            Arguments =
            [
                Argument("disk", "storage", "{path}") with { Disk = new Disk { Name = "vda", Serial = "other", Size = 1024 * 1024 } },
            ],
        });

        verdict.ExitCode.Should().Be(2);
        verdict.Error.Should().Contain("the disk vda (other) is absent");
    }

    [Theory]
    [InlineData("pci:1AF4:1001", true)]
    [InlineData("pci:8086:1001", false)]
    [InlineData("usb:1af4:1001", false)]
    [InlineData("modalias:pci:v00001AF4*", true)]
    [InlineData("modalias:pci:v00008086*", false)]
    [InlineData("system_vendor:QE*", true)]
    [InlineData("system_vendor:QE", false)]
    [InlineData("mainboard_vendor:QEMU", false)]
    public async Task A_script_is_skipped_where_its_hardware_is_absent(string hardware, bool runs)
    {
        Judge.RequireAll("dash", "busybox", "find"); // find is what launch looks for a modalias with, outside the environment too
        foreach (var shell in (string[])["dash", "busybox"])
        {
            var verdict = (await RunAsync(shell, new ScheduledScript { ForHardware = [hardware] })).Approved();

            verdict.Output.Should().StartWith(runs ? "0 False" : "Skipped: this machine has none of " + hardware);
            var told = Path.Combine(_folder, "result");
            System.IO.File.Exists(told).Should().Be(!runs);
            if (!runs) (await System.IO.File.ReadAllTextAsync(told)).Should().Be("status: skipped\n");
        }
    }

    private static ScriptArgument Argument(string name, string type, string format) =>
        new() { Name = name, Type = type, Format = format };

    private static void File(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // below the folder
        System.IO.File.WriteAllText(path, text + "\n");
    }

    private async Task<Verdict> RunAsync(string shell, ScheduledScript script)
    {
        var result = new ScriptResult
        {
            Id = 5, MachineId = SystemId.Parse("4y3h7n"), OperationId = Guid.Empty, Kind = ScriptKind.Testing, Name = "look",
            Script = script,
        };
        var archive = Path.Combine(_folder, "archive");
        Directory.CreateDirectory(archive);
        using (var tar = new MemoryStream(ScriptArchive.Pack([new PendingScript(result, Encoding.UTF8.GetBytes(Script))], null).ToArray()))
            await System.Formats.Tar.TarFile.ExtractToDirectoryAsync(tar, archive, overwriteFiles: true);
        var program = Judge.Require(shell);
        string[] command = shell == "busybox" ? [program, "sh"] : [program];
        return await Judge.RunAsync(
            "env",
            ["-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", $"MAAS_SYSROOT={_folder}", $"RESULT_PATH={Path.Combine(_folder, "result")}",
            .. command, Path.Combine(archive, "launch"), "5"]);
    }
}
