namespace Maas.Testing.Agent;

/// <summary>
/// The image on its way from the server. A broken connection is taken up again where it broke, after longer and longer pauses; what comes
/// earns new patience.
/// </summary>
internal sealed class ImageTransfer(AgentServer server, string path, long size, Action<string> say, TimeProvider timeProvider)
    : ForwardStream
{
    private const int Tries = 12;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(15);

    private HttpResponseMessage? _answer;
    private Stream? _body;
    private long _at;
    private int _left = Tries;
    private TimeSpan _pause = FirstPause;

    /// <exception cref="AgentFailedException">The server does not answer, refuses, or breaks off too often.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_body is null) await OpenAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var read = await _body!.ReadAsync(buffer, cancellationToken).ConfigureAwait(false); // opened above
                if (read > 0) (_at, _left, _pause) = (_at + read, Tries, FirstPause);
                if (read > 0 || _at >= size || buffer.IsEmpty) return read;
            }
            catch (Exception e) when (_at < size && e is IOException)
            {
                // The connection broke.
            }

            await PauseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("Use ReadAsync.");

    protected override void Dispose(bool disposing)
    {
        if (disposing) Disconnect();
        base.Dispose(disposing);
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            _answer = await server.GetImageAsync(path, _at, cancellationToken).ConfigureAwait(false);
            _body = await _answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw BrokenOff(e.Message);
        }
    }

    private Task PauseAsync(CancellationToken cancellationToken)
    {
        Disconnect();
        if (--_left <= 0) throw BrokenOff($"the connection broke {Tries} times in a row");
        say($"step=the image broke off at {_at} of {size} bytes");
        var pause = _pause;
        _pause = _pause * 2 > LongestPause ? LongestPause : _pause * 2;
        return Task.Delay(pause, timeProvider, cancellationToken);
    }

    private AgentFailedException BrokenOff(string why) => new($"the image broke off after {_at} of {size} bytes; {why}");

    private void Disconnect()
    {
        _body?.Dispose();
        _answer?.Dispose();
        (_body, _answer) = (null, null);
    }
}
