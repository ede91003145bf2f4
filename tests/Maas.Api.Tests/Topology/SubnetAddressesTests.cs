using System.Net;
using System.Text.Json;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Topology;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Api.Tests.Topology;

/// <summary><c>subnets/ID/?op=ip_addresses</c>.</summary>
public class SubnetAddressesTests
{
    [Fact]
    public async Task Reserved_and_leased_addresses_are_listed_with_who_has_them()
    {
        await using var host = await ApiHost.StartAsync();
        var subnet = (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.9.0.0/24"))).Expect(200).Json.GetProperty("id").GetInt64();
        (await host.PostAsync(host.Bob, "ipaddresses/?op=reserve", ("ip", "10.9.0.20"))).Expect(200);
        var machine = await host.ReadyAsync();
        await host.Core.Machines.ReportAddressAsync(machine.Id, IPAddress.Parse("10.9.0.31"), TestContext.Current.CancellationToken);

        var listed = await ListAsync(host, host.Admin, $"subnets/{subnet}/?op=ip_addresses");
        var plain = await ListAsync(host, host.Admin, $"subnets/{subnet}/?op=ip_addresses&with_username=false&with_summary=false");

        listed.Select(each => (each.GetProperty("ip").GetString(), each.GetProperty("alloc_type").GetInt32()))
            .Should().Equal(("10.9.0.20", 4), ("10.9.0.31", 6));
        listed[0].GetProperty("user").GetString().Should().Be("bob");
        listed[0].TryGetProperty("node_summary", out _).Should().BeFalse();
        var node = listed[1].GetProperty("node_summary");
        node.GetProperty("system_id").GetString().Should().Be(machine.Id.ToString());
        node.GetProperty("hostname").GetString().Should().Be(machine.Hostname);
        plain.Should().OnlyContain(each => Lacks(each, "user") && Lacks(each, "node_summary"));
        (await host.GetAsync(host.Admin, $"subnets/{subnet}/?op=ip_addresses&with_summary=perhaps")).Expect(400);
    }

    [Fact]
    public async Task A_machine_of_another_user_is_not_named()
    {
        await using var host = await ApiHost.StartAsync();
        var subnet = (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.9.0.0/24"))).Expect(200).Json.GetProperty("id").GetInt64();
        var machine = await host.ReadyAsync();
        var admin = new MachineActor("admin", true);
        await host.Core.Machines.ReportAddressAsync(machine.Id, IPAddress.Parse("10.9.0.31"), TestContext.Current.CancellationToken);
        await host.Core.Machines.ExecuteAsync(
            machine.Id, new MachineCommand.Allocate("admin"), admin, TestContext.Current.CancellationToken);

        (await ListAsync(host, host.Bob, $"subnets/{subnet}/?op=ip_addresses")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_lease_is_listed_once_and_names_the_machine_to_who_sees_it()
    {
        var status = new FixedLeases();
        await using var host = await ApiHost.StartAsync(configureServices: services => services.AddSingleton<IDhcpStatus>(status));
        var subnet = (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.9.0.0/24"))).Expect(200).Json.GetProperty("id").GetInt64();
        var machine = await host.ReadyAsync();
        await host.Core.Machines.ReportAddressAsync(machine.Id, IPAddress.Parse("10.9.0.31"), TestContext.Current.CancellationToken);
        await host.Core.Machines.ExecuteAsync(
            machine.Id, new MachineCommand.Allocate("admin"), new MachineActor("admin", true), TestContext.Current.CancellationToken);
        var now = TimeProvider.System.GetUtcNow();
        status.Leases =
        [
            new(IPAddress.Parse("10.9.0.31"), machine.MacAddresses[0], now, now.AddHours(1), "", "leased"),
            new(IPAddress.Parse("10.9.0.32"), null, now, now.AddHours(1), "printer", "leased"),
            new(IPAddress.Parse("10.8.0.1"), null, now, now.AddHours(1), "", "of another subnet"),
        ];

        var listed = await ListAsync(host, host.Admin, $"subnets/{subnet}/?op=ip_addresses");
        var forBob = await ListAsync(host, host.Bob, $"subnets/{subnet}/?op=ip_addresses");

        listed.Select(each => (each.GetProperty("ip").GetString(), each.GetProperty("alloc_type").GetInt32()))
            .Should().Equal(("10.9.0.31", 5), ("10.9.0.32", 5));
        listed[0].GetProperty("lease_end").GetString().Should().Be(
            now.AddHours(1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
        listed[0].GetProperty("node_summary").GetProperty("system_id").GetString().Should().Be(machine.Id.ToString());
        forBob.Should().HaveCount(2).And.OnlyContain(each => Lacks(each, "node_summary"));
    }

    private sealed class FixedLeases : IDhcpStatus
    {
        public IReadOnlyList<LeasedAddress> Leases { get; set; } = [];

        public IReadOnlyList<LeasedAddress> ListLeases() => Leases;

        public IReadOnlyList<SeenDhcpServer> ListOtherServers() => [];
    }

    private static async Task<List<JsonElement>> ListAsync(ApiHost host, ApiKey caller, string path) =>
        [.. (await host.GetAsync(caller, path)).Expect(200).Json.EnumerateArray()];

    private static bool Lacks(JsonElement item, string name) => !item.TryGetProperty(name, out _);
}
