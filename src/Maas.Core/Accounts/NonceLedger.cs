namespace Maas.Core.Accounts;

/// <summary>Which OAuth requests were seen, so that none works twice (OAuth Core 1.0 section 8). Survives a restart.</summary>
public sealed class NonceLedger
{
    /// <summary>How old a timestamp may be. The future is accepted, as MAAS does: clients correct their clocks only when told.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(300);

    internal NonceLedger() { }

    /// <summary>Takes note of a request, if it is fresh.</summary>
    /// <param name="consumerKey">Of the token used.</param>
    /// <param name="tokenKey">Of the token used.</param>
    /// <param name="nonce">As sent; at most 255 characters.</param>
    /// <param name="timestamp">As sent, in seconds since 1970.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<NonceVerdict> UseAsync(string consumerKey, string tokenKey, string nonce, long timestamp, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}

/// <summary>Whether a request is fresh.</summary>
public enum NonceVerdict
{
    /// <summary>It was not seen before.</summary>
    Fresh,

    /// <summary>Its timestamp is older than <see cref="NonceLedger.Window"/>.</summary>
    Expired,

    /// <summary>It was seen before, or its nonce cannot be kept.</summary>
    Used,
}
