using System.Text.Json;
using MaasNet.Output;
using MaasNet.Profiles;

namespace MaasNet.Tests;

public sealed class ReportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-net-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("""{"zone":{"name":"rack 1"}}""", "zone.name", "rack 1")]
    [InlineData("""{"zone":{"name":"rack 1"}}""", "zone", "rack 1")]
    [InlineData("""{"zone":null}""", "zone.name", "")]
    [InlineData("""{"tags":["a","b"]}""", "tags", "a, b")]
    [InlineData("""{"locked":true}""", "locked", "yes")]
    [InlineData("""{"storage":12.5}""", "storage", "12.5")]
    [InlineData("""[]""", "storage", "")]
    public void A_field_is_read_by_its_path(string json, string path, string expected)
    {
        using var item = JsonDocument.Parse(json);

        Column.Text(item.RootElement, path).Should().Be(expected);
    }

    [Fact]
    public void A_text_of_the_server_cannot_redraw_the_terminal() =>
        Report.Clean("a\u001b[2Jb\rc\nd\u009b").Should().Be("a\uFFFD[2Jb\uFFFDc\nd\uFFFD");

    [Fact]
    public void Profiles_are_kept_for_their_user_alone_and_the_last_login_is_the_default()
    {
        var store = new ProfileStore(Path.Combine(_folder.FullName, "maas-net"));
        store.Save(new Profile("one", "http://one/MAAS/", "a:b:c", true));
        store.Save(new Profile("two", "http://two/MAAS/", "d:e:f", true));

        store.Get(null).Name.Should().Be("two");
        store.Get("one").IsDefault.Should().BeFalse();
        var file = Path.Combine(_folder.FullName, "maas-net/profiles.json");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(Path.GetDirectoryName(file)!).Should().Equal([file], "no draft remains");
        store.Delete("two");
        var without = () => store.Get(null);
        without.Should().Throw<UsageException>();
        File.WriteAllText(file, "{");
        without.Should().Throw<UsageException>().WithMessage("*is damaged*delete it and log in again*");
    }
}
