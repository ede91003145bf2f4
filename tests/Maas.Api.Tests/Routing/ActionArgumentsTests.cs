using Maas.Api.Routing;

namespace Maas.Api.Tests.Routing;

/// <summary>An argument that an action does not declare, or asks for what this server cannot do, is a 400 that names it.</summary>
public class ActionArgumentsTests
{
    private const string Nonsense = "no_such_argument";

    private static IEnumerable<(ApiResource Resource, ApiAction Action)> All =>
        RouteTable.Everything.Resources.SelectMany(resource => resource.Actions.Select(action => (resource, action)));

    [Fact]
    public async Task An_argument_that_no_action_declares_is_400_and_named_at_every_action()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        foreach (var (resource, action) in All.Where(each => !each.Action.TakesAnyArgument))
        {
            var path = DefaultDenyTests.PathOf(resource, action, machine.Id);
            var authorization = action.Access is ApiAccess.Machine or ApiAccess.MachineOrAnonymous
                ? host.Sign(await host.TokenAsync(machine))
                : host.Sign(host.Admin);

            var reply = await host.SendAsync(action.Method, $"{path}{(action.Op is null ? '?' : '&')}{Nonsense}=1", authorization);

            reply.Code.Should().Be(400, "{0} {1} was asked, and said: {2}", action.Method, path, reply.Text);
            reply.Json.GetProperty(Nonsense)[0].GetString().Should().StartWith("No such ");
        }
    }

    [Fact]
    public async Task An_argument_of_MAAS_that_this_server_cannot_honour_is_400_unless_it_asks_for_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        foreach (var (resource, action) in All)
        {
            foreach (var (name, reason) in action.Unsupported)
            {
                var path = DefaultDenyTests.PathOf(resource, action, machine.Id) + (action.Op is null ? '?' : '&');
                (await host.SendAsync(action.Method, $"{path}{name}=please", host.Sign(host.Admin))).Expect(400)
                    .Json.GetProperty(name)[0].GetString().Should().Be(reason);
                foreach (var nothing in new[] { "", "false", "0", "None" })
                {
                    var reply = await host.SendAsync(action.Method, $"{path}{name}={nothing}", host.Sign(host.Admin));
                    reply.Text.Should().NotContain(reason, "{0}={1} asks for nothing", name, nothing);
                }
            }
        }
    }

    [Fact]
    public void No_argument_is_both_taken_and_refused() =>
        All.SelectMany(each =>
            each.Action.Unsupported.Keys.Where(name =>
                each.Action.Arguments.Any(argument => argument.Name == name) || each.Action.AlsoTakes.Contains(name))).Should().BeEmpty();

    [Theory]
    [InlineData("not_in_zone", "default", 0)]
    [InlineData("not_zone", "default", 0)]
    [InlineData("in_zone", "default", 2)]
    [InlineData("not_in_pool", "default", 0)]
    [InlineData("in_pool", "default", 2)]
    [InlineData("not_hostname", "one", 1)]
    [InlineData("not_mac_address", "52-54-00-00-00-01", 1)]
    [InlineData("not_tags", "ssd", 1)]
    [InlineData("not_arch", "amd64", 0)]
    [InlineData("not_power_state", "unknown", 0)]
    [InlineData("not_domain", "maas", 0)]
    [InlineData("not_simple_status", "New", 1)]
    [InlineData("not_status", "ready", 1)]
    [InlineData("not_owner", "bob", 2)]
    [InlineData("not_agent_name", "juju", 2)]
    public async Task A_filter_and_its_opposite_are_evaluated(string name, string value, int count)
    {
        await using var host = await ApiHost.StartAsync();
        var one = await host.ReadyAsync("52:54:00:00:00:01");
        await host.EnlistAsync("52:54:00:00:00:02");
        (await host.PutAsync(host.Admin, $"machines/{one.Id}/", ("hostname", "one"))).Expect(200);
        (await host.PostAsync(host.Admin, "tags/", ("name", "ssd"))).Expect(200);
        (await host.PostAsync(host.Admin, "tags/ssd/?op=update_nodes", ("add", one.Id.ToString()))).Expect(200);

        (await host.GetAsync(host.Admin, $"machines/?{name}={value}")).Expect(200).Json.GetArrayLength().Should().Be(count);
    }

    [Theory]
    [InlineData("subnets", "1")]
    [InlineData("nonsense", "1")]
    [InlineData("zone", "mars")]
    [InlineData("not_in_zone", "mars")]
    [InlineData("not_in_pool", "mars")]
    [InlineData("tags", "unknown")]
    [InlineData("not_tags", "unknown")]
    [InlineData("not_status", "asleep")]
    public async Task A_filter_that_cannot_be_evaluated_is_400_and_never_all_machines(string name, string value)
    {
        await using var host = await ApiHost.StartAsync();
        await host.EnlistAsync();

        foreach (var path in new[] { "machines/?", "nodes/?", "/MAAS/api/1.0/nodes/?op=list&" })
            (await host.GetAsync(host.Admin, $"{path}{name}={value}")).Expect(400).Json.TryGetProperty(name, out _).Should().BeTrue();
    }

    [Fact]
    public async Task A_hostile_heap_of_unknown_arguments_is_answered_shortly()
    {
        await using var host = await ApiHost.StartAsync();
        var query = string.Join('&', Enumerable.Range(0, 200).Select(i => $"{i}{new string('x', 30)}=1"));

        (await host.GetAsync(host.Bob, $"machines/?{query}")).Expect(400).Body.Length.Should().BeLessThan(4000);
    }
}
