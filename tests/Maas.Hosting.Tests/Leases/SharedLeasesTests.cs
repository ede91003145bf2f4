using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Tests.Dhcp.Leases;
using Maas.Hosting.Binding;
using Maas.Hosting.Leases;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Maas.Hosting.Tests.Leases;

/// <summary>A host whose leases are in a store that it shares with other hosts.</summary>
public sealed class SharedLeasesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-shared-leases");
    private readonly MemorySharedLeaseStore<Lease> _store = MemorySharedLeaseStore.Create(TimeProvider.System);
    private readonly MemorySharedLeaseStore<Lease6> _store6 = MemorySharedLeaseStore.Create6(TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_registered_store_has_the_leases_and_the_health_check_reports_when_it_is_away()
    {
        var connection = _store.Connect();
        await using var server = await ComposedServer.StartAsync(
            DhcpMode.Full,
            configure: services =>
            {
                services.AddSingleton<ISharedLeaseStore<Lease>>(connection);
                services.AddHealthChecks().AddMaasHealthChecks();
            });
        var address = await LeaseAsync(server, 1);
        _store.Entries[address].Lease.State.Should().Be(LeaseState.Bound);
        server.Get<MaasNetworks>().Leases().Should().ContainSingle(lease => lease.Address.Equals(address));

        connection.IsCut = true;
        var another = await LeaseAsync(server, 2);

        another.Should().NotBe(address);
        var report = await server.Get<HealthCheckService>().CheckHealthAsync(check => check.Name == "maas-networks", Token);
        report.Entries["maas-networks"].Status.Should().Be(HealthStatus.Degraded);
        report.Entries["maas-networks"].Description.Should().Contain("1 leases wait");
    }

    [Fact]
    public async Task The_journal_of_a_single_host_is_moved_to_the_store()
    {
        var now = TimeProvider.System.GetUtcNow();
        var lease = new Lease
        {
            Address = IPAddress.Parse("10.0.0.5"),
            Client = new ClientIdentifier([1, 2, 3]),
            State = LeaseState.Bound,
            Since = now,
            ExpiresAt = now.AddHours(1),
        };
        await using (var journal = await LeaseFiles.OpenAsync(_folder.FullName, Token)) await journal.WriteAsync(new[] { lease }, Token);

        await LeaseFiles.MoveAsync(_folder.FullName, _store.Connect(), Token);
        await LeaseFiles.MoveAsync(_folder.FullName, _store.Connect(), Token);

        _store.Entries[lease.Address].Lease.Client.Should().Be(lease.Client);
        _folder.GetFiles().Should().ContainSingle().Which.Name.Should().Be("leases.journal.migrated", "the operator may want to go back");
    }

    [Fact]
    public async Task The_journal_of_IPv6_leases_is_moved_too()
    {
        var now = TimeProvider.System.GetUtcNow();
        var lease = new Lease6
        {
            Address = IPAddress.Parse("fd00::5"),
            Client = Duid.Parse("00:03:00:01:52:54:00:00:00:01"),
            AssociationId = 1,
            State = LeaseState.Bound,
            Since = now,
            ExpiresAt = now.AddHours(1),
        };
        await using (var journal = await LeaseFiles.Open6Async(_folder.FullName, Token)) await journal.WriteAsync([lease], Token);

        await LeaseFiles.Move6Async(_folder.FullName, _store6.Connect(), Token);

        _store6.Entries[lease.Address].Lease.Client.Should().Be(lease.Client);
        _folder.GetFiles().Should().ContainSingle().Which.Name.Should().Be("leases6.journal.migrated");
    }

    /// <summary>RFC 3074, over the configuration: by its hash, client 1 belongs to the second of two hosts, and to the first by its
    /// identifier.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_host_of_a_split_link_answers_its_own_clients_at_once_and_the_others_after_three_seconds()
    {
        var stop = TestContext.Current.CancellationToken;
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Networks:test:LoadSplit:Server", (string?)"1")]).Build();
        await using var server = await ComposedServer.StartAsync(
            DhcpMode.Full,
            configure: services =>
            {
                services.AddSingleton<ISharedLeaseStore<Lease>>(_store.Connect());
                services.PostConfigure<MaasOptions>(maas => maas.Read(configuration));
            });
        using var client = new UdpClient(new IPEndPoint(server.Dhcp.Address, 0));

        await SendAsync(transaction: 1, isOfTheOtherHost: true, seconds: 0);
        (await AskAsync(transaction: 2, isOfTheOtherHost: false, seconds: 0)).TransactionId
            .Should().Be(2, "the other host answers the first one");
        var offer = await AskAsync(transaction: 3, isOfTheOtherHost: true, seconds: 3);

        (offer.Type, offer.TransactionId).Should().Be((DhcpMessageType.Offer, 3U), "the other host may be gone");

        async Task SendAsync(uint transaction, bool isOfTheOtherHost, ushort seconds)
        {
            var message = new DhcpMessage
            {
                Hardware = Maas.Boot.HardwareAddress.Parse("52:54:00:00:00:01"),
                TransactionId = transaction,
                SecondsElapsed = seconds,
                RelayAddress = server.Dhcp.Address,
                Type = DhcpMessageType.Discover,
            };
            if (isOfTheOtherHost) message.Options.Set(DhcpOptionCode.ClientIdentifier, [1, 0x52, 0x54, 0, 0, 0, 1]);
            new RelayAgentInformation { UsesSourcePort = true }.AddTo(message.Options);
            var datagram = new byte[DhcpMessage.LongestOnEthernet];
            message.TryWrite(datagram, out var length).Should().BeTrue();
            await client.SendAsync(datagram.AsMemory(0, length), server.Dhcp, stop);
        }

        // As a client does, again until there is an answer, which is not that of an earlier question.
        async Task<DhcpMessage> AskAsync(uint transaction, bool isOfTheOtherHost, ushort seconds)
        {
            while (true)
            {
                await SendAsync(transaction, isOfTheOtherHost, seconds);
                using var second = CancellationTokenSource.CreateLinkedTokenSource(stop);
                second.CancelAfter(TimeSpan.FromSeconds(1));
                try
                {
                    var received = await client.ReceiveAsync(second.Token);
                    DhcpMessage.TryParse(received.Buffer, out var message).Should().BeTrue();
                    if (message!.TransactionId != transaction - 1 || transaction == 2) return message; // it was read
                }
                catch (OperationCanceledException) when (!stop.IsCancellationRequested)
                {
                    // it is sent again
                }
            }
        }
    }

    private static async Task<IPAddress> LeaseAsync(ComposedServer server, byte client)
    {
        var source = server.Get<HostedLeases>();
        var message = new DhcpMessage
        {
            Hardware = new Maas.Boot.HardwareAddress(Maas.Boot.HardwareAddress.Ethernet, [2, 0, 0, 0, 0, client]),
            Type = DhcpMessageType.Discover,
        };
        var offer = await source.AskAsync(new AddressRequest(AddressRequestKind.Discover, message, server.Dhcp.Address), Token);
        message.Type = DhcpMessageType.Request;
        var granted = await source.AskAsync(
            new AddressRequest(AddressRequestKind.Select, message, server.Dhcp.Address, offer.Address), Token);
        granted.Kind.Should().Be(AddressResultKind.Grant);
        return granted.Address;
    }
}
