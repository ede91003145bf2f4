using System.Net;
using System.Runtime.CompilerServices;

namespace Maas.Testing.Events;

/// <summary>What happened at one machine so far, and its readers.</summary>
internal sealed class MachineLog(
    TimeProvider timeProvider,
    TaskCreationOptions completions = TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly Lock _lock = new();
    private readonly List<MachineEvent> _events = [];
    private TaskCompletionSource _more = new(completions);
    private long _poweredOn = timeProvider.GetTimestamp();
    private bool _ended;

    private DateTimeOffset Now => timeProvider.GetUtcNow();

    private TimeSpan Since => timeProvider.GetElapsedTime(_poweredOn);

    public void Power(bool isOn, string reason)
    {
        if (isOn) _poweredOn = timeProvider.GetTimestamp();
        Add(new MachineEvent.Power(Now, Since, isOn, reason));
    }

    public void Dhcp(string client, IPAddress? address, IPAddress? server, string? bootFile, int attempts, string? failure = null) =>
        Add(new MachineEvent.Dhcp(Now, Since, client, address, server, bootFile, attempts) { Failure = failure });

    public void Fetch(string client, Uri source, long bytes, long started, string? failure) =>
        Add(new MachineEvent.Fetch(Now, Since, client, source, bytes, timeProvider.GetElapsedTime(started), failure));

    public void Http(string client, string method, string path, int status) =>
        Add(new MachineEvent.Http(Now, Since, client, method, path, status));

    public void Said(string program, string text) => Add(new MachineEvent.ConsoleOutput(Now, Since, program, text));

    /// <summary>Nothing more will happen: those who follow come to an end.</summary>
    public void End()
    {
        TaskCompletionSource more;
        lock (_lock)
        {
            _ended = true;
            more = _more;
        }

        more.TrySetResult();
    }

    public async IAsyncEnumerable<MachineEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = 0; ; next++)
        {
            while (true)
            {
                Task more;
                lock (_lock)
                {
                    if (next < _events.Count) break;
                    if (_ended) yield break;
                    more = _more.Task;
                }

                await more.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            MachineEvent happened;
            lock (_lock) happened = _events[next];
            yield return happened;
        }
    }

    private void Add(MachineEvent happened)
    {
        TaskCompletionSource more;
        lock (_lock)
        {
            _events.Add(happened);
            more = _more;
            if (!_ended) _more = new(completions);
        }

        more.TrySetResult(); // outside the lock: it may run what waits
    }
}
