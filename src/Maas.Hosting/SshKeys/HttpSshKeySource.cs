using System.Net;
using System.Text;
using System.Text.Json;
using Maas.Core.Accounts;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.SshKeys;

/// <summary>
/// Finds SSH keys at Launchpad (a key on each line) and GitHub (a JSON array of objects with <c>key</c>). The server is not trusted: an
/// answer has a limit of time and of size, and a redirection to another host is not followed.
/// </summary>
internal sealed partial class HttpSshKeySource : ISshKeySource, IDisposable
{
    private const int MaxBytes = 256 * 1024;
    private const int MaxRedirections = 3;
    private const int MaxAtOnce = 4;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly MaasOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<HttpSshKeySource> _logger;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _places = new(MaxAtOnce);

    public HttpSshKeySource(MaasOptions options, TimeProvider timeProvider, ILogger<HttpSshKeySource> logger)
        : this(options, timeProvider, logger, new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = Timeout, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        })
    {
    }

    internal HttpSshKeySource(
        MaasOptions options, TimeProvider timeProvider, ILogger<HttpSshKeySource> logger, HttpMessageHandler handler)
    {
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        _http = new HttpClient(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan }; // one limit for all of an import, below
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("maas-dotnet"); // GitHub refuses requests without it
    }

    /// <inheritdoc/>
    public async Task<SshKeySourceResult> FindAsync(string protocol, string account, CancellationToken cancellationToken)
    {
        var (server, path) = protocol == "gh" ? (_options.GitHub, $"users/{account}/keys") : (_options.Launchpad, $"~{account}/+sshkeys");
        if (server is null) return Failed($"This server does not import keys from {protocol}.");
        if (!await _places.WaitAsync(0, cancellationToken).ConfigureAwait(false)) return Failed("Too many imports at once. Try again.");
        using var timeout = new CancellationTokenSource(Timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var address = new Uri(new Uri(server.AbsoluteUri.TrimEnd('/') + '/'), path);
            return await FindAsync(address, protocol, account, either.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogFailed(failure, server, account);
            return Failed(
                failure is OperationCanceledException ? $"{server.Host} did not answer in time." : $"{server.Host} cannot be reached.");
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _places.Dispose();
    }

    private static SshKeySourceResult.Failed Failed(string reason) => new(reason);

    private async Task<SshKeySourceResult> FindAsync(Uri address, string protocol, string account, CancellationToken cancellationToken)
    {
        for (var redirections = 0; ; redirections++)
        {
            using var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    return await ReadAsync(response, cancellationToken).ConfigureAwait(false) is not { } body
                        ? Failed($"The answer of {address.Host} is longer than {MaxBytes} bytes.")
                        : (protocol == "gh" ? KeysOfJson(body) : Encoding.UTF8.GetString(body).Split('\n')) is { } keys
                            ? new SshKeySourceResult.Found(keys)
                            : Failed($"The answer of {address.Host} cannot be read.");
                case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                    return Failed($"{protocol} user {account} doesn't exist.");
                case >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest
                    when response.Headers.Location is { } location && redirections < MaxRedirections:
                    var next = new Uri(address, location);
                    if (!IsSameServer(next, address))
                        return Failed($"{address.Host} refers to another server.");
                    address = next;
                    continue;
                default:
                    return Failed($"{address.Host} answered {(int)response.StatusCode}.");
            }
        }
    }

    private static bool IsSameServer(Uri one, Uri other) => Uri.Compare(
        one, other, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>The body; <see langword="null"/> when it is too long.</summary>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[MaxBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        return length > MaxBytes ? null : buffer[..length];
    }

    /// <summary>The keys of GitHub's answer; <see langword="null"/> when it is something else.</summary>
    private static string[]? KeysOfJson(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Array) return null;
            List<string> keys = [];
            foreach (var each in document.RootElement.EnumerateArray())
            {
                if (each.ValueKind != JsonValueKind.Object || !each.TryGetProperty("key", out var key)
                    || key.ValueKind != JsonValueKind.String) return null;
                keys.Add(key.GetString()!); // a string
            }

            return [.. keys];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null; // no JSON, or a text that is no UTF-8
        }
    }

    [LoggerMessage(170, LogLevel.Warning, "Failed to fetch the SSH keys of {Account} from {Server}")]
    private partial void LogFailed(Exception failure, Uri server, string account);
}
