using System.Runtime.CompilerServices;
using Maas.Client.Http;

namespace Maas.Client.Events;

/// <summary>What has happened to machines.</summary>
/// <example><code>
/// await foreach (var each in client.Events.WatchAsync(new() { SystemIds = ["abc123"] }, cancellationToken: cancellationToken))
///     Console.WriteLine($"{each.Created} {each.Description}");
/// </code></example>
public sealed class EventsClient
{
    private const string Path = "events/";
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);

    private readonly MaasConnection _connection;

    internal EventsClient(MaasConnection connection) => _connection = connection;

    /// <summary>One page of events, the newest first.</summary>
    /// <exception cref="MaasApiException">400: the query is wrong.</exception>
    public Task<MaasEventPage> QueryAsync(MaasEventQuery? query = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync<MaasEventPage>(Path, new MaasForm().Add("op", "query").Add(query), cancellationToken);

    /// <summary>All events, the newest first; further pages are requested when the enumeration gets there.</summary>
    public async IAsyncEnumerable<MaasEvent> ListAsync(
        MaasEventQuery? query = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var oldest = long.MaxValue;
        var page = await QueryAsync(query, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var before = oldest;
            foreach (var each in page.Events.Where(each => each.Id < before))
            {
                oldest = Math.Min(oldest, each.Id);
                yield return each;
            }

            // A page without an older event is the end, whatever the server says: an enumeration must not go in circles.
            if (oldest == before || page.PrevUri is not { Length: > 0 } next) yield break;
            page = await _connection.GetAsync<MaasEventPage>(next, null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Events from now on, the oldest first, until the enumeration is cancelled.</summary>
    /// <param name="query">Which; null for all.</param>
    /// <param name="after">The last event that the caller has seen; null to begin with the newest one that exists.</param>
    /// <param name="interval">How often the server is asked; null for 5 seconds.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public async IAsyncEnumerable<MaasEvent> WatchAsync(
        MaasEventQuery? query = null,
        long? after = null,
        TimeSpan? interval = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        query ??= new MaasEventQuery();
        var last = after;
        if (last is null)
        {
            var newest = await QueryAsync(query with { Limit = 1, Before = null, After = null }, cancellationToken).ConfigureAwait(false);
            last = newest.Events is [var first, ..] ? first.Id : 0;
        }

        while (true)
        {
            var page = await QueryAsync(query with { Before = null, After = last }, cancellationToken).ConfigureAwait(false);
            var seen = last;
            foreach (var each in page.Events.Where(each => each.Id > seen).OrderBy(each => each.Id))
            {
                last = each.Id;
                yield return each;
            }

            if (last == seen)
                await Task.Delay(interval ?? DefaultInterval, _connection.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}
