using System.Net;

namespace Maas.Testing.Tftp;

/// <summary>What a TFTP client asks for and how patient it is.</summary>
public sealed record TftpClientOptions
{
    /// <summary>The block size asked for (RFC 2348), 8 to 65464; <see langword="null"/> asks for none: 512.</summary>
    public int? BlockSize { get; init; }

    /// <summary>The window asked for in blocks (RFC 7440), 1 to 65535; <see langword="null"/> asks for none: 1.</summary>
    public int? WindowSize { get; init; }

    /// <summary>Whether the file's size is asked for (RFC 2349).</summary>
    public bool AskSize { get; init; }

    /// <summary>How long the client waits before it says its last packet again; 1 s, doubled up to eightfold while nothing comes.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often it does so without progress before it gives up; 6.</summary>
    public int Repetitions { get; init; } = 6;

    /// <summary>The local address to send from; any.</summary>
    public IPAddress LocalAddress { get; init; } = IPAddress.Any;

    /// <summary>What goes wrong on the way.</summary>
    public DatagramFaults Faults { get; init; } = DatagramFaults.None;
}
