using System.Text;
using Maas.Images.Downloads;
using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Advisories;

/// <summary>Data that other users of the machine and readers of logs must not see, named by their advisories.</summary>
public sealed class FilePrivacyTests : IDisposable
{
    private const UnixFileMode Others = UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CVE_2013_1069_The_journal_of_an_edit_is_its_owners()
    {
        // A file of MAAS's own was readable by all and held a password. An edit's journal holds what was written to /etc/shadow.
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(_folder["tree"]);
        await Tools.ShellAsync(_folder.Path, "mke2fs -q -F -t ext4 -b 1024 -d tree image 8M && chmod 600 image");

        await using var edit = await DiskImage.EditAsync(_folder["image"], null, Cancel);
        await edit.OpenTree().WriteFileAsync("shadow", "root:$y$j9T$secret\n"u8.ToArray(), null, Cancel);

        File.GetUnixFileMode(_folder["image.edit"]).Should().NotHaveFlag(UnixFileMode.GroupRead).And.NotHaveFlag(UnixFileMode.OtherRead);
        (File.GetUnixFileMode(_folder["image.edit"]) & Others).Should().Be(UnixFileMode.None);
    }

    [Fact]
    public async Task What_is_unpacked_beside_is_its_owners()
    {
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(_folder["scratch"]);
        await Tools.ShellAsync(_folder.Path, "head -c 1M /dev/urandom > raw && gzip -c raw > image && chmod 600 image");

        using var image = await DiskImage.OpenAsync(_folder["image"], new() { TemporaryDirectory = _folder["scratch"] }, Cancel);

        foreach (var file in Directory.EnumerateFiles(_folder["scratch"]))
            (File.GetUnixFileMode(file) & Others).Should().Be(UnixFileMode.None);
    }

    [Theory]
    [InlineData("0600")]
    [InlineData("0640")]
    [InlineData("0755")]
    public async Task LP_2156073_A_mode_is_octal_on_its_way_through_an_image(string mode)
    {
        // MAAS once wrote a mode in decimal where octal was meant.
        if (OperatingSystem.IsWindows()) return;
        await Tools.ShellAsync(_folder.Path, $"mkdir tree && echo x > tree/file && chmod {mode} tree/file && tar -cf image -C tree .");
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();

        await tree.ExtractAsync(tree.Root, _folder["out"], null, Cancel);

        File.GetUnixFileMode(_folder["out/file"]).Should().Be((UnixFileMode)Convert.ToInt32(mode, 8));
        ((int)tree.Find("file")!.Mode).Should().Be(Convert.ToInt32(mode, 8));
    }

    [Theory]
    [InlineData("https://user:secret@mirror.example/image.img?token=secret#secret", "https://mirror.example/image.img")]
    [InlineData("https://mirror.example/a/b?X-Amz-Signature=secret", "https://mirror.example/a/b")]
    public void CVE_2015_1320_An_address_is_shown_without_what_is_secret_in_it(string address, string shown) =>
        RemotePath.Shown(new Uri(address)).Should().Be(shown);

    [Fact]
    public async Task CVE_2013_1057_Nothing_is_read_from_the_folder_that_one_happens_to_be_in()
    {
        // MAAS took its configuration from the current folder. An image names files; they are looked for in the image.
        await Tools.ShellAsync(_folder.Path, "mkdir tree && ln -s hostname tree/link && tar -cf image -C tree .");
        await File.WriteAllTextAsync(_folder["hostname"], "the host's", Cancel);
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.OpenTree().Resolve("link").Should().BeNull();
        image.OpenTree().Invoking(tree => tree.OpenRead("link")).Should().Throw<FileNotFoundException>();
        Encoding.UTF8.GetString(await File.ReadAllBytesAsync(_folder["hostname"], Cancel)).Should().Be("the host's");
    }
}
