using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Maas.Power.Control;

namespace Maas.Power.Redfish;

public sealed partial class RedfishClient
{
    private const int MostKnownEvents = 4096;
    private const int LongestEvent = 256 * 1024;
    private const int MostReopenings = 10;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReopenPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestConnection = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Yields what happens from now on: pushed by a service that has server-sent events, else found by reading a system's logs again and
    /// again. It ends when it is cancelled, or with an exception.
    /// </summary>
    /// <remarks>
    /// A connection for pushed events that ends, or on which nothing arrives for five minutes, is opened again after five seconds, and what
    /// happens meanwhile is not seen. After ten failures in a row, each with a longer pause, the last one is thrown. A connection that the
    /// service ends within a minute without a byte is a failure.
    /// </remarks>
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

    // A connection that is silent may be dead, and the service may end it: it is opened again. What happens between the two is not seen.
    private async IAsyncEnumerable<RedfishEvent> ListenAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            var response = await TryOpenEventsAsync(path, failures, cancellationToken).ConfigureAwait(false);
            if (response is null)
            {
                await Task.Delay(ReopenPause * ++failures, _timeProvider, cancellationToken).ConfigureAwait(false);
                continue;
            }

            using (response)
            {
                var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await using var end = stream.ConfigureAwait(false);
                var (opened, isEmpty) = (_timeProvider.GetTimestamp(), true);
                var reader = new EventStreamReader(LongestEvent);
                var buffer = new byte[16 * 1024];
                while (await TryReadAsync(stream, buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
                {
                    isEmpty = false;
                    if (!reader.TryAdd(buffer.AsSpan(0, read))) throw Unintelligible("an event is too long");
                    while (reader.TryTake() is { } data)
                        foreach (var happened in ParseEvents(data)) yield return happened;
                }

                // The first failure of a client is an exception, and one after a connection is not.
                failures = isEmpty && _timeProvider.GetElapsedTime(opened) < ShortestConnection ? failures + 1 : 1;
            }

            if (failures > MostReopenings) throw Unintelligible("it ends each connection for events at once");
            await Task.Delay(ReopenPause * failures, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Opens the events; <see langword="null"/> when that fails after earlier connections, and not for the last time.
    /// </summary>
    /// <param name="path">The path of the events.</param>
    /// <param name="failures">How often it failed since a connection had events; zero for the first connection.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<HttpResponseMessage?> TryOpenEventsAsync(string path, int failures, CancellationToken cancellationToken)
    {
        try
        {
            await LogInAsync(cancellationToken).ConfigureAwait(false);
            var response = await OpenEventsAsync(path, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.Unauthorized && _session is not null)
            {
                response.Dispose();
                (_isLoggedIn, _session, _token) = (false, null, null); // the service ended the session
                await LogInAsync(cancellationToken).ConfigureAwait(false);
                response = await OpenEventsAsync(path, cancellationToken).ConfigureAwait(false);
            }

            if (response.IsSuccessStatusCode) return response;
            var status = response.StatusCode;
            response.Dispose();
            throw new RedfishException(
                PowerFailure.CommandRefused, $"The service refused its events with status {(int)status}.", status);
        }
        catch (RedfishException e) when (failures is > 0 and < MostReopenings && e.Failure is not PowerFailure.CredentialsRefused)
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> OpenEventsAsync(string path, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, path, null, null);
        request.Headers.Accept.Clear();
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        try
        {
            return await _http.SendForHeadersAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (PowerFailureException e)
        {
            throw new RedfishException(e.Failure, e.Message);
        }
    }

    /// <summary>Reads what arrives; 0 when the connection ended, broke, or was silent for too long.</summary>
    private async Task<int> TryReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(LongestSilence, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await stream.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return 0;
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
