using System.ComponentModel.DataAnnotations;
using System.Net;
using Maas.Boot.Capture;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Tftp;

/// <summary>What a <see cref="TftpServer"/> listens on and how much it lets clients use. The defaults are the fast ones.</summary>
public sealed class TftpServerOptions
{
    static TftpServerOptions() => NetworkTypeConverters.Register();

    /// <summary>The defaults.</summary>
    public TftpServerOptions()
    {
    }

    /// <summary>A copy.</summary>
    internal TftpServerOptions(TftpServerOptions other)
    {
        Listen = other.Listen;
        Interface = other.Interface;
        MaxBlockSize = other.MaxBlockSize;
        ClampBlockSizeToMtu = other.ClampBlockSizeToMtu;
        MaxWindowSize = other.MaxWindowSize;
        MaxWindowBytes = other.MaxWindowBytes;
        MaxTransfers = other.MaxTransfers;
        MaxTransfersPerClient = other.MaxTransfersPerClient;
        ReadAheadBytes = other.ReadAheadBytes;
        MaxWindowBytesInAll = other.MaxWindowBytesInAll;
        GiveUpAfter = other.GiveUpAfter;
        SinglePort = other.SinglePort;
        Capture = other.Capture;
        MaxNetasciiBytes = other.MaxNetasciiBytes;
    }

    /// <summary>Where requests are taken; by default port 69 on all IPv4 addresses. Port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; set; } = new(IPAddress.Any, 69);

    /// <summary>
    /// The network interface (such as <c>eth0</c>) that the server is bound to; <see langword="null"/>, the default, for all. Linux only.
    /// </summary>
    public string? Interface { get; set; }

    /// <summary>
    /// The largest block size granted (RFC 2348), 8 to 65464 bytes; default 65464. What the path's MTU carries is the limit below it.
    /// </summary>
    [Range(8, 65464)]
    public int MaxBlockSize { get; set; } = 65464;

    /// <summary>
    /// Whether a block is held to what the path's MTU carries in one piece; default true. Firmware rarely reassembles fragments.
    /// </summary>
    public bool ClampBlockSizeToMtu { get; set; } = true;

    /// <summary>The largest number of blocks granted in flight (RFC 7440), 1 to 65535; default 64.</summary>
    [Range(1, 65535)]
    public int MaxWindowSize { get; set; } = 64;

    /// <summary>The most bytes of one client's window, at least one block; default 1 MiB. The window is made smaller to hold it.</summary>
    [Range(1, 64 << 20)]
    public int MaxWindowBytes { get; set; } = 1 << 20;

    /// <summary>The most transfers at once; default 4096. Above it, requests are dropped in silence: clients ask again.</summary>
    [Range(1, 65535)]
    public int MaxTransfers { get; set; } = 4096;

    /// <summary>The most transfers at once from one address; default 64. Loopback is exempt: it is every program of this host.</summary>
    [Range(1, 65535)]
    public int MaxTransfersPerClient { get; set; } = 64;

    /// <summary>
    /// The read-ahead of all transfers together, in bytes; default 128 MiB, shared evenly between what runs. A window that
    /// needs more than its share gets it all the same.
    /// </summary>
    [Range(1 << 20, int.MaxValue)]
    public int ReadAheadBytes { get; set; } = 128 << 20;

    /// <summary>
    /// The windows of all transfers together, in bytes; default 128 MiB. When much of it is in use, newcomers are granted smaller windows,
    /// down to one block, so that a flood of requests for large windows costs no more memory than this.
    /// </summary>
    [Range(1 << 20, int.MaxValue)]
    public int MaxWindowBytesInAll { get; set; } = 128 << 20;

    /// <summary>
    /// How long a client may be silent in the middle of a transfer, 1 s to 10 min; default 30 s, a spanning tree's listening and learning.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside that range.</exception>
    public TimeSpan GiveUpAfter
    {
        get;
        set => field = value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromMinutes(10)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A client is given up after 1 second to 10 minutes.");
    } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether all transfers use the listening port, for firewalls and address translation; default false, a port a transfer (RFC 1350
    /// section 4).
    /// </summary>
    public bool SinglePort { get; set; }

    /// <summary>Where the last datagrams of each machine are kept; <see langword="null"/>, the default, for nowhere.</summary>
    public PacketRing? Capture { get; set; }

    /// <summary>
    /// The largest file sent in netascii, in bytes; default 1 MiB, for texts. Its encoded length must be known before the first block is
    /// sent, so the file is read once more, at a request whose source address may be forged; the lengths of files on disk are remembered.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int MaxNetasciiBytes { get; set; } = 1 << 20;
}

[OptionsValidator]
internal sealed partial class TftpServerOptionsValidator : IValidateOptions<TftpServerOptions>;
