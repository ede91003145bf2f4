namespace Maas.Api.Tests.Topology;

public class DhcpSnippetTests
{
    [Fact]
    public async Task There_are_no_snippets_and_none_is_added()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.GetAsync(host.Bob, "dhcp-snippets/")).Expect(200).Text.Should().Be("[]");
        (await host.PostAsync(host.Admin, "dhcp-snippets/", ("name", "ntp"), ("value", "option ntp-servers 10.0.0.1;"))).Expect(400).Text
            .Should().Contain("not supported");
        (await host.PostAsync(host.Bob, "dhcp-snippets/", ("name", "ntp"))).Expect(403);
        (await host.PutAsync(host.Admin, "dhcp-snippets/1/", ("value", "x"))).Expect(404);
        (await host.DeleteAsync(host.Admin, "dhcp-snippets/1/")).Expect(404);
    }
}
