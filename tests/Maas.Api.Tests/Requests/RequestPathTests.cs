using Maas.Api.Requests;

namespace Maas.Api.Tests.Requests;

public class RequestPathTests
{
    [Theory]
    [InlineData("/metadata//2012-03-01/meta-data/instance-id", "metadata|2012-03-01|meta-data|instance-id")]
    [InlineData("///metadata////latest///", "metadata|latest")]
    [InlineData("/api/2.0/subnets/10.0.0.0%2F24/", "api|2.0|subnets|10.0.0.0/24")]
    [InlineData("/api/2.0/subnets/10.0.0.0%2f24", "api|2.0|subnets|10.0.0.0/24")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void T16_slashes_are_normalised_before_routing(string? path, string segments) =>
        string.Join('|', RequestPath.Segments(path)).Should().Be(segments);
}
