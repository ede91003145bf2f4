using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Leases;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Outage;

/// <summary>
/// The file <c>networks.snapshot</c> of the data directory: a line with a version and a SHA-256 of the rest, and the rest, which is a
/// <see cref="NetworkSnapshot"/>. It is replaced as a whole. A host whose leases are its own keeps none.
/// </summary>
internal sealed partial class NetworkSnapshotFile(
    DataDirectory data, HostedLeases leases, HostedLeases6 leases6, ILogger<NetworkSnapshotFile> logger) : IDisposable
{
    private const string Title = "MAAS networks 1 ";
    private const int LongestFile = 16 << 20;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private NetworkSnapshot? _snapshot;

    /// <summary>Keeps what is stored of a network; nothing for a network that is leased as the application says.</summary>
    public async Task SetAsync(
        string network, IReadOnlyList<DhcpSubnet>? subnets, IReadOnlyList<Dhcp6Subnet>? subnets6, CancellationToken cancellationToken)
    {
        if (!leases.AreShared && !leases6.AreShared) return;
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _snapshot ??= Read(PathIn(data)) ?? new NetworkSnapshot([]);
            _snapshot.Networks[network] = new NetworkSnapshot.Network(
                [.. (subnets ?? []).Select(KeptSubnets.Of)], [.. (subnets6 ?? []).Select(KeptSubnets.Of)]);
            var content = JsonSerializer.SerializeToUtf8Bytes(_snapshot, NetworkSnapshotJson.Default.NetworkSnapshot);
            if (content.Length > LongestFile - 256) throw new IOException($"The file takes {LongestFile} bytes.");
            await PrivateFileWriter.WriteAsync(
                PathIn(data), (byte[])[.. Encoding.ASCII.GetBytes(TitleOf(content)), .. content], overwrite: true, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(failure.Message);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Reads the file of a data directory.</summary>
    /// <returns>What it has; <see langword="null"/> when there is no file, or none that can be used.</returns>
    public static NetworkSnapshot? Read(DataDirectory data) => Read(PathIn(data));

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private static string PathIn(DataDirectory data) => data.Of("networks.snapshot");

    private static NetworkSnapshot? Read(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: <= LongestFile }) return null;
        var content = File.ReadAllBytes(path);
        var end = content.AsSpan().IndexOf((byte)'\n') + 1;
        if (end == 0 || Encoding.ASCII.GetString(content, 0, end) != TitleOf(content.AsSpan(end))) return null;
        try
        {
            return JsonSerializer.Deserialize(content.AsSpan(end), NetworkSnapshotJson.Default.NetworkSnapshot);
        }
        catch (JsonException)
        {
            return null; // of another version, with the same title
        }
    }

    private static string TitleOf(ReadOnlySpan<byte> content) => $"{Title}{Convert.ToHexStringLower(SHA256.HashData(content))}\n";

    [LoggerMessage(195, LogLevel.Error, "What is stored of the networks cannot be kept for a start without the store: {Reason}")]
    private partial void LogNotWritten(string reason);
}
