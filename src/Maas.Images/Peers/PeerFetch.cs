namespace Maas.Images.Peers;

/// <summary>The one fetch of a blob that is under way, for all that wait for it.</summary>
/// <param name="digest">The blob.</param>
/// <param name="length">Its bytes.</param>
/// <param name="isUrgent">Whether a reader waits for it.</param>
/// <param name="end">Ends all fetches.</param>
internal sealed class PeerFetch(Sha256Digest digest, long length, bool isUrgent, CancellationToken end)
    : IProgress<ImportProgress>, IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(end);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _received;
    private int _beginning;

    public Sha256Digest Digest { get; } = digest;

    public long Length { get; } = length;

    /// <summary>Whether a reader waits for it. One that began without a reader may get one.</summary>
    public bool IsUrgent { get; set; } = isUrgent;

    /// <summary>Whether a reader waited from the beginning, so that room was made for it.</summary>
    public bool BeganUrgent { get; } = isUrgent;

    /// <summary>Whether its bytes count as used.</summary>
    public bool HasRoom { get; set; }

    /// <summary>Whether it waits for another host of the rack.</summary>
    public bool IsFollowing { get; set; }

    /// <summary>Ends with why it failed; <see langword="null"/> when the blob is here, or the fetch was superseded.</summary>
    public Task<PeerFetchFailure?> Running { get; set; } = Task.FromResult<PeerFetchFailure?>(null);

    /// <summary>How many bytes are in the part file.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>How often the part file was begun anew, because its bytes were wrong or the peer sends no ranges.</summary>
    public int Beginning => Volatile.Read(ref _beginning);

    /// <summary>Ends when <see cref="Received"/> changes; to be read before it.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public CancellationToken Token => _stop.Token;

    /// <summary>Lets it give way to urgent ones. What has come stays, to be gone on with.</summary>
    public void Supersede() => _ = _stop.CancelAsync(); // what it causes does not run here, under a lock

    /// <summary>Notes how long the part file is.</summary>
    public void Report(ImportProgress value)
    {
        if (value.Step != "download") return;
        if (value.Done < Received) Interlocked.Increment(ref _beginning); // seen before what it contains
        Volatile.Write(ref _received, value.Done);
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    public void Dispose() => _stop.Dispose();
}
