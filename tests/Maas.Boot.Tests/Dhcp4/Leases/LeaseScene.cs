using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dhcp4.Leases;

/// <summary>A pool, a store in memory and a clock, asked in a few words.</summary>
internal sealed class LeaseScene
{
    public static readonly DhcpSubnet Subnet = new()
    {
        Network = IPNetwork.Parse("10.0.0.0/24"),
        Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.13")]
    };

    private LeaseScene(MemoryLeaseStore store, FakeTimeProvider time, LeaseAllocator addresses) =>
        (Store, Time, Addresses) = (store, time, addresses);

    public MemoryLeaseStore Store { get; }

    public FakeTimeProvider Time { get; }

    public LeaseAllocator Addresses { get; }

    public static async Task<LeaseScene> OpenAsync(
        DhcpSubnet? subnet = null,
        LeaseOptions? rules = null,
        MemoryLeaseStore? store = null,
        FakeTimeProvider? time = null)
    {
        store ??= new MemoryLeaseStore();
        time ??= new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return new LeaseScene(store, time, await LeaseAllocator.OpenAsync([subnet ?? Subnet], store, rules, time));
    }

    public Task<LeaseScene> RestartAsync(DhcpSubnet? subnet = null) => OpenAsync(subnet, store: Store, time: Time);

    public static DhcpMessage From(int client)
    {
        var message = new DhcpMessage
        {
            Hardware = new HardwareAddress(HardwareAddress.Ethernet, [2, 0, 0, 0, (byte)(client >> 8), (byte)client])
        };
        message.Type = DhcpMessageType.Discover;
        return message;
    }

    public AddressResult Ask(AddressRequestKind kind, int client, string? address = null) => Ask(kind, From(client), address);

    public AddressResult Ask(AddressRequestKind kind, DhcpMessage message, string? address = null)
    {
        var answer = Addresses.AskAsync(
            new AddressRequest(kind, message, IPAddress.Parse("10.0.0.1"), address is null ? null : IPAddress.Parse(address)), default);
        return answer.IsCompletedSuccessfully ? answer.Result : throw new InvalidOperationException("The answer did not come from memory.");
    }

    public string? Offer(int client, string? wish = null) => Address(Ask(AddressRequestKind.Discover, client, wish));

    /// <summary>DISCOVER, REQUEST, commit.</summary>
    public string? Lease(int client, string? wish = null)
    {
        if (Offer(client, wish) is not { } offered) return null;
        var taken = Address(Ask(AddressRequestKind.Select, client, offered));
        Commit();
        return taken;
    }

    public void Commit() => Addresses.CommitAsync(default).AsTask().IsCompletedSuccessfully.Should().BeTrue();

    private static string? Address(AddressResult answer) => answer.Kind == AddressResultKind.Grant ? answer.Address.ToString() : null;
}
