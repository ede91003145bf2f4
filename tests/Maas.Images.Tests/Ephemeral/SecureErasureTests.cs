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
    [InlineData("supported", "not enabled|not locked|not frozen", "empty lies",
        "--security-set-pass|--security-erase|overwritten with zeros")]
    public async Task An_ATA_disk_is_told_to_erase_itself_and_is_overwritten_if_it_cannot_or_did_not(
        string supported, string states, string fault, string told)
    {
        _shell.Disk("sda", "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", DiskLength / 512);
        var content = new byte[DiskLength];
        if (fault != "empty lies") new Random(7).NextBytes(content);
        _shell.Write("dev/sda", content);
        // As hdparm 9.65 writes it: "not" in the first column, the word in the second.
        var lines = ((string[])[supported, .. states.Split('|', StringSplitOptions.RemoveEmptyEntries)])
            .Select(line => line.StartsWith("not ", StringComparison.Ordinal) ? $"\tnot\t{line[4..]}" : $"\t\t{line}");
        _shell.File(
            "security",
            $"ATA device, with non-removable media\nSecurity: \n\tMaster password revision code = 65534\n{string.Join('\n', lines)}\n"
            + "\t2min for SECURITY ERASE UNIT. 2min for ENHANCED SECURITY ERASE UNIT.\nLogical Unit WWN Device Identifier: 5000\n"
            + "\t\tsupported: of another section");
        foreach (var word in fault.Split(' ', StringSplitOptions.RemoveEmptyEntries)) _shell.File(word, "");

        var output = (await _shell.RunAsync($"{DestructiveTaskTests.EndOfDisk}\n{Hdparm}".ReplaceLineEndings("\n"))).Output;

        output.TrimEnd().Replace('\n', '|').Should().Be(told);
        _shell.Read("dev/sda").AsSpan().IndexOfAnyExcept((byte)0).Should().Be(-1, "no byte of it is left");
    }

    /// <summary>Seventeen of 40 MiB are samples; the others are the disk's to lie about.</summary>
    [Theory]
    [InlineData("discard", "true", "overwritten with zeros")]
    [InlineData("discard", "false", "overwritten with zeros")]
    [InlineData("discard", "/bin/dd if=/dev/zero of=$DEV/sdb bs=1M count=40 conv=notrunc 2>/dev/null", "discarded")]
    [InlineData("secure", "true", "overwritten with zeros")]
    [InlineData("secure", "/bin/dd if=/dev/urandom of=$DEV/sdb bs=1M count=40 conv=notrunc 2>/dev/null", "securely discarded")]
    public async Task A_discard_that_does_nothing_is_found_out_on_a_disk_that_is_almost_empty(string mode, string discard, string told)
    {
        AlmostEmptyDisk();
        var how = mode == "secure" ? "erase_secure" : "erase_full";

        var output = (await _shell.RunAsync($"step() {{ :; }}\nblkdiscard() {{ {discard}; }}\n{how} sdb; cat $RUN/erased.sdb")).Output;

        output.TrimEnd().Should().Be(told);
        if (told.StartsWith("overwritten", StringComparison.Ordinal))
            _shell.Read("dev/sdb").AsSpan().IndexOfAnyExcept((byte)0).Should().Be(-1, "no byte of it is left");
    }

    /// <summary>What is left lies between the samples, and dd's status or number of bytes alone tells of it.</summary>
    [Theory]
    [InlineData("return 1")]
    [InlineData("echo '3145728 bytes (3.1 MB) copied' >&2")]
    public async Task A_disk_that_could_not_be_overwritten_to_its_end_is_not_erased(string end)
    {
        AlmostEmptyDisk();
        var lines = $$"""
            step() { :; }
            blkdiscard() { return 1; }
            full_dd() {
                case "$*" in *count=41943040*) ;; *) /bin/dd "$@"; return ;; esac
                /bin/dd if=/dev/zero of=$DEV/sdb bs=1M count=3 conv=notrunc 2>/dev/null
                /bin/dd if=/dev/zero of=$DEV/sdb bs=1M seek=4 count=36 conv=notrunc
                {{end}}
            }
            erase_full sdb || echo "not erased"
            """;

        (await _shell.RunAsync(lines)).Output.Should().Be("not erased\n");

        _shell.Read("dev/sdb").AsSpan().IndexOfAnyExcept((byte)0).Should().Be(3 << 20, "that is what the test is about");
    }

    [Fact]
    public async Task What_cannot_be_read_is_not_taken_for_zeros()
    {
        AlmostEmptyDisk();
        var lines = """
            step() { :; }
            full_dd() {
                case "$*" in if=$DEV/*" skip=39 "*) echo 'dd: Input/output error' >&2; return 1 ;; esac
                /bin/dd "$@"
            }
            for mode in quick full secure; do "erase_$mode" sdb || echo "$mode: not erased"; done
            """;

        (await _shell.RunAsync("blkdiscard() { :; }\n" + lines)).Output.Should()
            .Be("quick: not erased\nfull: not erased\nsecure: not erased\n");
    }

    [Fact]
    public async Task An_erasure_that_takes_long_reports_how_far_it_is_and_stops_reporting_when_a_disk_takes_nothing_more()
    {
        _shell.Disk("sda", "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", 80_000);
        _shell.Disk("sdb", "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0", 80_000);
        // Each pause is a round: two in which both disks are overwritten, one without progress, and two in which sdb erases itself.
        var lines = """
            ERASE_DISKS="sda sdb " MOST_WAITS=2 round=0
            stat_of() { echo "1 0 8 0 1 0 $2 0 0 0 0" >"$SYS/block/$1/stat"; }
            stat_of sda 1000; stat_of sdb 5000
            erasing sda 1000 "overwriting"; erasing sdb 5000 "overwriting"
            sleep() { :; }
            wait() {
                round=$((round + 1))
                case $round in
                    1) stat_of sda 9000 ;;
                    2) stat_of sda 41000; stat_of sdb 13000 ;;
                    3) ;;
                    4) rm "$SYS/../run/erasing.sda"; stat_of sda 81000; echo "- security erase" >"$SYS/../run/erasing.sdb" ;;
                    9) exit 0 ;;
                esac
            }
            signal() { echo "$1 $(cat $3)" >&3; }
            show_erasure 3>&1
            """;

        (await _shell.RunAsync(lines)).Output.TrimEnd().Split('\n').Should().Equal(
            "WORKING sda: overwriting, 10 %; sdb: overwriting, 0 %",
            "WORKING sda: overwriting, 50 %; sdb: overwriting, 10 %",
            "WORKING sdb: security erase",
            "WORKING sdb: security erase",
            "WORKING sdb: security erase");
    }

    private void AlmostEmptyDisk()
    {
        _shell.Disk("sdb", "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0", 40 << 11);
        var content = new byte[40 << 20];
        new Random(9).NextBytes(content.AsSpan(3 << 20, 1 << 20));
        _shell.Write("dev/sdb", content);
    }

    [Fact]
    public async Task An_NVMe_disk_is_formatted_and_a_disk_that_cannot_erase_itself_is_overwritten_and_no_byte_of_either_is_left()
    {
        const int Length = 24 << 20;
        Judge.Require("qemu-system-x86_64");
        await using var server = await new MetadataServer().StartAsync();
        server.Tasks.Enqueue($"task=erase\nerase_mode=secure\n{RootDeployment.Hardware(("nvme0n1", "NV1"), ("vda", "PLAIN"))}");
        var (nvme, plain) = (_machine.Disk("nvme", Length >> 20, "NV1", "nvme"), _machine.Disk("plain", Length >> 20, "PLAIN"));
        // So slow that the agent tells how far it is.
        plain[1] = plain[1].Replace(",discard=unmap", ",throttling.bps-write=12582912", StringComparison.Ordinal);
        var content = new byte[Length];
        new Random(8).NextBytes(content);
        foreach (var disk in (string[])["nvme", "plain"]) await File.WriteAllBytesAsync(_machine[disk], content, Cancellation);

        var console = await _machine.RunAsync(server, null, [nvme, plain], "maas.progress=1");

        console.Should().Contain("MAAS-AGENT done", server.Told).And.Contain("step=format nvme0n1").And.Contain("step=overwrite vda");
        server.Reports.Last()["status"].Should().Be("OK");
        server.Reports.Where(report => report["status"] == "WORKING").Select(report => report["error"]).Should()
            .Contain(words => words.Contains("vda: ", StringComparison.Ordinal), "a long erasure renews the machine's deadline");
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
