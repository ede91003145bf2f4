using Maas.Images.Formats.Iso;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Formats.Iso;

/// <summary>What firmware finds in a built image, as the reference tools report it.</summary>
public sealed class IsoBootTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Boot_images_for_BIOS_and_EFI_are_what_xorriso_reports()
    {
        await WriteAsync(Bootable(), _folder["iso"]);

        using (var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel))
            ((IsoFileTree)image.OpenTree()).BootEntries.Select(entry => (entry.Platform, entry.SectorCount))
                .Should()
                .Equal((IsoBootPlatform.Bios, 4), (IsoBootPlatform.Efi, 137));
        var report = await Tools.RunAsync("xorriso", "-indev", _folder["iso"], "-report_el_torito", "plain");
        report.Should().Contain("/boot/bios.img").And.Contain("/boot/efi.img").And.Contain("UEFI").And.Contain("boot-info-table");
    }

    [Fact]
    public async Task A_hybrid_image_has_an_MBR_with_boot_code_and_a_GPT_that_the_tools_accept()
    {
        var code = await File.ReadAllBytesAsync(Judge.RequireFile("/usr/lib/ISOLINUX/isohdpfx.bin", "isolinux"), Cancel);
        var builder = Bootable();
        builder.MakeHybrid(code);
        await WriteAsync(builder, _folder["iso"]);

        (await Tools.RunAsync("sgdisk", "-v", _folder["iso"])).Should().Contain("No problems found");
        (await Tools.RunAsync("sgdisk", "-i", "1", _folder["iso"])).Should().Contain("C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
        (await Tools.RunAsync("fdisk", "-l", _folder["iso"])).Should().Contain("Disklabel type: gpt").And.Contain("EFI System");
        var report =
            await Tools.RunAsync("xorriso", "-indev", _folder["iso"], "-report_system_area", "plain", "-check_media", "use=indev", "--");
        report.Should().Contain("MBR cyl-align-off GPT").And.MatchRegex(@"GPT partition path *: +1 +/boot/efi.img").And.Contain("+ good");

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var partition = image.Partitions!.Partitions.Should().ContainSingle().Subject;
        partition.Offset.Should().Be(((IsoFileTree)image.OpenTree(0)).BootEntries[1].Offset);
        await using var disk = image.OpenRead();
        var head = new byte[440];
        await disk.ReadExactlyAsync(head, Cancel);
        head[..432].Should().Equal(code[..432]);
        (BitConverter.ToUInt32(head, 432) * 512L).Should().Be(
            ((IsoFileTree)image.OpenTree(0)).BootEntries[0].Offset, "the code finds the loader there");
    }

    [Fact]
    public async Task A_hybrid_image_for_a_BIOS_alone_has_one_active_partition()
    {
        var builder = new IsoBuilder();
        builder.AddFile("bios.img", new byte[4096]);
        builder.AddBiosLoader("bios.img");
        builder.MakeHybrid(new byte[432]);
        await WriteAsync(builder, _folder["iso"]);

        var table = await Tools.RunAsync("fdisk", "-l", _folder["iso"]);
        table.Should().Contain("Disklabel type: dos").And.Contain("Hidden HPFS/NTFS").And.MatchRegex(@"iso1 +\* +0 ");
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        var builder = new IsoBuilder();
        builder.AddFile("tiny", new byte[10]);
        builder.Invoking(it => it.AddBootImage(IsoBootPlatform.Bios, "nothing")).Should().Throw<FileNotFoundException>();
        builder.Invoking(it => it.MakeHybrid(new byte[433])).Should().Throw<ArgumentException>();
        builder.AddBiosLoader("tiny");
        builder.Invoking(it => it.Build()).Should().Throw<ArgumentException>();
    }

    private static IsoBuilder Bootable()
    {
        var builder = new IsoBuilder { Label = "BOOTABLE" };
        builder.AddFile("boot/bios.img", Enumerable.Range(0, 4099).Select(i => (byte)i).ToArray());
        builder.AddFile("boot/efi.img", new byte[70_000]);
        builder.AddBiosLoader("boot/bios.img");
        builder.AddBootImage(IsoBootPlatform.Efi, "boot/efi.img");
        return builder;
    }

    private static async Task WriteAsync(IsoBuilder builder, string file)
    {
        await using var iso = builder.Build();
        await using var output = File.Create(file);
        await iso.CopyToAsync(output, Cancel);
    }
}
