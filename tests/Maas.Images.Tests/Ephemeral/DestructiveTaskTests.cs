using System.IO.Compression;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

/// <summary>The agent compares the hardware before the first write, and what it writes is all that is on the disk afterwards.</summary>
public sealed class DestructiveTaskTests : IDisposable
{
    private const int DiskLength = 6 << 20;
    private const string Uuid = "11223344-5566-7788-99aa-bbccddeeff00";

    // A disk is a file here: no file grows beyond its end.
    internal const string EndOfDisk =
        """
        trap '' XFSZ
        ulimit -f 12288
        dd() { /bin/dd "$@" conv=notrunc; }
        full_dd() { /bin/dd "$@" conv=notrunc; }
        """;

    private const string Erased = "say step=erase quick sda;say step=erase quick sdb;signal OK erased RUN/erased;say done;off";

    private readonly AgentShell _shell = new();

    public DestructiveTaskTests()
    {
        AddDisk("sda", "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", "S1");
        AddDisk("sdb", "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0", "S2");
        _shell.File("sys/class/dmi/id/product_uuid", Uuid.ToUpperInvariant());
    }

    public static TheoryData<string, string, string> Tasks => new()
    {
        // UUID of the task, its disks, what is said
        { Uuid, Known("sda", "S1") + Known("sdb", "S2"), Erased },
        { "", Known("sdb", "S1") + Known("sda", "S2"), Erased },
        {
            "99999999-5566-7788-99aa-bbccddeeff00",
            Known("sda", "S1") + Known("sdb", "S2"),
            $"failed: this is another machine: its hardware UUID is {Uuid}, and the one that is meant has " +
            "99999999-5566-7788-99aa-bbccddeeff00; nothing was written"
        },
        { Uuid, "", "failed: the server does not know this machine's disks: commission it first" },
        {
            Uuid,
            Known("sda", "X1") + Known("sdb", "X2"),
            "failed: none of this machine's disks is there, nothing was written: sda (X1) is absent; sdb (X2) is absent; sda (S1) is " +
            "not in the inventory: commission this machine again; sdb (S2) is not in the inventory: commission this machine again"
        },
        // A known disk is missing, and the UUID says that the rest is this machine's.
        {
            Uuid,
            Known("sda", "S1") + Known("sdb", "X2"),
            "say step=erase quick sda;failed: not every disk of this machine could be erased: sdb (X2) is absent; sdb (S2) is not in " +
            "the inventory: commission this machine again"
        },
        // Without a UUID only all of the disks tell that.
        {
            "",
            Known("sda", "S1") + Known("sdb", "X2"),
            "failed: this cannot be told to be the machine that is meant, nothing was written: sdb (X2) is absent; sdb (S2) is not in " +
            "the inventory: commission this machine again"
        },
        // A disk that was put in later is not the server's to destroy.
        {
            Uuid,
            Known("sda", "S1"),
            "say step=erase quick sda;failed: not every disk of this machine could be erased: sdb (S2) is not in the inventory: " +
            "commission this machine again"
        },
        {
            Uuid,
            "known_disks=0",
            "failed: not every disk of this machine could be erased: sda (S1) is not in the inventory: commission this machine again; " +
            "sdb (S2) is not in the inventory: commission this machine again"
        },
        { Uuid, "known_disks=3", "failed: the task tells 3 disks and names others" },
    };

    public void Dispose() => _shell.Dispose();

    [Theory]
    [MemberData(nameof(Tasks))]
    public async Task Only_known_disks_of_this_very_machine_are_erased(string uuid, string disks, string said)
    {
        var count =
            disks.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Count(line => line.StartsWith("known_disk=", StringComparison.Ordinal));
        _shell.File("task", $"task=erase\nerase_mode=quick\nhardware_uuid={uuid}\n{(count > 0 ? $"known_disks={count}\n" : "")}{disks}");

        var output = (await RunAsync("read_task <$RUN/../task && erase")).Output;

        output.TrimEnd().Replace("\n", ";", StringComparison.Ordinal).Replace(_shell["run"], "RUN", StringComparison.Ordinal)
            .Should().Be(said);
        foreach (var disk in (string[])["sda", "sdb"])
        {
            var erased = said.Contains($"step=erase quick {disk}", StringComparison.Ordinal);
            _shell.Read($"dev/{disk}").AsSpan(0, 1 << 20).IndexOfAnyExcept((byte)(erased ? 0 : 0xAA)).Should().Be(
                -1, $"{disk} is {(erased ? "" : "not ")}erased");
        }
    }

    [Fact]
    public async Task A_read_only_disk_is_named_and_the_others_are_erased()
    {
        _shell.File("sys/block/sdb/ro", "1");
        _shell.File("task", $"task=erase\nerase_mode=quick\nhardware_uuid={Uuid}\nknown_disks=2\n{Known("sda", "S1")}{Known("sdb", "S2")}");

        var output = (await RunAsync("read_task <$RUN/../task && erase")).Output;

        output.Should().EndWith("failed: not every disk of this machine could be erased: sdb (S2) is read-only\n");
        _shell.Read("dev/sda").AsSpan(0, 1 << 20).IndexOfAnyExcept((byte)0).Should().Be(-1);
        _shell.Read("dev/sdb").Should().OnlyContain(octet => octet == 0xAA);
    }

    [Theory]
    [InlineData("99999999-5566-7788-99aa-bbccddeeff00", "S2", "this is another machine")]
    [InlineData(Uuid, "S9", "the disk sdb (S9) is absent; there are: sda(S1) sdb(S2)")]
    public async Task A_deployment_to_another_machine_or_disk_writes_nothing(string uuid, string serial, string said)
    {
        var target = Known("sdb", serial);
        _shell.File(
            "task",
            $"task=deploy\nimage_path=/i\nimage_size=1\nimage_format=raw\n" +
            $"target_disk={target["known_disk=".Length..]}hardware_uuid={uuid}\nknown_disks=1\n{target}");

        (await RunAsync("read_task <$RUN/../task && deploy")).Output.Should().Contain($"failed: {said}");

        foreach (var disk in (string[])["sda", "sdb"]) _shell.Read($"dev/{disk}").Should().OnlyContain(octet => octet == 0xAA);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("gz")]
    public async Task Holes_of_an_image_are_zeros_on_a_disk_that_was_full_and_its_end_is_cleared(string format)
    {
        // A sparse image of 4 MiB: data, a hole of 2 MiB, data, a hole to the end.
        var image = new byte[4 << 20];
        new Random(5).NextBytes(image.AsSpan(0, 1 << 20));
        new Random(6).NextBytes(image.AsSpan(3 << 20, 4096));
        var sent = image;
        if (format == "gz")
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(image);
            sent = packed.ToArray();
        }

        _shell.Write("image", sent);
        var target = Known("sdb", "S2");
        _shell.File(
            "task",
            $"task=deploy\nimage_path=/i\nimage_size={sent.Length}\nimage_sha256={MetadataServer.Sha256(sent)}\n" +
            $"image_format={format}\ntarget_disk={target["known_disk=".Length..]}hardware_uuid={Uuid}\nknown_disks=1\n{target}");

        var output =
            (await RunAsync(
                "read_task <$RUN/../task\nimage() { cat $RUN/../image; }\nreread() { echo written && exit 0; }\ndeploy")).Output;

        output.Should().EndWith("written\n");
        var disk = _shell.Read("dev/sdb");
        disk.AsSpan(0, image.Length).SequenceEqual(image).Should().BeTrue("the holes are zeros, not what was there");
        disk.AsSpan(image.Length, 1 << 20)
            .IndexOfAnyExcept((byte)0xAA)
            .Should()
            .Be(-1, "what lies between the image and the disk's end is not the image's");
        disk.AsSpan(5 << 20)
            .IndexOfAnyExcept((byte)0)
            .Should()
            .Be(-1, "no second partition table or RAID signature outlives the deployment");
        _shell.Read("dev/sda").Should().OnlyContain(octet => octet == 0xAA);
    }

    [Theory]
    [InlineData(320, 200, true, "")]
    [InlineData(238, 20, true, "this machine has too little memory: 20 of 238 MiB are free; 320 MiB are needed")]
    [InlineData(200, 90, false, "this machine has too little memory: the environment does not fit into 200 MiB; 320 MiB are needed")]
    public async Task Too_little_memory_is_one_line_and_the_machine_goes_off(int total, int available, bool complete, string why)
    {
        _shell.File("proc/meminfo", $"MemTotal:       {total * 1024} kB\nMemFree:        1 kB\nMemAvailable:   {available * 1024} kB");
        _shell.File("proc/cmdline", "quiet maas.pause=0");
        if (complete) _shell.File("complete", "");

        var output = (await _shell.RunAsync("MARK=$RUN/../complete\nrequire_memory\necho \"goes on\"")).Approved().Output;

        output.Should().Be(why.Length == 0 ? "goes on\n" : $"say failed: {why}\noff\n");
    }

    private static string Known(string name, string serial) =>
        $"known_disk=name={name}\tserial={serial}\twwid=\tsize={DiskLength}\tmodel=\tpath=\n";

    private void AddDisk(string name, string device, string serial)
    {
        _shell.Disk(name, device, DiskLength / 512);
        _shell.Page80(name, serial);
        var content = new byte[DiskLength];
        Array.Fill(content, (byte)0xAA);
        _shell.Write($"dev/{name}", content);
    }

    private Task<Verdict> RunAsync(string lines) => _shell.RunAsync($"{EndOfDisk.ReplaceLineEndings("\n")}\n{lines}");
}
