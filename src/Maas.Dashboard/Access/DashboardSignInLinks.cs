using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Maas.Dashboard.Access;

/// <summary>
/// Links that sign a user in once, for a program that starts the server and opens the browser. They are kept in memory, and a restart
/// ends them.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class DashboardSignInLinks(TimeProvider time)
{
    private const int MostLinks = 100, TokenBytes = 32;

    private readonly ConcurrentDictionary<string, Link> _links = new(StringComparer.Ordinal);

    /// <summary>How long a link can be used: 15 minutes.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Makes a link. Its first request is signed in as this user, so show it to that user alone; every later request is refused.
    /// </summary>
    /// <param name="userName">The user; checked when the link is used.</param>
    /// <returns>The link, relative to the dashboard's own address: <c>sign-in/link?token=…</c>.</returns>
    /// <exception cref="InvalidOperationException">There are 100 unused links.</exception>
    public string Create(string userName)
    {
        ArgumentException.ThrowIfNullOrEmpty(userName);
        var now = time.GetUtcNow();
        foreach (var (hash, link) in _links)
            if (link.Until <= now) _links.TryRemove(hash, out _);
        if (_links.Count >= MostLinks) throw new InvalidOperationException($"There are {MostLinks} unused sign-in links.");
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        _links[HashOf(token)] = new Link(userName, now + Lifetime);
        return "sign-in/link?token=" + token;
    }

    /// <summary>The user of a link, which is used up by that; <see langword="null"/> for none.</summary>
    internal string? Redeem(string? token) =>
        token is { Length: 2 * TokenBytes } && _links.TryRemove(HashOf(token), out var link) && link.Until > time.GetUtcNow()
            ? link.UserName
            : null;

    // Found by hash, so that the time of a lookup says nothing about a token.
    private static string HashOf(string token) => Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token)));

    private sealed record Link(string UserName, DateTimeOffset Until);
}
