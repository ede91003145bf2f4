using System.Buffers.Binary;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp6.Wire;
using Maas.Testing.Virtual;

namespace Maas.Testing.Dhcp;

/// <summary>A DHCPv6 client on a network in memory: it gets one address, and keeps it (RFC 8415 section 18.2).</summary>
internal sealed class Dhcp6Client : IDisposable
{
    private const int ClientPort = 546, ServerPort = 547, Attempts = 5;
    private const uint Association = 1;

    private static readonly IPAddress Servers = IPAddress.Parse("ff02::1:2");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly VirtualNetwork _network;
    private readonly VirtualHost _host;
    private readonly VirtualUdpPort _port;
    private readonly Duid _duid;
    private TaskCompletionSource<Dhcp6Message>? _waiting;
    private uint _transaction;

    /// <summary>Makes a client with a link-local address.</summary>
    public Dhcp6Client(VirtualNetwork network, HardwareAddress mac)
    {
        (_network, _duid) = (network, Duid.Of(mac));
        _host = network.HostOf(mac, LinkConditions.Lan, "");
        _host.Use(LinkLocalOf(mac));
        _port = _host.Open(new IPEndPoint(IPAddress.IPv6Any, ClientPort), (_, datagram) => Received(datagram));
    }

    /// <summary>SOLICIT and REQUEST. It takes the first server that advertises an address.</summary>
    /// <returns>The lease; <see langword="null"/> when no server gave one.</returns>
    public async Task<Dhcp6Lease?> AcquireAsync()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var advertised = await AskAsync(Message(Dhcp6MessageType.Solicit, null, null), Patience).ConfigureAwait(false);
            if (advertised is null || Dhcp6Lease.In(advertised) is not { } offer) continue;
            var reply = await AskAsync(Message(Dhcp6MessageType.Request, offer.Server, offer.Address), Patience).ConfigureAwait(false);
            if (reply is not null && Dhcp6Lease.In(reply) is { } lease) return lease;
        }

        return null;
    }

    /// <summary>
    /// Keeps a lease: it sends RENEW to the server that gave it from T1 on, and, if that one stays silent, REBIND to all from T2 on.
    /// </summary>
    /// <returns>The lease; <see langword="null"/> when it has ended, or was withdrawn.</returns>
    public async Task<Dhcp6Lease?> ExtendAsync(Dhcp6Lease lease)
    {
        var began = _network.TimeProvider.GetTimestamp();
        await Task.Delay(lease.RenewsAfter, _network.TimeProvider, CancellationToken.None).ConfigureAwait(false);
        while (_network.TimeProvider.GetElapsedTime(began) is var elapsed && elapsed < lease.Valid)
        {
            var isRenewing = elapsed < lease.RebindsAfter;
            var message = isRenewing
                ? Message(Dhcp6MessageType.Renew, lease.Server, lease.Address)
                : Message(Dhcp6MessageType.Rebind, null, lease.Address);
            var left = (isRenewing ? lease.RebindsAfter : lease.Valid) - elapsed;
            var wait = left < TimeSpan.FromSeconds(20) ? left : left / 2;
            if (await AskAsync(message, wait).ConfigureAwait(false) is { } reply) return Dhcp6Lease.In(reply);
        }

        return null;
    }

    /// <summary>Takes the client off the link.</summary>
    public void Dispose() => _port.Dispose();

    private Dhcp6Message Message(Dhcp6MessageType type, Duid? server, IPAddress? address)
    {
        var options = new Dhcp6Options();
        options.Add(Dhcp6OptionCode.ClientIdentifier, _duid.Octets.ToArray());
        if (server is { } chosen) options.Add(Dhcp6OptionCode.ServerIdentifier, chosen.Octets.ToArray());
        options.Add(Dhcp6OptionCode.OptionRequest, (byte[])[0, (byte)Dhcp6OptionCode.DnsServers]);
        LeasedAddress[] addresses = address is null ? [] : [new LeasedAddress(address, TimeSpan.Zero, TimeSpan.Zero)];
        options.Add(Dhcp6OptionCode.NonTemporaryAddresses, new IdentityAssociation(Association, addresses).ToArray());
        return new Dhcp6Message(type, _transaction = _host.Random.NextUInt32() & 0xff_ffff, options);
    }

    private async Task<Dhcp6Message?> AskAsync(Dhcp6Message message, TimeSpan patience)
    {
        var waiting = _waiting = new TaskCompletionSource<Dhcp6Message>();
        _port.Send(message.ToArray(), new IPEndPoint(Servers, ServerPort));
        try
        {
            return await waiting.Task.WaitAsync(patience, _network.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private void Received(VirtualDatagram datagram)
    {
        if (Dhcp6Envelope.MessageIn(datagram.Payload) is { IsReply: true } message && message.TransactionId == _transaction)
            _waiting?.TrySetResult(message);
    }

    private static IPAddress LinkLocalOf(HardwareAddress mac)
    {
        var octets = new byte[6];
        mac.CopyTo(octets);
        return new IPAddress(
            [0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(octets[0] ^ 2), octets[1], octets[2], 0xff, 0xfe, octets[3], octets[4], octets[5]]);
    }
}

/// <summary>What a DHCPv6 client received.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Server">The server that gave it.</param>
/// <param name="RenewsAfter">T1: when it asks that server again.</param>
/// <param name="RebindsAfter">T2: when it asks all servers.</param>
/// <param name="Valid">When it must not use the address any longer.</param>
/// <param name="NameServers">The name servers that it tells.</param>
internal sealed record Dhcp6Lease(
    IPAddress Address, Duid Server, TimeSpan RenewsAfter, TimeSpan RebindsAfter, TimeSpan Valid, IReadOnlyList<IPAddress> NameServers)
{
    /// <summary>The lease that a message grants; <see langword="null"/> for none.</summary>
    public static Dhcp6Lease? In(Dhcp6Message message)
    {
        if (!message.Options.TryGet(Dhcp6OptionCode.NonTemporaryAddresses, out var value)
            || !IdentityAssociation.TryParse(value, out var association)
            || association.Addresses.FirstOrDefault(address => address.Valid > TimeSpan.Zero) is not { Address: not null } granted)
            return null;
        return new Dhcp6Lease(
            granted.Address, new Duid(message.Options.Get(Dhcp6OptionCode.ServerIdentifier).Span), SecondsAt(value, 4),
            SecondsAt(value, 8), granted.Valid,
            [.. message.Options.Get(Dhcp6OptionCode.DnsServers).ToArray().Chunk(16).Select(octets => new IPAddress(octets))]);
    }

    private static TimeSpan SecondsAt(ReadOnlyMemory<byte> value, int at) =>
        TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(value.Span[at..]));
}
