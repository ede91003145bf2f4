using System.Text.Json;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>
/// Disks erase themselves where they can, and are overwritten where they cannot or did not. NVMe is real, in QEMU; no ATA disk that QEMU
/// emulates erases itself, so <c>hdparm</c> is a stand-in.
/// </summary>
[Collection(DeploymentCollection.Name)]
public sealed class SecureErasureTests(MirrorFixture mirror) : IDisposable
{
    private const int DiskLength = 6 << 20;

    // hdparm that says of a disk what the file "security" has, and does as a disk does.
    private const string Hdparm =
        """
        blkdiscard() { return 1; }
        hdparm() {
            [ "$1" = -I ] && { cat $RUN/../security; return; }
            echo "$3" >>$RUN/told
            case $3 in
                --security-disable) sed -i 's/^\t\tenabled/\tnot\tenabled/' $RUN/../security ;;
                --security-unlock) sed -i 's/^\t\tlocked/\tnot\tlocked/' $RUN/../security ;;
                --security-erase*)
                    [ ! -e $RUN/../fails ] || return 1
                    [ -e $RUN/../lies ] || /bin/dd if=/dev/zero of=$DEV/sda bs=1M count=6 conv=notrunc 2>/dev/null
                    ;;
            esac
        }
        step() { :; }
        : >$RUN/told
        erase_secure sda || echo "not erased"
        cat $RUN/told $RUN/erased.sda

        """;

    private readonly RootDeployment _machine = new(mirror);
    private readonly AgentShell _shell = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _machine.Dispose();
        _shell.Dispose();
    }

    [Theory]
    [InlineData("supported", "not enabled|not locked|not frozen|supported: enhanced erase", "",
        "--security-set-pass|--security-erase-enhanced|ATA security erase-enhanced")]
    [InlineData("supported", "not enabled|not locked|not frozen", "", "--security-set-pass|--security-erase|ATA security erase")]
    [InlineData("supported", "not enabled|not locked|frozen", "", "overwritten with zeros")]
    [InlineData("not supported", "", "", "overwritten with zeros")]
    [InlineData("supported", "enabled|locked|not frozen", "",
        "--security-unlock|--security-disable|--security-set-pass|--security-erase|ATA security erase")]
    [InlineData("supported", "not enabled|not locked|not frozen", "fails",
        "--security-set-pass|--security-erase|--security-disable|overwritten with zeros")]
    [InlineData("supported", "not enabled|not locked|not frozen", "lies", "--security-set-pass|--security-erase|overwritten with zeros")]
    public async Task An_ATA_disk_is_told_to_erase_itself_and_is_overwritten_if_it_cannot_or_did_not(
        string supported, string states, string fault, string told)
    {
        _shell.Disk("sda", "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", DiskLength / 512);
        var content = new byte[DiskLength];
        new Random(7).NextBytes(content);
        _shell.Write("dev/sda", content);
        // As hdparm 9.65 writes it: "not" in the first column, the word in the second.
        var lines = ((string[])[supported, .. states.Split('|', StringSplitOptions.RemoveEmptyEntries)])
            .Select(line => line.StartsWith("not ", StringComparison.Ordinal) ? $"\tnot\t{line[4..]}" : $"\t\t{line}");
        _shell.File(
            "security",
            $"ATA device, with non-removable media\nSecurity: \n\tMaster password revision code = 65534\n{string.Join('\n', lines)}\n"
            + "\t2min for SECURITY ERASE UNIT. 2min for ENHANCED SECURITY ERASE UNIT.\nLogical Unit WWN Device Identifier: 5000\n"
            + "\t\tsupported: of another section");
        if (fault.Length > 0) _shell.File(fault, "");

        var output = (await _shell.RunAsync($"{DestructiveTaskTests.EndOfDisk}\n{Hdparm}".ReplaceLineEndings("\n"))).Output;

        output.TrimEnd().Replace('\n', '|').Should().Be(told);
        _shell.Read("dev/sda").AsSpan().IndexOfAnyExcept((byte)0).Should().Be(-1, "no byte of it is left");
    }

    [Fact]
    public async Task An_NVMe_disk_is_formatted_and_a_disk_that_cannot_erase_itself_is_overwritten_and_no_byte_of_either_is_left()
    {
        const int Length = 24 << 20;
        Judge.Require("qemu-system-x86_64");
        await using var server = await new MetadataServer().StartAsync();
        server.Tasks.Enqueue($"task=erase\nerase_mode=secure\n{RootDeployment.Hardware(("nvme0n1", "NV1"), ("vda", "PLAIN"))}");
        var (nvme, plain) = (_machine.Disk("nvme", Length >> 20, "NV1", "nvme"), _machine.Disk("plain", Length >> 20, "PLAIN"));
        plain[1] = plain[1].Replace(",discard=unmap", "", StringComparison.Ordinal);
        var content = new byte[Length];
        new Random(8).NextBytes(content);
        foreach (var disk in (string[])["nvme", "plain"]) await File.WriteAllBytesAsync(_machine[disk], content, Cancellation);

        var console = await _machine.RunAsync(server, nvme, plain);

        console.Should().Contain("MAAS-AGENT done", server.Told).And.Contain("step=format nvme0n1").And.Contain("step=overwrite vda");
        server.Reports.Last()["status"].Should().Be("OK");
        server.Phases.Select(phase => JsonDocument.Parse(phase).RootElement).Select(
            phase => $"{phase.GetProperty("name")} {phase.GetProperty("description")}").Should().BeEquivalentTo(
            "cmd-erase/nvme0n1 nvme0n1 (NV1): NVMe format, secure erase setting 1",
            "cmd-erase/vda vda (PLAIN): overwritten with zeros");
        foreach (var disk in (string[])["nvme", "plain"])
        {
            var left = await File.ReadAllBytesAsync(_machine[disk], Cancellation);
            left.AsSpan().IndexOfAnyExcept((byte)0).Should().Be(-1, $"no byte of {disk} is left");
        }
    }
}
