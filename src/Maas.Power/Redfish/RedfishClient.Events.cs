using System.Runtime.CompilerServices;
using System.Text.Json;
using Maas.Power.Control;

namespace Maas.Power.Redfish;

public sealed partial class RedfishClient
{
    private const int MostKnownEvents = 4096;
    private const int LongestEvent = 256 * 1024;

    /// <summary>
    /// Yields what happens from now on: pushed by a service that has server-sent events, else found by reading a system's logs again and
    /// again. It ends when it is cancelled, or with an exception.
    /// </summary>
    /// <param name="system">Whose logs are read where events are not pushed.</param>
    /// <param name="pollInterval">The pause between two readings of the logs; null, the default, for 30 s.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<RedfishEvent> WatchEventsAsync(
        RedfishSystem system,
        TimeSpan? pollInterval = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var root = await GetRootAsync(cancellationToken).ConfigureAwait(false);
        var service = await TryGetAsync(root.Link("EventService"), [], cancellationToken).ConfigureAwait(false);
        var events = service?.Property("ServerSentEventUri") is { ValueKind: JsonValueKind.String } uri
            && uri.GetString() is { } path && path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal)
            ? ListenAsync(path, cancellationToken)
            : PollAsync(system, pollInterval ?? TimeSpan.FromSeconds(30), cancellationToken);
        await foreach (var happened in events.ConfigureAwait(false)) yield return happened;
    }

    private async IAsyncEnumerable<RedfishEvent> ListenAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await LogInAsync(cancellationToken).ConfigureAwait(false);
        using var request = Request(HttpMethod.Get, path, null, null);
        request.Headers.Accept.Clear();
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        HttpResponseMessage response;
        try
        {
            response = await _http.SendForHeadersAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (PowerFailureException e)
        {
            throw new RedfishException(e.Failure, e.Message);
        }

        using (response)
        {
            if (!response.IsSuccessStatusCode)
            {
                throw new RedfishException(
                    PowerFailure.CommandRefused,
                    $"The service refused its events with status {(int)response.StatusCode}.",
                    response.StatusCode);
            }

            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using var end = stream.ConfigureAwait(false);
            var reader = new EventStreamReader(LongestEvent);
            var buffer = new byte[16 * 1024];
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                if (!reader.TryAdd(buffer.AsSpan(0, read))) throw Unintelligible("an event is too long");
                while (reader.TryTake() is { } data)
                    foreach (var happened in ParseEvents(data)) yield return happened;
            }
        }
    }

    private static List<RedfishEvent> ParseEvents(byte[] data) =>
        RedfishJson.TryParse(data, out var root) ? [.. root.Items("Events").Select(ParseEvent)] : [];

    private async IAsyncEnumerable<RedfishEvent> PollAsync(
        RedfishSystem system, TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var isFirst = true; ; isFirst = false)
        {
            List<RedfishEvent> fresh = [];
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (log, entry) in await ReadLogsAsync(system, cancellationToken).ConfigureAwait(false))
            {
                var key = $"{log} {entry.Id} {entry.Time:O}";
                if (seen.Count < MostKnownEvents && seen.Add(key) && !known.Contains(key) && !isFirst) fresh.Add(entry);
            }

            known = seen;
            foreach (var entry in fresh.OrderBy(entry => entry.Time)) yield return entry;
            await Task.Delay(interval, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<(string Log, RedfishEvent Entry)>> ReadLogsAsync(RedfishSystem system, CancellationToken cancellationToken)
    {
        List<string> gaps = [];
        List<(string Log, RedfishEvent Entry)> entries = [];
        if (system.Links.LogServices is not { } services) return entries;
        var logs = await ReadAllAsync(services, service => service.Link("Entries"), gaps, cancellationToken).ConfigureAwait(false);
        foreach (var log in logs.OfType<string>())
        {
            // Members of a log are whole entries, not links to them (DSP0266: the collection is expanded).
            if (await TryGetAsync(log, gaps, cancellationToken).ConfigureAwait(false) is { } collection)
                entries.AddRange(collection.Items("Members").Take(MostKnownEvents).Select(entry => (log, ParseEvent(entry))));
        }

        return entries;
    }

    private static RedfishEvent ParseEvent(JsonElement entry) => new(
        entry.Text("EventId") ?? entry.Text("Id") ?? "",
        entry.Time("EventTimestamp") ?? entry.Time("Created"),
        entry.Text("MessageSeverity") ?? entry.Text("Severity"),
        entry.Text("MessageId"),
        entry.Text("Message") ?? "");
}
