using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// Decides whether this server answers a client, where several servers split the load (RFC 3074). Messages that name a server, that renew
/// or rebind a lease, or that give one back are answered by every server.
/// </summary>
internal sealed class LoadSplitter
{
    private const int Buckets = 256;

    private readonly DhcpLoadSplitOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly Lock _lock = new();
    private readonly KeyedRateLimiter _asked = new(2); // of the clients of other servers

    /// <exception cref="ArgumentException">There is no server of this number.</exception>
    public LoadSplitter(DhcpLoadSplitOptions options, TimeProvider timeProvider)
    {
        if (options.Server >= options.Servers)
            throw new ArgumentException(
                $"The load is split between {options.Servers} servers, which have no number {options.Server}.", nameof(options));
        (_options, _timeProvider) = (options, timeProvider);
    }

    // RFC 3074 section 6: a permutation of the numbers from 0 to 255.
    private static ReadOnlySpan<byte> Mixing =>
    [
        251, 175, 119, 215, 81, 14, 79, 191, 103, 49, 181, 143, 186, 157, 0, 232, 31, 32, 55, 60, 152, 58, 17, 237, 174, 70, 160, 144, 220,
        90, 57, 223, 59, 3, 18, 140, 111, 166, 203, 196, 134, 243, 124, 95, 222, 179, 197, 65, 180, 48, 36, 15, 107, 46, 233, 130, 165, 30,
        123, 161, 209, 23, 97, 16, 40, 91, 219, 61, 100, 10, 210, 109, 250, 127, 22, 138, 29, 108, 244, 67, 207, 9, 178, 204, 74, 98, 126,
        249, 167, 116, 34, 77, 193, 200, 121, 5, 20, 113, 71, 35, 128, 13, 182, 94, 25, 226, 227, 199, 75, 27, 41, 245, 230, 224, 43, 225,
        177, 26, 155, 150, 212, 142, 218, 115, 241, 73, 88, 105, 39, 114, 62, 255, 192, 201, 145, 214, 168, 158, 221, 148, 154, 122, 12, 84,
        82, 163, 44, 139, 228, 236, 205, 242, 217, 11, 187, 146, 159, 64, 86, 239, 195, 42, 106, 198, 118, 112, 184, 172, 87, 2, 173, 117,
        176, 229, 247, 253, 137, 185, 99, 164, 102, 147, 45, 66, 231, 52, 141, 211, 194, 206, 246, 238, 56, 110, 78, 248, 63, 240, 189, 93,
        92, 51, 53, 183, 19, 171, 72, 50, 33, 104, 101, 69, 8, 252, 83, 120, 76, 135, 85, 54, 202, 125, 188, 213, 96, 235, 136, 208, 162,
        129, 190, 132, 156, 38, 47, 1, 7, 254, 24, 4, 216, 131, 89, 21, 28, 133, 37, 153, 149, 80, 170, 68, 6, 169, 234, 151,
    ];

    /// <summary>The bucket of a client: the hash of its identifier, or, without one, of its hardware address.</summary>
    public static byte BucketOf(DhcpMessage request)
    {
        if (request.Options.TryGet(DhcpOptionCode.ClientIdentifier, out var identifier) && !identifier.IsEmpty) return Hash(identifier);
        Span<byte> hardware = stackalloc byte[16];
        return Hash(hardware[..request.Hardware.CopyTo(hardware)]);
    }

    /// <summary>The hash of RFC 3074 section 6.</summary>
    public static byte Hash(ReadOnlySpan<byte> key)
    {
        var hash = (byte)key.Length;
        for (var i = key.Length - 1; i >= 0; i--) hash = Mixing[hash ^ key[i]];
        return hash;
    }

    /// <summary>Whether this server leaves a message to another one.</summary>
    public bool IsLeft(AddressRequestKind kind, DhcpMessage request)
    {
        if (kind is not (AddressRequestKind.Discover or AddressRequestKind.Verify)) return false;
        var bucket = BucketOf(request);
        if (bucket * _options.Servers / Buckets == _options.Server) return false;
        if (request.SecondsElapsed >= _options.DelayedService.TotalSeconds) return false;
        Span<byte> hardware = stackalloc byte[16];
        lock (_lock)
            return _asked.TryTake(hardware[..request.Hardware.CopyTo(hardware)], _timeProvider.GetUtcNow(), out _);
    }
}
