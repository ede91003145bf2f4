using System.Net;
using BenchmarkDotNet.Attributes;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace HotPaths;

/// <summary>What a DHCP packet costs between the socket's two calls; the journal's write is not in it.</summary>
[MemoryDiagnoser]
public class DhcpBenchmarks
{
    private readonly DhcpMessage _read = new();
    private readonly DhcpMessage _reply = new();
    private readonly byte[] _buffer = new byte[1472];
    private readonly IPv4Address _server = IPAddress.Parse("10.0.0.1").ToIPv4();
    private LeaseAllocator _addresses = null!; // opened in Setup
    private byte[] _discover = [];
    private byte[] _renewal = [];

    [GlobalSetup]
    public async Task Setup()
    {
        var subnet = new DhcpSubnet { Network = IPNetwork.Parse("10.0.0.0/16"), Ranges = [AddressRange.Parse("10.0.1.0-10.0.200.250")] };
        _addresses = await LeaseAllocator.OpenAsync([subnet], new Nowhere());
        var client = new DhcpMessage
        {
            Hardware = new HardwareAddress(HardwareAddress.Ethernet, [2, 0, 0, 0, 0, 1]),
            Type = DhcpMessageType.Discover
        };
        client.Options.Set(DhcpOptionCode.HostName, "machine");
        _discover = Write(client);
        Discover();
        client.Type = DhcpMessageType.Request;
        client.ClientAddress = _reply.YourAddress;
        _renewal = Write(client);
    }

    [Benchmark]
    public int Discover() => Answer(_discover);

    [Benchmark]
    public int Renewal() => Answer(_renewal);

    [Benchmark]
    public int ReadAndWrite()
    {
        _read.TryRead(_discover);
        _read.TryWrite(_buffer, out var written);
        return written;
    }

    private int Answer(byte[] datagram)
    {
        _read.TryRead(datagram);
        var state = ClientState.Of(_read, _server);
        // both messages have a kind
        var pending = _addresses.AskAsync(
            new AddressRequest(state.Kind!.Value, _read, ClientState.LinkOf(_read, _server), state.Address), default);
        DhcpResponder.Respond(
            _read, new DhcpResponseContext(_server, pending.IsCompletedSuccessfully ? pending.Result : default, null), _reply);
        return DhcpResponder.Write(_reply, _buffer.AsSpan(0, DhcpResponder.LongestReplyTo(_read)));
    }

    private static byte[] Write(DhcpMessage message)
    {
        var buffer = new byte[548];
        return message.TryWrite(buffer, out var written) ? buffer[..written] : throw new InvalidOperationException("It does not fit.");
    }

    private sealed class Nowhere : ILeaseStore
    {
        public async IAsyncEnumerable<Lease> ReadAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken) => default;
    }
}
