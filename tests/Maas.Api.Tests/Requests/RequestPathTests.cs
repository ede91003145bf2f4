using Maas.Api.Requests;
using Microsoft.AspNetCore.Routing;

namespace Maas.Api.Tests.Requests;

public class RequestPathTests
{
    [Theory]
    [InlineData("10.0.0.0%2F24", "10.0.0.0/24")]
    [InlineData("10.0.0.0%2f24", "10.0.0.0/24")]
    [InlineData("a/b/", "a/b")]
    [InlineData("noble", "noble")]
    public void An_escaped_slash_is_a_slash_within_its_segment(string value, string expected) =>
        new RequestPath(new RouteValueDictionary { ["name"] = value })["name"].Should().Be(expected);

    [Fact]
    public void A_parameter_that_the_route_does_not_have_is_null() => new RequestPath([]).Find("name").Should().BeNull();

    [Theory]
    [InlineData("GET", "/MAAS/api/2.0//version/", 200, "capabilities")]
    [InlineData("GET", "/MAAS//api/2.0/version", 200, "capabilities")]
    [InlineData("GET", "/MAAS/api/2.0/version///", 200, "capabilities")]
    [InlineData("GET", "/MAAS/metadata//enlist//latest/meta-data//instance-id", 200, "i-maas-enlistment")]
    [InlineData("GET", "/MAAS/metadata//enlist/latest//nothing/", 404, "Unknown API endpoint")]
    [InlineData("GET", "/MAAS/metadata/latest/by-mac//", 404, "Unknown API endpoint")]
    [InlineData("GET", "/MAAS/api/2.0/Version/", 404, "Unknown API endpoint: /MAAS/api/2.0/Version/.")]
    [InlineData("GET", "/MAAS/metadata/ENLIST/", 404, "Unknown metadata version: ENLIST")]
    [InlineData("GET", "/MAAS/api/2.0/nothing/?op=x", 404, "Unknown API endpoint: /MAAS/api/2.0/nothing/.")]
    [InlineData("GET", "/MAAS/", 404, "Unknown API endpoint: /MAAS/.")]
    [InlineData("PUT", "/MAAS/api/2.0/version/", 405, "Method Not Allowed")]
    [InlineData("GET", "/MAAS/api/2.0/version/op-read", 400, "Unrecognised signature: method=GET op=read")]
    [InlineData("GET", "/MAAS/api/2.0/version/?op=read", 400, "Unrecognised signature: method=GET op=read")]
    [InlineData("GET", "/MAAS/api/2.0/files//op-get_by_key?key=none", 404, "File not found")]
    public async Task Paths_are_matched_with_runs_of_slashes_as_one_and_with_case(string method, string path, int status, string text)
    {
        await using var host = await ApiHost.StartAsync();

        (await host.SendAsync(method, path)).Expect(status).Text.Should().Contain(text);
    }
}
