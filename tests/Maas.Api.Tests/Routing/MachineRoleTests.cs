using Maas.Api.Routing;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Routing;

/// <summary>
/// Every operation on a machine, as its owner, as another user and as an administrator. Callers without a valid key, and machines' keys,
/// are in <see cref="DefaultDenyTests"/>.
/// </summary>
public class MachineRoleTests
{
    public static TheoryData<string> Families =>
        [.. Operations.Select(each => FamilyOf(each.Resource)).Distinct()];

    private static IEnumerable<(ApiResource Resource, ApiAction Action)> Operations =>
        from resource in RouteTable.Everything.Resources
        where resource.Path.StartsWith("api/", StringComparison.Ordinal)
            && resource.Segments is [_, _, "machines" or "nodes", "{system_id}", ..]
        from action in resource.Actions
        select (resource, action);

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Another_user_neither_sees_nor_changes_the_machine(string family)
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync(1000);
        var machine = await host.ReadyAsync();
        machine = await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        var before = await host.Core.NodeConfigs.GetAsync(machine, ApiHost.Cancellation);

        foreach (var (resource, action) in Operations.Where(each => FamilyOf(each.Resource) == family))
        {
            var reply = await AskAsync(host, resource, action, machine, host.Sign(host.Eve));
            reply.Code.Should().BeOneOf([403, 404], "{0} {1} {2} of bob's machine was asked by eve, who was told: {3}",
                action.Method, resource.Path, action.Op, reply.Text);
            reply.Text.Should().NotContain(machine.Hostname);
        }

        var after = await host.MachineAsync(machine.Id);
        (after.Version, after.Owner, after.Status).Should().Be((machine.Version, "bob", MachineStatus.Allocated));
        (await host.Core.NodeConfigs.GetAsync(after, ApiHost.Cancellation)).Should().BeEquivalentTo(before);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task The_table_decides_on_owners_and_administrators(string family)
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync(1000);
        var number = 0;
        foreach (var (resource, action) in Operations.Where(each => FamilyOf(each.Resource) == family))
        {
            foreach (var (name, key) in new[] { ("owner", host.Bob), ("administrator", host.Admin) })
            {
                var machine = await host.ReadyAsync($"52:54:00:01:{++number >> 8:x2}:{number & 255:x2}");
                machine = await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
                var reply = await AskAsync(host, resource, action, machine, host.Sign(key));
                var mayNot = action.Access == ApiAccess.Administrator && key == host.Bob;
                if (mayNot) reply.Expect(403);
                else
                {
                    reply.Code.Should().NotBe(401).And.BeLessThan(500, "{0} {1} {2} was asked by the {3}, who was told: {4}",
                        action.Method, resource.Path, action.Op, name, reply.Text);
                    if (key == host.Admin)
                        reply.Code.Should().NotBe(403, "{0} {1} {2} was asked by the {3}, who was told: {4}",
                            action.Method, resource.Path, action.Op, name, reply.Text);
                }
            }
        }
    }

    private static string FamilyOf(ApiResource resource) => string.Join('/', resource.Segments.Skip(1).Take(4));

    private static async Task<Reply> AskAsync(
        ApiHost host, ApiResource resource, ApiAction action, Machine machine, string authorization)
    {
        var path = DefaultDenyTests.PathOf(resource, action, machine.Id);
        var content = action.TakesForm && action.Method != "DELETE"
            ? ApiHost.Form([.. action.Arguments.Where(argument => argument.IsRequired).Select(argument => (argument.Name, "1"))]) : null;
        return await host.SendAsync(action.Method, path, authorization, content);
    }
}
