namespace Maas.Images.Downloads;

/// <summary>Fetches a file over one connection, and goes on where it broke.</summary>
internal sealed class StreamedFetch(MirrorClient client, MirrorRotation rota, RetryDelay pause)
{
    private const int BufferSize = 128 << 10;

    public async Task RunAsync(Transfer transfer, CancellationToken cancellationToken)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        while (transfer.Length < 0 || transfer.Position < transfer.Length)
        {
            var turn = rota.Next();
            try
            {
                using var answer = await client.OpenAsync(turn.Mirror, transfer.Position, null, cancellationToken).ConfigureAwait(false);
                if (answer.From != transfer.Position) transfer.Restart(); // no ranges here, or the file is another now
                if (answer.Total is { } total) transfer.Agree(answer.Name, total);
                else if (transfer.Length < 0)
                    throw new HttpRequestException(
                        $"{answer.Name} does not say how long it is, and nothing else does.",
                        null,
                        System.Net.HttpStatusCode.LengthRequired);
                for (int read; (read = await client.ReadAsync(answer, buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                {
                    await transfer.WriteAsync(answer.Name, buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                    rota.Arrived(read);
                }

                if (transfer.Position < transfer.Length)
                    throw new HttpIOException(
                        HttpRequestError.ResponseEnded, $"{answer.Name} ended after {transfer.Position} of {transfer.Length} bytes.");
            }
            catch (Exception fault) when (MirrorRotation.IsOfMirror(fault) && !cancellationToken.IsCancellationRequested)
            {
                if (rota.Failed(turn, fault) is not { } delays) throw;
                await pause.ForAsync(delays, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
