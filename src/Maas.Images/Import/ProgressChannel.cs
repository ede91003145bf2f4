using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Maas.Images.Import;

/// <summary>
/// Work that reports, as a sequence of its reports. A reader that is slow misses some of them; one that leaves ends the work.
/// </summary>
internal static class ProgressChannel
{
    private const int Waiting = 256;

    public static async IAsyncEnumerable<ImportProgress> RunAsync(
        Func<IProgress<ImportProgress>, CancellationToken, Task> work,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reports =
            Channel.CreateBounded<ImportProgress>(
                new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        var running = Task.Run(
            async () =>
            {
                try
                {
                    await work(new Sink(reports.Writer), stop.Token).ConfigureAwait(false);
                }
                finally
                {
                    reports.Writer.Complete();
                }
            },
            CancellationToken.None);
        try
        {
            // What was reported before a failure is handed out before the failure.
            await foreach (var report in reports.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false)) yield return report;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await running.ConfigureAwait(false);
    }

    private sealed class Sink(ChannelWriter<ImportProgress> writer) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => writer.TryWrite(value);
    }
}
