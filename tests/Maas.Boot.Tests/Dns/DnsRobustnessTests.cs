using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dns;

namespace Maas.Boot.Tests.Dns;

/// <summary>An application's directory that throws costs one answer, never the server.</summary>
public sealed class DnsRobustnessTests
{
    private const byte ServerFailure = 2;
    private readonly ThrowingDirectory _hosts = new();

    [Fact]
    public async Task A_directory_that_throws_is_a_server_failure_to_that_client_and_others_are_served()
    {
        await using var server = await Running.StartAsync(_hosts);
        using var client = new UdpClient();
        client.Connect(server.EndPoint);
        await client.SendAsync(Queries.Bytes("node-1.maas", 1, id: 1), Token);
        var failed = (await client.ReceiveAsync(Token)).Buffer;
        (failed[1], failed[3] & 15).Should().Be(((byte)1, ServerFailure));

        _hosts.Throws = false;
        await client.SendAsync(Queries.Bytes("node-1.maas", 1, id: 2), Token);
        ((await client.ReceiveAsync(Token)).Buffer[3] & 15).Should().Be(0);
    }

    [Fact]
    public async Task A_directory_that_throws_over_TCP_does_not_use_up_the_connections()
    {
        await using var server = await Running.StartAsync(_hosts);
        for (var connection = 0; connection < 100; connection++)
        {
            var failed = await AskOverTcpAsync(
                server.EndPoint,
                connection % 2 == 0 ? "node-1.maas" : "5.0.0.10.in-addr.arpa",
                connection % 2 == 0 ? (ushort)1 : (ushort)12);
            (failed[3] & 15).Should().Be(ServerFailure);
        }

        _hosts.Throws = false;
        ((await AskOverTcpAsync(server.EndPoint, "node-1.maas", 1))[3] & 15).Should().Be(0);
    }

    [Fact]
    public async Task A_zone_transfer_that_throws_half_way_ends_its_connection_alone()
    {
        await using var server = await Running.StartAsync(_hosts);
        for (var connection = 0; connection < 70; connection++) await AskOverTcpAsync(server.EndPoint, "maas", 252);
        _hosts.Throws = false;
        (await AskOverTcpAsync(server.EndPoint, "maas", 252)).Length.Should().BeGreaterThan(100);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<byte[]> AskOverTcpAsync(IPEndPoint server, string name, ushort type)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server, Token);
        var query = Queries.Bytes(name, type);
        await client.GetStream().WriteAsync((byte[])[0, (byte)query.Length, .. query], Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        return await DnsTcpFraming.ReadAsync(client.GetStream(), patience.Token) ?? [0, 0, 0, ServerFailure];
    }

    private sealed class Running(Task running, CancellationTokenSource stop, IPEndPoint endPoint) : IAsyncDisposable
    {
        public IPEndPoint EndPoint => endPoint;

        public static async Task<Running> StartAsync(IHostDirectory hosts)
        {
            var options = Queries.Options();
            options.TransferTo.Add(IPNetwork.Parse("127.0.0.0/8"));
            var server = new DnsServer(options, new BootServices { Hosts = hosts });
            var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            return new Running(server.RunAsync(stop.Token), stop, (await server.Listening)[0]);
        }

        public async ValueTask DisposeAsync()
        {
            running.IsCompleted.Should().BeFalse("the server lives on");
            await stop.CancelAsync();
            await running;
            stop.Dispose();
        }
    }

    private sealed class ThrowingDirectory : IHostDirectory
    {
        private readonly Queries.Directory _hosts = new();

        public volatile bool Throws = true;

        public uint Serial => _hosts.Serial;

        public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> hostName) =>
            Throws ? throw new IOException("The file is being replaced.") : _hosts.AddressesOf(hostName);

        public string? HostAt(IPAddress address) =>
            Throws ? throw new InvalidOperationException("The table is being read.") : _hosts.HostAt(address);

        public IEnumerable<string> Hosts()
        {
            yield return "node-1";
            if (Throws) throw new IOException("The file ended.");
            yield return "node-2";
        }
    }
}
