using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Wire;
using Maas.Testing.Events;
using Maas.Testing.Network;

namespace Maas.Testing.Dhcp;

/// <summary>
/// Gets a lease as firmware does (RFC 2131 section 3.1, PXE 2.1 section 2.2): offers are weighed by whether they say what to boot.
/// </summary>
internal sealed partial class DhcpClient(SimulatedNetwork network, HardwareAddress mac, MachineLog log, TimeProvider timeProvider)
{
    private readonly MachineLink _machineLink = network.LinkOf(mac);

    /// <summary>The lease; <see langword="null"/> when no server gave what this voice needs.</summary>
    public async Task<DhcpLease?> AcquireAsync(DhcpClientProfile voice, CancellationToken cancellationToken)
    {
        using var link = new DhcpClientSocket(network, mac, _machineLink);
        var patience = network.DhcpPatience;
        string? failure = null;
        for (var attempt = 1; attempt <= network.DhcpAttempts; attempt++, patience *= 2)
        {
            var transaction = _machineLink.NextTransaction();
            await link.BroadcastAsync(voice.Discover(mac, transaction), cancellationToken).ConfigureAwait(false);
            var (offers, weighed) = await WeighAsync(link, voice, transaction, patience, cancellationToken).ConfigureAwait(false);
            if (offers > 0) failure = Missing(voice.Need);
            if (weighed is not { } chosen) continue;

            await link.BroadcastAsync(voice.Request(mac, transaction, chosen.Offer), cancellationToken).ConfigureAwait(false);
            var answer =
                await HearAsync(
                    link,
                    transaction,
                    m => m.Type is DhcpMessageType.Ack or DhcpMessageType.Nak && SameServer(m, chosen.Offer),
                    patience,
                    cancellationToken).ConfigureAwait(false);
            if (answer is { Type: DhcpMessageType.Ack } && voice.Need == BootNeed.RaspberryPiMenu
                && SameServer(answer, chosen.Boot) && !Satisfies(answer, voice.Need))
            {
                failure = "an ACK without the boot menu of its OFFER";
                continue;
            }

            if (answer is not { Type: DhcpMessageType.Ack })
            {
                failure = $"{chosen.Offer.YourAddress} offered, and its REQUEST {(answer is null ? "not answered" : "refused")}";
                continue;
            }

            var boot = await BootPartAsync(link, voice, answer, chosen.Boot, cancellationToken).ConfigureAwait(false);
            var lease = DhcpLease.From(answer, boot, attempt);
            log.Dhcp(voice.Name, lease.Address, lease.Server, lease.BootFile.Length == 0 ? null : lease.BootFile, attempt);
            return lease;
        }

        log.Dhcp(voice.Name, null, null, null, network.DhcpAttempts, failure);
        return null;
    }

    // Collects offers, which are counted, until one gives an address and one, perhaps another, says what to boot.
    private async Task<(int Offers, (DhcpMessage Offer, DhcpMessage Boot)? Chosen)> WeighAsync(
        DhcpClientSocket link,
        DhcpClientProfile voice,
        uint transaction,
        TimeSpan patience,
        CancellationToken cancellationToken)
    {
        DhcpMessage? address = null, boot = null;
        for (var offers = 0; ; offers++)
        {
            var heard =
                await HearAsync(
                    link,
                    transaction,
                    m => m.Type == DhcpMessageType.Offer,
                    address is null ? patience : network.ProxyPatience,
                    cancellationToken)
                    .ConfigureAwait(false);
            if (heard is null) return (offers, null);
            if (!heard.YourAddress.Equals(IPAddress.Any) && (address is null || (boot is null && Satisfies(heard, voice.Need))))
                address = heard;
            if (Satisfies(heard, voice.Need)) boot ??= heard;
            if (address is not null && (boot is not null || voice.Need == BootNeed.Nothing))
                return (offers + 1, (address, boot ?? address));
        }
    }

    // A proxy that named no file in its offer is asked at its boot service.
    private async Task<DhcpMessage> BootPartAsync(
        DhcpClientSocket link,
        DhcpClientProfile voice,
        DhcpMessage acknowledged,
        DhcpMessage boot,
        CancellationToken cancellationToken)
    {
        if (SameServer(acknowledged, boot) || voice.Need == BootNeed.Nothing)
            return DhcpLease.BootFileIn(acknowledged).Length > 0 ? acknowledged : boot;
        // A Raspberry Pi loads from where the menu came from, and asks no boot service.
        if (DhcpLease.BootFileIn(boot).Length > 0 || voice.Need == BootNeed.RaspberryPiMenu) return boot;

        var service = new IPEndPoint(
            boot.Options.GetAddress(DhcpOptionCode.ServerIdentifier) ?? boot.NextServerAddress, network.BootServicePort);
        var transaction = _machineLink.NextTransaction();
        for (var attempt = 0; attempt < network.DhcpAttempts; attempt++)
        {
            await link.SendAsync(voice.AskBootService(mac, transaction, acknowledged), acknowledged.YourAddress, service, cancellationToken)
                .ConfigureAwait(false);
            if (await HearAsync(link, transaction, m => m.Type == DhcpMessageType.Ack, network.ProxyPatience, cancellationToken)
                .ConfigureAwait(false) is { } answer)
                return answer;
        }

        return boot;
    }

    private static string Missing(BootNeed need) => need switch
    {
        BootNeed.File => "DHCP offers without an address or a boot file",
        BootNeed.HttpUrl => "DHCP offers without an address or a URL to boot",
        BootNeed.RaspberryPiMenu => "DHCP offers without an address or the boot menu entry \"Raspberry Pi Boot\"",
        _ => "DHCP offers without an address",
    };

    private static bool Satisfies(DhcpMessage offer, BootNeed need) => need switch
    {
        BootNeed.File => DhcpLease.BootFileIn(offer).Length > 0 || IsProxy(offer),
        // UEFI 2.10 section 24.7.2: without option 60 = HTTPClient the offer is not for HTTP boot.
        BootNeed.HttpUrl =>
            offer.Options.GetText(DhcpOptionCode.VendorClass) == "HTTPClient"
                && DhcpLease.BootFileIn(offer).StartsWith("http", StringComparison.OrdinalIgnoreCase),
        BootNeed.RaspberryPiMenu => offer.Options.Get(DhcpOptionCode.VendorSpecific).IndexOf("Raspberry Pi Boot"u8) >= 0,
        _ => true,
    };

    private static bool IsProxy(DhcpMessage offer) =>
        offer.YourAddress.Equals(IPAddress.Any)
            && offer.Options.GetText(DhcpOptionCode.VendorClass) is { } text
            && text.StartsWith("PXEClient", StringComparison.Ordinal);

    private static bool SameServer(DhcpMessage one, DhcpMessage other) =>
        Equals(one.Options.GetAddress(DhcpOptionCode.ServerIdentifier), other.Options.GetAddress(DhcpOptionCode.ServerIdentifier));

    private async Task<DhcpMessage?> HearAsync(
        DhcpClientSocket link,
        uint transaction,
        Func<DhcpMessage, bool> wanted,
        TimeSpan patience,
        CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            while (true)
            {
                var heard = await link.ReceiveAsync(either.Token).ConfigureAwait(false);
                if (heard.TransactionId == transaction && wanted(heard)) return heard;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
