using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Tests.Dhcp4.Server;
using Maas.Judges;

namespace Maas.Boot.Tests.Dhcp6.Server;

[Collection("network namespaces")]
public sealed class KillTests : IDisposable
{
    private const int Rounds = 3;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-kill6-");
    private readonly byte[] _buffer = new byte[2048];
    private Socket? _relay;

    public void Dispose()
    {
        _relay?.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>
    /// A server killed under load, again and again: each IPv6 lease that a client was told of is known to the next start, and to the same
    /// client.
    /// </summary>
    [Fact]
    public async Task No_acknowledged_lease_is_lost_when_the_server_is_killed()
    {
        await using var lab = await VethLab.CreateAsync("fd00:77::1/64", "fd00:77::2/64");
        var file = Path.Combine(_folder.FullName, "leases");
        var acknowledged = new Dictionary<int, IPAddress>();
        _relay = VethLab.Inside(lab.Client, () => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp));
        _relay.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        for (var round = 0; round < Rounds; round++)
        {
            using var server = Start(lab, file);
            try
            {
                var identifier = await IdentifierOfServerAsync();
                var enough = acknowledged.Count + 300;
                for (var client = round * 10_000; acknowledged.Count < enough; client++)
                {
                    Send(client, Dhcp6MessageType.Request, identifier);
                    Note(acknowledged, milliseconds: client % 8 == 0 ? 50 : 0);
                }
            }
            finally
            {
                server.Kill(); // SIGKILL, with requests on their way
                await server.WaitForExitAsync();
            }

            Note(acknowledged, milliseconds: 100);
            await using var journal = LeaseJournal6.Open(file);
            var known = await journal.ReadAsync(default).ToDictionaryAsync(l => l.Address);
            foreach (var (client, address) in acknowledged)
                known.Should().ContainKey(address).WhoseValue.Client.Should().Be(Client(client));
        }
    }

    private static Duid Client(int number) =>
        Duid.Of(new HardwareAddress(HardwareAddress.Ethernet, [2, 0, 0, (byte)(number >> 16), (byte)(number >> 8), (byte)number]));

    // As a relay (RFC 8357): its answers come back to the port it sends from.
    private void Send(int client, Dhcp6MessageType type, Duid? server)
    {
        var options = new Dhcp6Options();
        options.Add(Dhcp6OptionCode.ClientIdentifier, Client(client).Octets.ToArray());
        if (server is { } named) options.Add(Dhcp6OptionCode.ServerIdentifier, named.Octets.ToArray());
        options.AddAssociation();
        var datagram = Packet6.Relay(
            new Dhcp6Message(type, (uint)client, options).ToArray(), "fd00:77::2", "fe80::1", 0, (Dhcp6OptionCode.RelayPort, [0, 0]));
        try
        {
            _relay!.SendTo(datagram, new IPEndPoint(IPAddress.Parse("fd00:77::1"), 547)); // made before anything is sent
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable
            or SocketError.NetworkUnreachable)
        {
            // The server is not there yet, or the kernel still tries out the link's addresses: sent again.
        }
    }

    private Dhcp6Message? Receive(int milliseconds)
    {
        if (!_relay!.Poll(TimeSpan.FromMilliseconds(milliseconds), SelectMode.SelectRead)) return null;
        var length = _relay.Receive(_buffer);
        return Dhcp6Options.TryParse(_buffer.AsMemory(34, length - 34), out var options)
            && Dhcp6Message.TryParse(options.Get(Dhcp6OptionCode.RelayMessage).ToArray(), out var message) ? message : null;
    }

    private void Note(Dictionary<int, IPAddress> acknowledged, int milliseconds)
    {
        while (Receive(milliseconds) is { } reply)
            if (reply.Type == Dhcp6MessageType.Reply && Packet6.AssociationOf(reply).Addresses is [var lease, ..])
                acknowledged[(int)reply.TransactionId] = lease.Address;
    }

    private async Task<Duid> IdentifierOfServerAsync()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            Send(1, Dhcp6MessageType.Solicit, server: null);
            if (Receive(milliseconds: 100) is { Type: Dhcp6MessageType.Advertise } advertised)
                return new Duid(advertised.Options.Get(Dhcp6OptionCode.ServerIdentifier).Span);
            await Task.Yield();
        }

        throw new TimeoutException("The server did not answer.");
    }

    private Process Start(VethLab lab, string file)
    {
        var build = AppContext.BaseDirectory[AppContext.BaseDirectory.IndexOf("/bin/", StringComparison.Ordinal)..].TrimStart('/');
        var program = Judge.RequireFile(
            Repository.PathOf(Path.Combine("samples/Dhcp6Server", build, "Dhcp6Server")), "(dotnet build samples/Dhcp6Server)");
        // nsenter, unlike `ip netns exec`, becomes the program: the process to kill is the server itself.
        var process = Judge.Start("nsenter",
        [
            $"--net=/var/run/netns/{lab.Server}", program, _folder.FullName, "--interface", "vs", "--subnet", "fd00:77::/64",
            "--range", "fd00:77::1000-fd00:77::ffff", "--leases", file,
        ]);
        process.BeginOutputReadLine(); // what it saw is not wanted, but must not be in its way either
        process.BeginErrorReadLine();
        return process;
    }
}
