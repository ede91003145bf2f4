using Maas.Core.Nodes;

namespace Maas.Api.Tests.Legacy;

/// <summary>What MAAS 12.04's own tests demand beyond the criteria (the end of section 3 of MAAS's wire reference).</summary>
public class ExtrasOf2012Tests
{
    private const string Nodes = "/MAAS/api/1.0/nodes/";

    [Fact]
    public async Task Nodes_without_op_are_400()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.GetAsync(host.Bob, Nodes)).Expect(400).Text.Should().Be("Unknown operation.");
        (await host.PostAsync(host.Bob, Nodes)).Expect(400).Text.Should().Be("Unknown operation.");
        (await host.GetAsync(host.Bob, Nodes + "?op=invalid")).Expect(400).Text.Should().Be("Unknown operation: 'invalid'.");
    }

    [Fact]
    public async Task List_allocated_has_only_the_nodes_acquired_with_that_key()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync("52:54:00:00:00:01");
        await host.ReadyAsync("52:54:00:00:00:02");
        var user = (await host.Core.Users.FindAsync("bob", ApiHost.Cancellation))!;
        var other = await host.Core.Users.CreateApiKeyAsync(user, "other", ApiHost.Cancellation);

        var first = (await host.PostAsync(host.Bob, Nodes, ("op", "acquire"))).Expect(200).Json.GetProperty("system_id").GetString();
        var second = (await host.PostAsync(other, Nodes, ("op", "acquire"))).Expect(200).Json.GetProperty("system_id").GetString();

        async Task<IEnumerable<string?>> ListAsync(Core.Accounts.ApiKey key, string more = "") =>
            (await host.GetAsync(key, $"{Nodes}?op=list_allocated{more}")).Expect(200).Json.EnumerateArray()
                .Select(node => node.GetProperty("system_id").GetString());
        (await ListAsync(host.Bob)).Should().Equal(first);
        (await ListAsync(other)).Should().Equal(second);
        (await ListAsync(host.Bob, $"&id={second}")).Should().BeEmpty();
    }

    [Fact]
    public async Task Put_updates_the_fields_of_a_node()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        var node = (await host.PutAsync(host.Admin, $"{Nodes}{machine.Id}/", ("hostname", "francis"), ("architecture", "i386"),
            ("cpu_count", "3"), ("memory", "512"), ("zone", "default"), ("swap_size", "1G"), ("min_hwe_kernel", "hwe-p"))).Expect(200).Json;

        node.GetProperty("hostname").GetString().Should().Be("francis.maas");
        node.GetProperty("architecture").GetString().Should().Be("i386/generic");
        (node.GetProperty("cpu_count").GetInt32(), node.GetProperty("memory").GetInt32()).Should().Be((3, 512));
        (node.GetProperty("swap_size").GetInt64(), node.GetProperty("min_hwe_kernel").GetString()).Should().Be((1_000_000_000, "hwe-p"));
        (await host.PutAsync(host.Admin, $"{Nodes}{machine.Id}/", ("hostname", "not a name"))).Expect(400);
        (await host.PutAsync(host.Admin, $"{Nodes}{machine.Id}/", ("zone", "nowhere"))).Expect(400);
        (await host.PutAsync(host.Bob, $"{Nodes}{machine.Id}/", ("hostname", "bobs"))).Expect(403);
    }

    [Fact]
    public async Task Deleting_an_allocated_node_is_409_and_a_user_deletes_none()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));

        (await host.DeleteAsync(host.Admin, $"{Nodes}{machine.Id}/")).Expect(409).Text.Should()
            .Be($"Cannot delete node {machine.Id}: node is in state Allocated to bob.");
        (await host.DeleteAsync(host.Bob, $"{Nodes}{machine.Id}/")).Expect(403);
        await host.DoAsync(machine.Id, new MachineCommand.Release());
        (await host.DeleteAsync(host.Admin, $"{Nodes}{machine.Id}/")).Expect(204);
    }

    [Fact]
    public async Task Macs_are_created_read_and_deleted_and_an_invalid_one_is_400()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        var macs = $"{Nodes}{machine.Id}/macs/";

        var created = (await host.PostAsync(host.Admin, macs, ("mac_address", "01:BB:CC:DD:EE:FF"))).Expect(400).Json;
        created.GetProperty("mac_addresses").GetArrayLength().Should().Be(1, "a group address belongs to no machine");
        (await host.PostAsync(host.Admin, macs, ("mac_address", "invalid"))).Expect(400);
        (await host.PostAsync(host.Admin, macs)).Expect(400);
        (await host.PostAsync(host.Bob, macs, ("mac_address", "02:bb:cc:dd:ee:ff"))).Expect(403);
        var uri = (await host.PostAsync(host.Admin, macs, ("mac_address", "02:bb:cc:dd:ee:ff"))).Expect(200).Json
            .GetProperty("resource_uri").GetString()!;
        (await host.GetAsync(host.Bob, uri)).Expect(200).Json.GetProperty("mac_address").GetString().Should().Be("02:bb:cc:dd:ee:ff");
        (await host.DeleteAsync(host.Admin, uri)).Expect(204);
        (await host.GetAsync(host.Bob, uri)).Expect(404);
        (await host.DeleteAsync(host.Admin, macs + "invalid/")).Expect(400);
    }

    [Fact]
    public async Task The_words_of_2012_for_a_transition_that_is_not_allowed_and_the_statuses()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        async Task<int> StatusAsync() =>
            (await host.GetAsync(host.Admin, $"{Nodes}{machine.Id}/")).Expect(200).Json.GetProperty("status").GetInt32();

        (await StatusAsync()).Should().Be(0, "Declared");
        await host.DoAsync(machine.Id, new MachineCommand.Commission());
        (await StatusAsync()).Should().Be(1, "Commissioning");
        await host.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Failed, "x"));
        (await StatusAsync()).Should().Be(2, "Failed tests");
        (await host.PostAsync(host.Admin, $"{Nodes}{machine.Id}/", ("op", "release"))).Expect(409).Text.Should()
            .Be("Node cannot be released in its current state ('Failed tests').");
    }
}
