namespace Maas.Client.Http;

/// <summary>The body of an answer: at most so many bytes, and none of them may take longer than the timeout.</summary>
internal sealed class BoundedStream(
    HttpResponseMessage response,
    Stream inner,
    long limit,
    TimeSpan timeout,
    TimeProvider timeProvider,
    Func<Exception> tooLong) : ForwardStream
{
    private long _left = limit;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var timer = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            var read = await inner.ReadAsync(buffer, either.Token).ConfigureAwait(false);
            _left -= read;
            return _left < 0 ? throw tooLong() : read;
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The server sent nothing for {timeout}.", exception);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer) => throw new NotSupportedException("Read an answer of the server asynchronously.");

    protected override void Dispose(bool disposing)
    {
        if (disposing) response.Dispose(); // and the inner stream with it
        base.Dispose(disposing);
    }
}
