using Maas.Api.Gone;
using Maas.Core;
using Maas.Api.Tests.Routing;

namespace Maas.Api.Tests.Gone;

public class GoneResourceTests
{
    [Fact]
    public async Task Each_of_the_26_operations_of_virtual_machine_hosts_answers_410()
    {
        await using var host = await ApiHost.StartAsync();
        var all = GoneResource.All.SelectMany(resource => resource.Actions.Select(action => (resource, action))).ToList();
        all.Should().HaveCount(26);

        foreach (var (resource, action) in all)
        {
            var path = DefaultDenyTests.PathOf(resource, action, SystemId.New());
            var reply = (await host.SendAsync(action.Method, path, host.Sign(host.Bob))).Expect(410);
            reply.Text.Should().Be("VM host (KVM) support has been removed from MAAS.", "{0} {1} was asked", action.Method, path);
            (await host.SendAsync(action.Method, path)).Expect(401);
        }
    }

    [Fact]
    public async Task A_client_that_sends_arguments_is_told_the_same()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "vm-hosts/", ("type", "lxd"), ("power_address", "10.0.0.1"))).Expect(410);
        (await host.GetAsync(host.Admin, "pods/?id=1")).Expect(410);
    }
}
