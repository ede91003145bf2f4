using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>What a reply is made of: the decisions taken elsewhere. The reply follows from them and the request alone.</summary>
/// <param name="Server">This server's identifier on the client's link.</param>
/// <param name="Address">The address source's answer; silent in proxy mode.</param>
/// <param name="Boot">The boot parameters of the client; <see langword="null"/> for none.</param>
internal readonly record struct DhcpResponseContext(IPv4Address Server, AddressResult Address, BootParameters? Boot);

/// <summary>Writes replies (RFC 2131 section 4.3). Pure: no clock, no socket, no store.</summary>
internal static partial class DhcpResponder
{
    /// <summary>Fills in the reply of a full server.</summary>
    /// <returns><see langword="false"/> for silence.</returns>
    public static bool Respond(DhcpMessage request, in DhcpResponseContext facts, DhcpMessage reply)
    {
        switch (facts.Address.Kind, request.Type)
        {
            case (AddressResultKind.Grant, DhcpMessageType.Discover) when facts.Address.IsCommitted:
                Begin(request, reply, DhcpMessageType.Ack, facts.Server);
                reply.Options.Set(DhcpOptionCode.RapidCommit, ReadOnlySpan<byte>.Empty);
                break;
            case (AddressResultKind.Grant, DhcpMessageType.Discover):
                Begin(request, reply, DhcpMessageType.Offer, facts.Server);
                // Who is offered no address shall not make one (RFC 2563 section 2.3, RFC 8925 section 3.3.1).
                if (facts.Address.IPv4.IsNone && request.Options.Contains(DhcpOptionCode.AutoConfigure))
                    reply.Options.Set(DhcpOptionCode.AutoConfigure, [0]);
                break;
            case (AddressResultKind.Grant, DhcpMessageType.Request or DhcpMessageType.Inform):
                Begin(request, reply, DhcpMessageType.Ack, facts.Server);
                reply.Ciaddr = ClientState.AddressInUse(request);
                break;
            case (AddressResultKind.Refuse, DhcpMessageType.Request):
                Begin(request, reply, DhcpMessageType.Nak, facts.Server);
                if (request.IsRelayed) reply.Broadcast = true; // section 4.3.2: the relay must not try the wrong address
                reply.Options.Set(DhcpOptionCode.Message, facts.Address.Rule);
                Echo(request, reply);
                return true;
            default:
                return false;
        }

        reply.Yiaddr = facts.Address.IPv4;
        SetLease(facts.Address, reply.Options);
        if (facts.Address.Subnet is { } subnet) SetParameters(subnet, facts.Address, request, reply.Options);
        if (facts.Boot is not null) SetBoot(facts.Boot, reply, besideAnotherServer: false);
        // RFC 3011 section 3: an identical copy, whether or not the client asks for it. A value of another length selects nothing.
        if (request.Options.TryGet(DhcpOptionCode.SubnetSelection, out var selection) && selection.Length == 4)
            reply.Options.Set(DhcpOptionCode.SubnetSelection, selection);
        Echo(request, reply);
        reply.Options.Arrange(request.Options.Get(DhcpOptionCode.ParameterRequestList));
        return true;
    }

    /// <summary>Fills in the reply of a proxy: the boot part alone, for another server's lease (PXE 2.1 section 2.2).</summary>
    /// <param name="request">What is answered: a DISCOVER, or what reached the boot service's port.</param>
    /// <param name="server">This server's identifier.</param>
    /// <param name="boot">The boot parameters of the client.</param>
    /// <param name="atBootService">Whether it came to port 4011, where a DISCOVER too is answered by an ACK.</param>
    /// <param name="reply">The reply to fill in.</param>
    /// <returns><see langword="false"/> for silence.</returns>
    public static bool RespondAsProxy(DhcpMessage request, IPv4Address server, BootParameters? boot, bool atBootService, DhcpMessage reply)
    {
        var asked = request.Type is DhcpMessageType.Discover
            || (atBootService && request.Type is DhcpMessageType.Request or DhcpMessageType.Inform);
        if (boot is null || !asked) return false;
        var item = atBootService ? PxeBootItem.In(request) : null;
        if (item is { IsServedHere: false }) return false;
        Begin(request, reply, atBootService ? DhcpMessageType.Ack : DhcpMessageType.Offer, server);
        if (atBootService) reply.Ciaddr = request.Ciaddr; // it has an address by then
        SetBoot(boot, reply, besideAnotherServer: true, item);
        Echo(request, reply);
        reply.Options.Arrange(request.Options.Get(DhcpOptionCode.ParameterRequestList));
        return true;
    }

    /// <summary>
    /// The longest reply the sender takes: option 57 less IP and UDP headers, within what every client takes and what Ethernet carries.
    /// (OVMF was seen to say 65,280.)
    /// </summary>
    public static int LongestReplyTo(DhcpMessage request) =>
        Math.Clamp(
            (request.Options.GetUInt16(DhcpOptionCode.MaximumMessageSize) ?? 0) - 28,
            DhcpMessage.DefaultMaxLength,
            DhcpMessage.LongestOnEthernet);

    /// <summary>
    /// Writes the reply within the sender's limit. When it does not fit, what the client can do without goes first, and then the boot
    /// file's name in the header: option 67 has it too, and options may take its place (RFC 2131 section 4.1).
    /// </summary>
    /// <returns>The octets written; 0 when not even what the client must be told fits.</returns>
    public static int Write(DhcpMessage reply, Span<byte> destination)
    {
        int written;
        while (!reply.TryWrite(destination, out written) && (DropLeastNeeded(reply.Options) || DropNameInHeader(reply))) { }
        return written;
    }

    private static void Begin(DhcpMessage request, DhcpMessage reply, DhcpMessageType type, IPv4Address server)
    {
        reply.Clear();
        reply.Operation = DhcpOperation.Reply;
        reply.Hardware = request.Hardware;
        reply.TransactionId = request.TransactionId;
        reply.Flags = request.Flags;
        reply.Giaddr = request.Giaddr;
        reply.Type = type;
        reply.Options.Set(DhcpOptionCode.ServerIdentifier, server);
    }

    // T1 and T2 at half and seven eighths (section 4.4.5).
    private static void SetLease(in AddressResult address, DhcpOptions options)
    {
        if (address.LeaseTime == TimeSpan.Zero) return;
        var seconds = (uint)address.LeaseTime.TotalSeconds;
        options.Set(DhcpOptionCode.LeaseTime, seconds);
        options.Set(DhcpOptionCode.RenewalTime, seconds / 2);
        options.Set(DhcpOptionCode.RebindingTime, (uint)(seconds * 7L / 8));
    }

    // The client id is echoed (RFC 6842), the machine's id for PXE firmware that compares it (PXE 2.1 section 2.4), and the relay's option
    // as it came (RFC 3046 section 2.2); the message writes the latter last.
    private static void Echo(DhcpMessage request, DhcpMessage reply)
    {
        if (request.Options.TryGet(DhcpOptionCode.ClientIdentifier, out var client))
            reply.Options.Set(DhcpOptionCode.ClientIdentifier, client);
        if (reply.Options.Contains(DhcpOptionCode.BootFileName)
            && request.Options.TryGet(DhcpOptionCode.ClientMachineIdentifier, out var machine))
            reply.Options.Set(DhcpOptionCode.ClientMachineIdentifier, machine);
        if (request.Options.TryGet(DhcpOptionCode.RelayAgentInformation, out var relay))
            reply.Options.Set(DhcpOptionCode.RelayAgentInformation, relay);
    }

    private static bool DropLeastNeeded(DhcpOptions options)
    {
        for (var i = options.Count - 1; i >= 0; i--)
        {
            if (IsNeeded(options.At(i).Code)) continue;
            options.Remove(options.At(i).Code);
            return true;
        }

        return false;
    }

    private static bool DropNameInHeader(DhcpMessage reply)
    {
        if (!reply.HasBootFile || !reply.Options.Contains(DhcpOptionCode.BootFileName)) return false;
        reply.BootFile = "";
        return true;
    }

    /// <summary>
    /// Whether a client that gets an answer must get this option: it cannot do without it, or a specification says that it is returned.
    /// </summary>
    internal static bool IsNeeded(DhcpOptionCode code) => code is DhcpOptionCode.MessageType or DhcpOptionCode.ServerIdentifier
        or DhcpOptionCode.LeaseTime or DhcpOptionCode.SubnetMask or DhcpOptionCode.Router or DhcpOptionCode.ClientIdentifier
        or DhcpOptionCode.RelayAgentInformation or DhcpOptionCode.VendorClass or DhcpOptionCode.VendorSpecific
            or DhcpOptionCode.BootFileName
        or DhcpOptionCode.TftpServerName or DhcpOptionCode.SubnetSelection
        or DhcpOptionCode.RapidCommit or DhcpOptionCode.IPv6OnlyPreferred or DhcpOptionCode.AutoConfigure;
}
