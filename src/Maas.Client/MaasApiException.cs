using System.Net;

namespace Maas.Client;

/// <summary>
/// The server answered a request with an error, or with something that is not an answer of MAAS. A server that cannot be reached is an
/// <see cref="HttpRequestException"/>, one that does not answer in time a <see cref="TimeoutException"/>.
/// </summary>
public sealed class MaasApiException : Exception
{
    /// <summary>Describes an answer.</summary>
    /// <param name="message">What failed, with the request.</param>
    /// <param name="statusCode">The status of the answer; null when no request was sent.</param>
    /// <param name="text">What the server answered, as text; empty for nothing.</param>
    /// <param name="innerException">The cause; null for the answer alone.</param>
    public MaasApiException(string message, HttpStatusCode? statusCode, string text = "", Exception? innerException = null)
        : base(message, innerException) => (StatusCode, Text) = (statusCode, text);

    /// <summary>The status of the answer; null when no request was sent.</summary>
    public HttpStatusCode? StatusCode { get; }

    /// <summary>What the server answered, as text, at most 64 KiB of it. MAAS writes it for users.</summary>
    public string Text { get; }

    /// <summary>Errors by field, when the answer is a form's: <c>hostname</c> → "already exists". Empty otherwise.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Errors { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The kind of error in the header <c>X-MAAS-Error</c>; null when the server does not send it.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>How long the server asks clients to wait (<c>Retry-After</c>); null when it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
