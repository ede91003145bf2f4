using Maas.Dashboard.Nodes;

namespace Maas.Dashboard.Consoles;

/// <summary>An open console: reads it into a screen, and types. What the machine prints is shown in batches.</summary>
internal sealed class ConsoleConnection : IAsyncDisposable
{
    private const int BufferSize = 4096;

    private readonly Stream _stream;
    private readonly TimeProvider _timeProvider;
    private readonly TerminalScreen _screen = new();
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _printed = new(0, 1);
    private readonly Task _reading;
    private readonly Task _showing;

    /// <summary>Begins to read.</summary>
    /// <param name="stream">The console; it is disposed with the connection.</param>
    /// <param name="show">Shows the screen; called again when something was printed, not more often than pages are updated.</param>
    /// <param name="timeProvider">The clock.</param>
    public ConsoleConnection(Stream stream, Func<Task> show, TimeProvider timeProvider)
    {
        (_stream, _timeProvider) = (stream, timeProvider);
        _reading = ReadAsync();
        _showing = ShowAsync(show);
    }

    /// <summary>Why the console has ended; <see langword="null"/> while it is open.</summary>
    public string? Ended { get; private set; }

    /// <summary>What the screen shows.</summary>
    public string Text
    {
        get
        {
            lock (_lock) return _screen.ToString();
        }
    }

    /// <summary>Types.</summary>
    /// <returns>Why it was not typed; <see langword="null"/> when it was.</returns>
    public async Task<string?> TypeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (Ended is { } ended) return ended;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, cancellationToken);
            await _stream.WriteAsync(bytes, either.Token).ConfigureAwait(false);
            await _stream.FlushAsync(either.Token).ConfigureAwait(false);
            return null;
        }
        catch (IOException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>Closes the console.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        await _showing.ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _end.Dispose();
        _printed.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await _stream.ReadAsync(buffer, _end.Token).ConfigureAwait(false) is > 0 and var count)
            {
                lock (_lock) _screen.Write(buffer.AsSpan(0, count));
                Signal();
            }

            Ended = "The machine's controller has closed the console.";
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            Ended = "The console is closed.";
        }
        catch (IOException failure)
        {
            Ended = failure.Message;
        }

        Signal();
    }

    private async Task ShowAsync(Func<Task> show)
    {
        try
        {
            bool hasEnded;
            do
            {
                await _printed.WaitAsync(_end.Token).ConfigureAwait(false);
                hasEnded = Ended is not null; // before it is shown: an end after this signals again
                await show().ConfigureAwait(false);
                if (!hasEnded) await Task.Delay(MachineFeed.Interval, _timeProvider, _end.Token).ConfigureAwait(false);
            }
            while (!hasEnded);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // it was closed
        }
    }

    private void Signal()
    {
        lock (_lock)
            if (_printed.CurrentCount == 0) _printed.Release();
    }
}
