using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Api.Tests.Routing;

/// <summary>
/// Clients poll: a read that waited for a sync of the disk would be as slow as a write. What a machine's GET changes by protocol (the first
/// use of a boot token, a request from a new address) is synced once.
/// </summary>
public class SyncTests
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    [Fact]
    public async Task No_read_syncs_the_disk()
    {
        await using var host = await ApiHost.StartAsync(_clock);
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        var enlisted = await host.EnlistAsync("52:54:00:00:00:02");
        var token = await host.TokenAsync(machine);
        await host.Core.Files.PutAsync("bob", "provider-state", "state"u8.ToArray(), ApiHost.Cancellation);
        await host.Core.Tags.CreateAsync(new Tag("tag"), null, ApiHost.Cancellation);
        (await host.GetAsync(token, "/MAAS/metadata/latest/meta-data/instance-id")).Expect(200); // from a new address

        var syncs = new List<string>();
        var answered = 0;
        foreach (var (resource, action) in Reads(host))
        {
            foreach (var id in (SystemId[])[machine.Id, enlisted.Id])
            {
                Func<string?>[] callers = [() => null, () => host.Sign(host.Admin), () => host.Sign(host.Bob), () => host.Sign(token)];
                foreach (var authorization in callers)
                {
                    _clock.Advance(TimeSpan.FromSeconds(61)); // so that expired nonces are deleted meanwhile
                    var before = host.Store.SyncedBatches;
                    var path = DefaultDenyTests.PathOf(resource, action, id);
                    var reply = await host.SendAsync("GET", path, authorization());
                    if (reply.Code == 200) answered++;
                    if (host.Store.SyncedBatches != before) syncs.Add($"{path} ({reply.Code})");
                }
            }
        }

        syncs.Should().BeEmpty();
        answered.Should().BeGreaterThan(100, "most reads are allowed to one of the callers");
    }

    [Fact]
    public async Task The_exchange_of_a_boot_token_and_the_requests_after_it_are_one_sync()
    {
        await using var host = await ApiHost.StartAsync(_clock);
        var machine = await host.EnlistAsync();
        var boot = (await host.Core.BootTokens.IssueAsync(machine.Id, null, ApiHost.Cancellation))!.Value;
        var before = host.Store.SyncedBatches;

        (await host.SendAsync("GET", $"/MAAS/metadata/boot/{boot.Reveal()}/")).Expect(200);
        (await host.SendAsync("GET", $"/MAAS/metadata/boot/{boot.Reveal()}/")).Expect(200); // cloud-init asks twice
        var token = (await host.Core.MachineTokens.GetAsync(machine.Id, ApiHost.Cancellation))!;
        (await host.GetAsync(token, "/MAAS/metadata/latest/meta-data/instance-id")).Expect(200);

        host.Store.SyncedBatches.Should().Be(before + 1);
        (await host.MachineAsync(machine.Id)).IpAddresses.Should().Equal("127.0.0.1");
    }

    [Fact]
    public async Task A_write_syncs_the_disk()
    {
        await using var host = await ApiHost.StartAsync(_clock);
        var before = host.Store.SyncedBatches;

        (await host.PostAsync(host.Admin, "machines/", ("architecture", "amd64"), ("mac_addresses", "52:54:00:00:00:09"))).Expect(200);

        host.Store.SyncedBatches.Should().BeGreaterThan(before);
    }

    private static IEnumerable<(ApiResource Resource, ApiAction Action)> Reads(ApiHost host) =>
        host.Routes.Resources.SelectMany(resource => resource.Actions.Select(action => (resource, action)))
            .Where(each => each.action.Method == "GET");
}
