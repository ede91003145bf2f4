using CsCheck;
using Maas.Images.Archives;
using Maas.Images.Tests.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Archives;

public sealed class DebFileTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip")]
    [InlineData("xz")]
    [InlineData("zstd")]
    [InlineData("none")]
    public async Task A_package_that_dpkg_built_is_read(string compression)
    {
        var dpkg = Judge.Require("dpkg-deb", "dpkg");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["p/DEBIAN"]);
        Directory.CreateDirectory(folder["p/usr/bin"]);
        await File.WriteAllTextAsync(
            folder["p/DEBIAN/control"],
            "Package: tool\nVersion: 1:2.0-1\nArchitecture: all\nMaintainer: nobody <n@example.org>\nDescription: a tool\n of two lines\n",
            Cancellation);
        await File.WriteAllTextAsync(folder["p/usr/bin/tool"], "#!/bin/sh\n", Cancellation);
        File.CreateSymbolicLink(folder["p/usr/bin/alias"], "tool");
        (await Judge.RunAsync(
            dpkg, ["--root-owner-group", $"-Z{compression}", "-b", folder["p"], folder["tool.deb"]], null, Cancellation)).Approved();

        using var stream = File.OpenRead(folder["tool.deb"]);
        var deb = new DebFile(stream);

        deb.ReadControl()["Version"].Should().Be("1:2.0-1");
        deb.ReadControl()["Description"].Should().Be("a tool\nof two lines");
        deb.ReadFiles()
            .Where(entry => entry.Kind != ArchiveEntryKind.Directory)
            .Select(entry => (entry.Path, entry.LinkTarget, entry.Kind == ArchiveEntryKind.File ? entry.ReadAll().Length : 0))
            .Should().Equal(("usr/bin/tool", "", 10), ("usr/bin/alias", "tool", 0));
    }

    [Fact]
    public async Task The_packages_these_tests_make_are_packages_to_dpkg()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["a.deb"], SyntheticDeb.Make("a", "1", ("./usr/x", [1, 2, 3])), Cancellation);
        (await Judge.RunAsync(Judge.Require("dpkg-deb", "dpkg"), ["-c", folder["a.deb"]], null, Cancellation)).Approved().Output.Should()
            .Contain("./usr/x");
    }

    [Fact]
    public void An_entry_that_was_passed_cannot_be_read()
    {
        var entry = new DebFile(new MemoryStream(SyntheticDeb.Make("a", "1", ("./x", [1]), ("./y", [2])))).ReadFiles().ToList()[0];
        entry.Invoking(it => it.ReadAll()).Should().Throw<InvalidOperationException>();
    }

    [Theory]
    [InlineData("../../../etc/shadow")]
    [InlineData("/etc/shadow")]
    [InlineData("./usr/../../up")]
    public void A_path_trick_in_a_package_is_refused(string path)
    {
        var deb = new DebFile(new MemoryStream(SyntheticDeb.Make("evil", "1", (path, [1]))));
        deb.Invoking(it => it.ReadFiles().ToList()).Should().Throw<InvalidImageException>();
    }

    [Fact]
    public void A_member_longer_than_the_file_is_refused()
    {
        var bytes = SyntheticDeb.Make("a", "1", ("./x", new byte[10_000]));
        var deb = new DebFile(new MemoryStream(bytes[..^64]));
        deb.Invoking(it => it.ReadFiles().Sum(entry => entry.ReadAll().Length)).Should().Throw<InvalidImageException>();
    }

    [Fact]
    public void No_damage_does_more_harm_than_an_invalid_image()
    {
        var good = SyntheticDeb.Make("a", "1", ("./x", [.. Enumerable.Range(0, 255).Select(i => (byte)i)]));
        Gen.Select(Gen.Select(Gen.Int[0, good.Length], Gen.Byte).List[0, 5], Gen.Int[0, good.Length])
            .Sample((changes, length) => Hostile.OnlyInvalid(() =>
            {
                var deb = new DebFile(new MemoryStream(Hostile.Damaged(good, changes, length)));
                deb.ReadControl();
                foreach (var entry in deb.ReadFiles()) entry.ReadAll();
            }));
    }
}
