using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.RouterAdvertisement;

namespace Maas.Fuzz.Tests.Boot;

/// <summary>DHCPv6: messages, relays around them, the options that have a type, and what is decided; and router solicitations.</summary>
internal static class Dhcp6Targets
{
    private static readonly Duid s_server = Duid.Parse("00:03:00:01:52:54:00:00:00:01");
    private static readonly IPAddress s_client = IPAddress.Parse("fe80::5054:ff:fe77:1");

    private static readonly byte[][] s_words =
    [
        [0, 1, 0, 10, 0, 3, 0, 1, 2, 0, 0, 0, 0, 1],
        [0, 2, 0, 10, .. s_server.Octets],
        [0, 3, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 4, 0, 4, 0, 0, 0, 1],
        [
            0, 3, 0, 40, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 24, 0xfd, 0, 0, 0x77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 3, 0, 0, 0,
            9, 0, 0, 0, 9
        ],
        [0, 5, 0, 24],
        [0, 6, 0, 8, 0, 23, 0, 24, 0, 56, 0, 59],
        [0, 9],
        [0, 14, 0, 0],
        [0, 15, 0, 6, 0, 4, .. "iPXE"u8],
        [0, 16, 0, 16, 0, 0, 1, 0x57, 0, 10, .. "HTTPClient"u8],
        [0, 18, 0, 2, 1, 2],
        [0, 25, 0, 12, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 61, 0, 2, 0, 7],
        [0, 61, 0, 2, 0, 16],
        [0, 79, 0, 8, 0, 1, 2, 0, 0, 0, 0, 9],
        [0, 135, 0, 2, 0, 0],
        [0xff, 0xff], [0, 0], [12, 0], [3], [5], [6], [8], [9], [11],
    ];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("dhcp6-message", Message) { Seeds = Captured.Dhcp6, Words = s_words },
        new("dhcp6-relay", Relayed) { Seeds = [.. Captured.Dhcp6.Select(m => Relay(Relay(m, 0), 1))], Words = s_words },
        new("dhcp6-options", Options())
        {
            Seeds = [.. Captured.Dhcp6.SelectMany(Values), [.. s_server.Octets]],
            Words = s_words,
            Longest = 600
        },
        new("dhcp6-decision", Decision()) { Seeds = [.. Captured.Dhcp6, .. Captured.Dhcp6.Select(m => Relay(m, 0))], Words = s_words },
        new("router-solicitation", Solicitation)
        {
            Seeds =
            [
                [133, 0, 0, 0, 0, 0, 0, 0],
                [133, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 1],
                [134, 0, 0, 0, 64, 0xc0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 1]
            ],
            Words = [[1, 1], [5, 0], [14, 2], [3, 4]],
            Longest = 1240
        },
    ];

    // A message is its options, and besides them at most three stray octets: what was read is written back octet by octet.
    private static void Message(ReadOnlySpan<byte> input)
    {
        if (!Dhcp6Message.TryParse(input.ToArray(), out var message)) return;
        var written = message.ToArray();
        if (!input.StartsWith(written) || input.Length - written.Length > 3)
            throw new InvalidOperationException("what was read is written as something else");
        _ = Dhcp6Text.Of(new Dhcp6Envelope([], message)).Length;
    }

    // An answer finds its way back: each relay's envelope says what the one it came in said.
    private static void Relayed(ReadOnlySpan<byte> input)
    {
        _ = Dhcp6OutgoingRules.Violation(input.ToArray());
        if (!Dhcp6Envelope.TryParse(input.ToArray(), out var envelope)) return;
        if (envelope.Relays.Count > Dhcp6Envelope.MostRelays) throw new InvalidOperationException("more relays than may be");
        _ = Dhcp6Text.Of(envelope).Length;
        ReadOnlyMemory<byte> octets = envelope.Wrap(envelope.Message);
        foreach (var relay in envelope.Relays)
        {
            var (type, hops, link, peer) = (octets.Span[0], octets.Span[1], octets.Slice(2, 16), octets.Slice(18, 16));
            if (type != (byte)Dhcp6MessageType.RelayReply
                || hops != relay.HopCount
                || !relay.Link.Equals(new IPAddress(link.Span))
                || !relay.Peer.Equals(new IPAddress(peer.Span)))
                throw new InvalidOperationException("a reply takes another way back");
            if (!Dhcp6Options.TryParse(octets[34..], out var options)
                || !options.Get(Dhcp6OptionCode.InterfaceId).Span.SequenceEqual(relay.Options.Get(Dhcp6OptionCode.InterfaceId).Span))
                throw new InvalidOperationException("a relay does not find its interface again");
            octets = options.Get(Dhcp6OptionCode.RelayMessage);
        }

        if (!octets.Span.SequenceEqual(envelope.Message.ToArray())) throw new InvalidOperationException("what was wrapped is not within");
    }

    // Every reader of an option's value, each with any value, alone and within a message.
    private static FuzzCase Options()
    {
        // A malformed identifier or association ends the reading of its message, so each is alone.
        Dhcp6OptionCode[][] messages =
        [
            [Dhcp6OptionCode.ClientIdentifier], [Dhcp6OptionCode.NonTemporaryAddresses],
            [Dhcp6OptionCode.OptionRequest, Dhcp6OptionCode.UserClass, Dhcp6OptionCode.VendorClass, Dhcp6OptionCode.ClientArchitecture],
        ];
        return input =>
        {
            var value = input.ToArray();
            if (Duid.IsLength(value.Length)) CheckDuid(new Duid(value));
            if (IdentityAssociation.TryParse(value, out var association)
                && (!IdentityAssociation.TryParse(association.ToArray(), out var again)
                    || again.Id != association.Id
                    || !again.Addresses.SequenceEqual(association.Addresses)))
                throw new InvalidOperationException("an association is written as another");
            if (BootFileParameters.TryParse(value, out var parameters) && parameters.Count > value.Length / 2)
                throw new InvalidOperationException("more parameters than lengths");
            if (Dhcp6Classes.VendorClass(value).Length > value.Length)
                throw new InvalidOperationException("a class longer than its option");
            _ = Dhcp6Classes.IsUserClass(value, "iPXE"u8);
            _ = DomainSearchList.TryParse(value, out _);
            foreach (var codes in messages)
            {
                var options = new Dhcp6Options();
                foreach (var code in codes) options.Add(code, value);
                _ = FirmwareClient6.Of(options);
                var relayed = new Dhcp6Options();
                relayed.Add(Dhcp6OptionCode.ClientLinkLayerAddress, value);
                var envelope = new Dhcp6Envelope(
                    [new Dhcp6Relay(0, IPAddress.IPv6Any, s_client, relayed)], new Dhcp6Message(Dhcp6MessageType.Solicit, 1, options));
                if (!Dhcp6Request.TryRead(envelope, s_client, out var request)) continue;
                _ = (request.MachineUuid, request.Hardware?.ToString(), request.Wants(Dhcp6OptionCode.BootFileUrl));
            }
        };

        static void CheckDuid(Duid duid)
        {
            if (Duid.Parse(duid.ToString()) != duid) throw new InvalidOperationException("an identifier reads as another");
            if (duid.MachineUuid is { } uuid && Duid.Of(uuid) != duid)
                throw new InvalidOperationException("a UUID's identifier is another");
            if (duid.Hardware is { } hardware && !duid.Octets.EndsWith(Duid.Of(hardware).Octets[4..]))
                throw new InvalidOperationException("an address that is not within");
        }
    }

    // The way of a datagram through a server that leases and boots: each input meets the leases that the ones before it left.
    private static FuzzCase Decision()
    {
        var subnet = new Dhcp6Subnet
        {
            Network = IPNetwork.Parse("fd00:77::/64"),
            Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::1020")],
            NameServers = [IPAddress.Parse("fd00:77::53"), IPAddress.Parse("fd00:77::54")],
            SearchDomains = ["a.example"],
            TimeServers = [IPAddress.Parse("fd00:77::123")],
            BootFileParameters = ["quiet"],
        };
        var addresses = LeaseAllocator6.OpenAsync([subnet], new Nowhere()).GetAwaiter().GetResult();
        var source = new BootFileLocator(
            BootProgramTable.Default, IPAddress.Parse("fd00:77::1"), new Uri("http://[fd00:77::1]:5240/boot/"));
        return input =>
        {
            if (input.IsEmpty
                || !Dhcp6Envelope.TryParse(input.ToArray(), out var envelope)
                || !Dhcp6Request.TryRead(envelope, s_client, out var request)) return;
            if (Dhcp6Rules.WhyIgnored(request, s_server) is { } reason)
            {
                if (reason.Length == 0) throw new InvalidOperationException("ignored without a reason");
                return;
            }

            var isRapid = request.Options.Contains(Dhcp6OptionCode.RapidCommit);
            AssociationResult[] answers = Dhcp6Rules.KindOf(request.Type, isRapid) is { } kind
                // the rules let no message pass without
                ? [.. request.Associations.Select(a => addresses.Ask(
                    subnet, new AssociationRequest(kind, request.Client!.Value, a, request.Hardware, request.Firmware is not null)))]
                : [];
            if (answers.Any(a => a.Rule.Length == 0)) throw new InvalidOperationException("an answer without a reason");
            foreach (var granted in answers.SelectMany(a => a.Association.Addresses))
                if (granted.Valid > TimeSpan.Zero && !subnet.Network.Contains(granted.Address))
                    throw new InvalidOperationException($"{granted.Address} is none of ours");
            var facts = new Dhcp6ResponseContext
            {
                Server = s_server,
                Subnet = subnet,
                Associations = answers,
                Boot = request.Firmware is { } firmware && request.Hardware is { } hardware
                    ? BootParameters.For(firmware, new BootInstruction.LocalDisk(), hardware, source)
                    : null,
                IsRapid = isRapid && request.Type == Dhcp6MessageType.Solicit,
                IsUnicast = (input[^1] & 0x81) == 0x81,
            };
            if (Dhcp6Responder.Respond(request, facts) is not { } reply) return;
            if (reply.TransactionId != envelope.Message.TransactionId) throw new InvalidOperationException("an answer to another message");
            if (Dhcp6OutgoingRules.Violation(envelope.Wrap(reply)) is { } violation) throw new InvalidOperationException(violation);
            addresses.CommitAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        };
    }

    private static void Solicitation(ReadOnlySpan<byte> input)
    {
        foreach (var source in (ReadOnlySpan<IPAddress>)[s_client, IPAddress.IPv6Any])
            if (AdvertisementMessage.IsSolicitation(input, source) && (input.Length % 8 != 0 || input[0] != 133))
                throw new InvalidOperationException("no solicitation");
        if (AdvertisementMessage.TryRead(input, s_client, out var heard) && (input.Length % 8 != 0
            || input[0] != 134
            || heard.RouterLifetime > TimeSpan.FromSeconds(ushort.MaxValue))) throw new InvalidOperationException("no advertisement");
        if (AdvertisementMessage.IsSolicitation(input, IPAddress.Parse("2001:db8::1"))
            || AdvertisementMessage.TryRead(input, IPAddress.Parse("2001:db8::1"), out _))
            throw new InvalidOperationException("taken from beyond the link");
    }

    private static byte[] Relay(byte[] message, byte hops)
    {
        var options = new Dhcp6Options();
        options.Add(Dhcp6OptionCode.InterfaceId, "port-7"u8.ToArray());
        options.Add(Dhcp6OptionCode.RelayMessage, message);
        return
        [
            (byte)Dhcp6MessageType.RelayForward,
            hops,
            .. IPAddress.Parse("fd00:77::2").GetAddressBytes(),
            .. s_client.GetAddressBytes(),
            .. options.ToArray()
        ];
    }

    private static IEnumerable<byte[]> Values(byte[] datagram) =>
        Dhcp6Message.TryParse(datagram, out var message) ? message.Options.All.Select(o => o.Value.ToArray()) : [];

    private sealed class Nowhere : ILeaseStore6
    {
        public IAsyncEnumerable<Lease6> ReadAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<Lease6>();

        public ValueTask WriteAsync(IReadOnlyList<Lease6> leases, CancellationToken cancellationToken) => default;
    }
}
