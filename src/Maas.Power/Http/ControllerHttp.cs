using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Maas.Power.Control;

namespace Maas.Power.Http;

/// <summary>Requests to one controller: bounded answers, timeouts, and certificates that are checked. Failures have a name.</summary>
internal sealed class ControllerHttp : IDisposable
{
    private readonly HttpClient _client;
    private readonly PowerHttpOptions _options;
    private readonly TimeProvider _timeProvider;
    private string? _presented;
    private string? _forbidden;

    public ControllerHttp(TlsTrust trust, PowerHttpOptions options, TimeProvider timeProvider, HttpMessageHandler? network = null)
    {
        (_options, _timeProvider) = (options, timeProvider);
        // The timeout is the options', by the clock that was given.
        _client = new HttpClient(network ?? Sockets(trust)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends a request and reads the answer, whatever its status.</summary>
    /// <exception cref="PowerFailureException">There is no answer, or it is too long.</exception>
    public async Task<HttpReply> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await SendForHeadersAsync(request, either.Token).ConfigureAwait(false);
            var body = await ReadAsync(response.Content, either.Token).ConfigureAwait(false);
            return new HttpReply(response.StatusCode, body, response.Headers);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(request);
        }
    }

    /// <summary>Sends a request whose answer does not end; the caller reads and disposes it.</summary>
    /// <exception cref="PowerFailureException">The headers of an answer do not arrive in time.</exception>
    public async Task<HttpResponseMessage> SendForHeadersAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw Translate(request, e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(request);
        }
    }

    public void Dispose() => _client.Dispose();

    private SocketsHttpHandler Sockets(TlsTrust trust)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxResponseHeadersLength = 64,
            ConnectCallback = ConnectAsync,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            if (certificate is null) return false;
            var hash = certificate.GetCertHash(HashAlgorithmName.SHA256);
            _presented = Convert.ToHexStringLower(hash);
            return trust.Fingerprint is { } pin ? CryptographicOperations.FixedTimeEquals(pin, hash)
                : trust.AcceptsAny || errors == SslPolicyErrors.None;
        };
        return handler;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        if (_options.AllowedNetworks.Count > 0)
        {
            // Checked here, and not by name, so that a name cannot lead elsewhere the second time it is resolved.
            var all = addresses;
            addresses = [.. all.Where(IsAllowed)];
            if (addresses.Length == 0 && all.Length > 0)
            {
                _forbidden = all[0].ToString();
                throw new IOException("The address is in none of the allowed networks.");
            }
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowed(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return _options.AllowedNetworks.Any(network => network.Contains(address));
    }

    private async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using var end = stream.ConfigureAwait(false);
            using var body = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                if (body.Length + read > _options.MaximumAnswerBytes)
                {
                    throw new PowerFailureException(
                        PowerFailure.Unintelligible, $"The answer is longer than {_options.MaximumAnswerBytes} bytes.");
                }

                body.Write(buffer, 0, read);
            }

            return body.ToArray();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new PowerFailureException(PowerFailure.TimedOut, "The connection broke off in the middle of the answer.");
        }
    }

    private PowerFailureException Translate(HttpRequestMessage request, HttpRequestException e)
    {
        var where = Where(request);
        if (_forbidden is { } address)
        {
            return new PowerFailureException(
                PowerFailure.BadParameters, $"{where} is {address}, which is in none of the allowed networks.");
        }

        if (e.InnerException is AuthenticationException)
        {
            return new PowerFailureException(PowerFailure.BadParameters, _presented is { } fingerprint
                ? $"The certificate of {where} is not trusted. Its SHA-256 is {fingerprint}; if that is right, set power_tls_fingerprint."
                : $"No TLS session with {where}: {e.InnerException.Message}");
        }

        return e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => new(PowerFailure.Unreachable, $"The name of {where} does not resolve."),
            HttpRequestError.ConnectionError => new(PowerFailure.Unreachable, $"{where} cannot be reached."),
            HttpRequestError.ResponseEnded => new(PowerFailure.TimedOut, $"{where} ended the connection without an answer."),
            _ => e.InnerException is SocketException
                ? new(PowerFailure.Unreachable, $"{where} cannot be reached.")
                : new(PowerFailure.Unintelligible, $"The answer of {where} is no HTTP."),
        };
    }

    private PowerFailureException TimedOut(HttpRequestMessage request) =>
        new(PowerFailure.TimedOut, $"{Where(request)} did not answer within {_options.RequestTimeout.TotalSeconds:0} s.");

    private static string Where(HttpRequestMessage request) => LogText.From(request.RequestUri?.Authority);
}

/// <summary>An answer.</summary>
internal sealed record HttpReply(HttpStatusCode Status, byte[] Body, HttpResponseHeaders Headers)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;
}
