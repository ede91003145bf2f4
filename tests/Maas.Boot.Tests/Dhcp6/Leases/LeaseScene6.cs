using System.Net;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Tests.Dhcp6.Server;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Dhcp6.Leases;

/// <summary>Addresses, a store, a clock, and clients that ask.</summary>
internal sealed class LeaseScene6
{
    public static readonly Dhcp6Subnet Subnet = new()
    {
        Network = IPNetwork.Parse("fd00:77::/64"),
        Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::10ff")],
        NameServers = [IPAddress.Parse("fd00:77::53")],
        SearchDomains = ["lab.example"],
    };

    private LeaseScene6(LeaseAllocator6 addresses, MemoryLeaseStore6 store, FakeTimeProvider time) =>
        (Addresses, Store, Time) = (addresses, store, time);

    public LeaseAllocator6 Addresses { get; private set; }

    public MemoryLeaseStore6 Store { get; }

    public FakeTimeProvider Time { get; }

    public static async Task<LeaseScene6> OpenAsync(Dhcp6Subnet? subnet = null, LeaseOptions6? rules = null)
    {
        var (store, time) = (new MemoryLeaseStore6(), new FakeTimeProvider());
        return new LeaseScene6(await LeaseAllocator6.OpenAsync([subnet ?? Subnet], store, rules, time), store, time);
    }

    public async Task RestartAsync() => Addresses = await LeaseAllocator6.OpenAsync([Subnet], Store, timeProvider: Time);

    public AssociationResult Ask(AssociationRequestKind kind, byte client, params string[] addresses) =>
        Addresses.Ask(
            Addresses.SubnetOf(IPAddress.Parse("fd00:77::1"))!,
            new AssociationRequest(kind, ClientOf(client), Packet6.Association(1, addresses), HardwareOf(client), IsFirmware: false));

    /// <summary>The address granted; <see langword="null"/> when none is.</summary>
    public IPAddress? Take(byte client, params string[] addresses) => Granted(Ask(AssociationRequestKind.Take, client, addresses));

    public static IPAddress? Granted(AssociationResult answer) =>
        answer.Association.Addresses.Where(a => a.Valid > TimeSpan.Zero).Select(a => a.Address).SingleOrDefault();

    public static Duid ClientOf(byte client) => Duid.Of(HardwareOf(client));

    public static HardwareAddress HardwareOf(byte client) => new(HardwareAddress.Ethernet, [0x52, 0x54, 0, 0x77, 0, client]);
}
