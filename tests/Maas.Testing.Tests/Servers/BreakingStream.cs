namespace Maas.Testing.Tests.Servers;

/// <summary>The body of an answer.</summary>
/// <param name="bytes">What comes.</param>
/// <param name="breaks">Whether the connection breaks then.</param>
internal sealed class BreakingStream(byte[] bytes, bool breaks) : MemoryStream(bytes)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await base.ReadAsync(buffer, cancellationToken) is var read && (read > 0 || !breaks)
            ? read
            : throw new IOException("The connection was reset.");

    // The base copies its buffer at once.
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        var buffer = new byte[bufferSize];
        while (await ReadAsync(buffer, cancellationToken) is > 0 and var read)
            await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
    }
}
