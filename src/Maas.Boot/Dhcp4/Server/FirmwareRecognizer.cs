using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// Tells what firmware a client is, and keeps to it for the exchange: a Raspberry Pi says <c>PXEClient</c> in its DISCOVER and not in its
/// REQUEST, and the ACK must carry what the OFFER did. The next DISCOVER of the same machine, be it of the system it has booted, tells
/// anew.
/// </summary>
/// <remarks>
/// It remembers in a table of fixed size, at a place that depends on the hardware address; where two machines meet, the later one counts
/// and the other is known by what its REQUEST says. Safe for use from several threads.
/// </remarks>
internal sealed class FirmwareRecognizer(HardwarePrefixes raspberryPis, TimeProvider timeProvider)
{
    private const int Places = 4096;

    // Longer than firmware takes between OFFER and REQUEST (OVMF 4 s, iPXE 10 s), shorter than it takes to boot what then asks as itself.
    private static readonly TimeSpan RememberedFor = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private Place[]? _places; // made for the first firmware seen

    /// <summary>What a client is; <see langword="null"/> when it is no firmware that boots from the network.</summary>
    public FirmwareClient? Recognize(DhcpMessage message)
    {
        var told = FirmwareClient4.Of(message, raspberryPis);
        switch (message.Type)
        {
            case DhcpMessageType.Discover:
                Remember(message.Hardware, told);
                return told;
            case DhcpMessageType.Request when message.Options.Contains(DhcpOptionCode.ServerIdentifier):
                return Recall(message.Hardware) ?? told;
            default:
                return told;
        }
    }

    private void Remember(HardwareAddress hardware, FirmwareClient? client)
    {
        if (client is null && _places is null) return;
        lock (_lock)
        {
            ref var place = ref (_places ??= new Place[Places])[IndexOf(hardware)];
            if (client is { } firmware) place = new Place(hardware, firmware, timeProvider.GetTimestamp(), IsSet: true);
            else if (place.Hardware == hardware) place = default;
        }
    }

    private FirmwareClient? Recall(HardwareAddress hardware)
    {
        if (_places is null) return null;
        lock (_lock)
        {
            ref var place = ref _places[IndexOf(hardware)];
            return place.IsSet && place.Hardware == hardware && timeProvider.GetElapsedTime(place.At) < RememberedFor ? place.Client : null;
        }
    }

    // the runtime's hash is random: no client can aim at a place
    private static int IndexOf(HardwareAddress hardware) => (int)((uint)hardware.GetHashCode() % Places);

    private readonly record struct Place(HardwareAddress Hardware, FirmwareClient Client, long At, bool IsSet);
}
