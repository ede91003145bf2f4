using System.Net;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Api.Tests.Accounts;

public class UserRemovalTests
{
    [Fact]
    public async Task A_user_who_owns_something_is_removed_only_when_another_gets_it()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        await host.Core.Networks.Subnets.CreateAsync(
            new Subnet { Cidr = IPNetwork.Parse("10.0.0.0/24"), VlanId = Vlan.DefaultId }, null, ApiHost.Cancellation);
        (await host.PostAsync(
            host.Bob, "ipranges/", ("type", "reserved"), ("start_ip", "10.0.0.10"), ("end_ip", "10.0.0.20"))).Expect(200);

        (await host.DeleteAsync(host.Admin, "users/bob/")).Expect(400).Text.Should()
            .Be("1 machine(s), 1 IP range(s) are still allocated to bob.");
        (await host.DeleteAsync(host.Admin, "users/bob/?transfer_resources_to=nobody")).Expect(404);
        (await host.DeleteAsync(host.Eve, "users/bob/?transfer_resources_to=eve")).Expect(403);

        (await host.DeleteAsync(host.Admin, "users/bob/?transfer_resources_to=eve")).Expect(204);

        (await host.MachineAsync(machine.Id)).Owner.Should().Be("eve");
        (await host.GetAsync(host.Eve, "ipranges/")).Expect(200).Json[0].GetProperty("user").GetProperty("username").GetString().Should()
            .Be("eve");
        (await host.GetAsync(host.Bob, "users/?op=whoami")).Expect(401);
        (await host.GetAsync(host.Admin, "users/bob/")).Expect(404);
    }

    [Fact]
    public async Task A_user_who_gets_a_machine_while_being_removed_is_not_removed_without_it()
    {
        await using var host = await ApiHost.StartAsync();
        for (var round = 0; round < 8; round++)
        {
            var name = $"user{round}";
            (await host.PostAsync(
                host.Admin, "users/", ("username", name), ("email", ""), ("password", "secret-words"), ("is_superuser", "0"))).Expect(200);
            var machine = await host.ReadyAsync($"52:54:00:00:02:{round:x2}");

            var allocation = host.Core.Machines.ExecuteAsync(
                machine.Id, new MachineCommand.Allocate(name), cancellationToken: ApiHost.Cancellation);
            var removal = host.DeleteAsync(host.Admin, $"users/{name}/");
            await Task.WhenAll(allocation, removal);

            var isOwner = (await host.MachineAsync(machine.Id)).Owner == name;
            var isThere = (await host.GetAsync(host.Admin, $"users/{name}/")).Code == 200;
            // The allocation may also come after the removal: Core does not ask whether an owner exists.
            (await removal).Code.Should().Be(isThere ? 400 : 204);
            if (isThere) isOwner.Should().BeTrue();
        }
    }

    [Fact]
    public async Task What_was_a_removed_users_is_not_another_users_of_the_same_name()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "groups/", ("name", "places"))).Expect(200);
        (await host.PostAsync(host.Admin, "groups/1/?op=add_member", ("username", "bob"))).Expect(200);
        (await host.PostAsync(host.Admin, "notifications/", ("message", "for bob"), ("user", "bob"))).Expect(200);

        (await host.DeleteAsync(host.Admin, "users/bob/")).Expect(204);
        (await host.PostAsync(
            host.Admin, "users/", ("username", "bob"), ("email", ""), ("password", "secret-words"), ("is_superuser", "0"))).Expect(200);

        (await host.GetAsync(host.Admin, "groups/1/?op=list_members")).Expect(200).Text.Should().Be("[]");
        (await host.GetAsync(host.Admin, "notifications/1/")).Expect(404);
    }

    [Fact]
    public async Task Who_may_change_users_makes_and_removes_no_administrator()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "groups/", ("name", "people"))).Expect(200);
        (await host.PostAsync(
            host.Admin, "groups/1/?op=add_entitlement", ("resource_type", "maas"), ("resource_id", "0"),
            ("entitlement", "can_edit_identities"))).Expect(200);
        (await host.PostAsync(host.Admin, "groups/1/?op=add_member", ("username", "bob"))).Expect(200);

        (await CreateAsync("carol", "0")).Expect(200);
        (await CreateAsync("mallory", "1")).Expect(403);
        (await host.DeleteAsync(host.Bob, "users/admin/")).Expect(403);
        (await host.DeleteAsync(host.Bob, "users/carol/")).Expect(204);
        (await host.PostAsync(host.Bob, "maas/?op=set_config", ("name", "maas_name"), ("value", "x"))).Expect(403);

        Task<Reply> CreateAsync(string name, string administrator) => host.PostAsync(
            host.Bob, "users/", ("username", name), ("email", ""), ("password", "secret-words"), ("is_superuser", administrator));
    }
}
