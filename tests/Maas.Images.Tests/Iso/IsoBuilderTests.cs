using Maas.Images.FileTrees;
using Maas.Images.Iso;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Iso;

public sealed class IsoBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_built_tree_reads_back_equal_by_us_and_by_xorriso(int seed)
    {
        SampleTree.Make(_folder["tree"], seed);
        var builder = new IsoBuilder { Label = "BUILT" };
        AddAll(builder, _folder["tree"]);
        await WriteAsync(builder, _folder["iso"]);

        using (var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel))
            TreeListing.Of(image.OpenTree()).Should().Equal(TreeListing.Of(_folder["tree"]));

        await Tools.RunAsync("xorriso", "-abort_on", "WARNING", "-osirrox", "on", "-indev", _folder["iso"], "-extract", "/", _folder["out"]);
        TreeListing.Of(_folder["out"]).Should().Equal(TreeListing.Of(_folder["tree"]));
        (await Tools.RunAsync("isoinfo", "-d", "-i", _folder["iso"])).Should().Contain("Volume id: BUILT").And.Contain("Rock Ridge");
    }

    [Fact]
    public async Task The_same_input_gives_the_same_bytes()
    {
        SampleTree.Make(_folder["tree"], 4);
        foreach (var name in new[] { "one", "two" })
        {
            var builder = new IsoBuilder();
            AddAll(builder, _folder["tree"]);
            await WriteAsync(builder, _folder[name]);
        }

        (await File.ReadAllBytesAsync(_folder["two"], Cancel)).Should().Equal(await File.ReadAllBytesAsync(_folder["one"], Cancel));
    }

    [Fact]
    public async Task Boot_images_for_BIOS_and_EFI_are_what_xorriso_reports()
    {
        var builder = new IsoBuilder();
        builder.AddFile("boot/bios.img", new byte[4096]);
        builder.AddFile("boot/efi.img", new byte[70_000]);
        builder.AddBootImage(IsoBootPlatform.Bios, "boot/bios.img", loadSectors: 4);
        builder.AddBootImage(IsoBootPlatform.Efi, "boot/efi.img");
        await WriteAsync(builder, _folder["iso"]);

        using (var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel))
            ((IsoFileTree)image.OpenTree()).BootEntries.Select(entry => (entry.Platform, entry.SectorCount)).Should().Equal((IsoBootPlatform.Bios, 4), (IsoBootPlatform.Efi, 137));
        var report = await Tools.RunAsync("xorriso", "-indev", _folder["iso"], "-report_el_torito", "plain");
        report.Should().Contain("/boot/bios.img").And.Contain("/boot/efi.img").And.Contain("UEFI");
    }

    private static void AddAll(IsoBuilder builder, string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = default }))
        {
            var path = Path.GetRelativePath(folder, entry.FullName);
            var ownership = new FileOwnership { ModifiedAt = new DateTimeOffset(entry.LastWriteTimeUtc), Mode = entry.LinkTarget is null && !OperatingSystem.IsWindows() ? entry.UnixFileMode : null };
            if (entry.LinkTarget is { } target) builder.AddSymbolicLink(path, target, ownership);
            else if (entry is DirectoryInfo) builder.AddDirectory(path, ownership);
            else builder.AddFile(path, entry.FullName, ownership);
        }
    }

    private static async Task WriteAsync(IsoBuilder builder, string file)
    {
        await using var iso = builder.Build();
        await using var output = File.Create(file);
        await iso.CopyToAsync(output, Cancel);
    }
}
