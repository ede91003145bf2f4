using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Fuzz.Tests.Boot;

/// <summary>DHCPv4: messages, what is decided on them, and the options that have a type.</summary>
internal static class DhcpTargets
{
    private static readonly byte[][] s_words =
    [
        [0x63, 0x82, 0x53, 0x63], [53, 1, 1], [53, 1, 3], [52, 1, 1], [52, 1, 2], [52, 1, 3], [43, 0], [60, 9, .. "PXEClient"u8],
        [60, 10, .. "HTTPClient"u8],
        [61, 0],
        [61, 255],
        [77, 4, .. "iPXE"u8],
        [77, 5, 4, .. "iPXE"u8],
        [82, 6, 1, 4, 1, 2, 3, 4],
        [82, 6, 5, 4, 10, 0, 0, 1],
        [93, 2, 0, 7],
        [97, 17, 0],
        [119, 4, 1, (byte)'a', 0xc0, 0],
        [121, 5, 0, 10, 0, 0, 1],
        [125, 0],
        [255],
        [50, 4, 10, 0, 0, 10],
        [54, 4, 10, 0, 0, 1],
        [57, 2, 0, 0],
        [80, 0],
    ];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("dhcp-message", Message()) { Seeds = Captured.Dhcp, Words = s_words },
        new("dhcp-decision", Decision()) { Seeds = Captured.Dhcp, Words = s_words },
        new("dhcp-options", Options()) { Seeds = [.. Captured.Dhcp.SelectMany(Values)], Words = s_words, Longest = 600 },
    ];

    // What was read is written, and what was written is read as the same.
    private static FuzzCase Message()
    {
        var (message, again, buffer) = (new DhcpMessage(), new DhcpMessage(), new byte[ushort.MaxValue]);
        return input =>
        {
            if (!message.TryRead(input)) return;
            if (!message.TryWrite(buffer, out var length)) throw new InvalidOperationException("what was read does not fit 64 KiB");
            if (!again.TryRead(buffer.AsSpan(0, length))) throw new InvalidOperationException("what was written cannot be read");
            if (again.Options.Count != message.Options.Count
                || again.TransactionId != message.TransactionId
                || again.Hardware != message.Hardware)
                throw new InvalidOperationException("what was written reads as something else");
            for (var i = 0; i < message.Options.Count; i++)
                if (!again.Options.Get(message.Options.At(i).Code).SequenceEqual(message.Options.At(i).Value))
                    throw new InvalidOperationException($"option {message.Options.At(i).Code} changed");
        };
    }

    // The way of a datagram through a server that leases and boots: each input meets the leases that the ones before it left.
    private static FuzzCase Decision()
    {
        var subnet = new DhcpSubnet
        {
            Network = IPNetwork.Parse("10.0.0.0/24"),
            Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.40")],
            Routers = [IPAddress.Parse("10.0.0.1")],
            SearchDomains = ["a.example"],
            Routes = [new ClasslessRoute(IPNetwork.Parse("10.1.0.0/16"), IPAddress.Parse("10.0.0.2"))],
            IPv6OnlyTime = TimeSpan.FromMinutes(10),
        };
        var addresses = LeaseAllocator.OpenAsync([subnet], new InMemoryLeaseStore(), new LeaseOptions { RapidCommit = true })
            .GetAwaiter()
            .GetResult();
        var server = IPAddress.Parse("10.0.0.1").ToIPv4();
        var source = BootFileLocator.On(IPAddress.Parse("10.0.0.1"), httpBase: new Uri("http://10.0.0.1/"));
        var (request, reply, read, buffer) = (
            new DhcpMessage(), new DhcpMessage(), new DhcpMessage(), new byte[DhcpMessage.LongestOnEthernet]);
        return input =>
        {
            if (!request.TryRead(input)) return;
            var state = ClientState.Of(request, server);
            var boot = FirmwareClient4.Of(request) is { } firmware
                ? BootParameters.For(firmware, new BootInstruction.LocalDisk(), request.Hardware, source)
                : null;
            if (DhcpResponder.RespondAsProxy(request, server, boot, atBootService: (input[0] & 2) != 0, reply))
                Validate(reply, request, read, buffer);
            if (state.Kind is not { } kind) return;
            var pending = addresses.AskAsync(
                new AddressRequest(kind, request, ClientState.LinkOf(request, server), state.Address), CancellationToken.None);
            var answer = pending.IsCompletedSuccessfully
                ? pending.Result
                : throw new InvalidOperationException("an answer from memory waited");
            if (answer.Rule.Length == 0) throw new InvalidOperationException("an answer without a reason");
            if (!DhcpResponder.Respond(request, new DhcpResponseContext(server, answer, boot), reply)) return;
            Validate(reply, request, read, buffer);
            _ = ReplyRoute.For(request, reply, (new IPv4Address(1), 1), (67, 68));
            addresses.CommitAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        };
    }

    /// <summary>What this server sends is a message, within the receiver's bounds, with its own server identifier.</summary>
    private static void Validate(DhcpMessage reply, DhcpMessage request, DhcpMessage read, byte[] buffer)
    {
        var longest = DhcpResponder.LongestReplyTo(request);
        var length = DhcpResponder.Write(reply, buffer.AsSpan(0, longest));
        if (length == 0) return; // what must be echoed is longer than the receiver takes
        if (length > longest) throw new InvalidOperationException("longer than its receiver takes");
        if (!read.TryRead(buffer.AsSpan(0, length))
            || read.Operation != DhcpOperation.Reply
            || read.Type is not (DhcpMessageType.Offer or DhcpMessageType.Ack or DhcpMessageType.Nak))
            throw new InvalidOperationException("a reply that cannot be read");
    }

    // Every reader of an option's value, each with any value.
    private static FuzzCase Options()
    {
        var message = new DhcpMessage { Hardware = HardwareAddress.Parse("02:00:00:00:00:01") };
        DhcpOptionCode[] typed =
        [
            DhcpOptionCode.VendorSpecific,
            DhcpOptionCode.VendorClass,
            DhcpOptionCode.ClientIdentifier,
            DhcpOptionCode.UserClass,
            DhcpOptionCode.RelayAgentInformation,
            DhcpOptionCode.ClientArchitecture,
            DhcpOptionCode.ClientMachineIdentifier,
            DhcpOptionCode.DomainSearch,
            DhcpOptionCode.ClasslessStaticRoute,
            (DhcpOptionCode)125,
        ];
        return input =>
        {
            message.Options.Clear();
            foreach (var code in typed) message.Options.Set(code, input);
            _ = ClasslessRoute.TryParse(input, out _);
            _ = DomainSearchList.TryParse(input, out _);
            _ = NameServiceSearch.TryParse(input, out _);
            if (UserClass.Parse(input).Sum(c => c.Length) > input.Length)
                throw new InvalidOperationException("classes longer than their option");
            var relay = RelayAgentInformation.Parse(input);
            if (relay.CircuitId.Length > input.Length) throw new InvalidOperationException("a circuit longer than its option");
            _ = FirmwareClient4.Of(message);
            _ = MachineIdentifier.Of(message);
            _ = ClientIdentifier.Of(message);
            _ = ClientState.LinkOf(message, new IPv4Address(1));
            var cursor = new OptionCursor(input);
            for (var walked = 0; cursor.MoveNext(); walked++)
                if (walked > input.Length) throw new InvalidOperationException("more options than octets");
        };
    }

    private static IEnumerable<byte[]> Values(byte[] datagram)
    {
        if (!DhcpMessage.TryParse(datagram, out var message)) yield break;
        for (var i = 0; i < message.Options.Count; i++) yield return message.Options.At(i).Value.ToArray();
    }
}
