using VmLab.Disks;

namespace Maas.Journey.Tests.Disks;

public class AptSourcesTests
{
    [Fact]
    public void A_stanza_names_its_mirror() =>
        AptSources.FindMirror("Types: deb\n# a remark\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\n", "bookworm")
            .Should().Be(new Uri("http://mirror.example/debian"));

    [Fact]
    public void A_stanza_of_another_suite_is_passed_over() =>
        AptSources.FindMirror("URIs: http://security.example/\nSuites: bookworm-security\n\nURIs: http://mirror.example/debian\nSuites: bookworm\n", "bookworm")
            .Should().Be(new Uri("http://mirror.example/debian"));

    [Theory]
    [InlineData("deb http://mirror.example/debian bookworm main\n")]
    [InlineData("# deb http://other.example/ bookworm main\ndeb [signed-by=/key.gpg arch=amd64] http://mirror.example/debian bookworm main\n")]
    public void A_line_names_its_mirror(string text) =>
        AptSources.FindMirror(text, "bookworm").Should().Be(new Uri("http://mirror.example/debian"));

    [Theory]
    [InlineData("")]
    [InlineData("deb cdrom:[Debian]/ bookworm main\n")]
    [InlineData("deb http://mirror.example/debian trixie main\n")]
    public void Without_a_mirror_of_the_suite_there_is_none(string text) => AptSources.FindMirror(text, "bookworm").Should().BeNull();
}
