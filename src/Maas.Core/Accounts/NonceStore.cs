using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Maas.Core.Accounts;

/// <summary>
/// Which OAuth requests were seen, so that none works twice (OAuth Core 1.0 section 8). Survives a restart; the newest may be lost with the
/// power.
/// </summary>
public sealed class NonceStore
{
    /// <summary>How old a timestamp may be. The future is accepted, as MAAS does: clients correct their clocks only when told.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(300);

    private const int LongestNonce = 255;
    private const int LongestStored = 64;
    private const int MostNonces = 1_000_000;
    private const int MostNoncesOfKey = 100_000;
    private const int MostInMemory = 100_000;
    private static readonly TimeSpan PurgeEvery = TimeSpan.FromSeconds(60);
    private readonly INonceStore _store;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<(string, string, string), DateTimeOffset> _inMemory = new();
    private long _nextPurge;

    internal NonceStore(INonceStore store, TimeProvider timeProvider)
    {
        _store = store;
        _clock = timeProvider;
    }

    /// <summary>Takes note of a request, if it is fresh.</summary>
    /// <param name="consumerKey">Of the token used.</param>
    /// <param name="tokenKey">Of the token used.</param>
    /// <param name="nonce">As sent; at most 255 characters.</param>
    /// <param name="timestamp">As sent, in seconds since 1970.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<NonceVerdict> UseAsync(
        string consumerKey, string tokenKey, string nonce, long timestamp, CancellationToken cancellationToken = default)
    {
        var now = _clock.GetUtcNow();
        var seconds = now.ToUnixTimeSeconds();
        if (timestamp < seconds - (long)Window.TotalSeconds) return NonceVerdict.Expired;
        if (nonce.Length is 0 or > LongestNonce || timestamp > DateTimeOffset.MaxValue.ToUnixTimeSeconds() - Window.TotalSeconds)
            return NonceVerdict.Used;

        await PurgeAsync(now, cancellationToken).ConfigureAwait(false);

        // A request stamped in the future stays good for longer, so it is remembered for longer.
        var expires = DateTimeOffset.FromUnixTimeSeconds(Math.Max(seconds, timestamp)) + Window + TimeSpan.FromSeconds(1);
        if (nonce.Length > LongestStored) nonce = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(nonce)));
        var key = (consumerKey, tokenKey, nonce);
        if (_inMemory.ContainsKey(key)) return NonceVerdict.Used;
        try
        {
            return await _store.AddAsync(consumerKey, tokenKey, nonce, expires, cancellationToken).ConfigureAwait(false)
                ? NonceVerdict.Fresh : NonceVerdict.Used;
        }
        catch (StoreFullException)
        {
            // The request may be the deletion that makes room. What memory keeps is lost with the process, which a full disk is worth.
            return _inMemory.Count < MostInMemory && _inMemory.TryAdd(key, expires) ? NonceVerdict.Fresh : NonceVerdict.Used;
        }
    }

    private async Task PurgeAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var due = Interlocked.Read(ref _nextPurge);
        if (now.UtcTicks < due || Interlocked.CompareExchange(ref _nextPurge, (now + PurgeEvery).UtcTicks, due) != due) return;
        foreach (var (key, expires) in _inMemory)
            if (expires < now) _inMemory.TryRemove(key, out _);
        await _store.PurgeAsync(now, MostNonces, MostNoncesOfKey, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Whether a request is fresh.</summary>
public enum NonceVerdict
{
    /// <summary>It was not seen before.</summary>
    Fresh,

    /// <summary>Its timestamp is older than <see cref="NonceStore.Window"/>.</summary>
    Expired,

    /// <summary>It was seen before, or its nonce cannot be kept.</summary>
    Used,
}
