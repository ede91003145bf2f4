using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Files;
using Maas.Boot.Tftp;

namespace Maas.Boot.Replay;

/// <summary>
/// Gives the client's side of a capture to the code that answers DHCP, DHCPv6 and TFTP here, and puts its answers beside those captured: a
/// capture of a boot that failed, of whatever server, becomes a test. No socket is opened, and the time is the capture's.
/// </summary>
/// <example>
/// <code>
/// var replay = new PacketReplay(PcapReader.Read(File.ReadAllBytes("trouble.pcapng")));
/// var subnet = new DhcpSubnet { Network = IPNetwork.Parse("10.0.0.0/24"), Ranges = [AddressRange.Parse("10.0.0.100-10.0.0.199")] };
/// var addresses = await LeaseAllocator.OpenAsync([subnet], new InMemoryLeaseStore(), timeProvider: replay.Clock);
/// var steps = await replay.RunAsync(new DhcpServerOptions(), addresses, policy, new DirectoryBootFiles("/srv/boot"));
/// foreach (var step in steps) Console.WriteLine(step);
/// Assert.Equal("snponly.efi", steps[0].Answer?.BootFile);
/// </code>
/// </example>
/// <remarks>
/// The replay follows the capture: a client that received another answer continues as it did in the capture. So the first difference is the
/// one that counts. The ARP probe and the look for other servers are left out, since no host can answer. A policy that never answers
/// holds the replay up.
/// </remarks>
public sealed class PacketReplay
{
    private readonly IReadOnlyList<CapturedPacket> _packets;
    private readonly ReplayClock _clock;
    private readonly CapturedServer6 _server6;

    /// <summary>Makes a replay of packets in the order of their time.</summary>
    public PacketReplay(IReadOnlyList<CapturedPacket> packets)
    {
        _packets = [.. packets.OrderBy(p => p.At)];
        _clock = new ReplayClock(_packets.Count > 0 ? _packets[0].At : DateTimeOffset.UnixEpoch);
        Server = ServerOf(_packets) ?? IPAddress.Loopback;
        _server6 = CapturedServer6.In(_packets);
        Server6 = _server6.Address ?? IPAddress.IPv6Loopback;
    }

    /// <summary>The capture's time, for whatever takes part in the replay; it does not move until the replay goes on.</summary>
    public TimeProvider Clock => _clock;

    /// <summary>The address that this code answers as: that of the first DHCP server in the capture, unless set.</summary>
    public IPAddress Server { get; set; }

    /// <summary>
    /// The address that this code answers as over IPv6: the one that a boot file's URL in the capture names, else where the first DHCPv6
    /// server in it sent from, unless set. Its identifier is that server's too, unless the options name another: clients ask it by that.
    /// </summary>
    public IPAddress Server6 { get; set; }

    /// <summary>The port that TFTP requests were sent to; 69 unless set.</summary>
    public int TftpPort { get; set; } = 69;

    /// <summary>Replays the capture.</summary>
    /// <param name="dhcp">How DHCP is answered; its interfaces are not looked at. <see langword="null"/> leaves DHCP out.</param>
    /// <param name="addresses">Which addresses are given; needed in full mode. It should go by <see cref="Clock"/>.</param>
    /// <param name="policy">What machines boot; <see langword="null"/> leaves the boot part out.</param>
    /// <param name="files">What TFTP serves; <see langword="null"/> leaves TFTP out. <see cref="CapturedFiles"/> has what the capture
    /// shows.</param>
    /// <param name="tftp">How TFTP is answered; <see langword="null"/> for the defaults.</param>
    /// <param name="dhcp6">How DHCPv6 is answered; its interfaces are not looked at. <see langword="null"/> leaves DHCPv6 out.</param>
    /// <param name="addresses6">Which IPv6 addresses are given; <see langword="null"/> for none. It should go by
    /// <see cref="Clock"/>.</param>
    /// <param name="cancellationToken">Ends the replay.</param>
    /// <returns>A step for each datagram of a client.</returns>
    /// <exception cref="ArgumentException">Full mode without addresses.</exception>
    public async Task<IReadOnlyList<ReplayStep>> RunAsync(
        DhcpServerOptions? dhcp,
        IAddressSource? addresses = null,
        IBootPolicy? policy = null,
        IBootFiles? files = null,
        TftpServerOptions? tftp = null,
        Dhcp6ServerOptions? dhcp6 = null,
        IAddressSource6? addresses6 = null,
        CancellationToken cancellationToken = default)
    {
        if (dhcp is { Mode: DhcpMode.Full } && addresses is null)
            throw new ArgumentException("A full server needs a source of addresses.", nameof(addresses));
        var leasing = dhcp is null ? null : new ReplayedDhcp(dhcp, addresses, policy, Server, _clock);
        try
        {
            var leasing6 = dhcp6 is null ? null : new ReplayedDhcp6(dhcp6, addresses6, policy, Server6, _server6, _clock);
            using var transfers = files is null ? null : new ReplayedTftp(files, tftp ?? new TftpServerOptions(), Server, Server6);
            return await ReplayAsync(leasing, leasing6, transfers, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (leasing is not null) await leasing.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<ReplayStep>> ReplayAsync(
        ReplayedDhcp? leasing,
        ReplayedDhcp6? leasing6,
        ReplayedTftp? transfers,
        CancellationToken cancellationToken)
    {
        var steps = new List<ReplayStep>();
        foreach (var packet in _packets)
        {
            transfers?.Expire(packet.At);
            _clock.Set(packet.At);
            var step = packet switch
            {
                { IsDhcp: true } => leasing is null ? null : await leasing.TakeAsync(packet, cancellationToken).ConfigureAwait(false),
                { IsDhcp6: true } => leasing6 is null ? null : await leasing6.TakeAsync(packet, cancellationToken).ConfigureAwait(false),
                _ when packet.Destination.Port == TftpPort =>
                    transfers is null ? null : await transfers.BeginAsync(packet, cancellationToken).ConfigureAwait(false),
                _ => transfers?.Take(packet),
            };
            if (step is not null) steps.Add(step);
        }

        return steps;
    }

    private static IPAddress? ServerOf(IReadOnlyList<CapturedPacket> packets)
    {
        foreach (var packet in packets)
            if (packet.IsDhcp && DhcpMessage.TryParse(packet.Payload.Span, out var message) && message.Operation == DhcpOperation.Reply)
                return message.Options.GetAddress(DhcpOptionCode.ServerIdentifier) ?? packet.Source.Address;
        return null;
    }
}
