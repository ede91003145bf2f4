using Microsoft.Win32.SafeHandles;

namespace Maas.Images.Packages;

/// <summary>
/// A file that is being fetched, and those who read it meanwhile. When the last of them leaves, the fetch is cancelled.
/// </summary>
internal sealed class PackageFetch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancel;
    private readonly TaskCompletionSource<bool> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SafeFileHandle? _handle;
    private long _length;
    private long _arrived;
    private Exception? _fault;
    private int _readers;
    private bool _isClosed;
    private bool _isEnded;

    public PackageFetch(CancellationToken end)
    {
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(end);
        Token = _cancel.Token;
    }

    public CancellationToken Token { get; }

    /// <summary>Ends with the fetch, never with a fault.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    /// <summary>Counts one more reader, unless the last one has left.</summary>
    public bool TryJoin()
    {
        lock (_lock)
        {
            if (_isClosed) return false;
            _readers++;
            return true;
        }
    }

    /// <summary>Waits for the start, for one who has joined; <see langword="null"/> if the file is not kept.</summary>
    public async Task<PackageFile?> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _begun.Task.WaitAsync(cancellationToken).ConfigureAwait(false))
                return new PackageFile(new ArrivingStream(this), _length, isWhole: false);
        }
        catch
        {
            Leave();
            throw;
        }

        Leave();
        return null;
    }

    /// <summary>Reads what has arrived at a place, and waits where nothing has.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, long position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task progress;
            lock (_lock)
            {
                if (position == _length) return 0;
                if (position < _arrived)
                {
                    buffer = buffer[..(int)Math.Min(buffer.Length, _arrived - position)];
                    break;
                }

                if (_fault is not null) throw new IOException($"The file broke off after {_arrived} of {_length} bytes.", _fault);
                progress = _progress.Task;
            }

            await progress.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return await RandomAccess.ReadAsync(_handle!, buffer, position, cancellationToken).ConfigureAwait(false); // it has arrived in it
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_readers > 0) return;
            _isClosed = true;
            if (_isEnded) Dispose();
            else _ = _cancel.CancelAsync(); // not here, where the lock is held
        }
    }

    /// <summary>The file is not one to keep.</summary>
    public void Refuse() => _begun.TrySetResult(false);

    public void Begin(SafeFileHandle handle, long length)
    {
        (_handle, _length) = (handle, length);
        _begun.TrySetResult(true);
    }

    public void Arrive(long arrived)
    {
        TaskCompletionSource progress;
        lock (_lock)
        {
            _arrived = arrived;
            (progress, _progress) = (_progress, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        progress.TrySetResult();
    }

    public void Fail(Exception fault)
    {
        lock (_lock) _fault = fault;
        _begun.TrySetException(fault);
        _ = _begun.Task.Exception;
        _progress.TrySetResult();
    }

    /// <summary>Nothing more arrives. The file stays open for those who still read it.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            if (_readers == 0) Dispose();
        }
    }

    public void Dispose()
    {
        _handle?.Dispose();
        _cancel.Dispose();
    }
}

/// <summary>The bytes of a fetch for one reader, from the first on.</summary>
internal sealed class ArrivingStream(PackageFetch fetch) : Stream
{
    private long _position;
    private bool _hasLeft;

    public override bool CanRead => !_hasLeft;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_hasLeft, this);
        var read = buffer.Length == 0 ? 0 : await fetch.ReadAsync(buffer, _position, cancellationToken).ConfigureAwait(false);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The bytes are read as they arrive: read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_hasLeft)
        {
            _hasLeft = true;
            fetch.Leave();
        }

        base.Dispose(disposing);
    }
}
