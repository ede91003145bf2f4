using System.Collections.Concurrent;
using System.Net;
using Maas.Boot.Files;
using Maas.Boot.Tftp;

namespace Maas.Boot.Tests.Tftp;

/// <summary>A server on loopback with files in memory, and what its observer was told.</summary>
internal sealed class ServerUnderTest : IBootFiles, IBootObserver, IAsyncDisposable
{
    private readonly Dictionary<string, Func<BootFile>> _files = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly TftpServer _server;
    private readonly Task _running;

    public ServerUnderTest(TftpServerOptions? options = null, IBootFiles? files = null)
    {
        options ??= new TftpServerOptions();
        if (options.Listen.Port == 69) options.Listen = new IPEndPoint(IPAddress.Loopback, 0);
        _server = new TftpServer(options, new BootServices { Files = files ?? this, Observer = this });
        EndPoint = _server.Bind();
        _running = _server.RunAsync(_stop.Token);
    }

    public IPEndPoint EndPoint { get; }

    public int ActiveTransfers => _server.ActiveTransfers;

    public ConcurrentQueue<BootObservation.FileTransfer> Transfers { get; } = new();

    public ConcurrentQueue<BootFileRequest> Asked { get; } = new();

    public byte[] Add(string name, int length)
    {
        var content = new byte[length];
        for (var i = 0; i < length; i++) content[i] = (byte)((i * 7) ^ (i >> 9) ^ (i >> 17));
        Add(name, () => BootFile.FromBytes(content));
        return content;
    }

    public void Add(string name, Func<BootFile> open) => _files[name] = open;

    public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue(request);
        return new(_files.GetValueOrDefault(request.Name)?.Invoke());
    }

    public ConcurrentQueue<BootObservation.LimitReached> Limits { get; } = new();

    public void Observe(BootObservation observation)
    {
        if (observation is BootObservation.LimitReached limit) Limits.Enqueue(limit);
        else Transfers.Enqueue((BootObservation.FileTransfer)observation);
    }

    /// <summary>The report of the next transfer that ends.</summary>
    public async Task<BootObservation.FileTransfer> EndedAsync()
    {
        BootObservation.FileTransfer? transfer;
        while (!Transfers.TryDequeue(out transfer))
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        return transfer;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _server.Dispose();
        _stop.Dispose();
    }
}
