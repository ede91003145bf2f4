using System.Net;

namespace TftpLoad;

/// <summary>What every client of a run does.</summary>
/// <param name="Server">Where requests go.</param>
/// <param name="File">The name asked for.</param>
/// <param name="Content">What has to come; compared byte by byte.</param>
/// <param name="BlockSize">Asked block size; 512 asks for none.</param>
/// <param name="WindowSize">Asked window; 1 asks for none.</param>
/// <param name="Loss">The share of packets, each way, that the client pretends to have lost.</param>
internal sealed record LoadOptions(IPEndPoint Server, string File, ReadOnlyMemory<byte> Content, int BlockSize, int WindowSize, double Loss)
{
    /// <summary>How long a client waits before it repeats its last packet.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How often it does so in a row before it fails.</summary>
    public const int Attempts = 15;
}
