using Maas.Images.BootMedia;
using Maas.Images.Disks;
using Maas.Images.Formats.Partitions;
using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Ephemeral;
using Maas.Judges;

namespace Maas.Images.Tests.BootMedia;

/// <summary>CDs and sticks that start iPXE, started.</summary>
[Collection(MirrorCollection.Name)]
public sealed class IpxeIsoTests : IDisposable
{
    private static readonly byte[] Script =
        ("#!ipxe\necho SCRIPT ON ${platform} RUNS\necho what a serial line has not sent when the machine restarts is "u8 +
        "lost\nreboot\n"u8).ToArray();

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Program => Judge.RequireFile("/usr/lib/ipxe/ipxe.efi", "ipxe");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_ISO_on_a_stick_starts_its_script_by_BIOS()
    {
        await MakeIsoAsync();

        var console = await VirtualMachine.RunAsync(
            ["-machine", "pc,graphics=off", "-m", "256", "-nic", "none", "-drive", $"file={_folder["medium"]},format=raw,if=ide"],
            Cancellation);

        console.Should().Contain("SCRIPT ON pcbios RUNS");
    }

    [Fact]
    public async Task An_ISO_as_a_CD_starts_iPXE_by_UEFI()
    {
        await MakeIsoAsync();

        (await RunUefiAsync(
            "-drive", $"file={_folder["medium"]},format=raw,if=none,id=cd", "-device", "ide-cd,drive=cd,bootindex=0")).Should()
            .Contain("SCRIPT ON efi RUNS");
    }

    [Fact]
    public async Task A_stick_with_a_partition_table_starts_iPXE_by_UEFI()
    {
        var disk = new DiskBuilder();
        disk.Add(new() { Type = PartitionTypes.EfiSystem, Name = "ESP" }, EfiSystem.Ipxe(Program, Script));
        await WriteAsync(disk.Build());

        (await RunUefiAsync(
            "-drive",
            $"file={_folder["medium"]},format=raw,if=none,id=stick",
            "-device",
            "virtio-blk-pci,drive=stick,bootindex=0")).Should()
            .Contain("SCRIPT ON efi RUNS");
    }

    /// <summary>Debian's iPXE is older than autoexec.ipxe: it asks the network what to do, and gets the script there.</summary>
    private async Task<string> RunUefiAsync(params string[] medium)
    {
        await File.WriteAllBytesAsync(_folder["boot.ipxe"], Script, Cancellation);
        return await VirtualMachine.RunAsync(
            [
                "-m",
                "256",
                "-vga",
                "none",
                .. VirtualMachine.Uefi,
                "-netdev",
                $"user,id=lan,tftp={_folder.Path},bootfile=boot.ipxe",
                "-device",
                "virtio-net-pci,netdev=lan,romfile=",
                .. medium
            ],
            Cancellation);
    }

    private Task MakeIsoAsync()
    {
        Judge.RequireFile("/usr/lib/ISOLINUX/isohdpfx.bin", "isolinux");
        Judge.RequireFile("/usr/lib/syslinux/modules/bios/ldlinux.c32", "syslinux-common");
        return WriteAsync(new IpxeIso { EfiProgram = Program, Script = Script, Bios = IpxeBios.OfDebian() }.Build());
    }

    private async Task WriteAsync(Stream medium)
    {
        await using (medium)
        {
            await using var output = File.Create(_folder["medium"]);
            await medium.CopyToAsync(output, Cancellation);
        }
    }
}
