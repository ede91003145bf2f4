namespace Maas.Api.Tests.Results;

public class ErrorCodeTests
{
    [Fact]
    public async Task Every_error_has_a_code_for_programs_and_nothing_else_has_one()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        (string, string)[] taken = [("architecture", "amd64"), ("mac_addresses", "52:54:00:00:00:09"), ("hostname", machine.Hostname)];

        CodeOf(await host.PostAsync(host.Admin, "machines/", [.. taken, ("power_type", "manual")])).Should().Be((400, "duplicate"));
        CodeOf(await host.PostAsync(host.Admin, "machines/", ("architecture", "vax"))).Should().Be((400, "invalid"));
        CodeOf(await host.PostAsync(host.Bob, "machines/?op=allocate")).Should().Be((409, "conflict"));
        CodeOf(await host.GetAsync(host.Bob, "machines/aaaaaa/")).Should().Be((404, "not-found"));
        CodeOf(await host.PostAsync(host.Bob, "users/")).Should().Be((403, "forbidden"));
        CodeOf(await host.SendAsync("GET", "machines/")).Should().Be((401, "unauthorized"));
        CodeOf(await host.GetAsync(host.Bob, "machines/")).Should().Be((200, null));
        CodeOf(await host.GetAsync(host.Bob, "version/")).Should().Be((200, null));
    }

    [Theory]
    [InlineData("subnets/10.0.0.0/24/", 200)]
    [InlineData("subnets/10.0.0.0%2F24/", 200)]
    [InlineData("subnets/10.0.0.0/24/?op=statistics", 200)]
    [InlineData("subnets/fd00::/64/", 200)]
    [InlineData("subnets/192.0.2.0/24/", 404)]
    [InlineData("subnets/10.0.0.0/24/x/", 404)]
    [InlineData("subnets/10.0.0.0/x/", 404)]
    [InlineData("fabrics/10.0.0.0/24/", 404)]
    public async Task A_network_may_be_named_with_its_slash(string path, int status)
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var cidr in new[] { "10.0.0.0/24", "fd00::/64" })
            (await host.PostAsync(host.Admin, "subnets/", ("cidr", cidr), ("vlan", "5001"))).Expect(200);

        (await host.GetAsync(host.Admin, path)).Expect(status);
    }

    private static (int Status, string? Code) CodeOf(Reply reply) =>
        (reply.Code, reply.Headers.TryGetValues("X-MAAS-Error", out var codes) ? codes.Single() : null);
}
