using System.Net;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Network;
using Maas.Testing.Tftp;

namespace Maas.Testing.Firmware;

/// <summary>Fetches boot files by TFTP and HTTP from the machine's address, and tells the story of it.</summary>
internal sealed class Loader(
    SimulatedNetwork network,
    MachineLink link,
    DhcpLease lease,
    TftpClientOptions tftp,
    MachineLog log,
    TimeProvider timeProvider) : IDisposable
{
    // A script is read, a kernel is only counted.
    private const int LongestText = 1 << 20;

    private readonly IPAddress _local = link.Usable(lease.Address);
    private HttpClient? _http;

    /// <summary>Where a boot file named by DHCP is.</summary>
    public Uri Locate(string bootFile) =>
        Uri.TryCreate(bootFile, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "tftp"
            ? url
            : new UriBuilder(
                "tftp",
                lease.BootServer.ToString(),
                network.TftpPort,
                Uri.EscapeDataString(bootFile.TrimStart('/')).Replace("%2F", "/", StringComparison.Ordinal)).Uri;

    /// <summary>The file's text; <see langword="null"/> when it could not be had.</summary>
    public async Task<string?> ReadTextAsync(string client, Uri source, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        if (await FetchAsync(client, source, content, cancellationToken).ConfigureAwait(false) is null || content.Length > LongestText)
            return null;
        return System.Text.Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }

    /// <summary>Fetches a file and forgets it; its length, or <see langword="null"/> when it could not be had.</summary>
    public Task<long?> LoadAsync(string client, Uri source, CancellationToken cancellationToken) =>
        FetchAsync(client, source, Stream.Null, cancellationToken);

    private async Task<long?> FetchAsync(string client, Uri source, Stream destination, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        try
        {
            var length = source.Scheme == "tftp"
                ? await ByTftpAsync(source, destination, cancellationToken).ConfigureAwait(false)
                : await ByHttpAsync(source, destination, cancellationToken).ConfigureAwait(false);
            log.Fetch(client, source, length, started, null);
            return length;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or System.Net.Sockets.SocketException)
        {
            log.Fetch(client, source, 0, started, e.Message);
            return null;
        }
    }

    private async Task<long> ByTftpAsync(Uri source, Stream destination, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(source.Host, out var host))
            throw new TftpException($"{source.Host} is no address, and firmware asks no DNS here.");
        var server = new IPEndPoint(host, source.IsDefaultPort || source.Port < 0 ? network.TftpPort : source.Port);
        var name = Uri.UnescapeDataString(source.AbsolutePath.TrimStart('/'));
        var client = new TftpClient(
            tftp with { LocalAddress = _local, Patience = network.TftpPatience, Faults = network.Faults }, timeProvider, link.OpenUdp);
        // OVMF asks for the length, breaks off, and asks again without.
        if (!tftp.AskSize && tftp.WindowSize is not null)
            await client.AskLengthAsync(server, name, cancellationToken).ConfigureAwait(false);
        return await client.FetchAsync(server, name, destination, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> ByHttpAsync(Uri source, Stream destination, CancellationToken cancellationToken)
    {
        _http ??= link.CreateHttpClient(_local);
        using var response =
            await _http.GetAsync(source, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using var counted = new CountingStream(destination);
        await response.Content.CopyToAsync(counted, cancellationToken).ConfigureAwait(false);
        return counted.Count;
    }

    public void Dispose() => _http?.Dispose();
}
