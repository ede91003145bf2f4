using System.IO.Pipelines;

namespace Maas.Core.Stores;

/// <summary>Copies a store into another one, of the same engine or the other.</summary>
public static class StoreCopy
{
    /// <summary>
    /// Copies all tables with their ids, versions and numbers, and compares what the target has with what was read. No server may have
    /// either store open. After a failure the target is what it was.
    /// </summary>
    /// <param name="from">The store to copy; it is not changed.</param>
    /// <param name="to">The store to create, which has no tables.</param>
    /// <param name="progress">Hears of each table, and of each 10,000 rows; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was copied.</returns>
    /// <exception cref="StoreBackupException">There is no store, or the target is not empty, or the copy differs.</exception>
    /// <exception cref="StoreLockedException">A server has one of the two open.</exception>
    /// <exception cref="StoreVersionException">A newer version of the store wrote one of the two, or another program did.</exception>
    public static async Task<StoreBackup> RunAsync(
        IStoreBackup from, IStoreBackup to, IProgress<StoreBackupProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var hold = await from.HoldAsync(cancellationToken).ConfigureAwait(false);
        await using (hold.ConfigureAwait(false))
        {
            // One thread reads and one writes, each at the pace of the slower.
            var pipe = new Pipe(new PipeOptions(
                pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19, useSynchronizationContext: false));
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var reading = ReadAsync(from, pipe.Writer, stop.Token);
            try
            {
                var source = pipe.Reader.AsStream();
                await using (source.ConfigureAwait(false))
                {
                    return await to.RestoreAsync(source, StoreRestoreMode.IntoEmpty, progress, stop.Token).ConfigureAwait(false);
                }
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await reading.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
                    .ConfigureAwait(false);
            }
        }
    }

    private static async Task ReadAsync(IStoreBackup from, PipeWriter writer, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            var destination = writer.AsStream(leaveOpen: true);
            await using (destination.ConfigureAwait(false))
            {
                await from.BackUpAsync(destination, null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception caught)
        {
            failure = caught;
            throw;
        }
        finally
        {
            await writer.CompleteAsync(failure).ConfigureAwait(false);
        }
    }
}
