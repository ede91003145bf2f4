using Maas.Hosting.Privileges;

namespace Maas.Hosting.Tests.Privileges;

public class LinuxCapabilitiesTests
{
    [Theory]
    [InlineData("Name:\tx\nCapEff:\t000001ffffffffff\n", 0)]
    [InlineData("CapEff:\t0000000000002400\n", 0)]
    [InlineData("CapEff:\t0000000000000400\n", 1)]
    [InlineData("CapEff:\t0000000000000000\n", 2)]
    [InlineData("Name:\tno such line\n", 0)]
    public void Missing_capabilities_are_counted(string status, int missing) =>
        LinuxCapabilities.Missing(status).Should().HaveCount(missing);

    [Fact]
    public void A_missing_capability_is_named_with_what_it_is_for() =>
        LinuxCapabilities.Missing("CapEff:\t0000000000002000\n").Should().ContainSingle().Which.Should()
        .Be("CAP_NET_BIND_SERVICE (ports below 1024, such as 67 and 69)");
}
