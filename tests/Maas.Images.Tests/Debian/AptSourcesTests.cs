using Maas.Images.Debian;

namespace Maas.Images.Tests.Debian;

public sealed class AptSourcesTests
{
    [Fact]
    public void Both_formats_are_read_and_only_what_is_enabled()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["sources.list.d"]);
        File.WriteAllText(folder["sources.list"], """
            # deb http://commented.example/debian bookworm main
            deb http://one.example/debian bookworm main contrib # a note
            deb-src http://one.example/debian bookworm main
            deb [arch=amd64 signed-by=/usr/share/keyrings/other.gpg] https://third.example/apt bookworm main
            deb cdrom:[disc]/ bookworm main
            deb http://flat.example/debian ./

            """);
        File.WriteAllText(folder["sources.list.d/debian.sources"], """
            Types: deb deb-src
            URIs: http://two.example/debian/
            Suites: bookworm bookworm-updates
            Components: main
            Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

            Types: deb
            Enabled: no
            URIs: http://off.example/debian
            Suites: bookworm
            Components: main

            """);

        var sources = AptSources.Read(folder.Path);

        sources.Select(source => $"{source.Mirror} {source.Suite} {string.Join('+', source.Components)} {source.Keyring}".Trim())
            .Should()
            .Equal(
            "http://one.example/debian/ bookworm main+contrib",
            "https://third.example/apt/ bookworm main /usr/share/keyrings/other.gpg",
            "http://two.example/debian/ bookworm main /usr/share/keyrings/debian-archive-keyring.gpg",
            "http://two.example/debian/ bookworm-updates main /usr/share/keyrings/debian-archive-keyring.gpg");
        AptSources.ReadDebian(folder.Path).Select(source => source.Mirror.Host).Distinct().Should().Equal("one.example", "two.example");
    }

    [Fact]
    public void A_system_without_apt_has_no_sources()
    {
        using var folder = new TemporaryFolder();
        AptSources.Read(folder.Path).Should().BeEmpty();
    }
}
