using System.Text;
using CsCheck;
using Maas.Images.Archives;
using Maas.Judges;

namespace Maas.Images.Tests.Archives;

public sealed class CpioTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cpio_unpacks_what_we_write()
    {
        var cpio = Judge.Require("cpio", "cpio");
        using var folder = new TemporaryFolder();
        using (var writer = new CpioWriter(File.Create(folder["a.cpio"])))
        {
            writer.WriteDirectory("bin");
            writer.WriteFile("bin/tool", "#!/bin/sh\n"u8, mode: 0b111_101_101);
            writer.WriteSymbolicLink("bin/link", "tool");
            writer.WriteFile("empty", []);
        }

        (await Judge.RunAsync("/bin/sh", ["-c", $"cd {folder.Path} && {cpio} -id --quiet < a.cpio"], null, Cancellation)).Approved();

        (await File.ReadAllTextAsync(folder["bin/link"], Cancellation)).Should().Be("#!/bin/sh\n");
        new FileInfo(folder["bin/tool"]).UnixFileMode.Should().HaveFlag(UnixFileMode.UserExecute);
        new FileInfo(folder["empty"]).Length.Should().Be(0);
    }

    [Fact]
    public async Task We_read_what_cpio_writes()
    {
        var cpio = Judge.Require("cpio", "cpio");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in/deep/er"]);
        await File.WriteAllTextAsync(folder["in/deep/er/file"], "content", Cancellation);
        File.CreateSymbolicLink(folder["in/link"], "deep/er/file");
        (await Judge.RunAsync(
            "/bin/sh",
            ["-c", $"cd {folder["in"]} && find . | sort | {cpio} -o -H newc --quiet > ../a.cpio"],
            null,
            Cancellation)).Approved();

        using var stream = File.OpenRead(folder["a.cpio"]);
        var entries = Read(stream);

        entries.Select(entry => (entry.Path, entry.Kind)).Should().Equal(
            ("", ArchiveEntryKind.Directory),
            ("deep", ArchiveEntryKind.Directory),
            ("deep/er", ArchiveEntryKind.Directory),
            ("deep/er/file", ArchiveEntryKind.File),
            ("link", ArchiveEntryKind.SymbolicLink));
        entries[3].Text.Should().Be("content");
        entries[4].Target.Should().Be("deep/er/file");
    }

    [Fact]
    public void The_same_calls_write_the_same_bytes()
    {
        Write().Should().Equal(Write());

        static byte[] Write()
        {
            using var stream = new MemoryStream();
            using (var writer = new CpioWriter(stream, leaveOpen: true)) writer.WriteFile("a", "b"u8);
            return stream.ToArray();
        }
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../up")]
    [InlineData("a/../../up")]
    public void A_path_out_of_the_archive_is_not_written(string path)
    {
        using var writer = new CpioWriter(new MemoryStream());
        writer.Invoking(it => it.WriteFile(path, [])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Files_of_any_name_and_content_are_read_back() =>
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 40], Gen.Byte.Array[0, 300]).List[0, 12].Sample(files =>
        {
            using var stream = new MemoryStream();
            using (var writer = new CpioWriter(stream, leaveOpen: true))
                foreach (var (name, content) in files) writer.WriteFile(name, content);
            stream.Position = 0;
            Read(stream)
                .Select(entry => (entry.Path, entry.Text))
                .Should()
                .Equal(files.Select(file => (file.Item1, Encoding.Latin1.GetString(file.Item2))));
        });

    [Fact]
    public void No_bytes_do_more_harm_than_an_invalid_image() =>
        Gen.Byte.Array[0, 600].Sample(bytes => Hostile.OnlyInvalid(() => Read(new MemoryStream([.. "070701"u8, .. bytes]))));

    private static List<(string Path, ArchiveEntryKind Kind, string Text, string Target)> Read(Stream stream)
    {
        List<(string, ArchiveEntryKind, string, string)> entries = [];
        var reader = new CpioReader(stream);
        while (reader.Next() is { } entry)
            entries.Add((entry.Path, entry.Kind, Encoding.Latin1.GetString(entry.ReadAll()), entry.LinkTarget));
        return entries;
    }
}
